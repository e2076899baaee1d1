"""A model for some of its languages within so many bytes."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers, networks
from keras_i18n.localization.file_parts import file_parts
from keras_i18n.localization.given_texts import checked_texts
from keras_i18n.localization.idle_anchors import without_idle_anchors
from keras_i18n.localization.kept_pieces import always_kept
from keras_i18n.localization.localizing import with_pieces
from keras_i18n.localization.model_checks import checked_languages, checked_model
from keras_i18n.localization.piece_languages import likelihood_of_language
from keras_i18n.localization.piece_use import uses_by_language
from keras_i18n.localization.proof import compared, comparison_table
from keras_i18n.localization.row_budget import LEVELS, RowPlan, plan_rows
from keras_i18n.localization.texts_by_language import kept_apart, sample_texts
from keras_i18n.shown import shown
from keras_i18n.text_table import preformatted, text_table
from keras_i18n.tokenizers.sentencepiece_model import SPACE_SYMBOL

# bytes of a file beside its weights: operators, metadata, golden examples (measured)
GRAPH_BYTES = {"tflite": 220_000, "onnx": 150_000}
_MATRIX = 65_536  # numbers from which on an int8 export keeps a byte for each
# share of a language's tokens that no text and no word list has shown: spread by the vocabulary's own scores
_UNSEEN = 0.1
_UNSEEN_WITHOUT_WORDS = 0.7


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compacted:
    """What `compact` did; `str(report)` is a table.

    Attributes:
        languages: BCP-47 tags.
        rows: a `ComparedLanguage` for each, on texts that chose nothing: a tenth of those that were given, and the sample.
        pieces, pieces_before: how many pieces there are, and were.
        plan: `RowPlan`, how many rows are kept in how many bits.
        file_bytes, max_bytes: what the file of an int8 export is expected to take, and may.
    """

    languages: tuple[str, ...]
    rows: tuple
    pieces: int
    pieces_before: int
    plan: RowPlan
    file_bytes: int
    max_bytes: int

    def __str__(self) -> str:
        dim_bytes = [[name, f"{count:,}"] for name, count in self.plan.tiers]
        return "\n".join(
            [
                *([comparison_table(self.rows)] if self.rows else []),
                text_table(["bits a number", "rows"], dim_bytes),
                f"{self.pieces:,} of {self.pieces_before:,} pieces; about {self.file_bytes / 1e6:.2f} MB in int8, of "
                f"{self.max_bytes / 1e6:.2f} MB allowed.",
            ]
        )

    def _repr_html_(self) -> str:
        return preformatted(str(self))


def compact(
    model: Any,
    languages: Sequence[str],
    *,
    max_bytes: int,
    texts: Any = None,
    words: Any = None,
    format: str = "tflite",
) -> tuple[Any, Compacted]:
    """The model for some of its languages, in a file of at most so many bytes: export it with `precision="int8"`.

    Bytes go where texts need them. Frequent pieces keep their rows in 8 or 4 bits a number, others in 2, 1 or half a bit;
    the rarest are left out and spelled with shorter pieces. All single characters of the languages' scripts stay, and the
    other weights as they are. Rows in few bits are looked up, not trained: fit and add languages before.

    Args:
        model: a `TextClassifier` or `TextEncoder` on a `UnigramTokenizer`; it stays as it is.
        languages: BCP-47 tags, each one of the model's.
        max_bytes: of the exported file.
        texts: what is used of the languages: a dict from tag to list of str, a `Dataset` with languages, or for one
            language a list of str. A tenth of them is kept apart for the report. Where a language has none, half of
            this package's sample is taken.
        words: their words, the most frequent first, in the same way. `frequent_words` has tens of
            thousands. Without them scores and letters of the pieces decide: of Italian news 89 % of the tokens have
            their piece among 24,000, in place of 97 %.
        format: "tflite" or "onnx", whose operators take a little less.

    Returns:
        (model, `Compacted`): a model of the same class, which shares nothing with the old one.

    Raises:
        ValueError: as `localize`; a size that cannot be met, with the least that can.

    Example:

    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["run to the sea", "беги к морю"] * 9, vocabulary_size=45)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 32, "ngram_dim": 4, "hidden_dim": 6}
    >>> network = ki.networks.universal_sentence_encoder(**size)
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "ru"])
    >>> english, report = ki.localization.compact(encoder, ["en"], max_bytes=900_000, texts=["run to the sea"])
    >>> english.languages, sum(count for _, count in report.plan.tiers) == english.tokenizer.vocabulary_size
    (('en',), True)
    """
    checked_model(model)
    languages = checked_languages(model, languages)
    if format not in GRAPH_BYTES:
        raise ValueError(f"`format` must be one of {', '.join(map(repr, GRAPH_BYTES))}. Received: {shown(format)}.")
    if isinstance(max_bytes, bool) or not isinstance(max_bytes, (int, np.integer)) or max_bytes < 1:
        raise ValueError(f"`max_bytes` must be a whole number of bytes, as 8_000_000. Received: {shown(max_bytes)}.")
    given, listed = checked_texts(texts, words, languages)
    known, unseen = kept_apart(given, sample_texts(languages))
    alphabet = tags.Alphabet(languages)
    always = always_kept(model.tokenizer, alphabet)
    source = without_idle_anchors(model)
    fixed = _fixed_bytes(source) + GRAPH_BYTES[format]
    uses = _uses(model, languages, uses_by_language(model.tokenizer, known, listed), bool(listed))
    dim = networks.token_embedding(model.network).dim
    plan = plan_rows(uses, always, dim=dim, room=max_bytes - fixed)
    if plan is None:
        least = fixed + _least(uses, always, dim)
        raise ValueError(
            f"`max_bytes` must be at least {least:,} for {', '.join(languages)}: {fixed:,} for all but the pieces, the rest "
            f"for the {len(always)} that are always kept. Received: {max_bytes:,}."
        )
    smaller = with_pieces(source, plan.ids, languages)
    tiers = [(count, LEVELS[name].make_rows) for name, count in plan.tiers]
    smaller = smaller.with_networks(lambda network: _in_tiers(network, tiers))
    return smaller, Compacted(
        languages=languages,
        rows=compared(model, smaller, plan.ids, unseen, exact=False),
        pieces=len(plan.ids),
        pieces_before=model.tokenizer.vocabulary_size,
        plan=plan,
        file_bytes=fixed + plan.total,
        max_bytes=int(max_bytes),
    )


def _uses(model, languages, by_language, has_words):
    """Share of the tokens that each piece is expected to make up, in the mean over the languages."""
    tokenizer, alphabet = model.tokenizer, tags.Alphabet(languages)
    spelled = np.array([alphabet.spells(piece.replace(SPACE_SYMBOL, "")) for piece in tokenizer.pieces])
    by_score = np.where(spelled, np.exp(np.minimum(tokenizer.scores.astype("float64"), 0.0)), 0.0)
    if not has_words:
        by_score *= likelihood_of_language(tokenizer, languages, sample_texts(model.languages))
    by_score /= max(by_score.sum(), 1e-30)
    if not by_language:
        return by_score
    seen = np.mean(list(by_language.values()), axis=0)
    unseen = _UNSEEN if has_words else _UNSEEN_WITHOUT_WORDS
    return (1 - unseen) * seen + unseen * by_score


def _fixed_bytes(model):
    """What an int8 export takes for all but rows and pieces."""
    table = {id(weight) for weight in networks.token_embedding(model.network).weights}
    total = file_parts(model).normalizer
    for weight in model.network.weights:
        size = math.prod(weight.shape)
        if id(weight) not in table:
            total += size + 4 * weight.shape[-1] if size >= _MATRIX else 2 * size
    return total


def _least(uses, always, dim):
    """Bytes for the pieces that are always kept, doubled until they fit."""
    room = 4096
    while plan_rows(uses, always, dim=dim, room=room) is None:
        room = round(room * 1.05)
    return room


def _in_tiers(network, tiers):
    embedding = networks.token_embedding(network)

    def replace(layer):
        return layer.stored_by(lambda table: layers.TieredRows.of(table, tiers)) if layer is embedding else None

    return networks.copy_network(network, replace=replace)
