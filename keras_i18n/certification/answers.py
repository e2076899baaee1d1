"""What a runtime gave for texts, and what runs a file in this process."""

import dataclasses
import pathlib
import time

import numpy as np

from keras_i18n.export import load_exported
from keras_i18n.protocols import Texts

_TIMED = 24  # texts that are timed, each alone


@dataclasses.dataclass(frozen=True)
class Answers:
    """What came out of a file.

    Args:
        numbers: an array for each text: scores, a vector or token ids.
        milliseconds: of single texts, each run alone.
        memory_mb: the largest resident memory of the process that ran it; None where it was this one.
    """

    numbers: list[np.ndarray]
    milliseconds: list[float]
    memory_mb: float | None = None

    @property
    def p50_ms(self) -> float | None:
        """The median time of one text."""
        return float(np.median(self.milliseconds)) if self.milliseconds else None


def in_this_process(path: pathlib.Path, texts: Texts) -> Answers:
    """Opens a file with its golden examples replayed, and runs it on texts.

    Raises:
        ValueError: it cannot be opened, or answers otherwise than its metadata says.
    """
    runner = load_exported(path, replay=True)
    run = runner.tokenize if runner.metadata.task == "tokenization" else runner.predict
    numbers = list(run(texts))
    few = texts[:: max(1, len(texts) // _TIMED)][:_TIMED]
    for text in few:  # shapes are traced and kernels chosen once
        run([text])
    times = []
    for text in few:
        begin = time.perf_counter()
        run([text])
        times.append((time.perf_counter() - begin) * 1000)
    return Answers(numbers, times)
