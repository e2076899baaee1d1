"""What shows progress: one line that is rewritten in a terminal, few lines in a log, and only where it was asked for."""

import io

import pytest

import keras_i18n as ki
from keras_i18n.progress import Counter, Progress, ShownProgress, teller


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock():
    return Clock()


def after(clock, show, *steps):
    for seconds, progress in steps:
        clock.now = seconds
        show(progress)


def test_a_terminal_has_one_line_a_stage(clock):
    file = Terminal()
    show = ShownProgress(file, clock=clock)
    after(
        clock, show,
        (0, Progress("texts", 500, 1000)),
        (0.05, Progress("texts", 600, 1000)),  # a moment later: not drawn
        (2, Progress("texts", 900, 1000)),
        (3, Progress("texts", 1000, 1000)),
        (4, Progress("epochs", 1, 3, 0.5)),
        (70, Progress("epochs", 2, 3, 0.25)),
    )  # fmt: skip
    lines = [line.split("\r")[1:] for line in file.getvalue().split("\n")]
    assert [[drawn.rstrip() for drawn in line] for line in lines] == [
        ["texts: 500 of 1,000", "texts: 900 of 1,000, 0 s left", "texts: 1,000 of 1,000, took 3 s"],
        ["epochs: 1 of 3, loss 0.5", "epochs: 2 of 3, loss 0.25, 1 min 06 s left"],
    ]
    longest = max(len(drawn) for drawn in lines[0])
    assert len(lines[0][-1]) == longest, "what was longer is overwritten"


def test_a_log_has_few_lines_and_the_last(clock):
    file = io.StringIO()
    show = ShownProgress(file, clock=clock)
    after(clock, show, *((second, Progress("epochs", second + 1, 40, 1.0)) for second in range(40)))
    told = file.getvalue().splitlines()
    assert told[0] == "epochs: 1 of 40, loss 1"
    assert told[1] == "epochs: 11 of 40, loss 1, 29 s left"
    assert told[-1] == "epochs: 40 of 40, loss 1, took 39 s"
    assert len(told) == 5


def test_stages_that_count_together_share_their_time(clock):
    file = io.StringIO()
    show = ShownProgress(file, clock=clock)
    after(clock, show, (0, Progress("tflite", 0, 4)), (20, Progress("onnx", 1, 4)), (40, Progress("onnx", 2, 4)))
    assert file.getvalue().splitlines() == [
        "tflite: 0 of 4",
        "onnx: 1 of 4, 1 min 00 s left",
        "onnx: 2 of 4, 40 s left",
    ]


def test_patience_keeps_short_tasks_silent(clock):
    file = io.StringIO()
    show = ShownProgress(file, clock=clock, patience=5)
    after(clock, show, (0, Progress("texts", 1, 3)), (2, Progress("texts", 2, 3)), (3, Progress("texts", 3, 3)))
    assert file.getvalue() == ""
    after(clock, show, (4, Progress("epochs", 1, 3)), (9, Progress("epochs", 2, 3)))
    assert file.getvalue() == "epochs: 2 of 3, 5 s left\n"


def test_what_may_be_given(capsys, monkeypatch):
    assert teller(None) is teller(False) is None
    assert teller("auto") is None  # the tests have no terminal
    monkeypatch.setattr("sys.stderr", Terminal())
    assert isinstance(teller("auto"), ShownProgress)
    with pytest.raises(ValueError, match=r"must be True, 'auto', None or a function\. Received: 'yes'"):
        Counter("yes", "texts")


def test_every_long_call_shows_itself(capsys, tmp_path):
    tokenizer = ki.tokenizers.train_unigram(["wake me", "play a song"] * 9, vocabulary_size=20)
    network = ki.networks.pooling(vocabulary_size=tokenizer.vocabulary_size, num_labels=2, size="tiny")
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["alarm", "music"])
    data = ki.datasets.from_lists(["wake me", "play a song"] * 4, ["alarm", "music"] * 4, language="en")

    def shown(call):
        capsys.readouterr()
        result = call()
        told = capsys.readouterr()
        assert told.out == ""
        return result, told.err

    assert "epochs: 2 of 2, loss" in shown(lambda: model.fit(data, trainable="all", epochs=2, progress=True))[1]
    assert "texts: 8 of 8" in shown(lambda: model.predict(data.text, progress=True))[1]
    assert "texts: 8 of 8" in shown(lambda: ki.evaluate_by_language(model, data, progress=True))[1]
    folder, told = shown(lambda: ki.export.export(model, tmp_path / "out", formats="keras", progress=True))
    assert "keras: 1 of 1" in told
    assert "keras en: 1 of 1" in shown(lambda: ki.verify(model, folder, data, progress=True))[1]
    assert "checks: " in shown(lambda: ki.datasets.check(data, progress=True))[1]
    options = {"texts": ["amka", "cheza wimbo"] * 9, "method": "parts", "progress": True}
    assert "training: 3 of 3" in shown(lambda: ki.transfer.convert_language(model, "sw", **options))[1]
    assert shown(lambda: model.predict(data.text))[1] == ""
