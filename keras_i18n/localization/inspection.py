"""What a model on a vocabulary consists of, and how much of it languages use, before anything is cut."""

import collections
import dataclasses
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.localization.file_parts import FileParts, file_parts, row_bytes
from keras_i18n.localization.inspection_plot import plot_inspection
from keras_i18n.localization.model_checks import checked_choice
from keras_i18n.localization.piece_use import uses_by_language
from keras_i18n.localization.texts_by_language import sample_texts, texts_by_language
from keras_i18n.protocols import Path
from keras_i18n.text_table import preformatted, text_table
from keras_i18n.tokenizers import piece_subset

SHARES = (0.9, 0.99, 0.999, 1.0)
_SCRIPTS_SHOWN = 12


@dataclasses.dataclass(frozen=True, kw_only=True)
class InspectedLanguage:
    """How one language uses a vocabulary.

    Attributes:
        language, name: BCP-47 tag and English name.
        texts: texts and words that were looked at.
        unknown: share of their tokens that the vocabulary cannot spell, 0 .. 1.
        uses: share of its tokens that each used piece makes up, the largest first, float64.

    >>> row = InspectedLanguage(language="fr", name="French", texts=1, unknown=0.0, uses=np.array([0.7, 0.2, 0.1]))
    >>> row.pieces_for(0.9), row.pieces_for(1.0)
    (2, 3)
    """

    language: str
    name: str
    texts: int
    unknown: float
    uses: np.ndarray

    def pieces_for(self, share: float) -> int:
        """How many pieces, the most frequent first, make up a share of the tokens."""
        if share >= 1:
            return len(self.uses)
        return min(int(np.searchsorted(np.cumsum(self.uses), share - 1e-9)) + 1, len(self.uses))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Inspection:
    """What `inspect` found; `str(found)` is a table, `plot` draws it.

    Attributes:
        parts: `FileParts`, bytes of a float32 file.
        scripts: dict, script (first word of the Unicode names of its letters; "" for pieces without letters) -> pieces.
        script_bytes: dict, script -> bytes of their rows.
        rows: an `InspectedLanguage` each.
    """

    parts: FileParts
    scripts: dict[str, int]
    script_bytes: dict[str, float]
    rows: tuple[InspectedLanguage, ...]

    def __str__(self) -> str:
        parts = [[name, f"{size / 1e6:.2f}"] for name, size in dataclasses.asdict(self.parts).items()]
        shown = list(self.scripts.items())[:_SCRIPTS_SHOWN]
        scripts = [
            [name.title() or "no letters", f"{count:,}", f"{self.script_bytes[name] / 1e6:.1f}"]
            for name, count in shown
        ]
        rest = list(self.scripts)[_SCRIPTS_SHOWN:]
        if rest:
            count, size = (sum(found[name] for name in rest) for found in (self.scripts, self.script_bytes))
            scripts.append(["others", f"{count:,}", f"{size / 1e6:.1f}"])
        languages = [
            [row.language, row.name, f"{row.texts:,}", f"{row.unknown:.2%}"]
            + [f"{row.pieces_for(share):,}" for share in SHARES]
            for row in self.rows
        ]
        header = ["language", "name", "texts", "unknown", *(f"pieces for {100 * share:g} %" for share in SHARES)]
        tables = [
            text_table(["part", "MB in float32"], [*parts, ["all", f"{self.parts.total / 1e6:.2f}"]]),
            text_table(["script", "pieces", "MB of rows"], scripts),
            text_table(header, languages)
            if languages
            else "No texts were given: which pieces languages use is not told.",
        ]
        return "\n\n".join(tables)

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def plot(self, path: Path, *, title: str = "What the file consists of, and how much of it languages use") -> None:
        """Draws megabytes by part, pieces by script, and the pieces that each language needs, into a picture.

        Raises:
            ImportError: matplotlib is not installed.
        """
        plot_inspection(self, path, title=title)


def inspect(model: Any, texts: Any = None, *, words: Any = None) -> Inspection:
    """Tells what a model consists of and which of its pieces languages use; nothing is cut.

    Args:
        model: a `TextClassifier` or `TextEncoder`, as `localize` takes it.
        texts: a dict from tag to list of str, or a `Dataset` with languages; this package's sample in the model's
            languages unless given.
        words: words by language, the most frequent first, in the same way.

    Raises:
        ValueError: a model of another kind, or texts in none of its languages.

    Example:

    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["run to the sea", "беги к морю"] * 9, vocabulary_size=45)
    >>> size = tokenizer.vocabulary_size
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=size, dim=8, ngram_dim=4, hidden_dim=6)
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "ru"])
    >>> found = ki.localization.inspect(encoder, {"en": ["run to the sea"]})
    >>> found.scripts["CYRILLIC"] > 3, found.rows[0].language, found.rows[0].unknown
    (True, 'en', 0.0)
    """
    checked_choice(model)
    tokenizer = model.tokenizer
    nothing = texts is None and words is None
    given = sample_texts(model.languages) if nothing else texts_by_language(texts, _languages_of(model, texts))
    listed = texts_by_language(words, _languages_of(model, words), name="words")
    rows = []
    for language, uses in uses_by_language(tokenizer, given, listed).items():
        used = np.sort(uses[uses > 0])[::-1]
        rows.append(
            InspectedLanguage(
                language=language,
                name=tags.name(language),
                texts=len(given.get(language, ())) + len(listed.get(language, ())),
                unknown=float(uses[piece_subset.unknown_ids(tokenizer)].sum()),
                uses=used,
            )
        )
    written = piece_subset.written_pieces(tokenizer)
    names = [piece_subset.HASHED if piece is None else tags.writing(piece) for piece in written]
    scripts, script_bytes = collections.Counter(names), collections.Counter()
    for name, size in zip(names, row_bytes(model), strict=True):
        script_bytes[name] += size
    return Inspection(
        parts=file_parts(model),
        scripts=dict(scripts.most_common()),
        script_bytes=dict(script_bytes),
        rows=tuple(rows),
    )


def _languages_of(model, given):
    """The model's languages, and those of texts in others: how a language fares that the model was not made for."""
    named = given.keys() if hasattr(given, "keys") else getattr(given, "languages", ())
    return tuple(dict.fromkeys([*(tags.lookup(tag, list(model.languages)) or tag for tag in named)])) or model.languages
