"""A body and a pack in two files give what the one file gives, in LiteRT and in ONNX Runtime, in processes of their own."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.export import export_body, export_pack, load_pair
from tests.examples.clients import EXAMPLES

TEXTS = ["Какая завтра погода?", "разбуди меня в семь", "Wie wird das Wetter?", "👩🏽‍🚀 ﬁ", "", "x " * 200]
# numpy and the runtime alone: what an app does
IN_ONNX_RUNTIME = """
import json, sys
import numpy as np, onnxruntime
body, pack = (onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in sys.argv[1:3])
told = [json.loads(one.get_modelmeta().custom_metadata_map["keras_i18n.json"]) for one in (body, pack)]
assert told[0]["body"] == told[1]["body"]
def answered(text):
    vectors, length = pack.run(told[1]["outputs"], {"codepoints": np.array([[ord(c) for c in text] or [0]], "int32")})
    return body.run(told[0]["outputs"], {"token_vectors": vectors, "length": length})[0][0].tolist()
print(json.dumps([answered(text) for text in json.load(open(sys.argv[3]))]))
"""
IN_ONNX_RUNTIME_BY_NAME = """
import json, sys
import numpy as np, onnxruntime
body, pack = (onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in sys.argv[1:3])
told = [json.loads(one.get_modelmeta().custom_metadata_map["keras_i18n.json"]) for one in (body, pack)]
def answered(text):
    given = pack.run(told[1]["outputs"], {"codepoints": np.array([[ord(c) for c in text] or [0]], "int32")})
    return body.run(told[0]["outputs"], dict(zip(told[1]["outputs"], given)))[0][0].tolist()
print(json.dumps([answered(text) for text in json.load(open(sys.argv[3]))]))
"""
IN_LITERT = """
import json, sys
sys.path.insert(0, sys.argv[4])
from chained_files import ChainedModel
model = ChainedModel(*sys.argv[1:3])
print(json.dumps([model.predict(text).tolist() for text in json.load(open(sys.argv[3]))]))
"""


@pytest.fixture(scope="module")
def russian(classifier):
    return ki.localization.localize(classifier, ["ru"], keep="script")[0]


@pytest.fixture(scope="module")
def folder(classifier, russian, tmp_path_factory):
    """The body of the model for all languages, a pack of the one that is localised, and its one file."""
    folder = tmp_path_factory.mktemp("pair")
    export_body(classifier, folder)
    export_pack(russian, folder, name="ru")
    return ki.export(russian, folder, formats=["tflite", "onnx"])


def chained(code, folder, suffix):
    texts = folder / "texts.json"
    texts.write_text(json.dumps(TEXTS), encoding="utf-8")
    files = [folder / f"body.{suffix}", folder / f"ru.{suffix}", texts, EXAMPLES / "python_litert"]
    ran = subprocess.run([sys.executable, "-c", code, *map(str, files)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return np.array(json.loads(ran.stdout))


@pytest.mark.parametrize(("suffix", "code"), [("tflite", IN_LITERT), ("onnx", IN_ONNX_RUNTIME)])
def test_two_files_answer_as_the_one(folder, russian, suffix, code):
    runner = ki.load_exported(folder / f"model.{suffix}")
    expected = np.concatenate([runner.predict([text]) for text in TEXTS])
    assert np.ptp(expected, axis=0).max() > 0.05
    # other operators of a converter, such as one for a layer normalisation, round otherwise
    np.testing.assert_allclose(chained(code, folder, suffix), expected, atol=3e-5)
    pair = load_pair(folder / f"body.{suffix}", folder / f"ru.{suffix}")
    np.testing.assert_allclose(pair.predict(TEXTS), runner.predict(TEXTS), atol=3e-5)
    assert [one.label for one in pair.classify(TEXTS[:2])] == [one.label for one in runner.classify(TEXTS[:2])]
    assert pair.metadata.languages == ("ru",)
    for name in ("body", "ru"):
        assert ki.load_exported(folder / f"{name}.{suffix}", replay=True).metadata.golden


def test_formats_and_few_bits_chain(folder, classifier, russian, tmp_path):
    export_pack(russian, tmp_path, formats="onnx", precision="int8")
    pair = load_pair(folder / "body.tflite", tmp_path / "pack.onnx")
    np.testing.assert_allclose(pair.predict(TEXTS), russian.predict(TEXTS), atol=0.05)
    assert (tmp_path / "pack.onnx").stat().st_size < (folder / "ru.onnx").stat().st_size


def test_the_body_knows_no_language_and_no_vocabulary(folder):
    told = ki.load_exported(folder / "body.tflite").metadata
    assert told.languages == ()
    assert told.tokenizer_digest == ""
    assert told.task == "vectors-classification"
    assert (folder / "body.tflite").stat().st_size < 0.5 * (folder / "model.tflite").stat().st_size


def test_what_does_not_belong_together_is_refused(folder, classifier, tmp_path):
    other = ki.TextClassifier.on_encoder(classifier.encoder, labels=["a", "b"], head="linear")
    export_body(other, tmp_path, formats="tflite")
    with pytest.raises(ValueError, match="must be of the model whose body is"):
        load_pair(tmp_path / "body.tflite", folder / "ru.tflite")
    with pytest.raises(ValueError, match="must be a file of `export_pack`"):
        load_pair(folder / "body.tflite", folder / "model.tflite")
    with pytest.raises(ValueError, match="must be a file of `export_body`"):
        load_pair(folder / "ru.tflite", folder / "body.tflite")
    with pytest.raises(ValueError, match=r"must have the shape \(tokens, 48\)"):
        ki.load_exported(folder / "body.tflite").predict([np.zeros((3, 7))])
    with pytest.raises(ValueError, match="of a pair must be some of tflite, onnx"):
        export_body(classifier, tmp_path, formats="h5")
    client = EXAMPLES / "python_litert" / "chained_files.py"
    files = [tmp_path / "body.tflite", folder / "ru.tflite"]
    ran = subprocess.run([sys.executable, client, *files, "text"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "one of another body" in ran.stderr


def test_another_body_changes_the_answer(folder, classifier, tmp_path):
    """That the body is read at all: with other weights the pair answers otherwise."""
    changed = classifier.with_networks(ki.networks.copy_network)
    kernel = changed.network.get_layer("token_projection").kernel
    kernel.assign(kernel * 1.5)
    export_body(changed, tmp_path, formats="tflite")
    assert (
        ki.load_exported(tmp_path / "body.tflite").metadata.body
        != ki.load_exported(folder / "body.tflite").metadata.body
    )
    assert pathlib.Path(tmp_path / "body.tflite").read_bytes() != (folder / "body.tflite").read_bytes()
