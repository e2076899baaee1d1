"""A network in which nothing is pretrained learns with the defaults, and a training that did not learn says so."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.fitting.from_scratch import epochs_for, is_from_scratch
from keras_i18n.models.fitting.near_majority import warn_if_near_majority
from keras_i18n.networks.building import NETWORKS


@pytest.fixture(scope="module")
def few():
    return ki.datasets.sample("assistant")[0].select(languages=["en", "de", "sw", "tr"]).shuffle(0)[:256]


def fresh(kind, few, **options):
    keras.utils.set_random_seed(0)
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=2000, compose=False)
    network = ki.networks.build(kind, vocabulary_size=2000, num_labels=len(few.labels), **options)
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=few.labels)


@pytest.mark.parametrize("kind", ["pooling", "gru", "transformer"])
def test_defaults_learn_the_training_texts(kind, few, recwarn):
    """Chance is 1 of 8; with the defaults of a pretrained network it stayed there."""
    few = few[:128]
    classifier = fresh(kind, few, size="small" if kind == "pooling" else "tiny")
    history = classifier.fit(few, trainable="all", verbose=0)
    assert len(history.history["loss"]) == 40
    found = [prediction.label for prediction in classifier.classify(list(few.text))]
    assert np.mean([a == b for a, b in zip(found, few.label, strict=True)]) > 0.9
    assert not [warning for warning in recwarn if "near the" in str(warning.message)]


def test_a_training_that_learned_nothing_is_told(few):
    with pytest.warns(UserWarning, match=r"near the 1\d % of always answering|near the 1\d% of always answering"):
        fresh("pooling", few).fit(few, trainable="all", epochs=1, learning_rate=1e-6, verbose=0)


def test_what_is_near(recwarn):
    labels = ["a"] * 3 + ["b"]
    for accuracy in (None, 0.78, 1.0):
        warn_if_near_majority(accuracy, labels, epochs=1, learning_rate=0.1)
    assert not recwarn.list
    with pytest.warns(UserWarning, match=r"75% of always answering 'a'. Train longer \(`epochs` were 3\)"):
        warn_if_near_majority(0.76, labels, epochs=3, learning_rate=0.1)


def test_a_solved_head_is_not_told_to_train_longer(recwarn):
    """Its accuracy is of texts left out: one text a label says nothing of the other."""
    data = ki.datasets.from_lists(["Wake me", "Play a song"], list("ab"), language="en")
    classifier = ki.TextClassifier.from_preset("universal", labels=data.labels)
    history = classifier.fit(data, verbose=0)
    assert history.history["accuracy"][-1] == 0.0
    (told,) = [str(one.message) for one in recwarn.list]
    assert told.startswith(
        "Of 2 training texts 0% got their label from a model that was made without them, near the 50%"
    )
    assert "epochs" not in told
    assert "Look at the labels" in told


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_network_is_from_scratch_until_it_is_trained(kind, few):
    classifier = fresh(kind, few, size="tiny")
    assert is_from_scratch(classifier.network)
    classifier.fit(few[:32], trainable="all", epochs=1, verbose=0)
    assert not is_from_scratch(classifier.network)


def test_a_trained_body_under_a_new_head_is_not_from_scratch(few):
    body = fresh("gru", few, size="tiny")
    body.fit(few[:32], trainable="all", epochs=1, verbose=0)
    scores = keras.layers.Dense(3, "softmax")(body.network.layers[-2].output)
    assert not is_from_scratch(keras.Model(body.network.inputs, scores))


def test_epochs_follow_the_size_of_the_data():
    assert [epochs_for(count, 32) for count in (1, 32, 512, 5_120, 1_000_000)] == [40, 40, 20, 4, 4]
