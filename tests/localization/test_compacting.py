"""A model within so many bytes: bits go where texts need them."""

import functools

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.localization import compact
from keras_i18n.localization.row_budget import LEVELS, plan_rows
from tests.export.test_every_kind import encoder, ngram_bag
from tests.localization.conftest import ENGLISH, RUSSIAN

ZIPF = 1.0 / np.arange(1, 4001) / (1.0 / np.arange(1, 4001)).sum()


@functools.cache
def plan(room):
    return plan_rows(ZIPF, {3990}, dim=64, room=room)


def test_frequent_rows_get_more_bits_and_a_larger_room_less_noise():
    small, large = plan(120_000), plan(300_000)
    for found, room in ((small, 120_000), (large, 300_000)):
        assert found.total <= room
        assert found.total > 0.9 * room
        assert 3990 in found.ids
        sizes = [LEVELS[name].bytes_of(64) for name, _ in found.tiers]
        assert sizes == sorted(sizes, reverse=True)
        assert sum(count for _, count in found.tiers) == len(set(found.ids.tolist()))
        # but for the one that is always kept: the most frequent pieces, in this order
        others = found.ids[found.ids != 3990]
        assert others.tolist() == sorted(others.tolist())
    assert large.noise < small.noise
    assert plan(30) is None
    # everything fits: nothing is dropped
    assert len(plan(10_000_000).ids) == 4000


def test_noise_of_the_levels_is_what_is_told():
    table = np.random.default_rng(0).normal(size=(4000, 64)).astype("float32")
    told = []
    for level in LEVELS.values():
        rows = np.array(level.make_rows(table)(np.arange(len(table))))
        told.append((np.square(rows - table).sum() / np.square(table).sum(), level.noise))
    measured, noises = zip(*told, strict=True)
    assert list(measured) == sorted(measured)
    assert list(noises) == sorted(noises)
    # rows of an encoder are easier than random ones
    # in blocks of 4 bits the integers of an encoder are met nearly exactly, random numbers are not
    assert all(0.3 * noise < found < 3 * noise or max(noise, found) < 0.02 for found, noise in told)


def test_a_small_model_in_few_bytes(classifier, tmp_path):
    small, report = compact(classifier, ["en"], max_bytes=900_000, texts=ENGLISH, words=["music", "rain"])
    assert small.languages == ("en",)
    embedding = small.network.get_layer("token_embedding")
    assert isinstance(embedding.stored_rows, layers.SplitRows)
    assert small.tokenizer.vocabulary_size == report.pieces < classifier.tokenizer.vocabulary_size
    assert small.head.get_layer("kernel").num_anchors == 12  # of 16, as many as there were texts
    assert report.rows[0].tokens_kept > 0.5
    assert "about" in str(report)
    np.testing.assert_allclose(small.predict(ENGLISH), classifier.predict(ENGLISH), atol=0.1)
    small.save(tmp_path / "small.keras")
    np.testing.assert_array_equal(ki.load(tmp_path / "small.keras").predict(ENGLISH), small.predict(ENGLISH))
    path = ki.export(small, tmp_path, formats="tflite", precision="int8") / "model.tflite"
    assert path.stat().st_size <= report.max_bytes
    np.testing.assert_allclose(ki.load_exported(path).predict(ENGLISH), small.predict(ENGLISH), atol=0.02)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"max_bytes": 9000},
            r"`max_bytes` must be at least [\d,]+ for en: [\d,]+ for all but the pieces.*Received: 9,000",
        ),
        ({"max_bytes": 0}, "must be a whole number of bytes.*Received: 0"),
        ({"max_bytes": "8 MB"}, "must be a whole number of bytes.*Received: '8 MB'"),
        ({"max_bytes": 10**6, "format": "h5"}, "`format` must be one of 'tflite', 'onnx'. Received: 'h5'"),
        ({"max_bytes": 10**6, "texts": RUSSIAN}, "must be in the script Latin"),
    ],
)
def test_what_is_refused(classifier, options, told):
    with pytest.raises(ValueError, match=told):
        compact(classifier, ["en"], **options)


def test_the_least_that_is_told_is_enough(classifier):
    with pytest.raises(ValueError, match="at least") as told:
        compact(classifier, ["en"], max_bytes=9000)
    least = int(str(told.value).split("at least ")[1].split(" ")[0].replace(",", ""))
    _, report = compact(classifier, ["en"], max_bytes=least)
    assert report.file_bytes <= least


def test_what_create_makes_is_told_what_can_be_cut():
    with pytest.raises(ValueError, match=r"as `create` makes it. `localize` takes it; to be cut further"):
        compact(ngram_bag(encoder()), ["en"], max_bytes=10_000)
