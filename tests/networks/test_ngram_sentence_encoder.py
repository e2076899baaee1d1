"""The encoder of hashed n-grams beside a pretrained one: what its gate decides, and that it leaves in every format."""

import keras
import numpy as np
import pytest

from keras_i18n import layers, networks
from tests.layers.checks import check_files, check_runtimes, randomise

NGRAMS = 40


def make(**options):
    keras.utils.set_random_seed(3)
    encoder = networks.universal_sentence_encoder(vocabulary_size=20, dim=8, ngram_dim=4, hidden_dim=6)
    return networks.ngram_sentence_encoder(
        vocabulary_size=NGRAMS, encoder=encoder, dim=4, hidden_dim=6, initializer="normal", **options
    )


# n-grams, then pieces: a text, one with an n-gram twice, one of pieces alone, one of n-grams alone, the empty one
TEXTS = np.array(
    [[3, 17, 39, 41, 52], [3, 3, 17, 44, -1], [41, 52, -1, -1, -1], [3, 17, -1, -1, -1], [-1] * 5], "int32"
)


def vectors(network, token_ids=TEXTS):
    return np.array(network(token_ids))


def test_vectors_have_length_one_and_the_empty_text_is_finite():
    found = vectors(make())
    np.testing.assert_allclose(np.linalg.norm(found[:4], axis=1), 1, atol=1e-5)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("bias", [-50.0, 50.0])
def test_the_gate_decides_between_the_two(bias):
    network = make()
    kernel, _ = network.get_layer("gate").get_weights()
    network.get_layer("gate").set_weights([kernel, np.array([bias], "float32")])
    if bias > 0:  # all of it is the encoder's
        pieces = np.where(TEXTS >= NGRAMS, TEXTS - NGRAMS, -1)
        alone = np.array([networks.inner_encoder(network)(row[row >= 0][None])[0] for row in pieces[:3]])
        np.testing.assert_allclose(vectors(network)[:3], alone, atol=1e-5)
    else:  # other pieces change nothing
        other = np.where(TEXTS == 41, 55, TEXTS)
        np.testing.assert_allclose(vectors(network), vectors(network, other), atol=1e-6)


def test_an_n_gram_counts_once_and_rows_never_trained_say_nothing():
    network = make()
    once = np.array([[3, 17, 44]], "int32")
    np.testing.assert_allclose(vectors(network)[1:2], vectors(network, once), atol=1e-6)
    table = network.get_layer("ngram_embedding")
    table.set_weights([np.zeros((NGRAMS, 4), "float32")])
    without = np.array([[44]], "int32")
    np.testing.assert_allclose(vectors(network, once), vectors(network, without), atol=1e-6)


def test_survives_every_file_and_runtime():
    network = make()
    randomise(network)
    check_files(network)
    check_runtimes(network)


def test_its_rows_and_those_of_the_encoder_may_take_few_bits():
    rows = layers.FewBitRows.of(np.random.default_rng(1).normal(size=(NGRAMS, 4)).astype("float32"), bits=8)
    network = make(stored_rows=rows)
    assert networks.tables_in_few_bits(network) == ["ngram_embedding"]
    check_files(network)
    check_runtimes(network)
