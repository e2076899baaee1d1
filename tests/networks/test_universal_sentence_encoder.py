"""The pretrained network's shape on small sizes; tests/models compares the pretrained weights themselves."""

import keras
import numpy as np
import pytest

from keras_i18n import networks
from tests.layers import runtimes

SIZES = {"vocabulary_size": 50, "dim": 12, "orders": (2, 3), "ngram_dim": 6, "hidden_dim": 10}


def small(seed=1, **sizes):
    keras.utils.set_random_seed(seed)
    network = networks.universal_sentence_encoder(**{**SIZES, **sizes})
    generator = np.random.default_rng(seed)
    # biases and offsets of zero would hide that they are used
    network.set_weights([weight + generator.normal(0, 0.2, weight.shape) for weight in network.get_weights()])
    return network


def ids(*lengths, seed=2, vocabulary_size=50):
    generator = np.random.default_rng(seed)
    return [generator.integers(0, vocabulary_size, length).astype("int32") for length in lengths]


def padded(sequences, more=0):
    batch = np.full((len(sequences), max(map(len, sequences)) + more), -1, "int32")
    for row, sequence in zip(batch, sequences, strict=True):
        row[: len(sequence)] = sequence
    return batch


def test_vectors_have_length_one_and_padding_is_invisible():
    network, sequences = small(), ids(1, 4, 9)
    vectors = np.array(network(padded(sequences)))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(np.array(network(padded(sequences, more=7))), vectors, atol=1e-6)
    for sequence, vector in zip(sequences, vectors, strict=True):
        np.testing.assert_allclose(np.array(network(sequence[None]))[0], vector, atol=1e-6)


def test_padding_alone_is_finite():
    assert np.isfinite(np.array(small()(np.full((2, 3), -1, "int32")))).all()


def test_the_order_of_tokens_counts():
    network = small()
    assert (
        np.abs(np.array(network(np.array([[1, 2, 3, 4]]))) - np.array(network(np.array([[4, 3, 2, 1]])))).max() > 1e-3
    )


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_saved_and_loaded_it_gives_the_same_numbers(suffix):
    network, batch = small(), padded(ids(3, 7, 1))
    loaded = runtimes.round_trip(network, suffix)
    np.testing.assert_array_equal(np.array(loaded(batch)), np.array(network(batch)))


def test_every_runtime_agrees():
    network, batch = small(), padded(ids(3, 7, 1))
    expected = np.array(network(batch))
    files = runtimes.Files(network)
    for received in (
        files.tflite_outputs(batch),
        files.onnx_outputs(batch),
        files.saved_model_outputs(batch),
    ):
        np.testing.assert_allclose(received[0], expected, atol=1e-5)


def test_it_fits_in_a_plain_keras_workflow():
    network = small()
    batch = padded(ids(*([5] * 32)))
    wanted = np.eye(12, dtype="float32")[batch[:, 0] % 3]
    network.compile(keras.optimizers.Adam(0.01), "mse")
    losses = network.fit(batch, wanted, epochs=20, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < 0.9 * losses[0]
