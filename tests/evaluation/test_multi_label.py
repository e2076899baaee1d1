"""F1 and exact matches of several labels a text, against values computed by hand."""

import csv
import json

import numpy as np
import pytest

from keras_i18n.datasets import from_lists
from keras_i18n.evaluation import evaluate_by_language

DATA = from_lists(["a", "b", "c", "d"], [["x"], ["x", "y"], [], ["z"]], language=["en", "en", "en", "sw"])
SCORES = {"a": [0.9, 0.6, 0.0], "b": [0.4, 0.8, 0.1], "c": [0.2, 0.2, 0.2], "d": [0.1, 0.1, 0.5]}


class Answers:
    labels = ("x", "y", "z")

    def predict(self, texts):
        return np.array([SCORES[text] for text in texts])


def test_by_hand(tmp_path):
    report = evaluate_by_language(Answers(), DATA, source_language="en")
    english = report["eng"]
    # a: x and y where x is true; b: y where x and y are; c: none. TP 2 (x of a, y of b), FP 1, FN 1
    assert english.count == 3
    assert english.micro_f1 == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert english.macro_f1 == pytest.approx((2 / 3 + 2 / 3) / 2)  # z neither occurs nor is predicted
    assert english.exact_match == pytest.approx(1 / 3)
    assert (report["sw"].micro_f1, report["sw"].macro_f1, report["sw"].exact_match) == (1, 1, 1)
    assert report.mean == pytest.approx((2 / 3 + 1) / 2)
    assert report.worst is english
    assert report.gap == pytest.approx(2 / 3 - 1)
    assert "Mean micro F1 of 2 languages 83.3 %, worst 66.7 % (English)" in str(report)
    assert "<pre" in report._repr_html_()
    report.to_json(tmp_path / "report.json")
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["rows"][0]["exact_match"] == pytest.approx(1 / 3)
    assert told["mean"] == report.mean
    report.to_csv(tmp_path / "report.csv")
    with open(tmp_path / "report.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["language"] for row in rows] == ["sw", "en"]
    with pytest.raises(KeyError, match="no language 'fr'"):
        report["fr"]


def test_texts_without_any_label():
    data = from_lists(["c", "c"], [[], []], language="en")
    assert evaluate_by_language(Answers(), data).mean == 1.0
    assert evaluate_by_language(Answers(), from_lists(["a"], [[]], language="en")).mean == 0.0


def test_refused():
    with pytest.raises(ValueError, match=r"labels that the model lacks: \['w'\] \(1 rows\)"):
        evaluate_by_language(Answers(), from_lists(["a", "b"], [["w", "x"], ["x"]], language="en"))
