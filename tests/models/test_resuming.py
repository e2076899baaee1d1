"""A training that was killed goes on where it was and ends where it would have ended."""

import json
import signal
import time

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.training.batches.bucketed_batches import BucketedBatches
from tests import fresh_process
from tests.models.conftest import make_pooling_classifier, make_pooling_encoder


class InterruptionError(Exception):
    pass


def interruption(epoch):
    def stop(current, logs):
        if current == epoch:
            raise InterruptionError

    return keras.callbacks.LambdaCallback(on_epoch_begin=stop)


def pooling(tokenizer, train):
    # dropout: its random state must go on too
    return make_pooling_classifier(tokenizer, train.labels, dropout=0.3)


def mlp_head(tokenizer, train):
    return ki.TextClassifier.on_encoder(make_pooling_encoder(tokenizer), labels=train.labels, head="mlp", hidden_dim=8)


def kernel_head(tokenizer, train):
    return ki.TextClassifier.on_encoder(make_pooling_encoder(tokenizer), labels=train.labels, num_anchors=20)


CASES = {
    "from scratch": (pooling, {"trainable": "all", "learning_rate": 0.01}),
    "kernel": (kernel_head, {"learning_rate": 0.01}),
    "everything": (mlp_head, {"trainable": "all", "learning_rate": 0.01}),
}


@pytest.mark.parametrize("name", CASES)
def test_interrupted_and_called_again_it_ends_the_same(tokenizer, assistant, tmp_path, name):
    make, options = CASES[name]
    train = assistant[0][::3]
    options = {**options, "epochs": 5, "batch_size": 8, "verbose": 0}
    whole = make(tokenizer, train)
    history = whole.fit(train, **options)

    with pytest.raises(InterruptionError):
        make(tokenizer, train).fit(train, **options, backup_dir=tmp_path / "backup", callbacks=[interruption(3)])
    resumed = make(tokenizer, train)
    rest = resumed.fit(train, **options, backup_dir=tmp_path / "backup")

    assert rest.epoch == [3, 4]
    np.testing.assert_allclose(rest.history["loss"], history.history["loss"][3:], rtol=1e-5)
    for one, other in zip(resumed.network.get_weights(), whole.network.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert not (tmp_path / "backup").exists()


def test_called_again_on_the_same_model(tokenizer, assistant, tmp_path):
    """The interruption leaves a model in the middle of an epoch; the backup takes it back to the epoch's start."""
    train = assistant[0]
    options = {"trainable": "all", "epochs": 4, "batch_size": 8, "verbose": 0}
    whole = pooling(tokenizer, train)
    whole.fit(train, **options)

    def stop(batch, logs):
        if int(classifier.network.optimizer.iterations) == 28:  # 11 batches an epoch
            raise InterruptionError

    classifier = pooling(tokenizer, train)
    callback = keras.callbacks.LambdaCallback(on_train_batch_end=stop)
    with pytest.raises(InterruptionError):
        classifier.fit(train, **options, backup_dir=tmp_path, callbacks=[callback])
    assert classifier.fit(train, **options, backup_dir=tmp_path).epoch == [2, 3]
    np.testing.assert_allclose(classifier.predict(train.text), whole.predict(train.text), atol=1e-6)
    # a later training begins at its beginning
    assert classifier.fit(train, **options).epoch == [0, 1, 2, 3]


STOPPING = {"trainable": "all", "epochs": 60, "learning_rate": 0.5, "early_stopping": 3, "verbose": 0}


@pytest.fixture(scope="module")
def stopped_early(tokenizer, assistant):
    """An uninterrupted training that early stopping ended, and its best epoch."""
    train, test = assistant
    whole = pooling(tokenizer, train)
    losses = whole.fit(train, validation_data=test, **STOPPING).history["val_loss"]
    best = int(np.argmin(losses))
    assert best > 0
    assert len(losses) == best + 4 < 60
    return whole, best


@pytest.mark.parametrize("after_best", [0, 2, "end"])
def test_early_stopping_goes_on_with_its_best_weights(tokenizer, assistant, tmp_path, stopped_early, after_best):
    train, test = assistant
    whole, best = stopped_early
    if after_best == "end":

        def stop(logs):
            raise InterruptionError

        callback = keras.callbacks.LambdaCallback(on_train_end=stop)
    else:
        callback = interruption(best + after_best)
    options = {**STOPPING, "validation_data": test, "backup_dir": tmp_path}
    with pytest.raises(InterruptionError):
        pooling(tokenizer, train).fit(train, **options, callbacks=[callback])
    resumed = pooling(tokenizer, train)
    rest = resumed.fit(train, **options)
    assert rest.epoch == ([] if after_best == "end" else list(range(best + after_best, best + 4)))
    np.testing.assert_allclose(resumed.predict(test.text), whole.predict(test.text), atol=1e-5)


KILLED = """
import sys, time
import keras
import keras_i18n as ki
from keras_i18n import tokenizers
from keras_i18n.training.batches.bucketed_batches import BucketedBatches
from tests.models.conftest import make_pooling_classifier
folder, file, wait = sys.argv[1], sys.argv[2], float(sys.argv[3])
train, _ = ki.datasets.sample("assistant")
train = train.select(languages=["en"], labels=train.labels[:3])
tokenizer = tokenizers.UnigramTokenizer.load(file)
classifier = make_pooling_classifier(tokenizer, train.labels, dropout=0.3)
slow = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: time.sleep(wait))
classifier.fit(train, trainable="all", epochs=6, learning_rate=0.01, backup_dir=folder, callbacks=[slow], verbose=0)
"""


@pytest.mark.slow
def test_killed_by_the_system_and_called_again(tokenizer, assistant, tmp_path):
    train = assistant[0]
    options = {"trainable": "all", "epochs": 6, "learning_rate": 0.01, "verbose": 0}
    whole = pooling(tokenizer, train)
    losses = whole.fit(train, **options).history["loss"]
    tokenizer.save(tmp_path / "tokenizer")
    backup = tmp_path / "backup"
    process = fresh_process.FreshProcess(KILLED, [backup, tmp_path / "tokenizer", "0.5"])
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        state = backup / "training.json"
        if state.exists() and json.loads(state.read_bytes())["epoch"] >= 2:
            break
        time.sleep(0.02)
    process.kill()
    killed = process.wait()
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-800:]
    done = json.loads((backup / "training.json").read_bytes())["epoch"]
    assert 2 <= done < 6
    resumed = pooling(tokenizer, train)
    rest = resumed.fit(train, **options, backup_dir=backup)
    assert rest.epoch == list(range(done, 6))
    np.testing.assert_allclose(rest.history["loss"], losses[done:], rtol=1e-5)
    np.testing.assert_allclose(resumed.predict(train.text), whole.predict(train.text), atol=1e-6)


