"""What a runtime gave for texts, and what runs a file in this process."""

import dataclasses
import pathlib
import time
from typing import Any

import numpy as np

from keras_i18n.export import load_exported
from keras_i18n.protocols import Texts

_TIMED = 24  # texts that are timed, each alone


@dataclasses.dataclass(frozen=True)
class Answers:
    """What came out of a file.

    Args:
        numbers: an array for each text: scores, a vector, token ids, or the code points of a translation.
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

    def run(texts):
        return numbers_of(runner, texts, runner.metadata.target_languages)

    numbers = run(texts)
    few = texts[:: max(1, len(texts) // _TIMED)][:_TIMED]
    for text in few:  # shapes are traced and kernels chosen once
        run([text])
    times = []
    for text in few:
        begin = time.perf_counter()
        run([text])
        times.append((time.perf_counter() - begin) * 1000)
    return Answers(numbers, times)


def numbers_of(answering: Any, texts: Texts, target_languages: tuple[str, ...] = ()) -> list[np.ndarray]:
    """What a model, a tokenizer or an opened file gives for texts, an array each.

    Args:
        answering: with `translate`, `predict` or `tokenize`.
        texts: list of str.
        target_languages: of a translator, which translates into the first of them, as clients do unless told.
    """
    if hasattr(answering, "translate"):
        found = answering.translate(texts, target_language=target_languages[0] if target_languages else None)
        return [np.array([ord(character) for character in text], "int32") for text in found]
    told = getattr(getattr(answering, "metadata", None), "task", None)
    by_ids = told == "tokenization" or not hasattr(answering, "predict")
    return list(answering.tokenize(texts) if by_ids else answering.predict(texts))
