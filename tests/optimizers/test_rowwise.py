"""Row-wise optimisers against Keras' own with dense gradients, and against the lazy rule written in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n import layers, optimizers

ROWS, DIM = 12, 4
PAIRS = {
    "adam": (optimizers.RowwiseAdam, keras.optimizers.Adam, {}),
    "amsgrad": (optimizers.RowwiseAdam, keras.optimizers.Adam, {"amsgrad": True}),
    "adamw": (optimizers.RowwiseAdamW, keras.optimizers.AdamW, {"weight_decay": 0.05}),
    "adagrad": (optimizers.RowwiseAdagrad, keras.optimizers.Adagrad, {}),
}
OPTIONS = {
    "plain": {},
    "clipnorm": {"clipnorm": 0.3},
    "global_clipnorm": {"global_clipnorm": 0.3},
    "clipvalue": {"clipvalue": 0.1},
    "decay": {"weight_decay": 0.1},
    "ema": {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3},
    "accumulation": {"gradient_accumulation_steps": 3},
    "accumulation, clipped": {"gradient_accumulation_steps": 2, "global_clipnorm": 0.2, "use_ema": True},
    "loss scale": {"loss_scale_factor": 8.0},
}


def weights():
    generator = np.random.default_rng(1)
    return [
        keras.Variable(generator.normal(size=(ROWS, DIM)).astype("float32"), name="table"),
        keras.Variable(generator.normal(size=(DIM,)).astype("float32"), name="bias"),
    ]


def batches(count=7, every_row=True):
    """Indices with repeats, a gradient for each, and a dense gradient."""
    generator = np.random.default_rng(2)
    for _ in range(count):
        indices = generator.integers(0, ROWS // 2, 30)
        indices = np.concatenate([indices, np.arange(ROWS)]) if every_row else indices
        yield indices, generator.normal(size=(len(indices), DIM)).astype("float32"), generator.normal(size=DIM)


def by_row(indices, values):
    return tf.IndexedSlices(tf.convert_to_tensor(values), tf.convert_to_tensor(indices), tf.constant([ROWS, DIM]))


def dense(indices, values):
    return tf.convert_to_tensor(by_row(indices, values))


def train(optimizer, gradient_of, in_graph=True, **arguments):
    table, bias = weights()
    optimizer.build([table, bias])

    def step(indices, values, bias_gradient):
        optimizer.apply([gradient_of(indices, values), bias_gradient], [table, bias])

    step = tf.function(step) if in_graph else step
    for indices, values, bias_gradient in batches(**arguments):
        step(tf.constant(indices), tf.constant(values), tf.constant(bias_gradient, "float32"))
    return [weight.numpy() for weight in (table, bias)] + [
        slot.numpy() for slot in optimizer.variables if slot.shape == table.shape
    ]


def assert_same(received, expected, tolerance=1e-6):
    for one, other in zip(received, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance, rtol=1e-6)


@pytest.mark.parametrize("in_graph", [True, False])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("pair", PAIRS)
def test_where_every_row_is_used_it_is_keras_with_a_dense_gradient(pair, options, in_graph):
    ours, theirs, arguments = PAIRS[pair]
    arguments = {**arguments, **OPTIONS[options]}
    received = train(ours(0.05, **arguments), by_row, in_graph)
    assert_same(received, train(theirs(0.05, **arguments), dense, in_graph))


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("pair", PAIRS)
def test_all_rows_on_request(pair, options):
    ours, theirs, arguments = PAIRS[pair]
    arguments = {**arguments, **OPTIONS[options]}
    received = train(ours(0.05, rows="all", **arguments), by_row, every_row=False)
    assert_same(received, train(theirs(0.05, **arguments), dense, every_row=False))


def test_adagrad_is_the_dense_one_whatever_rows_are_used():
    received = train(optimizers.RowwiseAdagrad(0.05), by_row, every_row=False)
    assert_same(received, train(keras.optimizers.Adagrad(0.05), dense, every_row=False))


@pytest.mark.parametrize("decay", [None, 0.1])
def test_unused_rows_stay_as_they_are(decay):
    """LazyAdam in NumPy: moments and decay of a row move only when it is used; the bias correction counts all steps."""
    table = weights()[0].numpy()
    momentum, velocity = np.zeros_like(table), np.zeros_like(table)
    used = np.zeros(ROWS, bool)
    for step, (indices, values, _) in enumerate(batches(every_row=False), start=1):
        gradient = dense(indices, values).numpy()
        rows = np.unique(indices)
        used[rows] = True
        table[rows] -= table[rows] * 0.05 * (decay or 0)
        momentum[rows] += 0.1 * (gradient[rows] - momentum[rows])
        velocity[rows] += 0.001 * (gradient[rows] ** 2 - velocity[rows])
        powers = np.float32([0.9, 0.999]) ** np.float32(step)  # as coarse as in TensorFlow
        rate = 0.05 * np.sqrt(1 - powers[1]) / (1 - powers[0])
        table[rows] -= rate * momentum[rows] / (np.sqrt(velocity[rows]) + 1e-7)
    received, _, *slots = train(optimizers.RowwiseAdam(0.05, weight_decay=decay), by_row, every_row=False)
    assert_same([received, *slots], [table, momentum, velocity])
    assert not used.all()
    np.testing.assert_array_equal(received[~used], weights()[0].numpy()[~used])


def test_accumulation_leaves_unused_rows_alone():
    arguments = {"gradient_accumulation_steps": 2, "weight_decay": 0.1}
    table, *_ = train(optimizers.RowwiseAdam(0.05, **arguments), by_row, every_row=False, count=8)
    unused = sorted(set(range(ROWS)) - {row for indices, *_ in batches(8, every_row=False) for row in indices})
    np.testing.assert_array_equal(table[unused], weights()[0].numpy()[unused])
    assert np.abs(table - weights()[0].numpy()).max() > 0.01


def classifier(precision=None, seed=4):
    keras.utils.set_random_seed(seed)
    token_ids = keras.Input((None,), dtype="int32")
    x = layers.MultilingualEmbedding(50, 8, dtype=precision)(token_ids)
    x = layers.MaskedMean(dtype=precision)(x, mask=layers.PaddingMask()(token_ids))
    return keras.Model(token_ids, keras.layers.Dense(3, activation="softmax", dtype="float32")(x))


def texts(count=64):
    generator = np.random.default_rng(5)
    token_ids = generator.integers(0, 50, (count, 9)).astype("int32")
    token_ids[np.arange(9)[None] > generator.integers(0, 9, count)[:, None]] = -1
    return token_ids, np.maximum(token_ids[:, 0], 0) % 3


@pytest.mark.parametrize("precision", [None, "mixed_float16"])
def test_fit_learns_in_any_precision(precision):
    model = classifier(precision)
    optimizer = optimizers.RowwiseAdam(0.05)
    if precision:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=2.0**10)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    losses = model.fit(*texts(), epochs=15, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < losses[0] * 0.6


def test_loss_scaling_changes_nothing():
    results = []
    for wrap in (lambda optimizer: optimizer, keras.optimizers.LossScaleOptimizer):
        model = classifier()
        model.compile(wrap(optimizers.RowwiseAdam(0.05)), "sparse_categorical_crossentropy")
        model.fit(*texts(), epochs=3, batch_size=16, shuffle=False, verbose=0)
        results.append(model.get_weights())
    assert_same(results[1], results[0], tolerance=1e-5)


def test_training_goes_on_from_a_file_as_if_it_had_not_stopped(tmp_path):
    model = classifier()
    model.compile(optimizers.RowwiseAdamW(0.05, weight_decay=0.1), "sparse_categorical_crossentropy")
    model.fit(*texts(), epochs=2, batch_size=16, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(again.optimizer, optimizers.RowwiseAdamW)
    for one in (model, again):
        one.fit(*texts(), epochs=2, batch_size=16, shuffle=False, verbose=0)
    assert_same(again.get_weights(), model.get_weights())


def test_config_holds_the_rows():
    optimizer = optimizers.RowwiseAdam(0.1, rows="all", beta_1=0.7)
    twin = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert (twin.rows, twin.beta_1) == ("all", 0.7)


def test_unknown_rows_are_refused():
    with pytest.raises(ValueError, match=r"'used' or 'all'. Received: rows='some'"):
        optimizers.RowwiseAdam(rows="some")


def test_keras_still_squares_the_parts_of_a_repeated_row_apart():
    """When this fails, Keras has mended its sparse Adam: then tell so in `RowwiseAdam`."""
    indices, values = np.array([3] * 64), np.full((64, DIM), 0.01, "float32")
    steps = {}
    for name, optimizer in {"keras": keras.optimizers.Adam(0.1), "ours": optimizers.RowwiseAdam(0.1)}.items():
        table = keras.Variable(np.zeros((ROWS, DIM), "float32"))
        for size in (values, values * 2):  # the first step of Adam does not tell the size of a gradient
            optimizer.apply([by_row(indices, size)], [table])
        steps[name] = np.abs(table.numpy()[3]).max()
    reference = keras.Variable(np.zeros((ROWS, DIM), "float32"))
    adam = keras.optimizers.Adam(0.1)
    for size in (values, values * 2):
        adam.apply([dense(indices, size)], [reference])
    expected = np.abs(reference.numpy()[3]).max()
    np.testing.assert_allclose(steps["ours"], expected, rtol=1e-5)
    assert steps["keras"] > 2 * expected
