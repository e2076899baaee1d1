"""A model for some of its languages: the pieces that they need, and nothing changed in them."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.localization.file_parts import FileParts, file_parts
from keras_i18n.localization.localizing_translators import ComparedDirection, direction_table, localized_translator
from keras_i18n.localization.model_checks import checked_choice, checked_languages
from keras_i18n.localization.piece_choice import PieceChoice
from keras_i18n.localization.proof import compared, comparison_table
from keras_i18n.models import Translator
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.text_table import preformatted
from keras_i18n.tokenizers import piece_subset


@dataclasses.dataclass(frozen=True, kw_only=True)
class Localized:
    """What `localize` did; `str(report)` is a table.

    Attributes:
        languages: BCP-47 tags.
        rows: a `ComparedLanguage` for each language with texts, the sample's among them; of a translator a
            `ComparedDirection` for each direction.
        pieces, pieces_before: how many pieces there are, and were.
        parts, parts_before: `FileParts`, bytes of a float32 file.

    >>> parts = FileParts(rows=4_000_000, pieces=60_000, normalizer=40_000, body=100_000, head=0)
    >>> print(Localized(languages=("fr",), rows=(), pieces=9, pieces_before=20, parts=parts, parts_before=parts))
    9 of 20 pieces, 4.2 of 4.2 MB in float32. Without texts nothing was compared.
    """

    languages: tuple[str, ...]
    rows: tuple
    pieces: int
    pieces_before: int
    parts: FileParts
    parts_before: FileParts

    @property
    def proven(self) -> int:
        """Texts whose outputs were compared with the full model's and found equal bit for bit; of a translator the
        translations that are the same."""
        return sum(getattr(row, "same_whole", row.whole) for row in self.rows)

    def __str__(self) -> str:
        size = (
            f"{self.pieces:,} of {self.pieces_before:,} pieces, {self.parts.total / 1e6:.1f} of "
            f"{self.parts_before.total / 1e6:.1f} MB in float32."
        )
        if not self.rows:
            return f"{size} Without texts nothing was compared."
        texts = sum(row.texts for row in self.rows)
        if isinstance(self.rows[0], ComparedDirection):
            whole = sum(row.whole for row in self.rows)
            return (
                f"{direction_table(self.rows)}\n{size} {whole:,} of {texts:,} texts and translations have all their pieces; "
                f"greedily {self.proven:,} of these are translated the same."
            )
        return (
            f"{comparison_table(self.rows)}\n{size} {self.proven:,} of {texts:,} texts have all their pieces, and the "
            "same outputs bit for bit."
        )

    def _repr_html_(self) -> str:
        return preformatted(str(self))


def localize(
    model: Any,
    languages: Sequence[str],
    *,
    texts: Any = None,
    words: Any = None,
    keep: str | int | None = None,
    emoji: bool = True,
    progress: ProgressOption = None,
) -> tuple[Any, Localized]:
    """The model for some of its languages: other languages' pieces and rows are left out, nothing else changes.

    A text whose pieces are all kept gets the very outputs of the full model, bit for bit; the call proves it on the
    texts that are given and on those of this package's sample. Others are spelled with shorter pieces: the report tells
    how many there are and what becomes of them; so are texts with a word that WordPiece did not know as a whole. The
    normaliser stays whole.

    A translator keeps the directions between the languages: the pieces that their texts are read with, and those that it
    writes greedily for the first 500 texts of each language. It may then write nothing else: what it wrote with these pieces
    alone it writes again, but for ties of two tokens, which another rounding of a score may turn (of up to 200 texts of
    a direction at most 1 %, or the call refuses), and a beam, whose probabilities are shared among fewer tokens.

    Args:
        model: a `Translator` of one vocabulary, or a `TextClassifier` or `TextEncoder` on a `UnigramTokenizer`, a
            `WordPieceTokenizer`, a `BytePairTokenizer`, an `NgramTokenizer`, or several of them in a `JoinedTokenizer`, as the
            encoder `universal`; it stays as it is.
        languages: BCP-47 tags, each one of the model's; of a translator sources and targets.
        texts: what is used of the languages: a dict from tag to list of str, a `Dataset` with languages, or for one
            language a list of str. The more of them, the better the choice.
        words: their words, the most frequent first, in the same way. Tens of thousands are best.
        keep: "script" for every piece that the languages' scripts spell, "texts" for those that texts and words use,
            "coverage:0.9995" for the most frequent of these until they make up that share of each language's tokens, or
            the number of pieces. "texts" unless given, and "script" without texts and words. All single characters
            of the scripts, ASCII, digits and punctuation are kept always. Hashed n-grams belong to no script: "script"
            keeps them all, the other choices those that texts and words use.
        emoji: whether single pictures are kept always.
        progress: True to show it, or a function that is called with a `Progress`: what is done of choosing, cutting and comparing.

    Returns:
        (model, `Localized`): a model of the same class, which shares nothing with the old one.

    Raises:
        ValueError: a language that the model does not have, texts in another script than their language's, texts that
            hold nothing, a model of another kind, `keep` that is no such choice or leaves no room.

    Example:

    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["run to the sea", "беги к морю"] * 9, vocabulary_size=45)
    >>> size = tokenizer.vocabulary_size
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=size, dim=8, ngram_dim=4, hidden_dim=6)
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "ru"])
    >>> english, report = ki.localization.localize(encoder, ["en"], texts=["run to the sea"])
    >>> english.languages, english.tokenizer.vocabulary_size < size, report.proven > 0
    (('en',), True, True)
    """
    counter = Counter(progress, "choosing", total=3)
    counter.add(0)
    if isinstance(model, Translator):
        given = {"texts": texts, "words": words, "keep": keep, "emoji": emoji}
        translator, ids, directions = localized_translator(model, languages, counter, **given)
        counter.add()
        return translator, _report(model, translator, ids, tuple(translator.languages), directions)
    checked_choice(model)
    languages = checked_languages(model, languages)
    choice = PieceChoice.of(model.tokenizer, languages, texts=texts, words=words, keep=keep, emoji=emoji)
    ids = choice.ids(languages)
    counter.next_stage("cutting")
    smaller = with_pieces(model, ids, languages)
    counter.next_stage("comparing")
    rows = compared(model, smaller, ids, choice.texts)
    counter.add()
    return smaller, _report(model, smaller, ids, languages, rows)


def _report(model, smaller, ids, languages, rows):
    return Localized(
        languages=languages,
        rows=rows,
        pieces=len(ids),
        pieces_before=model.tokenizer.vocabulary_size,
        parts=file_parts(smaller),
        parts_before=file_parts(model),
    )


def with_pieces(model: Any, ids: np.ndarray, languages: Sequence[str]) -> Any:
    """The model with some of its pieces; piece and row `ids[i]` become the `i`th ones."""
    config = {**model.to_config(), "languages": list(languages)}
    if "thresholds" in config:
        named = {tags.normalize(tag) for tag in languages} | {"und"}
        config["thresholds"] = {tag: values for tag, values in config["thresholds"].items() if tag in named}
    return type(model).from_saved(
        tokenizer=piece_subset.with_pieces(model.tokenizer, ids),
        network=networks.with_selected_rows(networks.uncompiled(model.network), ids),
        config=config,
    )
