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
