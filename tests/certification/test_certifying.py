"""A certificate says what ran: equal where it is equal, different where it differs, and never passed where nothing ran."""

import dataclasses
import json
import re
import shutil
import sys

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.certification import RUNTIMES, Certificate, certify, check
from keras_i18n.certification.certifying import EDGES
from keras_i18n.certification.client_process import ClientError, in_a_process
from tests.examples.clients import EXAMPLES
from tests.layers.checks import randomise

LANGUAGES = 28


@pytest.fixture(scope="module")
def tflite(exported, tmp_path_factory):
    """A folder with the one file."""
    folder = tmp_path_factory.mktemp("certified")
    shutil.copy(exported / "model.tflite", folder)
    return folder


@pytest.fixture(scope="module")
def certificate(tflite, classifier):
    told = []
    names = ["LiteRT", "LiteRT, numpy alone", "LiteRT in C", "tflite-runtime"]
    made = certify(tflite, model=classifier, max_texts=1, runtimes=names, progress=told.append)
    assert [one.done for one in told] == [0, 1, 2, 3, 4]
    return made


def run_of(certificate, runtime):
    return next(run for run in certificate.runs if run.runtime == runtime)


def test_every_language_and_the_edges_are_compared(certificate):
    assert certificate.ok
    for runtime in ("LiteRT", "LiteRT, numpy alone"):
        run = run_of(certificate, runtime)
        assert run.passed
        assert len(run.languages) == LANGUAGES + 1
        assert run.texts == LANGUAGES + len(EDGES)
        assert run.ids_equal == (run.texts, run.texts)
        assert 0 < run.largest_difference < 1e-4
        assert run.p50_ms > 0
    assert run_of(certificate, "LiteRT").memory_mb is None
    assert 10 < run_of(certificate, "LiteRT, numpy alone").memory_mb < 300
    c = run_of(certificate, "LiteRT in C")
    assert c.status in ("checked", "not checked")
    assert c.ids_equal is None
    assert c.passed == (c.status == "checked")


def test_a_next_word_step_is_read_by_clients(exported_tokenizer, tmp_path):
    tokenizer = ki.tokenizers.CharacterTokenizer.train(["Iğdır'da", "日本語", "नमस्ते"], compose=False)
    model = ki.LanguageModel.create(tokenizer, kind="rnn", size="tiny", units=8)
    randomise(model.network, 1, scale=0.5)
    folder = ki.export(model, tmp_path / "words", formats=["tflite", "onnx"])
    alone = ki.export(tokenizer, tmp_path / "alone", formats=["tflite"])
    runtimes = ["LiteRT, numpy alone", "LiteRT in C", "ONNX Runtime in Node.js", "onnxruntime-web in Chromium"]
    made = certify(folder, model=model, max_texts=1, tokenizer=alone, runtimes=runtimes).raise_if_failed()
    assert run_of(made, "LiteRT, numpy alone").ids_equal == (LANGUAGES + len(EDGES),) * 2
    assert 0 < run_of(made, "LiteRT, numpy alone").largest_difference < 1e-5
    assert run_of(made, "LiteRT in C").passed == (run_of(made, "LiteRT in C").status == "checked")
    assert run_of(made, "ONNX Runtime in Node.js").ids_equal is None
    with pytest.raises(ValueError, match="`tokenizer` must be the model's"):
        certify(folder, model=model, max_texts=1, tokenizer=exported_tokenizer)


def test_browsers_answer_as_the_model_does(tflite, classifier):
    made = certify(tflite, model=classifier, max_texts=1, runtimes=["LiteRT.js in Chromium"])
    (run,) = made.runs
    if run.status == "not checked":
        pytest.skip(run.told)
    assert run.passed
    assert "Chromium" in run.version
    assert 0 < run.largest_difference < 1e-4
    assert run.ids_equal is None


def test_what_differs_is_told(tflite, classifier, tmp_path):
    class Turned:
        """Answers as the model does, for the other labels."""

        def predict(self, texts):
            return np.roll(classifier.predict(texts), 1, axis=1)

    made = certify(tflite, model=Turned(), max_texts=1, runtimes=["LiteRT"])
    assert not made.ok
    assert made.runs[0].largest_difference > 0.1
    assert made.runs[0].label_agreement < 0.5
    with pytest.raises(ValueError, match=r"model\.tflite in LiteRT: DIFFERS"):
        made.raise_if_failed()
    made.to_html(tmp_path / "page.html")
    assert "NOT certified" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_few_bits_are_compared_with_the_twin(classifier, tmp_path):
    folder = ki.export(classifier, tmp_path, formats="tflite", precision="int4")
    made = certify(folder, model=classifier, max_texts=1, tokenizer=False, runtimes=["LiteRT"]).raise_if_failed()
    (run,) = made.runs
    assert (run.precision, run.ids_equal) == ("int4", None)
    assert run.largest_difference < 5e-3
    told = ki.load_exported(folder / "model.tflite").predict(["wake me", "música"])
    assert np.abs(told - classifier.predict(["wake me", "música"])).max() > 5e-3, "4 bits must tell in this model"


def test_other_token_ids_are_told(tmp_path):
    folder = ki.export(ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False), tmp_path, formats="keras")
    other = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False, seed=3)
    run = certify(folder, model=other, max_texts=1, runtimes=["Keras"]).runs[0]
    equal, texts = run.ids_equal
    assert 0 < equal < texts / 2, "the empty text alone has the same ids"
    assert not run.passed


