"""A row of a report."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class LanguageScore:
    """The scores in one language; shares from 0 to 1.

    Attributes:
        language, name, script: BCP-47 tag, English name, ISO 15924 code.
        count: number of texts.
        accuracy, low, high: the accuracy and its bootstrap interval.
        macro_f1: F1 averaged over labels.
        calibration_error: expected calibration error; NaN where the model gives no probabilities.
        majority: share of the most frequent label, which an answer that is always the same gets right; None where it was
            not counted.
        baseline: accuracy of another model on the same texts; None where there was none.
        made_for: whether the model was made for the language; None where it does not say.
        unread_script: the script that texts of the language are in, where no language of the model has its letters; else None.

    Example:

    >>> LanguageScore("sw", "Swahili", "Latn", 50, 0.8, 0.68, 0.9, 0.79, 0.1).accuracy
    0.8
    """

    language: str
    name: str
    script: str
    count: int
    accuracy: float
    low: float
    high: float
    macro_f1: float
    calibration_error: float
    majority: float | None = None
    baseline: float | None = None
    made_for: bool | None = None
    unread_script: str | None = None

    @property
    def at_majority(self) -> bool:
        """Whether always giving the most frequent label would do as well."""
        return self.majority is not None and self.accuracy <= self.majority < 1
