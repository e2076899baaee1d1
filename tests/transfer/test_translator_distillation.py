"""A translator learns from what its teachers write, and from nothing that went wrong."""

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import transfer
from keras_i18n.datasets import ParallelTexts
from tests.models.test_translator import FRENCH, TRAINING, WORDS, pairs, tiny

# texts that no pair of the teacher had, and no translation by people
TEXTS = [source for source, _ in pairs(200, 11)]


@pytest.fixture(scope="module")
def teacher():
    data = pairs(150, 1)
    model = tiny(data)
    model.fit(data, **TRAINING)
    return model


def untrained_of(teacher):
    network = ki.networks.translation(teacher.tokenizer.vocabulary_size, size="tiny", dropout=0.0)
    return ki.Translator(tokenizer=teacher.tokenizer, network=network)


def test_it_learns_from_the_better_teacher(teacher):
    beginner, student = untrained_of(teacher), untrained_of(teacher)
    before = [weight.numpy() for model in (teacher, beginner) for weight in model.network.weights]
    told = []
    report = transfer.distill_translator(
        [beginner, teacher], student, ["", *TEXTS], validation=pairs(20, 2), beam=2, progress=told.append, **TRAINING
    )
    assert report.num_texts + report.num_left_out == len(TEXTS)
    assert report.chosen[1] > 0.8 * report.num_texts
    assert report.bleu_after > 60 > report.bleu_before + 40
    assert report.history["val_bleu"][-1] == report.bleu_after
    stages = {progress.stage for progress in told}
    assert {"texts translated by teacher 1", "texts translated by teacher 2", "epochs"} <= stages
    after = [weight.numpy() for model in (teacher, beginner) for weight in model.network.weights]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_of_many_languages_is_taught_and_pairs_train_beside(teacher):
    directions = [
        ParallelTexts(*zip(*pairs(60, seed, words), strict=True), source_language="en", target_language=tag)
        for tag, words, seed in (("de", WORDS, 1), ("fr", FRENCH, 2))
    ]
    student = tiny(directions)
    with pytest.raises(ValueError, match=r"one that the student writes \(de, fr\)\. Received: None"):
        transfer.distill_translator(teacher, student, TEXTS)
    report = transfer.distill_translator(
        teacher, student, TEXTS[:60], target_language="de", pairs=directions[1], beam=1, **TRAINING | {"epochs": 30}
    )
    assert report.chosen == (report.num_texts,)
    assert student.translate(["two", "two"], target_language=["fr", "de"]) == ["deux", "zwei"]


def test_what_went_wrong_teaches_nothing(teacher):
    class Silent(ki.Translator):
        def translate(self, texts, **options):
            return ["" if text != "two" else "zwei" for text in texts]

    silent = Silent(tokenizer=teacher.tokenizer, network=teacher.network)
    student = untrained_of(teacher)
    with pytest.warns(UserWarning, match="2 of 3 translations were empty"):
        report = transfer.distill_translator(silent, student, ["one", "two", "three"], epochs=1, verbose=0)
    assert (report.num_texts, report.num_left_out) == (1, 2)
    with pytest.raises(ValueError, match="none of which they made anything"):
        transfer.distill_translator(silent, student, ["one"])
    with pytest.raises(ValueError, match="at least one Translator"):
        transfer.distill_translator([], student, ["one"])
