"""Weights as bytes with many steps: tables by row and by column, matrices by output, in three runtimes."""

import keras
import numpy as np
import onnx
import pytest

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.packing import packed
from keras_i18n.networks.weight_steps import fits_in_half, in_steps, matrix_axis, table_axis
from keras_i18n.tokenizers import CharacterTokenizer
from tests.layers import mobile_runtime
from tests.layers.test_ngram_tokenization import TEXTS

LABELS = tuple("abcde")


def _pooled(token_ids, mask):
    return layers.PooledEmbedding(2000, 16, name="table")(token_ids)


def _wide_table(token_ids, mask):
    return layers.PooledEmbedding(2000, 160, name="table")(token_ids)


def _unmasked_lstm(token_ids, mask):
    vectors = layers.MultilingualEmbedding(2000, 64, name="table")(token_ids)
    return layers.MaskedMean()(layers.LSTM(160, return_sequences=True)(vectors), mask=mask)


def _convolutions(token_ids, mask):
    vectors = layers.MultilingualEmbedding(2000, 160, name="table")(token_ids)
    vectors = keras.layers.Conv1D(160, 3, padding="same", activation="relu")(vectors)
    return layers.MaskedMean()(vectors, mask=mask)


BODIES = {"pooled": _pooled, "wide table": _wide_table, "LSTM": _unmasked_lstm, "convolutions": _convolutions}
# ids as high as the tables are long
# without composition, whose tables would hide the size of the weights
TOKENIZER = CharacterTokenizer("".join(map(chr, range(33, 2030))), compose=False)


def classifier_of(body):
    keras.utils.set_random_seed(5)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    vector = body(token_ids, layers.PaddingMask()(token_ids))
    scores = keras.layers.Dense(len(LABELS), activation="softmax", name="scores")(vector)
    network = keras.Model(token_ids, scores)
    generator = np.random.default_rng(5)
    for weight in network.weights:  # steps differ from row to row
        sizes = generator.uniform(0.2, 2, (*weight.shape[:1], *[1] * (len(weight.shape) - 1)))
        weight.assign(
            generator.normal(0, 1 / np.sqrt(weight.shape[0]) if "table" not in weight.path else 1, weight.shape) * sizes
        )
    return ki.TextClassifier(tokenizer=TOKENIZER, network=network, labels=LABELS)


@pytest.mark.parametrize("name", BODIES)
def test_answers_stay_in_every_runtime(name, tmp_path):
    classifier = classifier_of(BODIES[name])
    expected = classifier.predict(TEXTS)
    assert expected.std(axis=0).max() > 0.05  # answers that differ from text to text
    folder = ki.export(classifier, tmp_path, formats=["tflite", "onnx"], precision="int8")
    for file in ("model.tflite", "model.onnx"):
        received = ki.load_exported(folder / file).predict(TEXTS)
        assert np.abs(received - expected).max() <= 5e-2
        assert np.abs(received - expected).max() > 1e-6  # bytes they are
    (mobile,) = mobile_runtime.outputs(
        (folder / "model.tflite").read_bytes(), [codepoints_of(TEXTS)], signature="serving_default"
    )
    assert np.abs(mobile - expected).max() <= 5e-2
    for file in ("model.tflite", "model.onnx"):
        assert (folder / file).stat().st_size < 1.4 * classifier.network.count_params() + 150_000


@pytest.fixture(scope="module")
def on_pieces():
    """A classifier on a random encoder, as touchy as a network can be, whose head has constants worked out of weights."""
    train, test = ki.datasets.sample("assistant")
    keras.utils.set_random_seed(7)
    tokenizer = ki.tokenizers.train_unigram(train.text[::8], vocabulary_size=1200, threads=1)
    network = ki.networks.universal_sentence_encoder(
        vocabulary_size=tokenizer.vocabulary_size, dim=32, ngram_dim=16, hidden_dim=24
    )
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network)
    classifier = ki.TextClassifier.on_encoder(encoder, labels=["alarm", "music"], num_anchors=64, gamma=2.0)
    classifier.fit(train.select(labels=["alarm", "music"], languages=["en", "de", "ja"]), epochs=1, verbose=0)
    return classifier, list(test.text[::20])


