"""A model for some of its languages within so many bytes."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.localization.file_plan import FilePlan
from keras_i18n.localization.given_texts import checked_texts
from keras_i18n.localization.idle_anchors import without_idle_anchors
from keras_i18n.localization.idle_half import without_idle_half
from keras_i18n.localization.model_checks import checked_choice, checked_languages
from keras_i18n.localization.piece_use import uses_by_language
from keras_i18n.localization.proof import compared, comparison_table
from keras_i18n.localization.texts_by_language import kept_apart, sample_texts
from keras_i18n.models.two_halves import has_two_halves
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.shown import shown
from keras_i18n.text_table import preformatted, text_table
from keras_i18n.tokenizers import NgramTokenizer, UnigramTokenizer

# bytes of a file beside its weights: operators, metadata, golden examples (measured), by what reads the text
_GRAPH_BYTES = {
    "pieces": {"tflite": 220_000, "onnx": 150_000},
    "n-grams": {"tflite": 130_000, "onnx": 100_000},
    "both": {"tflite": 340_000, "onnx": 210_000},
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compacted:
    """What `compact` did; `str(report)` is a table.

    Attributes:
        languages: BCP-47 tags.
        rows: a `ComparedLanguage` for each, on texts that chose no row: a tenth of those that were given, and the sample.
        pieces, pieces_before: how many pieces there are, and were.
        plan: `FilePlan`, how many rows are kept in how many bits.
        file_bytes, max_bytes: what the file of an int8 export is expected to take, and may.
    """

    languages: tuple[str, ...]
    rows: tuple
    pieces: int
    pieces_before: int
    plan: FilePlan
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
    progress: ProgressOption = None,
) -> tuple[Any, Compacted]:
    """The model for some of its languages, in a file of at most so many bytes: export it with `precision="int8"`.

    Bytes go where texts need them. Frequent pieces keep their rows in 8 or 4 bits a number, others in 2, 1 or half a bit;
    the rarest are left out and spelled with shorter pieces. All single characters of the languages' scripts stay, and the
    other weights as they are. Rows in few bits are looked up, not trained: fit and add languages before.

    Of the encoder `universal` the n-grams are kept that texts and words use and that move a vector most. Where the languages'
    texts get the same vectors without it, its pretrained half goes with all its pieces, as for about 180 languages; or the
    n-grams go, as for most of the 16 that the pretrained half was made for.

    Args:
        model: a `TextClassifier` or `TextEncoder` on a `UnigramTokenizer`, on an `NgramTokenizer` or on the encoder
            `universal`; it stays as it is.
        languages: BCP-47 tags, each one of the model's.
        max_bytes: of the exported file.
        texts: what is used of the languages: a dict from tag to list of str, a `Dataset` with languages, or for one
            language a list of str. A tenth of them is kept apart for the report. Where a language has none, half of
            this package's sample is taken.
        words: their words, the most frequent first, in the same way. `frequent_words` has tens of
            thousands. Without them scores and letters of the pieces decide: of Italian news 89 % of the tokens have
            their piece among 24,000, in place of 97 %.
        format: "tflite" or "onnx", whose operators take a little less.
        progress: as in `localize`.

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
    languages, source, given, listed = _checked(model, languages, max_bytes, format, texts, words)
    counter = Counter(progress, "choosing", total=3)
    counter.add(0)
    sample = sample_texts(languages)
    known, unseen = kept_apart(given, sample)
    first, last = 0, model.tokenizer.vocabulary_size  # of the ids that the smaller model chooses among
    if has_two_halves(source):
        source = without_idle_half(source, known, sample)
        if isinstance(source.tokenizer, NgramTokenizer):
            last = source.tokenizer.vocabulary_size
        elif isinstance(source.tokenizer, UnigramTokenizer):
            first = model.tokenizer.starts[1]
    reads = "n-grams" if isinstance(source.tokenizer, NgramTokenizer) else "pieces"
    graph = _GRAPH_BYTES["both" if has_two_halves(source) else reads][format]
    uses = uses_by_language(source.tokenizer, known, listed)
    plan = FilePlan.of(source, languages, uses, listed=bool(listed), room=max_bytes - graph, texts=known)
    if plan.total > max_bytes - graph:
        raise ValueError(
            f"`max_bytes` must be at least {plan.total + graph:,} for {', '.join(languages)}: "
            f"{plan.fixed + graph:,} for all but the pieces, the rest for those that are always kept. "
            f"Received: {max_bytes:,}."
        )
    counter.next_stage("cutting")
    smaller = plan.applied(source, languages)
    counter.next_stage("comparing")
    rows = compared(model, smaller, plan.ids + first, unseen, exact=False, counted=(first, last))
    counter.add()
    return smaller, Compacted(
        languages=languages,
        rows=rows,
        pieces=len(plan.ids),
        pieces_before=model.tokenizer.vocabulary_size,
        plan=plan,
        file_bytes=graph + plan.total,
        max_bytes=int(max_bytes),
    )


def _checked(model, languages, max_bytes, format, texts, words):
    """(languages, the model without what no text sets, texts, words), by language."""
    rule = "`model` must have unigram pieces, hashed n-grams, or the encoder `universal`"
    if getattr(model, "bag_encoder", None) is not None:
        raise ValueError(
            f"{rule}. Received: an encoder with n-grams beside it, as `create` makes it. `localize` takes it; to be cut "
            "further, train on the encoder alone (preset='universal') or on n-grams alone (`from_scratch`, or a smaller "
            "`max_bytes` of `create`)."
        )
    checked_choice(model)
    if not has_two_halves(model) and not isinstance(model.tokenizer, (UnigramTokenizer, NgramTokenizer)):
        raise ValueError(f"{rule}. Received: {type(model.tokenizer).__name__}. `localize` takes it.")
    languages = checked_languages(model, languages)
    formats = _GRAPH_BYTES["pieces"]
    if format not in formats:
        raise ValueError(f"`format` must be one of {', '.join(map(repr, formats))}. Received: {shown(format)}.")
    if isinstance(max_bytes, bool) or not isinstance(max_bytes, (int, np.integer)) or max_bytes < 1:
        raise ValueError(f"`max_bytes` must be a whole number of bytes, as 8_000_000. Received: {shown(max_bytes)}.")
    return languages, without_idle_anchors(model), *checked_texts(texts, words, languages)
