"""Two replicas on one machine end where one device ends that sees the same global batches."""

import pytest

from tests import fresh_process

SCRIPT = """
import keras
import numpy as np
import tensorflow as tf
from keras_i18n import layers, optimizers
from tests.optimizers.test_rowwise import classifier, texts

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

def train():
    model = classifier()
    model.compile(optimizers.{optimizer}, "sparse_categorical_crossentropy")
    model.fit(*texts(), epochs=3, batch_size=16, shuffle=False, verbose=0)
    return model

alone = train()
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    together = train()
assert together.distribute_strategy.num_replicas_in_sync == 2
for one, other in zip(together.weights, alone.weights, strict=True):
    for replica in one.value.values:
        np.testing.assert_allclose(replica.numpy(), other.numpy(), atol=1e-5)
assert not np.allclose(alone.get_weights()[0], classifier().get_weights()[0], atol=1e-2)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "optimizer",
    [
        "RowwiseAdam(0.05)",
        "RowwiseAdamW(0.05, weight_decay=0.1)",
        "RowwiseAdagrad(0.05)",
        "RowwiseAdagrad(0.05, accumulator='row')",
        "RowwiseAdam(0.05, use_ema=True)",
        "RowwiseAdam(0.05, loss_scale_factor=16.0, rows='all')",
    ],
)
def test_two_replicas_end_where_one_device_ends(optimizer):
    finished = fresh_process.run(SCRIPT.format(optimizer=optimizer))
    assert finished.returncode == 0, finished.stderr[-2000:]


@pytest.mark.slow
def test_accumulation_under_a_strategy_is_refused():
    finished = fresh_process.run(SCRIPT.format(optimizer="RowwiseAdam(0.05, gradient_accumulation_steps=2)"))
    assert "Keras cannot accumulate gradients under tf.distribute" in finished.stderr