def test_int8_loses_little(on_pieces):
    classifier, texts = on_pieces

    def lost(change):
        return np.abs(
            classifier.encoder.with_networks(change).predict(texts) - classifier.encoder.predict(texts)
        ).mean()

    alone = lost(lambda network: ki.networks.few_bit_tables(network, "int8"))
    rounded = packed(classifier.encoder, "int8").predict(texts)
    together = np.abs(rounded - classifier.encoder.predict(texts)).mean()  # with half precision beside the table
    assert 0 < together < 0.8 * alone


def test_files_in_int8_are_the_same(on_pieces, tmp_path):
    classifier, texts = on_pieces
    expected = packed(classifier, "int8").predict(texts)
    folder = ki.export(classifier, tmp_path, formats=["tflite", "onnx"], precision="int8")
    (mobile,) = mobile_runtime.outputs(
        (folder / "model.tflite").read_bytes(), [codepoints_of(texts)], signature="serving_default"
    )
    for found in (*(ki.load_exported(folder / f"model.{name}").predict(texts) for name in ("tflite", "onnx")), mobile):
        assert np.abs(found - expected).max() <= 1e-4


def test_members_of_an_ensemble_have_their_own_tokenizers():
    train, _ = ki.datasets.sample("assistant")
    some = train.select(languages=["en"], labels=["alarm", "music"])
    members = []
    for size in (300, 60):  # ids of the first are beyond the rows of the second
        network = ki.networks.universal_sentence_encoder(vocabulary_size=size, dim=8, ngram_dim=4, hidden_dim=6)
        tokenizer = CharacterTokenizer("".join(map(chr, range(33, 33 + size - 3))), compose=False)
        encoder = ki.TextEncoder(tokenizer=tokenizer, network=network)
        members.append(ki.TextClassifier.on_encoder(encoder, labels=some.labels, head="linear"))
    both = ki.Ensemble(members)
    np.testing.assert_allclose(packed(both, "int8").predict(some.text[:5]), both.predict(some.text[:5]), atol=0.05)


def _outliers(token_ids, mask):
    vectors = layers.MultilingualEmbedding(2000, 160, name="table")(token_ids)
    return keras.layers.Dense(512, activation="tanh", name="body")(layers.MaskedMean()(vectors, mask=mask))


def test_a_matrix_with_numbers_far_beyond_the_others_stays_in_half_precision(tmp_path):
    classifier = classifier_of(_outliers)
    kernel = classifier.network.get_layer("body").kernel
    assert not fits_in_half(packed(classifier, "int8").network.get_layer("body").kernel.numpy())
    values = kernel.numpy()
    values[::40] *= 30  # in rows and in columns: steps by neither would do
    values[:, ::40] *= 30
    kernel.assign(values)
    twin = packed(classifier, "int8")
    np.testing.assert_array_equal(twin.network.get_layer("body").kernel, values.astype("float16").astype("float32"))
    folder = ki.export(classifier, tmp_path, formats=["tflite", "onnx"], precision="int8")
    for name in ("tflite", "onnx"):
        found = ki.load_exported(folder / f"model.{name}").predict(TEXTS)
        assert np.abs(found - twin.predict(TEXTS)).max() <= 1e-4


def test_a_matrix_whose_rows_differ_has_its_steps_by_rows(tmp_path):
    classifier = classifier_of(_outliers)
    kernel = classifier.network.get_layer("body").kernel
    values = kernel.numpy()
    values[::40] *= 30
    kernel.assign(values)
    twin = packed(classifier, "int8")
    rounded = twin.network.get_layer("body").kernel.numpy()
    assert not fits_in_half(rounded)
    assert np.abs(rounded - values).max(axis=1)[1] < 0.01 * np.abs(values[1]).max()
    folder = ki.export(classifier, tmp_path, formats=["tflite", "onnx"], precision="int8")
    for name in ("tflite", "onnx"):
        found = ki.load_exported(folder / f"model.{name}").predict(TEXTS)
        assert np.abs(found - twin.predict(TEXTS)).max() <= 1e-4


