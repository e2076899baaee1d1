"""A run gives one row for each row, whatever it meets on its way."""

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import bulk
from keras_i18n.bulk.parts import part_path
from keras_i18n.bulk.run_record import FILE
from keras_i18n.bulk.shards import CUTTERS, Shard
from keras_i18n.bulk.tasks import TASKS
from keras_i18n.bulk.workers import ShardWorker, attempts_folder

pq = pytest.importorskip("pyarrow.parquet")


def answers(folder):
    return pq.read_table(folder).to_pydict()


@pytest.mark.parametrize("suffix", CUTTERS)
def test_every_row_has_its_answer_in_its_place(suffix, classifier, model_file, texts, tmp_path):
    texts.to_file(tmp_path / f"a{suffix}")
    report = bulk.predict(model_file, tmp_path / f"a{suffix}", tmp_path / "out", shard_rows=250, batch_size=100)
    assert (report.rows, report.shards, report.resumed, report.failures) == (len(texts), 4, 0, ())
    found = answers(tmp_path / "out")
    assert found["text"] == list(texts.text)
    assert found["language"] == list(texts.language)
    expected = classifier.classify(list(texts.text))
    assert found["predicted"] == [one.label for one in expected]
    np.testing.assert_allclose(found["score"], [one.score for one in expected], atol=1e-6)
    assert f"{len(texts):,} rows in 4 shards" in str(report)


def model_for(task, folder):
    if task == "predict":
        model = ki.TextClassifier.from_scratch(["a", "b"], num_buckets=50)
    elif task == "translate":
        pairs = [("one two", "eins zwei"), ("three", "drei")]
        model = ki.Translator.from_scratch(pairs, vocabulary_size=300, size="tiny")
    else:
        tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
        network = ki.networks.build("pooling", task="encoder", vector_dim=8, vocabulary_size=50, size="tiny")
        model = ki.TextEncoder(tokenizer=tokenizer, network=network)
    model.save(folder / "model.keras")
    return model, folder / "model.keras"


@pytest.mark.parametrize("task", TASKS)
def test_every_task_saved_and_exported(task, tmp_path):
    model, saved = model_for(task, tmp_path)
    (tmp_path / "a.tsv").write_text("id\ttext\n1\tone\n2\ttwo three\n3\tone\n", encoding="utf-8")
    expected = {
        "predict": lambda texts: [one.label for one in model.classify(texts)],
        "encode": lambda texts: model.encode(texts),
        "translate": lambda texts: model.translate(texts),
    }[task](["one", "two three", "one"])
    paths = [saved]
    if task != "translate":  # whose runner has the method of the model, and takes ten times as long to export
        paths.append(ki.export(model, tmp_path / "exported", formats=["tflite"]) / "model.tflite")
    for number, path in enumerate(paths):
        folder = tmp_path / f"out{number}"
        getattr(bulk, task)(path, tmp_path / "a.tsv", folder, shard_rows=2, columns=["id"])
        found = answers(folder)
        assert list(found) == ["id", *TASKS[task].columns]
        assert found["id"] == ["1", "2", "3"]
        if task == "encode":
            np.testing.assert_allclose(found["vector"], expected, atol=1e-5)
        else:
            assert found[TASKS[task].columns[0]] == expected


def test_a_model_of_another_kind_is_refused(model_file, texts, tmp_path):
    texts.to_file(tmp_path / "a.tsv")
    with pytest.raises(ValueError, match="To translate, a model must be a translator"):
        bulk.translate(model_file, tmp_path / "a.tsv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_that_was_stopped_goes_on(model_file, texts, tmp_path):
    texts.to_file(tmp_path / "a.tsv")

    def stop(progress):
        if progress.stage == "rows" and progress.done >= 400:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", shard_rows=200, progress=stop)
    first = part_path(tmp_path / "out", 0)
    written = first.stat().st_mtime_ns
    assert len(list((tmp_path / "out").glob("part-*"))) == 2
    part_path(tmp_path / "out", 1).write_bytes(first.read_bytes())  # of another shard: not believed
    report = bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", shard_rows=200)
    assert (report.resumed, report.shards) == (1, 5)
    assert first.stat().st_mtime_ns == written
    assert answers(tmp_path / "out")["text"] == list(texts.text)
    assert sorted(path.name for path in (tmp_path / "out").iterdir())[0] == FILE
    assert not attempts_folder(tmp_path / "out").exists()


def test_a_damaged_part_is_written_anew(model_file, texts, tmp_path):
    texts.to_file(tmp_path / "a.tsv")
    bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", shard_rows=500)
    part = part_path(tmp_path / "out", 1)
    whole = part.read_bytes()
    part.write_bytes(whole[:-20])
    report = bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", shard_rows=500)
    assert report.resumed == 1
    assert answers(tmp_path / "out")["text"] == list(texts.text)


def test_a_folder_of_another_run_is_refused(model_file, texts, tmp_path):
    texts.to_file(tmp_path / "a.tsv")
    bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out")
    for options, name in (({"columns": ["text"]}, "kept"), ({"shard_rows": 7}, "shard_rows")):
        with pytest.raises(ValueError, match=f"of a run with another {name}"):
            bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", **options)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(ValueError, match=r"new or an empty folder.*letter\.txt"):
        bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "mine")
    (tmp_path / "out" / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"record of a run\. It is damaged"):
        bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out")


