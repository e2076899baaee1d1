import io
import time

import rich.console

from keras_i18n.cli import console
from keras_i18n.progress import Progress


def test_the_bar_shows_stage_counts_and_value(monkeypatch):
    screen = rich.console.Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(console, "console", screen)
    with console.progress_bar("training", total=12) as show:
        show(Progress("texts", 5, 5))
        show(Progress("epochs", 3, 12, 0.25))
        time.sleep(0.3)  # it is drawn ten times a second
    written = screen.file.getvalue()
    assert "training: epochs, 0.250" in written
    assert "3/12" in written
