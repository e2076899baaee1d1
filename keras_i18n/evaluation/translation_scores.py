"""BLEU and chrF of translations, by sacrebleu and with its signatures, in all and by length."""

import dataclasses
import re
from typing import Any

from keras_i18n.languages.scripts import script
from keras_i18n.protocols import Texts
from keras_i18n.shown import cut
from keras_i18n.text_table import preformatted, text_table

# sacrebleu's way to find words where none are written apart: with "13a" a whole sentence would be one word
_TOKENIZERS = {
    **dict.fromkeys(("Hans", "Hant", "Hani"), "zh"),
    **dict.fromkeys(("Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt", "Java", "Bali"), "char"),
}
_LENGTHS = ((1, 9), (10, 14), (15, 24), (25, None))  # words of a reference
_PIP_LINE = "pip install 'keras_i18n[translation]'"


@dataclasses.dataclass(frozen=True)
class TranslationScore:
    """Scores of some texts.

    Args:
        texts: which: "all", or the number of words of their references.
        count: how many.
        bleu, chrf: from 0 to 100.
        bleu_margin, chrf_margin: half of the 95 % interval around each, by bootstrap over texts; None where none was asked
            for.

    >>> TranslationScore(texts="all", count=2, bleu=41.5, chrf=60.25).bleu
    41.5
    """

    texts: str
    count: int
    bleu: float
    chrf: float
    bleu_margin: float | None = None
    chrf_margin: float | None = None


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
        rows = [
            (row.texts, str(row.count), _shown(row.bleu, row.bleu_margin), _shown(row.chrf, row.chrf_margin))
            for row in self.rows
        ]
        table = text_table(("words", "texts", "BLEU", "chrF"), rows)
        return f"{table}\nBLEU {self.bleu_signature}\nchrF {self.chrf_signature}"


def _shown(score, margin):
    return f"{score:.2f}" if margin is None else f"{score:.2f} ± {margin:.2f}"


def _margin(score):
    """Of what was drawn, which sacrebleu tells in its text; where all that was drawn is 0 it tells none."""
    found = re.search(r"± ([0-9.]+)", score.format(width=6))
    return float(found[1]) if found else 0.0


def tokenizer_of(language: str | None) -> str:
    """The name of sacrebleu's tokenizer for a language; "13a", its own default, where words are written apart.

    >>> tokenizer_of("de"), tokenizer_of("zh-TW"), tokenizer_of("ja")
    ('13a', 'zh', 'char')
    """
    return "13a" if language is None else _TOKENIZERS.get(script(language), "13a")


def translation_scores(
    translations: Texts,
    references: Texts,
    *,
    target_language: str | None = None,
    tokenize: str | None = None,
    lower_case: bool = False,
    resamples: int = 1000,
) -> TranslationReport:
    """Scores translations against one reference each.

    Args:
        translations: list of str.
        references: list of str, as many.
        target_language: BCP-47 tag, by which BLEU finds words: Chinese, Japanese, Thai and others write none apart.
        tokenize: sacrebleu's name of another way to find words; "none" for texts that are tokenized already, as published
            "tokenised BLEU" has it.
        lower_case: whether case does not count, as in some published figures.
        resamples: drawn sets of texts for the intervals (Koehn 2004, "Statistical significance tests for machine
            translation evaluation"); 0 for no interval.

    Returns:
        A `TranslationReport`; BLEU is that of the whole set, no mean over texts.

    Raises:
        ValueError: another number of references, or no text. ImportError: sacrebleu is not installed.

    Example:

    >>> report = translation_scores(["a man sits on the bench ."], ["a man sits on a bench ."], resamples=0)
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
    bleu = BLEU(lowercase=lower_case, tokenize=tokenize or tokenizer_of(target_language), force=True)
    chrf = CHRF(lowercase=lower_case)

    def scored(name, rows):
        given = [translations[row] for row in rows], [[references[row] for row in rows]]
        # one text drawn again and again tells nothing of others
        drawn = resamples if len(rows) > 1 else 0
        found = [metric.corpus_score(*given, n_bootstrap=max(1, drawn)) for metric in (bleu, chrf)]
        margins = [_margin(one) if drawn else None for one in found]
        return TranslationScore(name, len(rows), *(one.score for one in found), *margins)

    rows = [scored("all", range(len(references)))]
    apart = bleu.tokenizer if tokenizer_of(target_language) != "13a" else str  # words of writing without spaces
    words = [len(apart(text).split()) for text in references]
    signatures = str(bleu.get_signature()), str(chrf.get_signature())
    for least, most in _LENGTHS:
        chosen = [row for row, count in enumerate(words) if count >= least and (most is None or count <= most)]
        if chosen:
            rows.append(scored(f"{least} to {most}" if most else f"{least} and more", chosen))
    return TranslationReport(tuple(rows), *signatures)
