"""Reports by language: scores, what prints, files, pictures, and what is refused."""

import builtins
import csv
import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest

from keras_i18n.datasets import from_lists, read
from keras_i18n.evaluation import LanguageReport, LanguageScore, compare, evaluate_by_language

LABELS = ("weather", "alarm", "music")  # not sorted: a model keeps its own order


class Answers:
    """Gives the scores that each text holds itself: 'alarm 0.7' is answered so."""

    labels = LABELS

    def predict(self, texts):
        assert isinstance(texts, list)
        scores = np.zeros((len(texts), len(self.labels)), "float32")
        for row, text in enumerate(texts):
            label, confidence = text.split()
            scores[row] = (1 - float(confidence)) / (len(self.labels) - 1)
            scores[row, self.labels.index(label)] = float(confidence)
        return scores


DATA = from_lists(
    ["alarm 0.75", "music 0.75", "alarm 0.75", "weather 0.75", "alarm 1.0", "music 1.0", "weather 0.5"],
    ["alarm", "music", "alarm", "alarm", "alarm", "weather", "weather"],
    language=["en", "en", "en", "en", "sw", "sw", "zh-Hant"],
)


@pytest.fixture
def report():
    return evaluate_by_language(Answers(), DATA, source_language="en")


def test_scores(report):
    english, swahili, chinese = report.rows
    assert (english.language, english.name, english.script, english.count) == ("en", "English", "Latn", 4)
    assert english.accuracy == 0.75
    assert english.calibration_error == pytest.approx(0)
    # alarm: TP 2, FN 1 -> 4/5; music: 1; weather: FP 1 -> 0
    assert english.macro_f1 == pytest.approx((0.8 + 1 + 0) / 3)
    assert english.low < 0.75 < english.high
    assert (swahili.accuracy, swahili.calibration_error) == (0.5, 0.5)
    assert swahili.macro_f1 == pytest.approx((0 + 1 + 0) / 3)
    assert (chinese.name, chinese.script) == ("Chinese (Traditional)", "Hant")
    assert (chinese.accuracy, chinese.low, chinese.high) == (1, 1, 1)
    assert report.mean == pytest.approx((0.75 + 0.5 + 1) / 3)
    assert report.micro_accuracy == pytest.approx(5 / 7)
    assert report.mean_macro_f1 == pytest.approx((0.6 + 1 / 3 + 1) / 3)
    assert report.worst is swahili
    assert report.gap == pytest.approx(0.75 - 0.75)
    assert report["zh-TW"] is chinese
    assert len(report) == 3
    assert [row.language for row in report] == ["en", "sw", "zh-Hant"]
    with pytest.raises(KeyError, match="no language 'fr'"):
        report["fr"]


def test_confusion(report):
    assert report.confusion("en").counts.tolist() == [[0, 0, 0], [1, 2, 0], [0, 0, 1]]
    assert report.confusion().counts.sum() == 7
    assert report.confusion().labels == LABELS
    assert "weather" in str(report.confusion("sw"))


def test_the_order_of_rows_plays_no_part(report):
    other = evaluate_by_language(Answers(), DATA.shuffle(5), source_language="eng")
    assert other.rows == report.rows
    assert other.source_language == "en"


def test_the_seed_and_the_options_of_the_interval():
    one, other = (evaluate_by_language(Answers(), DATA, seed=seed, num_bootstrap=50, confidence=0.5) for seed in (1, 1))
    assert one.rows == other.rows
    assert one.confidence == 0.5
    wide = evaluate_by_language(Answers(), DATA, seed=1, num_bootstrap=50, confidence=0.99)
    assert wide["en"].low < one["en"].low
    assert "99% interval" in wide.table()


def test_no_source_and_only_the_source():
    assert evaluate_by_language(Answers(), DATA).gap is None
    alone = evaluate_by_language(Answers(), DATA.select(languages="en"), source_language="en")
    assert alone.gap is None
    assert "Mean of 1 language 75.0 %" in str(alone)


def test_scores_that_are_no_probabilities():
    class Logits(Answers):
        def predict(self, texts):
            return 10 * super().predict(texts) - 5

    report = evaluate_by_language(Logits(), DATA)
    assert report["en"].accuracy == 0.75
    assert all(math.isnan(row.calibration_error) for row in report)
    assert report.table().splitlines()[1].endswith("-")


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.zeros((7, 2)), r"shape \(7, 3\). Received shape: \(7, 2\)"),
        (np.zeros(7), r"Received shape: \(7,\)"),
        (
            np.array([[1, 0, 0]] * 4 + [[np.nan, 0, 0]] + [[1, 0, 0]] * 2),
            r"for 1 of 7 texts, first for 'alarm 1.0' \(sw",
        ),
    ],
)
def test_broken_scores_are_refused(scores, message):
    class Broken:
        labels = LABELS

        def predict(self, texts):
            return scores

    with pytest.raises(ValueError, match=message):
        evaluate_by_language(Broken(), DATA)