def test_what_is_not_there_is_not_passed(tflite, classifier, tmp_path, monkeypatch):
    names = ["LiteRT in C", "LiteRT on the JVM", "tflite-runtime"]
    for folder in (tmp_path, tmp_path / "nothing"):
        made = certify(tflite, model=None, max_texts=1, runtimes=names, clients=folder)
        assert [run.status for run in made.runs] == ["not checked"] * 3
        assert not any(run.passed for run in made.runs)
        assert not made.ok
        assert all("make " in run.told for run in made.runs)
        assert len(made.not_checked) == 3
    absent = dataclasses.replace(RUNTIMES["LiteRT"], packages=("no-such-package",))
    monkeypatch.setitem(RUNTIMES, "LiteRT", absent)
    made = certify(tflite, max_texts=1, runtimes=["LiteRT"])
    assert made.runs[0].told == "not installed (no-such-package): pip install keras_i18n[tflite]"


def test_written_read_and_checked_again(certificate, tflite, tmp_path):
    path = tmp_path / "certificate.json"
    certificate.to_json(path)
    assert Certificate.read(path) == certificate
    assert check(path, tflite) == []
    assert check(path, tflite / "model.tflite") == []
    shutil.copy(tflite / "model.tflite", tmp_path / "model.tflite")
    with (tmp_path / "model.tflite").open("r+b") as file:
        file.seek(2000)
        file.write(b"\1\2\3")
    assert "another file" in check(path, tmp_path)[0]
    assert "not there" in check(path, tmp_path / "elsewhere")[0]


@pytest.mark.parametrize("change", ["largest_difference", "sha256", "status"])
def test_a_changed_certificate_is_refused(certificate, change, tmp_path):
    path = tmp_path / "certificate.json"
    certificate.to_json(path)
    values = json.loads(path.read_text(encoding="utf-8"))
    if change == "largest_difference":
        values["runs"][0]["languages"][3]["largest_difference"] = 0.0
    elif change == "sha256":
        values["files"][0]["sha256"] = "0" * 64
    else:
        values["runs"][-1]["status"] = "failed"
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(ValueError, match="changed after it was made"):
        Certificate.read(path)


@pytest.mark.parametrize("content", ["", "[]", '{"kind": "x", "version": 1}', '{"kind": "keras_i18n certificate"}'])
def test_another_json_is_no_certificate(content, tmp_path):
    (tmp_path / "certificate.json").write_text(content)
    with pytest.raises(ValueError, match="must be a certificate"):
        Certificate.read(tmp_path / "certificate.json")


def test_the_page_shows_every_run_and_needs_no_network(certificate, tmp_path):
    path = tmp_path / "certificate.html"
    certificate.to_html(path)
    page = path.read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    for run in certificate.runs:
        assert run.runtime in page
    assert not re.findall(r"https?://|<script|src=|url\(", page)
    assert certificate.sha256 in page


def test_a_client_that_fails_is_told(tmp_path):
    def client(code):
        return in_a_process((sys.executable, "-c", code), tmp_path, ["one", "two"])

    with pytest.raises(ClientError, match=r"^it does not answer as it must$"):
        client("import sys; sys.exit('error: it does not answer as it must')")
    with pytest.raises(ClientError, match="answered 1 of 2 texts"):
        client("print('1\\t0.5')")
    found = client("import sys\nfor line in sys.stdin: print(f'2\\t{len(line.split())} 7')")
    assert [one.tolist() for one in found.numbers] == [[3, 7], [3, 7]]
    assert found.p50_ms == 2


def test_what_cannot_be_certified_is_refused(tflite, tmp_path):
    with pytest.raises(ValueError, match="`runtimes` must be some of"):
        certify(tflite, runtimes=["Gecko"])
    with pytest.raises(FileNotFoundError, match="no exported files"):
        certify(tmp_path)
    assert set(ki.certification.RUNTIMES) == set(RUNTIMES)
    assert EXAMPLES.is_dir()


@pytest.fixture(scope="module")
def translators():
    """Two of the same vocabularies, into two languages; untrained, as nothing is asked but that files do the same."""
    pairs = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins")]
    texts = [
        ki.datasets.ParallelTexts(*zip(*pairs, strict=True), source_language="en", target_language=tag)
        for tag in ("de", "nl")
    ]
    made = [ki.Translator.from_scratch(texts, vocabulary_size=290, size="tiny", max_tokens=64) for _ in range(2)]
    for seed, one in enumerate(made, start=1):
        randomise(one.network, seed)
    # an untrained one may write nothing at all
    assert made[0].translate(["one"], target_language="de") != made[1].translate(["one"], target_language="de")
    return made


def test_translators_are_compared_by_their_texts(translators, tmp_path):
    model, other = translators
    folder = ki.export(model, tmp_path, formats=["tflite", "onnx"])
    names = ["LiteRT", "LiteRT, numpy alone", "ONNX Runtime, numpy alone", "ONNX Runtime in Node.js", "LiteRT in C"]
    english = ki.datasets.sample("assistant")[1].select(languages=["en"])
    told = {"dataset": english, "max_texts": 3, "tokenizer": False}
    made = certify(folder, model=model, runtimes=names, **told)
    assert made.ok
    assert 3 < made.texts["count"] < 3 + len(EDGES)  # the edges have one of 300 words, which a file cuts
    statuses = {run.runtime: run for run in made.runs}
    assert statuses["LiteRT in C"].told == "this client reads no files for translation"
    assert {statuses[name].status for name in names[:3]} == {"checked"}
    assert all(run.label_agreement == 1 and run.largest_difference is None for run in made.runs if run.texts)
    wrong = certify(folder, model=other, runtimes=names[1:3], **told)
    assert not wrong.ok
    assert [run.passed for run in wrong.runs] == [False, False]
