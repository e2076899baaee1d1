"""A student learns a teacher's space from plain text."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers, tokenizers
from keras_i18n.transfer import distill


@pytest.fixture(scope="module")
def texts():
    return list(ki.datasets.sample("assistant")[0].select(languages=["en", "sw"]).text)


def encoder(texts, dim, seed):
    keras.utils.set_random_seed(seed)
    tokenizer = tokenizers.train_unigram(texts, vocabulary_size=300, begin=True, threads=1)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    x = layers.MultilingualEmbedding(tokenizer.vocabulary_size, 16, name="table")(token_ids)
    x = layers.MaskedMean(name="mean")(x, mask=mask)
    network = keras.Model(token_ids, keras.layers.Dense(dim, name="vector")(x))
    return ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "sw"])


@pytest.mark.parametrize("dim", [8, 12])
def test_the_student_comes_near_the_teacher(texts, dim):
    teacher, student = encoder(texts, dim, 1), encoder(texts, 8, 2)
    before = teacher.encode(texts[:9])
    told = []
    report = distill(teacher, student, texts, epochs=8, learning_rate=0.02, batch_size=16, progress=told.append)
    assert report.cosine_after > max(0.6, report.cosine_before)
    assert (report.bridge is None) == (dim == 8)
    assert [(now.stage, now.done, now.total) for now in told] == [("epochs", epoch, 8) for epoch in range(1, 9)]
    assert told[-1].value < told[0].value
    assert report.num_texts + report.num_held_out == len(texts)
    np.testing.assert_array_equal(teacher.encode(texts[:9]), before)


def test_a_stopped_training_goes_on_to_the_same_end(texts, tmp_path):
    teacher = encoder(texts, 8, 1)

    def stop(now):
        if now.done == 3:
            raise KeyboardInterrupt

    whole, stopped = encoder(texts, 8, 2), encoder(texts, 8, 2)
    distill(teacher, whole, texts, epochs=4)
    with pytest.raises(KeyboardInterrupt):
        distill(teacher, stopped, texts, epochs=4, backup_dir=tmp_path / "backup", progress=stop)
    resumed = encoder(texts, 8, 2)
    distill(teacher, resumed, texts, epochs=4, backup_dir=tmp_path / "backup")
    np.testing.assert_allclose(resumed.encode(texts[:9]), whole.encode(texts[:9]), atol=1e-6)


def test_bad_texts_are_refused(texts):
    teacher = encoder(texts, 8, 1)
    with pytest.raises(TypeError, match="list of str"):
        distill(teacher, teacher, "one text")
    with pytest.raises(ValueError, match=r"at least 20 texts.*Received: 2"):
        distill(teacher, teacher, ["a", "b"])


def test_a_rate_that_is_too_high_is_told_and_the_weights_before_it_stay(texts):
    teacher, student = encoder(texts, 8, 1), encoder(texts, 8, 2)
    with pytest.raises(ValueError, match=r"The loss became nan.*Lower `learning_rate` \(it was 1e\+38\)"):
        distill(teacher, student, texts, epochs=3, learning_rate=1e38)
    assert np.isfinite(student.encode(texts[:9])).all()


@pytest.mark.parametrize("option", [{"epochs": 0}, {"learning_rate": -1.0}, {"batch_size": 0.5}, {"seed": -1}])
def test_options_that_cannot_be_are_refused(texts, option):
    teacher = encoder(texts, 8, 1)
    with pytest.raises(ValueError, match=rf"`{next(iter(option))}` must be .*Received: "):
        distill(teacher, teacher, texts, **option)
