"""BLEU and chrF of translations, by sacrebleu and with its signatures, in all and by length."""

import dataclasses
from typing import Any

from keras_i18n.protocols import Texts
from keras_i18n.shown import cut
from keras_i18n.text_table import preformatted, text_table

_LENGTHS = ((1, 9), (10, 14), (15, 24), (25, None))  # words of a reference
_PIP_LINE = "pip install 'keras_i18n[translation]'"


@dataclasses.dataclass(frozen=True)
class TranslationScore:
    """Scores of some texts.

    Args:
        texts: which: "all", or the number of words of their references.
        count: how many.
        bleu, chrf: from 0 to 100.

    >>> TranslationScore(texts="all", count=2, bleu=41.5, chrf=60.25).bleu
    41.5
    """

    texts: str
    count: int
    bleu: float
    chrf: float


@dataclasses.dataclass(frozen=True)
class TranslationReport:
    """What `translation_scores` found.

    Args:
        rows: a `TranslationScore` for all texts, then one for each length.
        bleu_signature, chrf_signature: sacrebleu's, without which a score compares with no other.
    """

    rows: tuple[TranslationScore, ...]
    bleu_signature: str
    chrf_signature: str

    @property
    def bleu(self) -> float:
        """BLEU of all texts."""
        return self.rows[0].bleu

    @property
    def chrf(self) -> float:
        """chrF of all texts."""
        return self.rows[0].chrf

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return dataclasses.asdict(self)

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        rows = [(row.texts, str(row.count), f"{row.bleu:.2f}", f"{row.chrf:.2f}") for row in self.rows]
        table = text_table(("words", "texts", "BLEU", "chrF"), rows)
        return f"{table}\nBLEU {self.bleu_signature}\nchrF {self.chrf_signature}"


def translation_scores(translations: Texts, references: Texts, *, lower_case: bool = False) -> TranslationReport:
    """Scores translations against one reference each.

    Args:
        translations: list of str.
        references: list of str, as many.
        lower_case: whether case does not count, as in some published figures.

    Returns:
        A `TranslationReport`; BLEU is that of the whole set, no mean over texts.

    Raises:
        ValueError: another number of references, or no text. ImportError: sacrebleu is not installed.

    Example:

    >>> report = translation_scores(["a man sits on the bench ."], ["a man sits on a bench ."])
    >>> round(report.bleu, 2), report.bleu_signature.split("|")[-2]
    (48.89, 'smooth:exp')
    """
    try:
        from sacrebleu.metrics import BLEU, CHRF
    except ImportError as error:
        raise ImportError(f"BLEU and chrF are computed by sacrebleu. Install it: {_PIP_LINE}") from error
    translations, references = list(translations), list(references)
    if len(translations) != len(references) or not references:
        raise ValueError(
            "Each translation needs a reference, and there must be one at least. "
            f"Received: {cut(len(translations))} translations, {cut(len(references))} references."
        )
    bleu, chrf = BLEU(lowercase=lower_case), CHRF(lowercase=lower_case)

    def scored(name, rows):
        given = [translations[row] for row in rows], [[references[row] for row in rows]]
        return TranslationScore(name, len(rows), bleu.corpus_score(*given).score, chrf.corpus_score(*given).score)

    rows = [scored("all", range(len(references)))]
    words = [len(text.split()) for text in references]
    signatures = str(bleu.get_signature()), str(chrf.get_signature())
    for least, most in _LENGTHS:
        chosen = [row for row, count in enumerate(words) if count >= least and (most is None or count <= most)]
        if chosen:
            rows.append(scored(f"{least} to {most}" if most else f"{least} and more", chosen))
    return TranslationReport(tuple(rows), *signatures)
