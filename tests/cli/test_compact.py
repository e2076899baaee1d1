"""What `keras-i18n compact` refuses once it has measured."""

import types

import pytest

from keras_i18n.cli.compact import _fitting, _refuse_loss
from keras_i18n.cli.resources import write_one_file


def report(*labels, cosine=0.9):
    rows = [
        types.SimpleNamespace(language=f"l{place}", same_labels=same, cosine=cosine)
        for place, same in enumerate(labels)
    ]
    return types.SimpleNamespace(rows=tuple(rows), max_bytes=8_000_000)


def test_the_worst_language_decides():
    _refuse_loss(report(0.99, 0.9), None)
    _refuse_loss(report(0.99, 0.98), 0.021)
    with pytest.raises(
        ValueError, match=r"Received: 2\.0 %, and the best within 8 MB loses 10\.0 % in 'l1'.*Nothing was"
    ):
        _refuse_loss(report(0.99, 0.9), 0.02)
    with pytest.raises(ValueError, match=r"loses 20\.0 % in 'l0'"):  # of an encoder: the cosine
        _refuse_loss(report(None, cosine=0.8), 0.1)
    with pytest.raises(ValueError, match="needs texts to measure by"):
        _refuse_loss(report(), 0.1)
    with pytest.raises(ValueError, match="must be a share from 0 to 1"):
        _refuse_loss(report(0.9), 2.0)


def test_a_file_that_is_too_large_is_not_left(tmp_path):
    import keras_i18n as ki

    with pytest.raises(ValueError, match=r"must take at most 0\.001 MB\. Received: .*Nothing was written"):
        write_one_file(ki.tokenizers.NgramTokenizer(num_buckets=50), tmp_path / "x.tflite", "tflite", max_bytes=1000)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_a_little_too_large_is_cut_again(tmp_path):
    import keras_i18n as ki

    rooms = []

    def cut_to(room):  # as `compact` does: rows for the room, not counting all that stands beside them
        rooms.append(room)
        tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=room // 32)
        network = ki.networks.pooling(vocabulary_size=room // 32, num_labels=2, size="tiny")
        return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b"]), room

    told, size = _fitting(cut_to, tmp_path / "x.tflite", "tflite", 1_500_000)
    assert rooms[0] == 1_500_000
    assert rooms[-1] == told < 1_500_000
    assert 1_000_000 < size == (tmp_path / "x.tflite").stat().st_size <= 1_500_000
