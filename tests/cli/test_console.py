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
    assert "training: epochs, loss 0.250" in written
    assert "left" in written
    assert "3/12" in written


def test_in_pipes_a_row_is_a_line_and_progress_lines_go_to_standard_error(monkeypatch, capsys):
    pipe = rich.console.Console(file=io.StringIO(), force_terminal=False, width=40)
    monkeypatch.setattr(console, "console", pipe)
    monkeypatch.setattr(console, "_PATIENCE", 0.0)
    with console.progress_bar("training", total=12) as show:
        show(Progress("epochs", 3, 12, 0.25))
    assert capsys.readouterr().err == "epochs: 3 of 12, loss 0.25\n"
    long = "a text that is much longer than forty columns, and has\na line end"
    console.show_table(("text", "score"), [(long, 0.5)])
    console.show_text(f"report: {long}")
    assert pipe.file.getvalue().splitlines() == [
        "text".ljust(len(long)) + "  score",
        long.replace("\n", " ") + "    0.5",
        "report: a text that is much longer than forty columns, and has",
        "a line end",
    ]
