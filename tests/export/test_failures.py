"""What goes wrong around a file: tampered examples, damage, a full disk, nothing to serve."""

import errno
import json
import shutil

import numpy as np
import onnx
import pytest
import tensorflow as tf

import keras_i18n as ki
from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.onnx_contents import content_sha256
from tests import fresh_process
from tests.layers import mobile_runtime
from tests.layers.test_ngram_tokenization import TEXTS


def test_a_tampered_golden_example_is_found(classifier, exported, sample, tmp_path):
    model = onnx.load(exported("float32") / "model.onnx")
    (entry,) = model.metadata_props
    told = json.loads(entry.value)
    told["golden"][2]["output"] = told["golden"][2]["output"][::-1]
    del model.metadata_props[:]
    content = model.SerializeToString()
    # signed again: without that, the digest tells
    told = Metadata.from_json(json.dumps(told), "model.onnx").sealed(content_sha256(content))
    properties = onnx.ModelProto(metadata_props=[onnx.StringStringEntryProto(key=MEMBER, value=told.to_json())])
    (tmp_path / "model.onnx").write_bytes(content + properties.SerializeToString())
    report = ki.verify(classifier, tmp_path, sample[1].select(languages=["en"]), max_texts=2)
    assert all(row.same for row in report.rows)
    assert any("golden examples" in problem for problem in report.problems)
    with pytest.raises(ValueError, match="onnx: the golden examples"):
        report.raise_if_different()


@pytest.mark.parametrize(
    "file", ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
)
@pytest.mark.parametrize("share", [None, 0.5])
def test_a_damaged_saved_model(exported, tmp_path, file, share):
    folder = tmp_path / "saved_model"
    shutil.copytree(exported("float32") / "saved_model", folder)
    content = (folder / file).read_bytes()
    (folder / file).unlink()
    if share is not None:
        (folder / file).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match="saved_model"):
        ki.load_exported(folder)


def test_an_empty_batch_of_strings(exported):
    loaded = tf.saved_model.load(str(exported("float32") / "saved_model"))
    scores = loaded.signatures["serve_text"](texts=tf.constant([], tf.string))["scores"]
    assert scores.shape == (0, 3)


@pytest.fixture(scope="module")
def encoder_files(classifier, tmp_path_factory):
    """The encoder in every format, for which it is traced once."""
    return ki.export(classifier.encoder, tmp_path_factory.mktemp("encoder"))


@pytest.mark.parametrize("name", ki.export.FORMATS)
def test_no_texts_at_all_for_an_encoder(classifier, encoder_files, name):
    encoder = classifier.encoder
    runner = ki.load_exported(encoder_files / ki.export.FORMATS[name].file)
    assert runner.predict([]).shape == encoder.predict([]).shape == (0, encoder.dim)


_SCRIPT = """
import os, pathlib, resource, signal, sys
import keras_i18n as ki
from keras_i18n.export.formats import FORMATS

folder = pathlib.Path(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit then fails as one to a full disk does
for name in FORMATS:
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    try:
        ki.export(tokenizer, folder, formats=name)
        told = "written"
    except OSError as error:
        told = f"{error.errno} {pathlib.Path(error.filename).name}"
    except Exception as error:
        told = repr(error)[:200]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print("ANSWER", name, told, [path.name for path in folder.iterdir()], flush=True)
"""


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path):
    """No file may grow beyond 4 KB: the system refuses each write beyond."""
    ran = fresh_process.run(_SCRIPT, [tmp_path])
    told = [line for line in ran.stdout.splitlines() if line.startswith("ANSWER")]
    expected = [f"ANSWER {name} {errno.EFBIG} {row.file} []" for name, row in ki.export.FORMATS.items()]
    assert told == expected, ran.stderr[-2000:]


def test_the_mobile_runtime_reads_raw_texts(classifier, exported):
    """Every precision, as an Android app of 2023 would run the file."""
    batches = [codepoints_of(TEXTS), codepoints_of(TEXTS[:1]), codepoints_of([""])]
    expected = [classifier.predict(TEXTS), classifier.predict(TEXTS[:1]), classifier.predict([""])]
    for precision, tolerance in (("float32", 1e-4), ("float16", 1e-2), ("int8", 5e-2)):
        content = (exported(precision) / "model.tflite").read_bytes()
        found = mobile_runtime.outputs(content, batches, signature="serving_default")
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=tolerance)
