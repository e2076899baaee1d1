"""Each format, in its own runtime, gives what the Keras model gives on raw texts of every script."""

import json
import zipfile

import h5py
import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf

import keras_i18n as ki
from keras_i18n.export import onnx as onnx_format
from keras_i18n.export import tflite as tflite_format
from keras_i18n.export.exportable import Exportable
from keras_i18n.export.metadata import TOLERANCES, Metadata

TEXTS = [
    "Wake me at six",
    "İstanbul'da HAVA nasıl?",
    "कल सुबह छह बजे जगाओ",
    "明日は傘が要りますか？",
    "พรุ่งนี้ฝนจะตกไหม",
    "شغّل أغنية لفيروز",
    "cafe\u0301 Ａ１ ﬁ ½",
    "👩🏽‍🚀🇪🇹 ok",
    "",
    "   ",
    "x",
    "\ud800 lone",
    "a\0b",
]


@pytest.mark.parametrize("name", ki.export.FORMATS)
@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
def test_answers_are_those_of_the_keras_model(classifier, exported, name, precision):
    row = ki.export.FORMATS[name]
    if precision not in row.precisions:
        pytest.skip(f"{name} holds {', '.join(row.precisions)}")
    runner = ki.load_exported(exported(precision) / row.file)
    assert runner.metadata.precision == precision
    expected = classifier.predict(TEXTS)
    received = runner.predict(TEXTS)
    assert received.dtype == np.float32
    limit = TOLERANCES[precision]
    assert np.abs(received - expected).max() <= limit
    # alone, a text scores as in a batch
    alone = np.concatenate([runner.predict([text]) for text in TEXTS])
    assert np.abs(alone - received).max() <= limit


@pytest.mark.parametrize("name", ["tflite", "onnx"])
def test_int8_keeps_the_labels(classifier, exported, sample, name):
    expected = classifier.predict(list(sample[1].text))
    runner = ki.load_exported(exported("int8") / ki.export.FORMATS[name].file)
    received = runner.predict(list(sample[1].text))
    # against the model before it was rounded: the tolerance is against the rounded one
    assert np.abs(received - expected).max() <= 1e-1
    assert (received.argmax(axis=1) == expected.argmax(axis=1)).mean() >= 0.99
    wide = (exported("float32") / ki.export.FORMATS[name].file).stat().st_size
    assert wide - runner.path.stat().st_size > 400_000  # the table: 3,000 x 48


@pytest.mark.parametrize("name", ki.export.FORMATS)
def test_empty_batches_and_long_texts(classifier, exported, name):
    runner = ki.load_exported(exported("float32") / ki.export.FORMATS[name].file)
    assert runner.predict([]).shape == (0, len(classifier.labels))
    assert np.isfinite(runner.predict(["", ""])).all()
    with pytest.warns(UserWarning, match="longer than") as warned:
        long = runner.predict(["wake me " * 4000])
    assert len(warned) == 1
    cut = ("wake me " * 4000)[: classifier.max_codepoints]
    assert np.abs(long - classifier.predict([cut])).max() < TOLERANCES["float32"]
    with pytest.raises(TypeError, match="list of str"):
        runner.predict("one text")


def contained_json(name, path):
    """The metadata, read by means other than our loader."""
    if name == "saved_model":
        return (path / "assets" / "keras_i18n.json").read_text()
    if name == "h5":
        with h5py.File(path) as file:
            return bytes(file["keras_i18n.json"][()]).decode()
    if name == "onnx":
        return {entry.key: entry.value for entry in onnx.load(path).metadata_props}["keras_i18n.json"]
    with zipfile.ZipFile(path) as archive:
        return archive.read("keras_i18n.json").decode()


@pytest.mark.parametrize("name", ki.export.FORMATS)
def test_metadata_says_all_that_a_client_needs(classifier, exported, name):
    told = json.loads(contained_json(name, exported("float32") / ki.export.FORMATS[name].file))
    assert told["contract"] == 2
    assert told["task"] == "text-classification"
    assert tuple(told["labels"]) == classifier.labels
    assert set(told["languages"]) == set(classifier.languages)
    assert told["tokenizer_digest"] == classifier.tokenizer.digest
    assert told["outputs"] == ["scores"]
    assert told["tolerance"] == 1e-4
    for example in told["golden"]:
        text = "".join(map(chr, example["codepoints"]))
        assert example.get("text", text) == text
        assert example["ids"] == classifier.tokenize([text])[0].tolist()
        # alone, and among others when the example was made: sums of another order, which a sharp head magnifies
        assert np.allclose(example["output"], classifier.predict([text])[0], atol=told["tolerance"])
    lone = [example for example in told["golden"] if 0xD800 in example["codepoints"]]
    assert lone
    assert "text" not in lone[0]  # strict parsers of JSON refuse a lone surrogate
    assert "" in {example.get("text") for example in told["golden"]}


