"""Which candidate of `TextClassifier.create` is built, and why."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n.models.creation.candidates import Candidate
from keras_i18n.models.creation.encoders import Encoders
from keras_i18n.models.creation.judging import paired_gain
from keras_i18n.models.creation.report import Trial
from keras_i18n.models.presets import preset_languages

_ALIKE = 0.002
_MARGIN = 0.5  # over the square root of the texts that judge: about one standard error
_ONE_LANGUAGE_GAIN = 0.03  # by which n-grams must win to be used where other languages have no labels
# Standard errors by which an encoder must win over one that is preferred: the rule of one standard error (Breiman,
# Friedman, Olshen and Stone 1984), with the noise of the difference on the same texts. NusaX in English and Indonesian, 16
# draws of 20 to 200 texts: it takes the large one 9 times, for 3.2 points in the mean of all draws on other texts, never for
# a loss; with two standard errors 3 times, for 0.8. SIB-200 in 6 languages that both know, 21 draws: 2 times, for 0.1.
_SURE = 1.0
SIXTEEN = "use_multilingual_v3"
# SIB-200 dev, labels in English: `benchmarks/universal_encoder.py` (its 16 languages, all 205), of it and of `universal`
ZERO_SHOT = {SIXTEEN: (0.826, 0.428), "universal": (0.802, 0.613)}


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What was tried, and who wins.

    Attributes:
        candidates: name -> `Candidate`.
        trials: what came of them.
        right: name -> how right its answers were, of the same texts.
        language, same_text: of these texts.
        first: the encoder that is preferred; None where there is none.
        one_language: the language that all labels are in, where `first` was made for it; else None.
        num_bytes: name -> bytes of its weights.
        num_languages: name -> how many languages it was made for.
        held_out: what the texts that judge are called.
        num_texts: how many texts there are to judge.
    """

    candidates: Mapping[str, Candidate]
    trials: Sequence[Trial]
    right: Mapping[str, np.ndarray]
    language: Any
    same_text: np.ndarray | None
    first: str | None
    one_language: str | None
    num_bytes: Mapping[str, int]
    num_languages: Mapping[str, int]
    held_out: str
    num_texts: int

    def chosen(self) -> tuple[Candidate, str]:
        """The candidate that is built, and the reason, a sentence."""
        tried = {trial.name: trial.judged for trial in self.trials if trial.by_language}
        own = {name: score for name, score in tried.items() if self.candidates[name].preset in (None, self.first)}
        best, reason = self._best(own)
        for preset in dict.fromkeys(one.preset for one in self.candidates.values()):
            others = {name: score for name, score in tried.items() if self.candidates[name].preset == preset}
            if preset in (None, self.first) or not others:
                continue
            best, reason = self._against(best, reason, max(others, key=lambda name: others[name]), tried)
        return self.candidates[best], reason

    def _best(self, tried):
        """Of one encoder and n-grams."""
        best = max(tried, key=lambda name: tried[name])
        if len(tried) == 1:
            return best, "the only one that was tried"
        alone = next((name for name in tried if self.candidates[name].is_encoder_alone), None)
        both = next((name for name in tried if self.candidates[name] == _with_ngrams(self.candidates[best])), None)
        if self.one_language and alone and tried[best] < tried[alone] + _ONE_LANGUAGE_GAIN:
            return alone, f"labels are in {self.one_language} alone, and n-grams would say nothing of other languages"
        everything = next(
            (name for name in tried if self.candidates[name].preset and self.candidates[name].has_ngrams), None
        )
        if not tried[best] and everything:
            return everything, f"no answer on {self.held_out} was right, which tells nothing: it hears both"
        # where judges are few, the network that has all is the safer one: it can leave either part unheard
        margin = _MARGIN / math.sqrt(self.num_texts)
        if best == alone and both and tried[both] >= tried[alone] - margin:
            return both, f"within {margin:.1%} of the encoder alone, and it hears both"
        smaller = next((name for name in tried if self.candidates[name].preset is None), None)
        if smaller and best != smaller and tried[smaller] >= tried[best] - _ALIKE:
            return smaller, f"as good as {best} and far smaller"
        return best, f"judged best on {self.held_out}"

    def _against(self, best, reason, other, tried):
        """Whether another encoder wins surely: by more than the texts that judge can tell from chance."""
        gain, error = paired_gain(self.right[best], self.right[other], self.language, self.same_text)
        sizes = " against ".join(
            f"{self.num_bytes[name] / 1e6:,.0f} MB for {self.num_languages[name]} languages" for name in (other, best)
        )
        wins = f"{100 * gain:+.1f} points beside {best}, with a standard error of {100 * error:.1f}"
        if tried[other] > tried[best] and gain > _SURE * error:
            return other, f"{wins}: worth {sizes}"
        if tried[other] > tried[best] and gain > 0:
            return (
                best,
                f"{reason}; {other} is not surely better ({wins.replace(f' beside {best}', '')}), and takes {sizes}",
            )
        return best, reason


def _with_ngrams(candidate):
    return dataclasses.replace(candidate, has_ngrams=True)


def worse_by_more_than_chance(right: np.ndarray, others: np.ndarray, judges: Any) -> bool:
    """Whether a candidate is right less often than another by more than a standard error.

    Args:
        right: how right its answers were, float `(texts,)`.
        others: the same of the other.
        judges: `TrainingFeatures` of these texts.

    >>> import types
    >>> judges = types.SimpleNamespace(language=["en"] * 20, same_text=None)
    >>> worse_by_more_than_chance(np.zeros(20), np.ones(20), judges)
    True
    """
    gain, error = paired_gain(others, right, judges.language, judges.same_text)
    return gain < -error


def told_of_sixteen(language: str, encoders: Encoders) -> str:
    """What a reason says where `use_multilingual_v3` is there and reads the languages that it knows better; or nothing.

    Args:
        language: that all labels are in.
        encoders: of the search.
    """
    try:
        known = preset_languages(SIXTEEN)
    except ImportError:
        return ""
    if SIXTEEN in encoders.left_out or not encoders.languages(SIXTEEN) or language not in known:
        return ""
    (few, all_), (own_few, own_all) = ZERO_SHOT[SIXTEEN], ZERO_SHOT["universal"]
    return (
        f'. For {", ".join(known)} alone preset="{SIXTEEN}" reads better ({few:.1%} against {own_few:.1%} of topics of '
        f"sentences, labels in English), over 205 languages worse ({all_:.1%} against {own_all:.1%})"
    )