@pytest.fixture
def interrupted(tokenizer, assistant, tmp_path):
    """A function that goes on with an interrupted training, whose backup lies in tmp_path."""
    train = assistant[0]
    options = {"trainable": "all", "epochs": 3, "verbose": 0}
    with pytest.raises(InterruptionError):
        pooling(tokenizer, train).fit(train, **options, backup_dir=tmp_path, callbacks=[interruption(2)])

    def go_on(data=train, **others):
        return pooling(tokenizer, train).fit(data, **{**options, **others}, backup_dir=tmp_path)

    return go_on


@pytest.mark.parametrize(
    "others", [{"seed": 1}, {"batch_size": 5}, {"learning_rate": 0.5}, {"class_weight": "balanced"}, "texts"]
)
def test_a_backup_of_another_training_is_refused(interrupted, assistant, others):
    others = {"data": assistant[0][1:]} if others == "texts" else others
    with pytest.raises(ValueError, match=r"same texts, labels and options.*holds another one"):
        interrupted(**others)


def test_more_epochs_may_be_asked_for(interrupted):
    assert interrupted(epochs=5).epoch == [2, 3, 4]


def test_only_its_own_files_are_removed(interrupted, tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    (tmp_path / "mine.weights.h5").write_text("other")
    interrupted()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.weights.h5", "thesis.txt"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_backup_is_told(interrupted, tmp_path, content):
    (tmp_path / "training.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"The backup .*training.json' is damaged.*Remove it to start again"):
        interrupted()


def test_damaged_weights_of_a_backup_are_told(interrupted, tmp_path):
    (file,) = tmp_path.glob("epoch-*.weights.h5")
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(ValueError, match=r"The backup .* cannot be read.*Remove it to start again"):
        interrupted()
    file.unlink()
    with pytest.raises(ValueError, match=r"cannot be read"):
        interrupted()


def test_half_written_weights_leave_the_epoch_before(interrupted, tmp_path):
    """A kill while epoch 3 is written: its file has a temporary name yet, or its weights are not on record."""
    (kept,) = tmp_path.glob("epoch-*.weights.h5")
    (tmp_path / "epoch-3.weights.h5").write_bytes(kept.read_bytes()[:100])
    assert interrupted().epoch == [2]


def test_each_epoch_has_an_order_of_its_own_also_when_resumed(interrupted, monkeypatch):
    announced = []
    start_epoch = BucketedBatches.start_epoch

    def spy(batches, epoch):
        announced.append(epoch)
        start_epoch(batches, epoch)

    monkeypatch.setattr(BucketedBatches, "start_epoch", spy)
    interrupted(epochs=4)
    assert announced == [0, 2, 3]  # the first is that of a new data set