def test_data_that_does_not_fit_is_refused():
    class Two(Answers):
        labels = ("weather", "alarm")

    with pytest.raises(ValueError, match=r"labels that the model lacks: \['music'\] \(1 rows\).*select\(labels="):
        evaluate_by_language(Two(), DATA)
    with pytest.raises(ValueError, match="must have rows"):
        evaluate_by_language(Answers(), DATA[0:0])
    with pytest.raises(ValueError, match="must have labels"):
        evaluate_by_language(Answers(), DATA.without("label"))
    with pytest.raises(ValueError, match=r"`source_language` must be a language of the data set. Received: 'fr'"):
        evaluate_by_language(Answers(), DATA, source_language="fr")
    with pytest.raises(ValueError, match="Did you mean 'en'"):
        evaluate_by_language(Answers(), DATA, source_language="english")


def test_the_table(report):
    lines = str(report).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["zh-Hant", "en", "sw"]
    assert "100.0 to 100.0" in lines[1]
    assert (
        lines[-2] == "Mean of 3 languages 75.0 %, worst 50.0 % (Swahili), all texts 71.4 %, gap to English 0.0 points"
    )
    assert len({len(line) for line in lines[:4]}) == 1
    assert lines[:-2] == report.table().splitlines()


def test_what_is_no_better_than_the_majority_is_told(report):
    assert [row.majority for row in report] == [0.75, 0.5, 1.0]
    # of Chinese there is one label only: always giving it is right, and says nothing
    assert report.warnings() == [
        "No better than always giving the most frequent label: English 75.0 % (majority 75.0 %), Swahili 50.0 % "
        "(majority 50.0 %)."
    ]
    assert str(report).endswith(report.warnings()[0])
    better = evaluate_by_language(Answers(), DATA[[0, 1, 2, 6]])
    assert better.warnings() == []


def test_languages_that_the_model_was_not_made_for(tmp_path):
    class ForChinese(Answers):
        languages = ("zh-Hant", "sw")

    report = evaluate_by_language(ForChinese(), DATA)
    assert [row.made_for for row in report] == [False, True, True]
    assert "The model was not made for English: train with labels of it" in str(report)
    assert report.table().splitlines()[2].endswith("no")
    report.to_json(tmp_path / "r.json")
    assert LanguageReport.from_json(tmp_path / "r.json").rows == report.rows
    assert json.loads((tmp_path / "r.json").read_text())["warnings"] == report.warnings()
    assert [row.made_for for row in evaluate_by_language(Answers(), DATA)] == [None] * 3


@pytest.mark.parametrize("kind", ["labels", "model", "report"])
def test_a_baseline_stands_beside_and_wins(kind):
    class Always(Answers):
        labels = ("alarm", "weather")

        def predict(self, texts):
            return [[0.9, 0.1]] * len(texts)

    given = {"labels": ["alarm"] * 7, "model": Always()}
    if kind == "report":
        rows = (LanguageScore(tag, tag, "Latn", 1, share, 0, 1, 0, 0) for tag, share in [("en", 0.75), ("sw", 0.5)])
        given["report"] = LanguageReport(tuple(rows), ("a",), np.ones((2, 1, 1), int))
    report = evaluate_by_language(Answers(), DATA, baseline=given[kind])
    assert [row.baseline for row in report] == [0.75, 0.5, None if kind == "report" else 0.0]
    assert report.warnings()[-1].startswith("Baseline: mean ")
    right = evaluate_by_language(Answers(), DATA, baseline=list(DATA.label))
    assert "The baseline wins: mean 100.0 % against 75.0 %, better in 2 of 3, by 50.0 points in Swahili." in str(right)
    assert "baseline" not in evaluate_by_language(Answers(), DATA).table()


def test_what_is_no_baseline():
    with pytest.raises(ValueError, match=r"a label a text \(7\). Received: 2"):
        evaluate_by_language(Answers(), DATA, baseline=["alarm", "music"])
    with pytest.raises(TypeError, match="Received: int"):
        evaluate_by_language(Answers(), DATA, baseline=3)


def test_csv(report, tmp_path):
    report.to_csv(tmp_path / "report.csv")
    with open(tmp_path / "report.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["language"] for row in rows] == ["zh-Hant", "en", "sw"]
    assert float(rows[1]["macro_f1"]) == report["en"].macro_f1
    assert os.listdir(tmp_path) == ["report.csv"]


def test_json(report, tmp_path):
    nan = LanguageReport(
        (LanguageScore("yo", "Yoruba", "Latn", 3, 0.5, 0.25, 0.75, 0.5, float("nan")),), ("a",), np.ones((1, 1, 1), int)
    )
    for one in (report, nan):
        one.to_json(tmp_path / "report.json")
        again = LanguageReport.from_json(tmp_path / "report.json")
        assert repr(again.rows) == repr(one.rows)
        assert again.confusions.tolist() == one.confusions.tolist()
        assert str(again) == str(one)
        json.loads((tmp_path / "report.json").read_text(), parse_constant=pytest.fail)  # no NaN, which JSON lacks


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"3", b'{"kind": "other"}', b"\xff", b'{"kind": "keras_i18n language report"}']
)
def test_a_json_that_is_no_report(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"x.json' must be a report that `to_json` wrote. Received: "):
        LanguageReport.from_json(tmp_path / "x.json")


