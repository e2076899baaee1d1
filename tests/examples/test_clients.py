"""Each client answers as the model does, on real texts and the edges, and refuses a file that it cannot trust."""

import numpy as np
import pytest

from tests.examples.clients import CLIENTS, with_other_metadata

TEXTS = [
    "Wie wird das Wetter morgen?",
    "İstanbul'da hava nasıl?",
    "कल मौसम कैसा रहेगा?",
    "أيقظني في السابعة",
    "音楽をかけて",
    "ปลุกฉันตอนเจ็ดโมง",
    "ነገ አየሩ እንዴት ነው?",
    "👩🏽‍🚀🇪🇹 e\u0301 ﬁ",
    "",
    " \t\n",
    "wake me " * 300,
]
every_client = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


@every_client
def test_numbers_are_the_models(client, classifier, exported):
    expected = classifier.predict(TEXTS)
    assert np.ptp(expected, axis=0).max() > 0.2, "the texts must differ in their scores"
    np.testing.assert_allclose(np.stack(client.numbers(exported / client.file, TEXTS)), expected, atol=1e-5)


@pytest.mark.parametrize(
    "client",
    [one for one in CLIENTS.values() if one.tokenizers],
    ids=[name for name, one in CLIENTS.items() if one.tokenizers],
)
def test_token_ids_are_the_tokenizers(client, classifier, exported_tokenizer):
    found = client.numbers(exported_tokenizer / client.file, TEXTS)
    expected = classifier.tokenizer.tokenize(TEXTS)
    assert [ids.tolist() for ids in found] == [ids.tolist() for ids in expected]


@every_client
def test_next_words_are_the_language_models(client, language_model, exported_language_model, tmp_path):
    path = exported_language_model / client.file
    np.testing.assert_allclose(
        np.stack(client.numbers(path, TEXTS[:-1])), language_model.predict(TEXTS[:-1]), atol=1e-5
    )

    def likelier(values):
        values["golden"][-1]["output"][0] += 1  # a logarithm

    changed = with_other_metadata(path, tmp_path / client.file, likelier)
    assert "does not answer as it must" in client.run(changed, "wake me", check=1)


@pytest.mark.parametrize(
    "client",
    [one for one in CLIENTS.values() if one.translators],
    ids=[name for name, one in CLIENTS.items() if one.translators],
)
def test_translations_are_the_translators(client, translator, exported_translator, tmp_path):
    path, texts = exported_translator / client.file, TEXTS[:-1]
    found = ["".join(chr(int(one)) for one in numbers) for numbers in client.numbers(path, texts)]
    assert found == translator.translate(texts, target_language="de")
    assert translator.translate(["one two"], target_language="de")[0] in client.run(path, "one two")

    def other_language(values):
        for golden in values["golden"]:
            golden["output"] = [ord("x")]

    changed = with_other_metadata(path, tmp_path / client.file, other_language)
    assert "does not answer as it must" in client.run(changed, "wake me", check=1)


@pytest.mark.parametrize("name", [name for name, one in CLIENTS.items() if not one.translators])
def test_translators_are_refused_where_they_cannot_run(name, exported_translator):
    assert "language models" in CLIENTS[name].run(exported_translator / CLIENTS[name].file, "one two", check=1)


@every_client
def test_labels_are_the_models(client, classifier, exported):
    texts = [text for text in TEXTS if text.strip()]
    lines = client.run(exported / client.file, *texts).splitlines()
    for line, text, best in zip(lines, texts, classifier.classify(texts), strict=True):
        assert line.startswith(text)
        assert best.label in line.removeprefix(text)


def _golden_of_another_model(values):
    values["golden"][-1]["output"][0] += 1e-3


def _golden_of_fewer_labels(values):
    for golden in values["golden"]:
        golden["output"] = golden["output"][:2]


def _newer_contract(values):
    values["contract"] = 99


@every_client
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_golden_of_another_model, "does not answer as it must"),
        (_golden_of_fewer_labels, "does not answer as it must"),
        (_newer_contract, "contract"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(client, change, told, exported, tmp_path):
    path = with_other_metadata(exported / client.file, tmp_path / client.file, change)
    error = client.run(path, "wake me", check=1)
    assert told in error
    assert "Traceback" not in error


@every_client
def test_another_file_is_refused_in_a_line(client, tmp_path):
    path = tmp_path / client.file
    path.write_bytes(b"not a model at all, but long enough to be looked through")
    assert "error: " in client.run(path, "wake me", check=1)


@every_client
def test_a_label_may_hold_what_looks_like_the_metadata(client, exported, tmp_path):
    def relabel(values):
        values["labels"][0] = 'a "golden":[{"codepoints":[1],"output":[9]'

    path = with_other_metadata(exported / client.file, tmp_path / client.file, relabel)
    client.run(path, "wake me")
