"""A text that says nothing gets the shares of the labels from a bag of n-grams."""

import numpy as np
import pytest

import keras_i18n as ki
from tests.models.test_convex import data


def prior_data(multi_label):
    train = data()
    rows = [place for place, label in enumerate(train.label) if label != "music" or place % 3 == 0]
    label = [[train.label[row]] if multi_label else train.label[row] for row in rows]
    return ki.datasets.from_lists([train.text[row] for row in rows], label, language="en")


@pytest.mark.parametrize("multi_label", [False, True])
@pytest.mark.parametrize("gradual", [False, True])
def test_a_text_that_says_nothing_gets_the_shares_of_the_labels(multi_label, gradual):
    train = prior_data(multi_label)
    model = ki.TextClassifier.from_scratch(train.labels, multi_label=multi_label, num_buckets=1000)
    model.fit(train, verbose=0, **({"epochs": 1} if gradual else {}))
    shares = [
        sum(label in (one if multi_label else [one]) for one in train.label) / len(train) for label in train.labels
    ]
    for text in ("", " ", "\u0000"):
        np.testing.assert_allclose(model.predict([text])[0], shares, atol=0.03)


def test_a_training_that_is_refused_leaves_them():
    train = prior_data(multi_label=False)
    model = ki.TextClassifier.from_scratch(train.labels, num_buckets=1000)
    model.fit(train, verbose=0)
    before = model.predict([""])
    for options in ({}, {"epochs": 1}):
        with pytest.raises(ValueError, match="at least two labels"):
            model.fit(ki.datasets.from_lists(train.text, ["music"] * len(train), language="en"), verbose=0, **options)
    model.forget_graphs()
    np.testing.assert_array_equal(model.predict([""]), before)


def test_files_from_before_have_no_prior():
    config = ki.layers.NgramLogits(has_prior=True).get_config()
    del config["has_prior"]
    assert not ki.layers.NgramLogits.from_config(config).has_prior