def test_names_of_inner_tensors_are_left_out(tmp_path):
    from tensorflow.lite.python import schema_py_generated as schema

    folder = ki.export(classifier_of(_pooled), tmp_path, formats=["tflite", "onnx"], precision="int8")
    model = schema.ModelT.InitFromPackedBuf((folder / "model.tflite").read_bytes(), 0)
    graph = model.subgraphs[0]
    told = {*graph.inputs.tolist(), *graph.outputs.tolist()}
    assert {place for place, tensor in enumerate(graph.tensors) if tensor.name} == told
    assert sum(buffer.data is None for buffer in model.buffers) == 1
    graph = onnx.load(folder / "model.onnx").graph
    told = {"codepoints", *(value.name for value in graph.output)}
    read = {name for node in graph.node for name in node.input} - told
    assert max(map(len, read)) <= 4
    assert {"codepoints"} == {value.name for value in graph.input}


def test_a_tied_table_is_left_alone():
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    table = layers.MultilingualEmbedding(50, 8)
    network = keras.Model(token_ids, table(layers.LSTM(8, return_sequences=True)(table(token_ids)), reverse=True))
    model = ki.TextEncoder(tokenizer=CharacterTokenizer("ab"), network=network)
    assert packed(model, "int8").network.get_layer(table.name).stored_rows is None
    classifier = classifier_of(_unmasked_lstm)
    twin = packed(classifier, "int8")
    assert twin.network.get_layer("table").stored_rows.bits == 8
    assert classifier.network.get_layer("table").stored_rows is None


def test_steps():
    values = np.array([[1.0, -127.0], [0.5, 0.25]], "float32")
    rounded, steps = in_steps(values, 0)
    assert rounded.tolist() == [[1, -127], [127, 64]]
    np.testing.assert_allclose(steps, [1.0, 0.5 / 127])
    rounded, steps = in_steps(values, -1)
    assert rounded.tolist() == [[127, -127], [64, 0]]
    # rounded again it is the same, and the axis is found
    generator = np.random.default_rng(1)
    values = (generator.normal(size=(40, 30)) * generator.uniform(0.1, 9, 30)).astype("float32")
    rounded, steps = in_steps(values, 1)
    once = rounded * steps
    assert (matrix_axis(once), matrix_axis(once.T)) == (1, 0)
    again, same = in_steps(once.astype("float16").astype("float32"), 1)
    np.testing.assert_array_equal(again, rounded)
    np.testing.assert_array_equal(same, steps)
    assert table_axis(np.zeros((9, 16))) == 1
    assert table_axis(np.zeros((9, 300))) == 0
    assert table_axis(np.zeros(9)) == 0


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_numbers_beyond_half_precision_stay_finite_in_onnx(precision):
    """A search adds -1e9 to what it never writes: as half precision that would be infinite, and 0 times it no number."""
    from onnx import helper, numpy_helper

    from keras_i18n.export import onnx_weights

    values = {"far": np.where(np.arange(5000) % 2, np.float32(-1e9), 0), "near": np.linspace(-1, 1, 5000)}
    constants = [numpy_helper.from_array(one.astype("float32"), name) for name, one in values.items()]
    given = helper.make_tensor_value_info("given", onnx.TensorProto.FLOAT, [5000])
    nodes = [helper.make_node("Add", ["given", "far"], ["sum"]), helper.make_node("Add", ["sum", "near"], ["found"])]
    found = helper.make_tensor_value_info("found", onnx.TensorProto.FLOAT, [5000])
    model = helper.make_model(helper.make_graph(nodes, "graph", [given], [found], constants))
    onnx_weights.store(model, precision)
    stored = {one.name.split("/")[0]: numpy_helper.to_array(one) for one in model.graph.initializer}
    assert stored["far"].dtype == "float32"
    assert stored["near"].dtype == "float16"
    assert all(np.isfinite(one).all() for one in stored.values())
