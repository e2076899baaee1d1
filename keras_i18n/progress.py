"""How far a long task has come: what every `progress=` is called with."""

import dataclasses
from collections.abc import Callable

__all__ = ["Counter", "Progress"]


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a task has come.

    Attributes:
        stage: what is being done: "texts", "images", "epochs", the name of a format ...
        done: how much of it, from the beginning of the stage on.
        total: how much there is to do; None where that is unknown.
        value: how well it goes, where there is such a number: the loss of an epoch.

    >>> str(Progress("epochs", 2, 12, 0.25))
    'epochs: 2 of 12, 0.25'
    """

    stage: str
    done: int
    total: int | None = None
    value: float | None = None

    def __str__(self) -> str:
        told = f"{self.stage}: {self.done}" + ("" if self.total is None else f" of {self.total}")
        return told if self.value is None else f"{told}, {self.value:.4g}"


class Counter:
    """Counts one stage and tells of it.

    >>> told = []
    >>> texts = Counter(told.append, "texts", total=3)
    >>> texts.add(2)
    >>> told
    [Progress(stage='texts', done=2, total=3, value=None)]
    """

    def __init__(self, tell: Callable[[Progress], object] | None, stage: str, *, total: int | None = None) -> None:
        self.tell, self.stage, self.total, self.done = tell, stage, total, 0

    def add(self, count: int = 1, value: float | None = None) -> None:
        """So much more is done."""
        self.done += count
        if self.tell is not None:
            self.tell(Progress(self.stage, self.done, self.total, value))
