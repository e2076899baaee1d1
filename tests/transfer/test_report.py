"""One table of several models, and no sentence on both sides of a split."""

import numpy as np
import pytest

from keras_i18n import datasets
from keras_i18n.transfer.adding.label_scores import label_scores, scores_table
from keras_i18n.transfer.transfer_report import refuse_leaks, transfer_report

TEXTS = ["good morning", "good night", "asubuhi njema", "usiku mwema", "गुड मॉर्निंग", "शुभ रात्रि"]
LABELS = ["day", "night"] * 3
LANGUAGES = ["en", "en", "sw", "sw", "hi", "hi"]


class Words:
    labels = ("day", "night")

    def __init__(self, *night):
        self.night = night

    def predict(self, texts):
        found = [any(word in text for word in self.night) for text in texts]
        return np.array([[1 - hit, hit] for hit in found], "float32")


def data(texts=TEXTS, languages=LANGUAGES, first=0):
    ids = [str(first + row % 2) for row in range(len(texts))]
    return datasets.from_lists(texts, LABELS[: len(texts)], language=languages, id=ids)


def test_models_beside_each_other():
    report = transfer_report(
        {
            "zero-shot": Words("night"),
            "supervised": Words("night", "usiku", "रात्रि"),
            "translated": Words("night"),
            "one each": {"en": Words("night"), "sw": Words("usiku"), "hi": Words("रात्रि")},
        },
        data(),
        source_language="en",
        translated={"translated": data(["good morning", "good night"] * 3)},
    )
    assert report.accuracy("zero-shot", "sw") == 0.5
    assert [report.mean(name) for name in report.reports] == [0.5, 1.0, 1.0, 1.0]
    assert "zero-shot" in str(report).splitlines()[0]
    assert "Hindi" in str(report)


def test_labels_before_and_after():
    found = label_scores(Words("night"), Words("night", "usiku"), data())
    assert [(row.language, row.count, row.before, row.after) for row in found] == [
        ("en", 2, 1.0, 1.0),
        ("hi", 2, 0.5, 0.5),
        ("sw", 2, 0.5, 1.0),
    ]
    assert scores_table(found).splitlines()[-1].split() == "sw Swahili 2 50 % 100 %".split()


def test_a_shared_id_is_a_leak_in_any_language():
    train = datasets.from_lists(["καλημέρα"], ["day"], language="el", id=["0"])
    with pytest.raises(ValueError, match="1 value of 'id' on both, such as '0'"):
        transfer_report({"a": Words()}, data(), source_language="en", train=train)
    with pytest.raises(ValueError, match="on both"):
        transfer_report({"a": Words()}, data(), source_language="en", train=[data(first=5), train])


def test_a_shared_text_is_a_leak_under_another_id():
    train = datasets.from_lists(["usiku mwema"], ["night"], language="sw", id=["9"])
    with pytest.raises(ValueError, match="of 'text' on both"):
        refuse_leaks(train, data())


def test_no_leak_is_fine_and_empty_texts_are_none():
    empty = datasets.from_lists([""], ["day"], language="en", id=["8"])
    refuse_leaks(empty, datasets.from_lists([""], ["day"], language="sw", id=["9"]))


class TestRefusals:
    def test_no_models(self):
        with pytest.raises(ValueError, match="at least one model"):
            transfer_report({}, data(), source_language="en")

    def test_other_rows(self):
        with pytest.raises(ValueError, match="rows of `test`"):
            transfer_report({"a": Words()}, data(), source_language="en", translated={"a": data()[:2]})

    def test_a_language_without_a_model(self):
        with pytest.raises(ValueError, match=r"none for \['hi'\]"):
            transfer_report({"a": {"en": Words(), "sw": Words()}}, data(), source_language="en")

    def test_a_translation_of_no_model(self):
        with pytest.raises(ValueError, match="must name models"):
            transfer_report({"a": Words()}, data(), source_language="en", translated={"b": data()})
