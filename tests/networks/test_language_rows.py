import keras
import numpy as np
import pytest

from keras_i18n import layers, networks


@pytest.fixture
def network():
    keras.utils.set_random_seed(2)
    return networks.universal_sentence_encoder(vocabulary_size=30, dim=8, ngram_dim=4, hidden_dim=6)


IDS = np.array([[3, 29, 7, -1], [5, -1, -1, -1]], "int32")


def test_old_ids_have_the_vectors_they_had_and_new_ids_have_theirs(network):
    rows = np.random.default_rng(0).standard_normal((4, 8)).astype("float32")
    longer = networks.with_language_rows(network, "sw", rows)
    assert np.array_equal(longer(IDS), network(IDS))
    embedding = networks.token_embedding(longer)
    assert np.array_equal(embedding(np.array([[30, 33]], "int32"))[0], rows[[0, 3]])
    assert embedding.variable_of("sw").shape == (4, 8)
    twice = networks.with_language_rows(longer, "el", rows + 1)
    assert networks.token_embedding(twice).language_rows == {"sw": 4, "el": 4}
    assert np.array_equal(networks.token_embedding(twice)(np.array([[33, 34]], "int32"))[0], [rows[3], rows[0] + 1])


def test_the_copy_shares_no_weight(network):
    longer = networks.with_language_rows(network, "sw", np.zeros((4, 8), "float32"))
    before = np.array(network(IDS))
    for weight in longer.weights:
        weight.assign(weight + 1.0)
    assert np.array_equal(network(IDS), before)


def test_it_is_saved_and_loaded(network, tmp_path):
    longer = networks.with_language_rows(network, "sw", np.ones((4, 8), "float32"))
    for name in ("network.keras", "network.h5"):
        longer.save(tmp_path / name)
        assert np.array_equal(keras.saving.load_model(tmp_path / name)(IDS + 1), longer(IDS + 1))


def test_what_does_not_fit_is_refused(network):
    with pytest.raises(ValueError, match=r"shape \(rows, 8\)"):
        networks.with_language_rows(network, "sw", np.zeros((4, 7), "float32"))
    longer = networks.with_language_rows(network, "sw", np.zeros((4, 8), "float32"))
    with pytest.raises(ValueError, match="'sw' has rows already: 4"):
        networks.with_language_rows(longer, "sw", np.zeros((2, 8), "float32"))
    token_ids = keras.Input((None,), dtype="int32")
    hashed = keras.Model(token_ids, layers.HashEmbedding(50, 8)(token_ids))
    with pytest.raises(ValueError, match="with 0 of them"):
        networks.token_embedding(hashed)
