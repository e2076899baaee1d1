"""What every training has in common, whichever loop it runs in."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.training.options import TrainingOptions, chosen_options
from keras_i18n.training.session import Session

INPUTS, TARGETS = np.eye(8, dtype="float32"), np.linspace(-1, 1, 8, dtype="float32")[:, None]


def network():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, kernel_initializer="zeros", name="answer")])
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse")
    return model


def fitted(tell=None, *, model=None, folder=None, inputs=INPUTS, **given):
    """A training by `fit`: weights after it."""
    model = model or network()
    session = Session(epochs=4, depends_on=lambda: {"inputs": inputs}, backup_dir=folder, progress=tell)
    session.fit(model, inputs, backup=session.backup(), y=TARGETS, shuffle=False, verbose=0, **given)
    return model.get_weights()[0]


def by_rounds(tell=None, *, folder=None, inputs=INPUTS, rate=0.5):
    """A training by `rounds`: weights after it."""
    weights = tf.Variable(np.zeros((8, 1), "float32"))

    def one_round(epoch, share):
        difference = inputs @ weights.numpy() - TARGETS
        weights.assign_sub(rate * 2 / 8 * inputs.T @ difference)
        return float(np.mean(difference**2)), (epoch + 1) / 4

    session = Session(
        epochs=4, depends_on=lambda: {"inputs": inputs}, learning_rate=rate, backup_dir=folder, progress=tell
    )
    session.rounds(one_round, trained=weights)
    return weights.numpy()


LOOPS = pytest.mark.parametrize("loop", [fitted, by_rounds])


def interrupt_after(epoch):
    def tell(now):
        if now.done == epoch:
            raise KeyboardInterrupt

    return tell


class Counting(keras.layers.Layer):
    """Tells how often it is traced in a training step."""

    traced = 0

    def call(self, x, training=False):
        self.traced += bool(training)
        return x


def test_a_step_is_traced_once():
    layer = Counting()
    model = keras.Sequential([keras.Input((8,)), layer, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
    fitted(model=model)
    assert layer.traced == 1


@LOOPS
def test_epochs_are_told_with_their_loss(loop):
    told = []
    loop(told.append)
    assert [(now.stage, now.done, now.total) for now in told] == [("epochs", epoch, 4) for epoch in (1, 2, 3, 4)]
    assert told[-1].value < told[0].value


def test_both_loops_learn_the_same():
    np.testing.assert_allclose(fitted(), by_rounds(), atol=1e-6)


@LOOPS
def test_an_interrupted_training_tells_how_to_go_on_and_does(loop, tmp_path):
    whole = loop()
    with pytest.raises(KeyboardInterrupt) as caught:
        loop(interrupt_after(2), folder=tmp_path / "kept")
    (note,) = caught.value.__notes__
    assert note.startswith("Interrupted in epoch 3 of 4. What came before is kept")
    assert "call again with the same arguments" in note
    told = []
    assert np.array_equal(loop(told.append, folder=tmp_path / "kept"), whole)
    assert [now.done for now in told] == [3, 4]
    assert not (tmp_path / "kept").exists()


@LOOPS
def test_an_interrupt_without_a_backup_says_so(loop):
    with pytest.raises(KeyboardInterrupt) as caught:
        loop(interrupt_after(1))
    assert caught.value.__notes__ == [
        "Interrupted in epoch 2 of 4. Nothing was kept: give `backup_dir` to go on from the last whole epoch next time."
    ]


@LOOPS
def test_the_backup_of_other_data_is_refused(loop, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        loop(interrupt_after(2), folder=tmp_path)
    with pytest.raises(ValueError, match=r"`backup_dir` must .*Received: "):
        loop(folder=tmp_path, inputs=INPUTS[::-1].copy())


@LOOPS
def test_a_damaged_backup_is_told(loop, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        loop(interrupt_after(2), folder=tmp_path)
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(ValueError, match=r"The backup '.*Remove it to start again"):
        loop(folder=tmp_path)


@LOOPS
def test_a_loss_that_is_no_number_ends_it(loop):
    bad = INPUTS.copy()
    bad[0, 0] = np.nan
    with pytest.raises(
        ValueError, match=r"The loss became nan in epoch 1; .* were kept\. Lower `learning_rate` \(it was"
    ):
        loop(inputs=bad)


def test_unknown_options_and_a_stop_that_watches_nothing_are_refused():
    with pytest.raises(TypeError, match=r"Training options are .*Received: \['speed'\]"):
        chosen_options(TrainingOptions, {"speed": 2})
    with pytest.raises(ValueError, match="Give `validation_data`"):
        chosen_options(TrainingOptions, {"early_stopping": 2})
