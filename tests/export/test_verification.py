"""`verify` names the format and the language that differ."""

import json
import shutil

import keras
import numpy as np
import pytest
from onnx import numpy_helper

import keras_i18n as ki
from keras_i18n.export.verification import VerificationReport
from tests.export.sealing import sealed_onnx


def test_every_format_and_language_is_compared(classifier, exported, sample):
    test = sample[1].select(languages=["en", "ja", "hi"])
    seen = []
    report = ki.verify(classifier, exported("float32"), test, max_texts=4, progress=seen.append)
    assert report.raise_if_different() is report
    assert {(row.format, row.language) for row in report.rows} == {
        (name, tag) for name in ki.export.FORMATS for tag in ("en", "ja", "hi")
    }
    assert len(seen) == len(report.rows) == 3 * len(ki.export.FORMATS)
    assert str(seen[-1]) == f"onnx {test.languages[-1]}: {len(seen)} of {len(seen)}"
    assert all(row.count == 4 and row.accuracy_change == 0 for row in report.rows)
    assert all(count == 12 and agreement == 1 for count, _, agreement in report.by_format().values())


@pytest.fixture
def broken(exported, tmp_path):
    """Exports of which the .onnx file has one weight that is off."""
    folder = tmp_path / "broken"
    shutil.copytree(exported("float32"), folder)
    sealed_onnx(folder / "model.onnx", _turn_half_of_the_table)
    return folder


def _turn_half_of_the_table(model):
    table = next(tensor for tensor in model.graph.initializer if "token_embedding" in tensor.name)
    values = numpy_helper.to_array(table).copy()
    values[values.shape[0] // 2 :] *= -1
    table.CopyFrom(numpy_helper.from_array(values, table.name))


def test_a_planted_fault_is_named(classifier, broken, sample, tmp_path):
    report = ki.verify(classifier, broken, sample[1].select(languages=["en", "ja"]), max_texts=4)
    assert not report.ok
    with pytest.raises(ValueError, match=r"onnx \(float32\) differs in 'ja'"):
        report.raise_if_different()
    assert {row.format for row in report.rows if not row.same} == {"onnx"}
    assert any("golden examples" in problem for problem in report.problems)
    assert "DIFFERS" in report.table()
    report.to_json(tmp_path / "report.json")
    assert len(json.loads((tmp_path / "report.json").read_text())["rows"]) == len(report.rows)


def test_the_verdict_names_languages_and_tolerance(classifier, exported, sample, broken, tmp_path):
    test = sample[1].select(languages=["en", "ja"])
    report = ki.verify(classifier, exported("float32"), test, max_texts=2, formats=["keras", "onnx"])
    verdict = str(report).splitlines()[-1]
    assert verdict.startswith("THE SAME: 2 files, 2 languages (en, ja), 4 texts each: largest difference ")
    assert verdict.endswith("allowed 0.0001 for float32.")
    plain = ki.verify(classifier, broken, test, max_texts=2, formats=["onnx"]).to_dict()
    assert plain["verdict"].startswith("DIFFERENT: 1 files, 2 languages (en, ja): ")
    assert json.loads(json.dumps(plain, allow_nan=False))["ok"] is False


@pytest.mark.parametrize(("change", "told"), [("one", "lacks"), ("order", "another order")])
def test_a_file_of_another_model_has_other_labels(classifier, exported, sample, change, told):
    labels = list(classifier.labels)
    labels = [*labels[:-1], "something else"] if change == "one" else labels[::-1]
    twin = ki.TextClassifier(tokenizer=classifier.tokenizer, network=classifier.network, labels=labels)
    report = ki.verify(twin, exported("float32"), sample[1].select(languages=["en"]), max_texts=2, formats=["onnx"])
    assert any("onnx: labels differ: " in problem and told in problem for problem in report.problems)
    assert not report.ok
    assert "labels differ" in str(report)


def test_one_file_is_called_by_its_format(classifier, exported, sample):
    report = ki.verify(classifier, exported("float32") / "model.onnx", sample[1].select(languages=["en"]), max_texts=2)
    assert [row.format for row in report.rows] == ["onnx"]


def test_a_file_of_another_tokenizer_is_told(exported, classifier, sample):
    other = ki.tokenizers.train_unigram(sample[0].text, vocabulary_size=2900, normalizer="identity", threads=1)
    keras.utils.set_random_seed(1)
    twin = ki.TextClassifier(tokenizer=other, network=classifier.network, labels=classifier.labels)
    report = ki.verify(twin, exported("float32"), sample[1].select(languages=["en"]), max_texts=2, formats=["onnx"])
    assert any("tokenizer" in problem for problem in report.problems)


def test_what_is_missing(classifier, exported, sample, tmp_path):
    with pytest.raises(FileNotFoundError, match="no exported files"):
        ki.verify(classifier, tmp_path, sample[1])
    shutil.copy(exported("float32") / "model.onnx", tmp_path / "model.onnx")
    with pytest.raises(FileNotFoundError, match="tflite"):
        ki.verify(classifier, tmp_path, sample[1], formats=["tflite"])
    with pytest.raises(ValueError, match="at least one text"):
        ki.verify(classifier, exported("float32"), sample[1][:0])


def comparison(**options):
    told = {"format": "tflite", "precision": "int8", "language": "en", "count": 32, "accuracy_change": None}
    told |= {"largest_difference": 0.001, "label_agreement": 1.0, "tolerance": 0.05}
    return ki.export.verification.Comparison(**{**told, **options})


@pytest.mark.parametrize(
    ("precision", "count", "others", "same"),
    [
        ("int8", 32, 1, True),
        ("int8", 32, 2, False),
        ("int8", 9, 1, False),
        ("int8", 200, 4, True),
        ("int8", 200, 5, False),
        ("float32", 32, 1, False),
        ("float32", 200, 0, True),
    ],
)
def test_of_few_texts_one_may_get_another_label_in_few_bits(precision, count, others, same):
    assert comparison(precision=precision, count=count, label_agreement=1 - others / count).same is same


def test_numbers_that_are_none_differ():
    row = comparison(precision="float32", count=1, largest_difference=float("nan"), tolerance=1e-4)
    assert not VerificationReport((row,)).ok
    assert np.isnan(row.largest_difference)
