"""The checks that every layer passes. A layer's test describes it as a `LayerCase` and calls `check_layer`."""

import dataclasses
import types
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers import MultilingualEmbedding, PaddingMask
from keras_i18n.training.mixed_precision import computing_in
from tests.layers import runtimes

VOCABULARY_SIZE = 23
DIM = 6
TOLERANCE = 1e-5

# three texts of 5, 2 and 7 tokens and the empty text
TOKEN_IDS = np.array(
    [
        [4, 0, 11, 4, 22, -1, -1],
        [9, 1, -1, -1, -1, -1, -1],
        [7, 3, 3, 21, 5, 0, 2],
        [-1, -1, -1, -1, -1, -1, -1],
    ],
    "int32",
)


def _call_on_vectors(layer, token_ids, vectors, mask):
    return layer(vectors, mask=mask)


@dataclasses.dataclass(frozen=True)
class LayerCase:
    """A layer to check.

    Args:
        make: builds the layer, with arguments that differ from the defaults.
        call: `(layer, token_ids, vectors, mask) -> output`; `layer(vectors, mask=mask)` unless told otherwise.
        by_token: the output has a row for each token (else one for each text).
        tolerance: largest difference between Keras and an exported file.
        trainable: the layer has weights that learn.
    """

    make: Callable
    call: Callable = _call_on_vectors
    by_token: bool = False
    tolerance: float = TOLERANCE
    trainable: bool = True


def model_around(layer, call=_call_on_vectors, seed=1):
    """A functional model: token ids -> mask, vectors -> the layer."""
    keras.utils.set_random_seed(seed)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = PaddingMask(name="mask")(token_ids)
    table = MultilingualEmbedding(VOCABULARY_SIZE, DIM, embeddings_initializer="normal", name="table")
    return keras.Model(token_ids, call(layer, token_ids, table(token_ids), mask))


def randomise(model, seed=3, scale=0.3):
    """Gives every float weight a random value: zeros of an initializer would hide a weight that is not used."""
    generator = np.random.default_rng(seed)
    for weight in model.weights:
        if "float" in weight.dtype and not weight.path.endswith("seed_generator_state"):
            noise = generator.normal(0, scale, weight.shape)
            # a variance must stay positive
            weight.assign(np.abs(noise) + 0.5 if "variance" in weight.path else noise)


def assert_close(received, expected, tolerance, what):
    assert len(received) == len(expected), what
    for one, other in zip(received, expected, strict=True):
        assert one.shape == other.shape, f"{what}: shape {one.shape}, expected {other.shape}"
        assert one.dtype == other.dtype, f"{what}: {one.dtype}, expected {other.dtype}"
        difference = float(np.abs(one.astype("float64") - other.astype("float64")).max(initial=0.0))
        assert difference <= tolerance, f"{what}: largest difference {difference:.3g}, allowed {tolerance}"


def check_layer(case):
    """All of the checks below on one case."""
    model = model_around(case.make(), case.call)
    randomise(model)
    check_config(case, model)
    check_padding(case, model)
    check_gradients(case, model)
    check_mixed_precision(model)
    check_files(model)
    check_runtimes(model, case.tolerance)


def check_config(case, model):
    """A layer made anew from its config gives, with the weights copied, the same numbers."""
    layer = case.make()
    # through JSON, as files keep it
    config = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    twin = model_around(config, case.call)
    twin.set_weights(model.get_weights())
    expected = runtimes.keras_outputs(model, TOKEN_IDS)
    assert_close(runtimes.keras_outputs(twin, TOKEN_IDS), expected, 0.0, "from_config")
    declared = [tuple(tensor.shape) for tensor in keras.tree.flatten(model.outputs)]
    for shape, output in zip(declared, expected, strict=True):
        fits = len(shape) == output.ndim and all(a in (None, b) for a, b in zip(shape, output.shape, strict=True))
        assert fits, f"declared shape {shape}, output {output.shape}"


def check_padding(case, model):
    """A text gives the same numbers alone and in a batch of longer texts; the empty text gives finite ones."""
    together = runtimes.keras_outputs(model, TOKEN_IDS)
    assert all(np.isfinite(output).all() for output in together), "not finite"
    for row, token_ids in enumerate(TOKEN_IDS):
        alone = token_ids[token_ids >= 0]
        alone = alone if len(alone) else token_ids[:1]
        outputs = runtimes.keras_outputs(model, alone[None])
        for one, other in zip(outputs, together, strict=True):
            other = other[row : row + 1]
            if case.by_token:
                other = other[:, : len(alone)]
            assert_close([one], [other], 2e-6, f"text {row} alone")


def check_mixed_precision(model):
    """In 16 bits, forward and backward, the numbers are about those of float32; afterwards they are those to the bit."""
    expected = runtimes.keras_outputs(model, TOKEN_IDS)
    for precision in ("bfloat16", "float16"):
        text_model = types.SimpleNamespace(network=model, forget_graphs=lambda: None)
        with computing_in(text_model, precision), tf.GradientTape() as tape:
            outputs = keras.tree.flatten(model(TOKEN_IDS))
            total = tf.add_n([tf.reduce_sum(tf.cast(output, "float32")) for output in outputs])
        for gradient in tape.gradient(total, model.trainable_variables):
            assert gradient is None or np.isfinite(tf.convert_to_tensor(gradient)).all(), precision
        for one, other in zip(outputs, expected, strict=True):
            scale = max(1.0, np.abs(other).max(initial=0.0))
            assert np.abs(np.float64(one) - other).max(initial=0.0) < 0.05 * scale, precision
    assert_close(runtimes.keras_outputs(model, TOKEN_IDS), expected, 0.0, "after mixed precision")


def check_gradients(case, model):
    """A training step moves every trainable weight by finite numbers."""
    import tensorflow as tf

    if not case.trainable:
        assert not [weight for weight in model.layers[-1].trainable_weights], "has weights that learn"
    with tf.GradientTape() as tape:
        outputs = keras.tree.flatten(model(TOKEN_IDS))
        loss = sum(tf.reduce_mean(tf.square(tf.cast(output, "float32") + 0.1)) for output in outputs)
    variables = [weight.value for weight in model.trainable_weights]
    for weight, gradient in zip(model.trainable_weights, tape.gradient(loss, variables), strict=True):
        assert gradient is not None, f"no gradient for {weight.path}"
        assert np.isfinite(tf.convert_to_tensor(gradient).numpy()).all(), f"gradient of {weight.path} is not finite"


def check_files(model):
    """Saved and loaded, the model gives exactly the same numbers."""
    expected = runtimes.keras_outputs(model, TOKEN_IDS)
    for suffix in (".keras", ".h5"):
        assert_close(runtimes.keras_outputs(runtimes.round_trip(model, suffix), TOKEN_IDS), expected, 0.0, suffix)


def check_runtimes(model, tolerance=TOLERANCE):
    """SavedModel, TFLite and ONNX agree with Keras for several batch sizes and lengths."""
    files = runtimes.Files(model)
    for token_ids in (TOKEN_IDS, TOKEN_IDS[:1, :3], np.tile(TOKEN_IDS, (2, 1))):
        expected = runtimes.keras_outputs(model, token_ids)
        assert_close(files.tflite_outputs(token_ids), expected, tolerance, "LiteRT")
        assert_close(files.onnx_outputs(token_ids), expected, tolerance, "ONNX Runtime")
    expected = runtimes.keras_outputs(model, TOKEN_IDS)
    assert_close(files.saved_model_outputs(TOKEN_IDS), expected, tolerance, "SavedModel")
