"""How far a long task has come: what every `progress=` is called with, and what shows it."""

import dataclasses
import html
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO, TypeAlias

from keras_i18n.shown import shown

__all__ = ["Counter", "Progress", "ProgressOption", "ShownProgress", "teller"]


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a task has come.

    Attributes:
        stage: what is being done: "texts", "images", "epochs", the name of a format ...
        done: how much of it, from the beginning of the stage on.
        total: how much there is to do; None where that is unknown.
        value: how well it goes, where there is such a number: the loss of an epoch.

    >>> str(Progress("epochs", 2, 12, 0.25))
    'epochs: 2 of 12, loss 0.25'
    """

    stage: str
    done: int
    total: int | None = None
    value: float | None = None

    def __str__(self) -> str:
        told = f"{self.stage}: {self.done:,}" + ("" if self.total is None else f" of {self.total:,}")
        name = "loss " if self.stage == "epochs" else ""
        return told if self.value is None else f"{told}, {name}{self.value:.4g}"


# what `progress=` takes: True (shown), "auto" (shown where a person looks: a terminal or a notebook), a function, or None
ProgressOption: TypeAlias = Callable[[Progress], object] | bool | str | None


def teller(progress: ProgressOption) -> Callable[[Progress], object] | None:
    """The function that is told of progress; None where nobody wants to know.

    Args:
        progress: True shows it on standard error, "auto" only in a terminal or a notebook; a function is called with
            each `Progress`; None or False for silence.

    Raises:
        ValueError: something else.

    >>> teller(None) is None, teller(print) is print, isinstance(teller(True), ShownProgress)
    (True, True, True)
    """
    if progress is None or progress is False:
        return None
    if callable(progress):
        return progress
    if progress is True:
        return ShownProgress()
    if progress == "auto":
        return ShownProgress() if _screen_of(sys.stderr) != "lines" else None
    raise ValueError(f"`progress` must be True, 'auto', None or a function. Received: {shown(progress)}.")


class Counter:
    """Counts one stage and tells of it.

    Args:
        tell: what `progress=` was given. stage, total: as in `Progress`.

    >>> told = []
    >>> texts = Counter(told.append, "texts", total=3)
    >>> texts.add(2)
    >>> told
    [Progress(stage='texts', done=2, total=3, value=None)]
    """

    def __init__(self, tell: ProgressOption, stage: str, *, total: int | None = None) -> None:
        self.tell, self.stage, self.total, self.done = teller(tell), stage, total, 0

    def add(self, count: int = 1, value: float | None = None) -> None:
        """So much more is done."""
        self.done += count
        if self.tell is not None:
            self.tell(Progress(self.stage, self.done, self.total, value))

    def next_stage(self, stage: str) -> None:
        """One of `total` stages is done, and this one begins."""
        self.stage = stage
        self.add()


# seconds between two of what is shown
_PAUSES = {"terminal": 0.1, "notebook": 0.25, "lines": 10.0}


class ShownProgress:
    """Shows progress with the time that is left: a line that is rewritten in terminals and notebooks, lines in logs.

    In a pipe or a file a line is written when a stage begins and ends, and every ten seconds between.

    Args:
        file: where to; by default what `sys.stderr` is at each call.
        screen: "terminal", "notebook" or "lines"; by default what is there.
        patience: seconds that nothing is shown for at first; short tasks then stay silent.
        clock: seconds, for tests.

    >>> show = ShownProgress(sys.stdout, screen="lines", clock=iter([0.0, 2.0, 12.0, 24.0]).__next__)
    >>> for done in (1, 2, 6, 12):
    ...     show(Progress("epochs", done, 12, 1 / done))
    epochs: 1 of 12, loss 1
    epochs: 6 of 12, loss 0.1667, 14 s left
    epochs: 12 of 12, loss 0.08333, took 24 s
    """

    def __init__(
        self,
        file: TextIO | None = None,
        *,
        screen: str | None = None,
        patience: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file, self._screen, self._patience, self._clock = file, screen, patience, clock
        self._last: Progress | None = None
        self._born: float | None = None
        self._shown_at = -float("inf")
        self._width = 0
        self._display: Any = None

    def __call__(self, progress: Progress) -> None:
        """Shows it, unless the last was shown a moment ago."""
        now = self._clock()
        self._born = now if self._born is None else self._born
        screen = self._screen or _screen_of(self._file or sys.stderr)
        if not self._goes_on(progress):
            self._began, self._first = now, progress.done
            self._shown_at = -float("inf")
            self._end_line(screen)
        self._last = progress
        ended = progress.total is not None and progress.done >= progress.total
        due = ended or now - self._shown_at >= _PAUSES[screen]
        if due and now - self._born >= self._patience:
            self._shown_at = now
            getattr(self, f"_show_in_{screen}")(str(progress) + self._time_told(progress, now, ended), ended)

    def _goes_on(self, progress):
        """The same stage; or the next of stages that count together, such as formats."""
        last = self._last
        same = last is not None and (last.stage == progress.stage or last.done < (last.total or 0))
        return same and last.total == progress.total and progress.done >= last.done

    def _time_told(self, progress, now, ended):
        passed, done = now - self._began, progress.done - self._first
        if ended:
            return f", took {_seconds(passed)}" if passed >= 1 else ""
        if progress.total is None or done <= 0 or passed < 1:
            return ""
        return f", {_seconds(passed / done * (progress.total - progress.done))} left"

    def _show_in_lines(self, line, ended):
        self._write(f"{line}\n")

    def _show_in_terminal(self, line, ended):
        self._write(f"\r{line}{' ' * max(0, self._width - len(line))}" + ("\n" if ended else ""))
        self._width = 0 if ended else len(line)

    def _show_in_notebook(self, line, ended):
        from IPython.display import display

        shown = {"text/plain": line, "text/html": f"<code>{html.escape(line)}</code>"}
        if self._display is None:
            self._display = display(shown, raw=True, display_id=True)
        else:
            self._display.update(shown, raw=True)
        if ended:
            self._display = None

    def _end_line(self, screen):
        if screen == "terminal" and self._width:
            self._write("\n")
            self._width = 0
        self._display = None

    def _write(self, text):
        file = self._file or sys.stderr
        file.write(text)
        file.flush()


def _screen_of(file):
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and hasattr(shell, "kernel"):
        return "notebook"
    return "terminal" if getattr(file, "isatty", lambda: False)() else "lines"


def _seconds(seconds):
    """Such as "14 s", "3 min 05 s", "2 h 10 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return (
        f"{whole // 60} min {whole % 60:02d} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    )
