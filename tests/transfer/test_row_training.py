"""Rows of a new language are trained: the same seed, a backup and an interrupt each lead where they should."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from keras_i18n import networks, transfer
from keras_i18n.transfer.adding import row_training
from keras_i18n.transfer.adding.row_training import Examples, RowTraining, RowTrainingOptions
from tests.transfer.test_adding_languages import ENGLISH, SWAHILI, tiny_encoder


@pytest.fixture(scope="module")
def grown():
    encoder = tiny_encoder()
    longer = transfer.extend_vocabulary(encoder.tokenizer, {"sw": SWAHILI * 10})
    rows = np.random.default_rng(0).standard_normal((len(longer.pieces), 16)).astype("float32")
    texts = [text for text in SWAHILI for text in (text, " ".join(text.split()[1:]))]
    examples = [Examples(texts, np.repeat(encoder.encode(ENGLISH), 2, axis=0))]
    return encoder, longer.tokenizer, rows, examples


def training(grown, *, examples=None, rows=None, tokenizer=None, **options):
    encoder, longer, first, default = grown
    network = networks.with_language_rows(encoder.network, "sw", first if rows is None else rows)
    options = RowTrainingOptions(**{"epochs": 4, "pack_tokens": 60, "alpha": 0.5} | options)
    return RowTraining(network, "sw", tokenizer or longer, examples or default, options)


def trained(grown, **options):
    one = training(grown, **options)
    return one.run(), one.rows.numpy()


def stop_after(epoch, error=KeyboardInterrupt):
    def tell(now):
        if now.done == epoch:
            raise error

    return tell


@pytest.fixture(scope="module")
def whole(grown):
    return trained(grown)


def test_the_same_seed_gives_the_same_rows(grown, whole):
    losses, rows = trained(grown)
    assert losses == whole[0]
    assert np.array_equal(rows, whole[1])
    assert not np.array_equal(trained(grown, seed=1)[1], whole[1])


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_stopped_training_goes_on_to_the_same_end_bit_for_bit(grown, whole, tmp_path, epoch):
    folder = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        trained(grown, backup_dir=folder, progress=stop_after(epoch))
    assert [file.name for file in folder.iterdir()] == ["rows.npz"]
    losses, rows = trained(grown, backup_dir=folder)
    assert losses == whole[0]
    assert np.array_equal(rows, whole[1])
    assert not folder.exists()  # what is done needs no backup


def test_files_of_others_stay_in_the_folder(grown, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    trained(grown, epochs=1, backup_dir=str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_the_backup_of_another_training_is_refused(grown, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        trained(grown, backup_dir=tmp_path, progress=stop_after(1))
    _, _, rows, (examples,) = grown
    others = [
        {"examples": [Examples(examples.texts, examples.targets[::-1])]},  # another teacher
        {"examples": [Examples(examples.texts[::-1], examples.targets)]},
        {"examples": [Examples(examples.texts, examples.targets, weight=0.5)]},
        {"rows": rows + 1},
        {"alpha": 0.25},
        {"pack_tokens": 50},
    ]
    for other in others:
        with pytest.raises(ValueError, match="the same model, texts, teacher and options"):
            trained(grown, backup_dir=tmp_path, **other)
    assert (tmp_path / "rows.npz").exists()


@pytest.mark.parametrize(("epoch", "kept", "told"), [(2, True, "call again with"), (2, False, "give `backup_dir`")])
def test_an_interrupt_tells_what_was_kept_and_how_to_go_on(grown, tmp_path, epoch, kept, told):
    with pytest.raises(KeyboardInterrupt) as caught:
        trained(grown, backup_dir=tmp_path if kept else None, progress=stop_after(epoch))
    (note,) = caught.value.__notes__
    assert note.startswith(f"Interrupted in epoch {epoch + 1} of 4. ")
    assert told in note


class Slow:
    """A tokenizer that takes a while for each text."""

    def __init__(self, tokenizer):
        self.tokenizer, self.digest = tokenizer, tokenizer.digest

    def tokenize(self, texts):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.2 * len(texts))
        return self.tokenizer.tokenize(texts)


def test_ctrl_c_ends_promptly_and_no_thread_goes_on(grown, monkeypatch):
    monkeypatch.setattr(row_training, "_CUT_AT_ONCE", 1)
    one = training(grown, tokenizer=Slow(grown[1]), alpha=0)  # 16 texts: more than 3 s a round
    sent = []

    def press():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.5, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        one.run()
    assert time.monotonic() - sent[0] < 1.5
    deadline = time.monotonic() + 2
    while any("ThreadPoolExecutor" in thread.name for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any("ThreadPoolExecutor" in thread.name for thread in threading.enumerate())
