"""The fewest bits that the worst language bears."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.export import precision_search
from keras_i18n.export.packing import packed
from keras_i18n.export.precision_search import _ORDER
from tests.layers.checks import randomise


@pytest.fixture(scope="module")
def classifier():
    """Hashed n-grams: its files are written in a second."""
    keras.utils.set_random_seed(3)
    network = ki.networks.pooling(vocabulary_size=5000, num_labels=3, size="tiny")
    randomise(network, 3, scale=1.0)
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=5000, compose=False)
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=("alarm", "music", "weather"))


@pytest.fixture(scope="module")
def encoder(classifier):
    network = ki.networks.build("pooling", vocabulary_size=5000, task="encoder", vector_dim=8, size="tiny")
    return ki.TextEncoder(tokenizer=classifier.tokenizer, network=network)


@pytest.fixture(scope="module")
def some(sample):
    return sample[1].select(languages=["en", "am", "ja"])


def accuracies(model, data):
    scores, labels = model.predict(list(data.text)), np.array(data.label)
    right = np.array(model.labels)[scores.argmax(axis=1)] == labels
    return {tag: right[np.array(data.language) == tag].mean() for tag in data.languages}


def test_every_precision_has_its_place():
    assert set(_ORDER) == set(ki.export.PRECISIONS) - {"float16"}


def test_the_smallest_within_the_loss(classifier, some):
    seen = []
    found = ki.export.choose_precision(classifier, some, max_loss=0.02, progress=seen.append)
    assert [one.precision for one in found.tried] == list(_ORDER[: len(found.tried)])
    assert found.tried[-1].precision == found.precision
    assert all(one.loss > 0.02 for one in found.tried[:-1])
    assert len(seen) == len(found.tried)
    # the loss is that of the accuracy, in the language that loses most
    full = accuracies(classifier, some)
    for one in found.tried:
        twin = accuracies(packed(classifier, one.precision), some)
        lost = {tag: full[tag] - twin[tag] for tag in full}
        assert one.loss == pytest.approx(max(lost.values()))
        assert lost[one.worst_language] == pytest.approx(one.loss)
        assert one.mean_loss == pytest.approx(np.mean(list(lost.values())))
    assert found.precision in str(found)


def test_without_labels_the_full_models_are_the_measure(classifier, encoder, some):
    unlabelled = ki.datasets.from_lists(list(some.text), language=list(some.language))
    (one,) = ki.export.choose_precision(classifier, unlabelled, max_loss=1.0).tried
    same = classifier.predict(list(some.text)).argmax(1) == packed(classifier, "pq1").predict(list(some.text)).argmax(1)
    languages = np.array(some.language)
    assert one.loss == pytest.approx(max(1 - same[languages == tag].mean() for tag in some.languages))
    (one,) = ki.export.choose_precision(encoder, unlabelled, max_loss=1.0).tried
    assert 0 < one.loss < 1


def test_the_best_that_fits(classifier, some, tmp_path):
    def size_of(precision):
        folder = ki.export(classifier, tmp_path / precision, formats="tflite", precision=precision)
        return (folder / "model.tflite").stat().st_size

    # two files of one model differ by some bytes of names
    limit = (size_of("int8") + size_of("float32")) // 2
    folder = ki.export(classifier, tmp_path / "small", formats="tflite", dataset=some, max_bytes=limit)
    assert ki.load_exported(folder / "model.tflite").metadata.precision == "int8"
    assert (folder / "model.tflite").stat().st_size <= limit


def test_limits_that_cannot_be_met(classifier, some, tmp_path, monkeypatch):
    monkeypatch.setattr(precision_search, "_ORDER", ("pq1", "float32"))  # files of two are enough
    few = r"a loss of at most 0\.0%\. The best that fits is .+: it loses .+ in '(en|am|ja)'.+Nothing was written"
    size = (ki.export(classifier, tmp_path, formats="tflite", precision="pq1") / "model.tflite").stat().st_size + 5000
    unlabelled = ki.datasets.from_lists(list(some.text), language=list(some.language))
    with pytest.raises(ValueError, match=few):
        ki.export(classifier, tmp_path / "no", formats="tflite", dataset=unlabelled, max_bytes=size, max_loss=0)
    with pytest.raises(ValueError, match=r"at most 1,000 bytes\. The smallest is .+ bytes, and it loses .+ in '"):
        ki.export(classifier, tmp_path / "no", formats="tflite", dataset=some, max_bytes=1000)
    assert not (tmp_path / "no").exists()


def test_what_is_refused(classifier, some, tmp_path):
    for options, told in (
        ({"precision": "auto"}, "needs a `dataset`"),
        ({"precision": "auto", "dataset": some}, "needs `max_bytes`, `max_loss` or both"),
        ({"precision": "int8", "max_loss": 0.1, "dataset": some}, "Limits are for precision='auto'"),
        ({"max_loss": -1.0, "dataset": some}, "`max_loss` must be at least 0"),
        ({"max_loss": 0.1, "dataset": some[:0]}, "at least one text"),
    ):
        with pytest.raises(ValueError, match=told):
            ki.export(classifier, tmp_path / "none", **options)
    assert not (tmp_path / "none").exists()


def test_an_interrupted_search_goes_on(classifier, some, tmp_path, monkeypatch):
    class Interrupted(BaseException):
        pass

    some = ki.datasets.from_lists(list(some.text), language=list(some.language))
    limits = {"max_loss": 0.0, "formats": "tflite"}
    expected = ki.export.choose_precision(classifier, some, **limits)
    assert len(expected.tried) > 2
    measured, of = [], precision_search._Losses.of

    def counted(losses, name):
        if len(measured) == 2:
            raise Interrupted
        measured.append(name)
        return of(losses, name)

    monkeypatch.setattr(precision_search._Losses, "of", counted)
    with pytest.raises(Interrupted):
        ki.export.choose_precision(classifier, some, **limits, backup_dir=tmp_path)
    measured.clear()
    monkeypatch.setattr(precision_search._Losses, "of", lambda losses, name: measured.append(name) or of(losses, name))
    assert ki.export.choose_precision(classifier, some, **limits, backup_dir=tmp_path) == expected
    assert measured == list(_ORDER[2 : len(expected.tried)])
    # other limits use what is known
    measured.clear()
    ki.export.choose_precision(classifier, some, max_loss=1.0, formats="tflite", backup_dir=tmp_path)
    assert measured == []
    with pytest.raises(ValueError, match="must belong to this search: the same model"):
        ki.export.choose_precision(classifier, some.select(languages=["en"]), max_loss=1.0, backup_dir=tmp_path)
    for content in ("{", "[]", '{"digest": "x", "tried": [{"precision": "int8"}]}'):
        (tmp_path / "precision_search.json").write_text(content)
        with pytest.raises(ValueError, match=r"is damaged .*Remove it to start again"):
            ki.export.choose_precision(classifier, some, **limits, backup_dir=tmp_path)