def test_a_truncated_report(report, tmp_path):
    report.to_json(tmp_path / "x.json")
    whole = (tmp_path / "x.json").read_bytes()
    (tmp_path / "x.json").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="must be a report"):
        LanguageReport.from_json(tmp_path / "x.json")


def test_compare(report, tmp_path):
    better = LanguageReport(
        tuple(
            LanguageScore(tag, tag, "Latn", 4, accuracy, 0, 1, 0, 0)
            for tag, accuracy in [("sw", 0.9), ("yo", 0.5), ("en", 0.7)]
        ),
        ("a",),
        np.ones((3, 1, 1), int),
    )
    comparison = compare({"before": report, "after": better})
    assert comparison.languages == ("en", "sw", "yo", "zh-Hant")
    assert comparison.difference[:2].tolist() == pytest.approx([-0.05, 0.4])
    assert np.isnan(comparison.difference[2:]).all()
    assert comparison.mean.tolist() == pytest.approx([0.625, 0.8])  # en and sw: what both have
    lines = str(comparison).splitlines()
    assert lines[1].split() == ["sw", "Swahili", "50.0", "90.0", "+40.0"]
    assert lines[-1].split() == ["mean", "62.5", "80.0", "+17.5"]
    comparison.to_csv(tmp_path / "c.csv")
    assert (tmp_path / "c.csv").read_text().splitlines()[3] == "yo,Yoruba,,0.5"
    with pytest.raises(ValueError, match="at least two reports"):
        compare({"one": report})
    with pytest.raises(ValueError, match="must share a language"):
        compare({"one": report, "two": LanguageReport((better.rows[1],), ("a",), np.ones((1, 1, 1), int))})


def test_a_report_needs_a_language():
    with pytest.raises(ValueError, match="at least one language"):
        LanguageReport((), (), np.zeros((0, 0, 0), int))


def test_all_languages_of_sib200(shared_data):
    """A model that knows the answers in Latin script and says 'travel' otherwise."""
    data = read(shared_data / "sib200" / "dev.tsv.xz", language="lang")
    known = {
        text: label for text, label, tag in zip(data.text, data.label, data.language, strict=True) if "Arab" not in tag
    }

    class Oracle:
        labels = data.labels

        def predict(self, texts):
            return np.eye(7)[[self.labels.index(known.get(text, "travel")) for text in texts]]

    report = evaluate_by_language(Oracle(), data, source_language="en")
    assert len(report) == 205
    assert all(row.accuracy == 1 and row.low == 1 for row in report if "Arab" not in row.language)
    travel = data.select(languages="en").label.count("travel") / 99
    assert report["ckb-Arab"].accuracy == pytest.approx(travel)
    assert report.gap == pytest.approx(1 - np.mean([row.accuracy for row in report if row.language != "en"]))


def test_plotting_without_matplotlib_tells_what_to_install(report, tmp_path, monkeypatch):
    real = builtins.__import__

    def absent(name, *rest, **named):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError, match=r"pip install 'keras_i18n\[plot\]'"):
        report.plot(tmp_path / "x.png")


def test_evaluating_loads_neither_keras_nor_matplotlib():
    program = (
        "import sys, keras_i18n.evaluation; "
        "print(sorted({'tensorflow', 'keras', 'pyarrow', 'matplotlib', 'pandas', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_texts_in_letters_that_the_model_does_not_read_are_told(tmp_path):
    class First(Answers):
        def predict(self, texts):
            return np.full((len(texts), 3), [0.5, 0.25, 0.25], "float32")

    texts = ["ང་ཚོས་དེབ་ཀློག", "Wake me", "Play a song", "ང་ཚོས་"]
    data = from_lists(texts, ["alarm", "alarm", "music", "music"], language=["bo", "en", "en", "en"])
    model = First()
    model.languages = ("en", "fr")
    report = evaluate_by_language(model, data)
    assert [row.unread_script for row in report] == ["Tibetan", "Tibetan"]
    assert "letters that no language of the model is written in: Tibetan (Tibetan), English (Tibetan)." in str(report)
    report.to_json(tmp_path / "report.json")
    assert LanguageReport.from_json(tmp_path / "report.json").rows == report.rows
    model.languages = ("en", "bo")
    assert [row.unread_script for row in evaluate_by_language(model, data)] == [None, None]
