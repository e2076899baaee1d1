import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers, networks
from keras_i18n.networks.few_bit_tables import ROWS

IDS = np.array([[3, 700, 1, -1], [999, 0, -1, -1]], "int32")


def encoder():
    network = networks.universal_sentence_encoder(vocabulary_size=1000, dim=64, ngram_dim=4, hidden_dim=6)
    keras.utils.set_random_seed(0)
    return network


@pytest.mark.parametrize("rows", ROWS)
def test_only_the_table_changes(rows):
    network = encoder()
    twin = networks.few_bit_tables(network, rows)
    assert networks.tables_in_few_bits(twin) == ["token_embedding"]
    assert not networks.tables_in_few_bits(network)
    for layer in network.layers:
        if layer.name != "token_embedding":
            for one, other in zip(layer.get_weights(), twin.get_layer(layer.name).get_weights(), strict=True):
                np.testing.assert_array_equal(one, other)
    exact, stored = (np.array(one(IDS, training=False)) for one in (network, twin))
    assert 1e-6 < np.abs(exact - stored).max() < {"int8": 0.02, "int4": 0.2, "int4_blocks": 0.2}.get(rows, 1.0)
    # nothing to do: the very network
    assert networks.few_bit_tables(twin, "int8") is twin


def test_bits_of_a_number():
    network = networks.universal_sentence_encoder(vocabulary_size=5000, dim=64, ngram_dim=4, hidden_dim=6)
    sizes = {}
    for rows in ROWS:
        weights = networks.few_bit_tables(network, rows).get_layer("token_embedding").weights
        sizes[rows] = sum(weight.value.numpy().nbytes for weight in weights if "centres" not in weight.path)
    bits = {rows: round(8 * size / (5000 * 64), 1) for rows, size in sizes.items()}
    assert bits == {"int8": 9.3, "int4_blocks": 4.8, "int4": 4.4, "mixed3": 3.5, "pq2": 2.3, "pq1": 1.3}


def test_only_a_vocabularys_first_rows_are_finer():
    small = networks.few_bit_tables(encoder(), "int8").get_layer("token_embedding").stored_rows
    assert small.fine_rows == 125
    large = networks.universal_sentence_encoder(vocabulary_size=50_000, dim=8, ngram_dim=4, hidden_dim=6)
    assert networks.few_bit_tables(large, "int8").get_layer("token_embedding").stored_rows.fine_rows == 4096
    hashed = networks.build("pooling", vocabulary_size=800, num_labels=3, size="tiny")
    (name,) = networks.tables_in_few_bits(networks.few_bit_tables(hashed, "int8"))
    assert networks.few_bit_tables(hashed, "int8").get_layer(name).stored_rows.fine_rows in (0, 100)


def test_sensitivity_is_what_the_body_reads():
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    vectors = layers.MultilingualEmbedding(50, 6)(token_ids)
    read = keras.layers.Dense(3, use_bias=False)(layers.MaskedMean()(vectors, mask=layers.PaddingMask()(token_ids)))
    network = keras.Model(token_ids, read)
    kernel = np.zeros((6, 3), "float32")
    kernel[2], kernel[4] = [1, 0, 0], [0, 3, 0]
    network.layers[-1].kernel.assign(kernel)
    found = networks.token_sensitivity(network, [np.arange(place, place + 9, dtype="int32") for place in range(40)])
    diagonal = np.diag(found)
    assert np.trace(found) == pytest.approx(6)
    assert np.flatnonzero(diagonal).tolist() == [2, 4]
    assert diagonal[4] > 4 * diagonal[2]
    # a table that is also the output is not cut off, and no texts show nothing
    tied = layers.MultilingualEmbedding(50, 8)
    language_model = keras.Model(token_ids, tied(layers.LSTM(8, return_sequences=True)(tied(token_ids)), reverse=True))
    assert networks.token_sensitivity(language_model, [np.arange(5)]) is None
    assert networks.token_sensitivity(network, []) is None


def test_the_seed_decides_the_centres():
    network = encoder()
    same = [networks.few_bit_tables(network, "pq1", seed=4).get_weights()[0] for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert (networks.few_bit_tables(network, "pq1", seed=5).get_weights()[0] != same[0]).any()


def test_a_tied_table_stays():
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    table = layers.MultilingualEmbedding(50, 8)
    network = keras.Model(token_ids, table(layers.LSTM(8, return_sequences=True)(table(token_ids)), reverse=True))
    assert networks.few_bit_tables(network, "int4") is network


def test_what_changes_rows_is_refused_and_a_head_is_trained():
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    network = networks.build("pooling", vocabulary_size=50, task="encoder", vector_dim=8, size="tiny")
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=networks.few_bit_tables(network, "int4"))
    classifier = ki.TextClassifier.on_encoder(encoder, labels=("a", "b"), head="linear")
    data = ki.datasets.from_lists(["one", "two"] * 4, ["a", "b"] * 4, language="en")
    classifier.fit(data, epochs=1, verbose=0)
    with pytest.raises(ValueError, match=r"trainable='all' needs tables of float32.*'embedding' in few bits\. Take"):
        classifier.fit(data, trainable="all", verbose=0)
    with pytest.raises(ValueError, match=r"Learning from a teacher needs tables of float32"):
        ki.transfer.distill(encoder, encoder, ["text"] * 20)
    with pytest.raises(ValueError, match=r"`rows` must be one of 'int8', .*Received: 'int3'"):
        networks.few_bit_tables(network, "int3")


def test_an_input_without_a_name_is_copied():
    image = keras.Input((4, 4, 1))
    network = keras.Model(image, keras.layers.Dense(3)(keras.layers.Flatten()(image)))
    copy = networks.copy_network(network)
    np.testing.assert_array_equal(copy.get_weights()[0], network.get_weights()[0])