def test_labels_lie_beside_the_tflite_model(classifier, exported):
    with zipfile.ZipFile(exported("float32") / "model.tflite") as archive:
        assert archive.read("labels.txt").decode().split("\n") == list(classifier.labels)


def test_files_hold_built_in_operators_only(exported):
    for precision in ("float32", "float16", "int8"):
        folder = exported(precision)
        for file in ("model.tflite", "model.onnx"):
            operators = ki.load_exported(folder / file).operators
            assert operators
            assert not [name for name in operators if "." in name or name.startswith(("Custom", "unknown", "Flex"))]


def test_inputs_and_outputs_have_names(exported):
    folder = exported("float32")
    graph = onnx.load(folder / "model.onnx").graph
    assert [tensor.name for tensor in graph.input] == ["codepoints"]
    assert [tensor.name for tensor in graph.output] == ["scores"]
    assert [dimension.dim_param for dimension in graph.input[0].type.tensor_type.shape.dim] == ["batch", "length"]
    signature = tf.lite.Interpreter(str(folder / "model.tflite")).get_signature_list()["serving_default"]
    assert signature == {"inputs": ["codepoints"], "outputs": ["scores"]}


def test_saved_model_takes_strings_and_stores_weights_once(classifier, exported):
    folder = exported("float32") / "saved_model"
    loaded = tf.saved_model.load(str(folder))
    scores = loaded.signatures["serve_text"](texts=tf.constant(["Wake me at six", "", "明日の朝"]))["scores"]
    assert np.abs(scores.numpy() - classifier.predict(["Wake me at six", "", "明日の朝"])).max() < 1e-5
    broken = loaded.signatures["serve_text"](texts=tf.constant([b"a\xff"]))["scores"]
    assert np.abs(broken.numpy() - classifier.predict(["a\ufffd"])).max() < 1e-5
    stored = (folder / "variables" / "variables.data-00000-of-00001").stat().st_size
    weights = sum(np.prod(weight.shape) * 4 for weight in classifier.to_keras().weights)
    assert stored < 1.05 * weights + 10_000


@pytest.mark.parametrize("kind", ["unigram", "ngram"])
def test_a_tokenizer_alone(normalizing_tokenizer, sample, tmp_path, kind):
    tokenizer = normalizing_tokenizer
    if kind == "ngram":
        tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=500, compose=False)
    folder = ki.export(tokenizer, tmp_path / "tokenizer")
    report = ki.verify(tokenizer, folder, sample[1], max_texts=2)
    assert {row.format for row in report.rows} == set(ki.export.FORMATS)
    assert report.ok
    runner = ki.load_exported(folder / "model.tflite")
    for ids, expected in zip(runner.tokenize(TEXTS), tokenizer.tokenize(TEXTS), strict=True):
        assert ids.tolist() == expected.tolist()
    with pytest.raises(ValueError, match="tokenize"):
        runner.predict(TEXTS)


def test_token_ids_do_not_depend_on_the_precision(normalizing_tokenizer, sample, tmp_path):
    """A float table of piece scores would be rounded: ids of close ways would change without a word."""
    tokenizer = normalizing_tokenizer
    texts = list(sample[1].text) + TEXTS
    expected = [ids.tolist() for ids in tokenizer.tokenize(texts)]
    for precision in ("float16", "int8"):
        folder = ki.export(tokenizer, tmp_path / precision, formats=["tflite", "onnx"], precision=precision)
        for file in ("model.tflite", "model.onnx"):
            assert [ids.tolist() for ids in ki.load_exported(folder / file).tokenize(texts)] == expected


class _NeedsFlex(keras.layers.Layer):
    def call(self, x):
        return tf.cast(tf.strings.length(tf.strings.as_string(x)), "float32")


def test_a_foreign_operator_is_refused_by_name_and_leaves_nothing(classifier, tmp_path):
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    model = keras.Model(codepoints, _NeedsFlex()(codepoints))
    text_in = Exportable(model, Metadata(task="text-embedding", outputs=("vector",)))
    with pytest.raises(ValueError, match=r"(?i)string"):
        tflite_format.save(text_in, tmp_path / "model.tflite")
    with pytest.raises(ValueError, match=r"(?i)string"):
        onnx_format.save(text_in, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"formats": ["tflite", "word"]}, "formats"),
        ({"formats": []}, "formats"),
        ({"precision": "float8"}, "precision"),
    ],
)
def test_wrong_arguments(classifier, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        ki.export(classifier, tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(TypeError, match="TextClassifier"):
        ki.export(keras.Sequential(), tmp_path)