def test_a_shard_that_fails_is_named_and_the_others_are_kept(model_file, tmp_path):
    rows = ['{"text": "a"}'] * 5 + ['{"text": null}'] + ['{"text": "b"}'] * 3
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(
        bulk.ShardsFailedError, match=r"1 of 5 shards failed three times: .*line 6: A text must"
    ) as raised:
        bulk.predict(model_file, tmp_path / "a.jsonl", tmp_path / "out", shard_rows=2)
    assert [failure.shard.split(", ", 1)[1] for failure in raised.value.report.failures] == ["2 rows from line 5 on"]
    assert answers(tmp_path / "out")["text"] == ["a"] * 4 + ["b"] * 3


def test_a_shard_that_takes_its_worker_with_it_is_left_after_three_times(model_file, tmp_path):
    (tmp_path / "a.tsv").write_text("text\na\n", encoding="utf-8")
    bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out")
    work = ki.bulk.running.Work(
        model_file, "", "run", "predict", {}, tmp_path / "lost", "text", ("text",), ("text",), 10
    )
    attempts = attempts_folder(work.output) / "0"
    attempts.parent.mkdir(parents=True)
    attempts.write_bytes(b"...")
    number, error, _ = ShardWorker(work).do(Shard(0, str(tmp_path / "a.tsv"), None))
    assert (number, error) == (0, "its worker was lost 3 times: killed, out of memory, or crashed")


def test_all_workers_must_see_the_same_model(model_file, tmp_path):
    work = ki.bulk.running.Work(
        model_file, "0" * 64, "run", "predict", {}, tmp_path / "out", "text", ("text",), ("text",), 10
    )
    _, error, _ = ShardWorker(work).do(Shard(0, str(tmp_path / "a.tsv"), None))
    assert "must see the same model" in error


def test_columns_that_come_late_are_left_out_and_told(model_file, tmp_path):
    rows = ['{"text": "a"}'] * 1200 + ['{"text": "b", "late": 1}']
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with pytest.warns(UserWarning, match="not in the answers: late"):
        report = bulk.predict(model_file, tmp_path / "a.jsonl", tmp_path / "out")
    assert report.left_out == ("late",)
    assert list(answers(tmp_path / "out")) == ["text", "predicted", "score"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": "review"}, "must have a column 'review'"),
        ({"columns": ["stars"]}, "must be columns of the data"),
        ({"shard_rows": 0}, "`shard_rows` must be a whole number"),
        ({"workers": 0}, "`workers` must be"),
    ],
)
def test_options_are_refused_before_the_work(options, message, model_file, tmp_path):
    (tmp_path / "a.tsv").write_text("text\na\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_column_of_the_answers_is_not_overwritten(model_file, tmp_path):
    (tmp_path / "a.tsv").write_text("text\tscore\na\t1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="column 'score', and so has the data"):
        bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out")
    bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", columns=["text"])


def test_a_model_in_memory_is_refused(classifier, tmp_path):
    with pytest.raises(TypeError, match="path of a file"):
        bulk.predict(classifier, tmp_path / "a.tsv", tmp_path / "out")


def test_scores_are_those_of_one_machine(classifier, model_file, texts, tmp_path):
    texts.to_file(tmp_path / "a.parquet")
    found = bulk.evaluate(model_file, tmp_path / "a.parquet", tmp_path / "out", shard_rows=100, source_language="en")
    expected = ki.evaluate_by_language(classifier, texts, source_language="en")
    assert str(found) == str(expected)
    np.testing.assert_array_equal(found.confusions, expected.confusions)


def test_labels_that_the_model_lacks_are_told(model_file, tmp_path):
    (tmp_path / "a.tsv").write_text("text\tlabel\na\tpolitics\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'politics'"):
        bulk.evaluate(model_file, tmp_path / "a.tsv", tmp_path / "out", language="en")
    with pytest.raises(ValueError, match="`language` must be a column"):
        bulk.evaluate(model_file, tmp_path / "a.tsv", tmp_path / "other", language="no such")
