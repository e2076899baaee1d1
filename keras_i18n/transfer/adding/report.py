"""What adding languages did."""

import dataclasses

from keras_i18n.text_table import preformatted, text_table
from keras_i18n.transfer.adding.label_scores import LabelScore, scores_table
from keras_i18n.transfer.adding.unchanged import UnseenTexts
from keras_i18n.transfer.adding.unseen_pairs import UnseenPairs


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddedLanguage:
    """One language that was added.

    Attributes:
        language, name: BCP-47 tag and English name.
        pairs, texts, words: what there was of it.
        new_tokens: share of its tokens that are new pieces, 0 .. 1.
        before, after: mean cosine of a text's vector and its translation's, over some of its pairs; None without pairs.

    >>> AddedLanguage(language="sw", name="Swahili", pairs=9, texts=0, words=0, new_tokens=0.5, before=0.2, after=0.7).after
    0.7
    """

    language: str
    name: str
    pairs: int
    texts: int
    words: int
    new_tokens: float
    before: float | None
    after: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddedLanguages:
    """What `add_languages` did; `str(report)` is a table.

    Attributes:
        rows: an `AddedLanguage` each.
        pieces, shared, dropped: new pieces; pieces that the old vocabulary had; pieces that would have changed old texts or
            words, and those of numbers and marks.
        classes: dict, where the first rows came from -> number of pieces.
        unseen: `UnseenTexts`: how old texts fare that new pieces were not fitted to, measured before these texts were kept as
            well; None where there were fewer than ten.
        unseen_pairs: `UnseenPairs`: how sentence pairs fare that were kept apart, of an encoder of two halves such as
            `universal`; None elsewhere, and with fewer than 200 pairs.
        scores: a `LabelScore` for each language of the labelled texts that were given as `test`.
        kept_texts: old texts whose token ids are unchanged (all of them) and whose answers were compared bit for bit.
        old_digest: SHA-256 of all old weights, before and after.
        losses: mean loss of each round of the training (one minus the cosine).
        seconds: it took so long.

    >>> row = AddedLanguage(language="sw", name="Swahili", pairs=1997, texts=0, words=0, new_tokens=0.5, before=0.2, after=0.7)
    >>> print(AddedLanguages(rows=(row,), pieces=9, shared=3, dropped=1, classes={"combined": 9}, kept_texts=70,
    ...                      old_digest="5e1f", losses=(0.4,), seconds=90.0))
    language  name     pairs  texts  words  new tokens  cosine before  after
    sw        Swahili   1997      0      0        50 %           0.20   0.70
    9 new pieces (combined: 9), 3 shared, 1 dropped for the sake of old texts; 70 old texts unchanged.
    """

    rows: tuple
    pieces: int
    shared: int
    dropped: int
    classes: dict
    kept_texts: int
    unseen: UnseenTexts | None = None
    unseen_pairs: UnseenPairs | None = None
    scores: tuple[LabelScore, ...] = ()
    old_digest: str
    losses: tuple
    seconds: float

    def table(self) -> str:
        """The report as text."""
        header = ["language", "name", "pairs", "texts", "words", "new tokens", "cosine before", "after"]
        lines = [
            [row.language, row.name, row.pairs, row.texts, row.words, f"{100 * row.new_tokens:.0f} %"]
            + ["-" if value is None else f"{value:.2f}" for value in (row.before, row.after)]
            for row in self.rows
        ]
        classes = ", ".join(f"{name}: {count}" for name, count in self.classes.items() if count)
        return (
            f"{text_table(header, lines)}\n{self.pieces} new pieces ({classes}), {self.shared} shared, {self.dropped} "
            f"dropped for the sake of old texts; {self.kept_texts} old texts unchanged."
            + ("" if self.unseen is None else f"\n{self.unseen}")
            + ("" if self.unseen_pairs is None else f"\n{self.unseen_pairs}")
            + (f"\n{scores_table(self.scores)}" if self.scores else "")
        )

    __str__ = table

    def _repr_html_(self) -> str:
        return preformatted(str(self))
