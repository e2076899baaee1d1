"""The vector that scores are made of: found behind layers without weights, shared with the network."""

import keras
import numpy as np
from keras.layers import Add, Concatenate, Dense, Dropout, Rescaling, Softmax

from keras_i18n import layers, networks


def network_of(head):
    token_ids = keras.Input((None,), dtype="int32")
    vectors = layers.MultilingualEmbedding(9, 6)(token_ids)
    mean = layers.MaskedMean()(vectors, mask=layers.PaddingMask()(token_ids))
    return keras.Model(token_ids, head(mean))


def one_score_for_two_labels(vector):
    score = Dense(1, activation="sigmoid")(Dropout(0.2)(vector))
    return Concatenate()([Rescaling(-1.0, 1.0)(score), score])


def test_what_the_last_weights_read():
    ids = np.array([[1, 2, -1], [3, -1, -1]], "int32")
    for head in (lambda vector: Softmax()(Dense(3)(vector)), one_score_for_two_labels):
        network = network_of(head)
        found = networks.scored_vector(network)
        table = networks.token_embedding(network).embeddings.numpy()
        expected = np.array([table[[1, 2]].mean(0), table[3]])
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(found(ids), expected, atol=1e-6)
        networks.token_embedding(network).embeddings.assign(-table)
        np.testing.assert_allclose(found(ids), -expected, atol=1e-6)


def test_scores_of_several_vectors_or_of_a_network_inside_have_none():
    inner = keras.Sequential([keras.Input((6,)), Dense(3, activation="softmax")])
    for head in (lambda vector: Add()([Dense(3)(vector), Dense(3)(vector)]), inner, lambda vector: vector):
        assert networks.scored_vector(network_of(head)) is None
