import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_i18n import layers, networks
from keras_i18n.progress import Progress
from tests.networks.test_universal_sentence_encoder import ids, padded, small


@pytest.fixture(scope="module")
def network():
    return small(orders=(2, 3, 5), ngram_dim=4)


@pytest.fixture(scope="module")
def packed(network):
    return networks.PackedSentenceEncoder(network, max_tokens=24)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 49), min_size=1, max_size=40), min_size=1, max_size=12))
def test_it_gives_the_vectors_of_the_network(network, packed, sequences):
    sequences = [np.array(sequence, "int32") for sequence in sequences]
    np.testing.assert_allclose(packed(sequences), np.array(network(padded(sequences))), atol=2e-6)


def test_a_text_does_not_see_its_neighbours(packed):
    one, two, three = ids(1, 2, 3)
    together = packed([one, two, three])
    for sequence, vector in zip([one, two, three], together, strict=True):
        np.testing.assert_allclose(packed([sequence])[0], vector, atol=1e-6)


def test_texts_without_tokens_are_finite(network, packed):
    nothing = np.zeros(0, "int32")
    received = packed([nothing, ids(3)[0], nothing])
    expected = np.array(network(padded([nothing, ids(3)[0], nothing])))
    np.testing.assert_allclose(received, expected, atol=2e-6)
    assert np.isfinite(packed([nothing])).all()


def test_no_texts():
    assert networks.PackedSentenceEncoder(small(orders=(2, 3)))([]).shape == (0, 12)


def test_progress_counts_every_text(packed):
    told = []
    packed(ids(*range(1, 20)), progress=told.append)
    assert told[-1] == Progress("texts", 19, 19)
    assert len(told) > 5


def test_weights_that_change_are_seen():
    own = small(seed=8)
    encoder = networks.PackedSentenceEncoder(own)
    before = encoder(ids(4))
    own.get_layer("dense_3").set_weights([own.get_layer("dense_3").get_weights()[0] * 2])
    after = encoder(ids(4))
    assert np.abs(after - before).max() > 1e-3
    np.testing.assert_allclose(after, np.array(own(padded(ids(4)))), atol=2e-6)


def test_rows_of_a_language_are_read():
    """An embedding that grew rows of a language of its own is still the network's."""
    source = small(seed=4)

    def clone(layer):
        if isinstance(layer, layers.MultilingualEmbedding):
            return layer.resized({"sw": 7})
        return layer.__class__.from_config(layer.get_config())

    grown = keras.models.clone_model(source, clone_function=clone)
    sequences = ids(5, 9, vocabulary_size=57)
    assert max(map(max, sequences)) >= 50
    received = networks.PackedSentenceEncoder(grown)(sequences)
    np.testing.assert_allclose(received, np.array(grown(padded(sequences))), atol=2e-6)


def test_n_grams_longer_than_the_gap_are_refused():
    with pytest.raises(ValueError, match=r"at most 5 tokens can be packed. Received: \(2, 6\)"):
        networks.PackedSentenceEncoder(small(orders=(2, 6)))


def test_another_network_is_refused():
    own = small()
    more = keras.Model(own.inputs, keras.layers.Dense(3, name="more")(own.outputs[0]), name=own.name)
    with pytest.raises(ValueError, match=r"built by networks.universal_sentence_encoder.*more"):
        networks.PackedSentenceEncoder(more)
