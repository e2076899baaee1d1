"""What `TextClassifier.create` tried, how it judged, and what it chose."""

import dataclasses

from keras_i18n.text_table import preformatted, text_table

_SHARE_OF_WORST = 0.25


def judged(by_language: dict[str, float]) -> float:
    """One number of a candidate: three quarters the mean over languages, one quarter the mean of the worst of them.

    The worst are a quarter of the languages, at least one.

    Args:
        by_language: accuracy (with several labels a text micro F1) of each language.

    >>> judged({"en": 0.8, "sw": 0.4})
    0.55
    """
    scores = sorted(by_language.values())
    worst = scores[: max(1, len(scores) // 4)]
    mean, lowest = sum(scores) / len(scores), sum(worst) / len(worst)
    return round((1 - _SHARE_OF_WORST) * mean + _SHARE_OF_WORST * lowest, 6)


@dataclasses.dataclass(frozen=True)
class Trial:
    """One candidate.

    Attributes:
        name: "n-grams", "encoder" or "encoder and n-grams".
        by_language: accuracy (with several labels a text micro F1) of texts that were held out; empty where it was not tried.
        note: what it chose for itself, or why it was not tried.
    """

    name: str
    by_language: dict[str, float]
    note: str = ""

    @property
    def judged(self) -> float:
        """The number that candidates are compared by; -1 where it was not tried."""
        return judged(self.by_language) if self.by_language else -1.0


@dataclasses.dataclass(frozen=True)
class CreationReport:
    """The candidates of `TextClassifier.create`; `str` is a table, and so is it in a notebook.

    Attributes:
        trials: the candidates.
        chosen: name of the one that was built.
        reason: why, in a sentence.

    >>> print(CreationReport((Trial("n-grams", {"en": 0.75, "sw": 0.5}),), "n-grams", "the best of one"))
    candidate  mean   worst language  judged  note
    n-grams    62.5%  sw 50.0%         59.4%
    chosen: n-grams, the best of one
    """

    trials: tuple[Trial, ...]
    chosen: str
    reason: str

    def __str__(self) -> str:
        rows = []
        for trial in self.trials:
            scores = trial.by_language
            if not scores:
                rows.append([trial.name, "-", "-", "-", trial.note])
                continue
            worst = min(scores, key=lambda language: scores[language])
            mean = sum(scores.values()) / len(scores)
            rows.append([trial.name, f"{mean:.1%}", f"{worst} {scores[worst]:.1%}", f"{trial.judged:.1%}", trial.note])
        table = text_table(["candidate", "mean", "worst language", "judged", "note"], rows)
        return f"{table}\nchosen: {self.chosen}, {self.reason}"

    def _repr_html_(self) -> str:
        return preformatted(str(self))
