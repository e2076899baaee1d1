"""The estimator keeps scikit-learn's contract, and answers as its `TextClassifier` does."""

import pickle

import numpy as np
import pytest

import keras_i18n as ki

pytest.importorskip("sklearn")
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks


@pytest.fixture(scope="module")
def data():
    train, _ = ki.datasets.sample("assistant")
    some = train.select(languages=["en", "sw"], labels=["alarm", "weather"])
    return list(some.text), np.array([label == "weather" for label in some.label]), list(some.language)


@parametrize_with_checks([ki.sklearn.TextClassifierEstimator(num_buckets=50)])
def test_checks_of_scikit_learn_that_apply(estimator, check):
    check(estimator)


def test_grid_search_over_a_pipeline(data):
    texts, answers, _ = data
    lower = FunctionTransformer(lambda texts: [text.lower() for text in texts])
    search = GridSearchCV(
        make_pipeline(lower, ki.sklearn.TextClassifierEstimator()),
        {"textclassifierestimator__num_buckets": [3, 500]},
        cv=2,
    )
    search.fit(texts, answers)
    assert search.best_params_ == {"textclassifierestimator__num_buckets": 500}
    assert search.best_score_ > 0.7
    model = search.best_estimator_[-1].model_
    assert model.labels == ("False", "True")
    assert search.predict(texts).dtype == bool
    np.testing.assert_allclose(search.predict_proba(texts), model.predict([text.lower() for text in texts]), atol=1e-6)


def test_languages_of_texts_and_pickles(data):
    texts, answers, tags = data
    estimator = ki.sklearn.TextClassifierEstimator(num_buckets=500).fit(texts, answers.astype(int), language=tags)
    assert estimator.model_.languages == ("en", "sw")
    assert set(estimator.predict(texts)) == {0, 1}
    again = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(again.predict(texts), estimator.predict(texts))


@pytest.mark.parametrize(
    ("X", "y", "error", "told"),
    [
        ("one text", [1], TypeError, "list of str"),
        ([["a", "b"]], [1], TypeError, "Received"),
        ([1.0, 2.0], [0, 1], TypeError, "1.0"),
        (["a", "b"], [1], ValueError, "one label a text"),
        (["a", "b"], ["x", "x"], ValueError, "label"),
    ],
)
def test_bad_input_is_told(X, y, error, told):
    with pytest.raises(error, match=told):
        ki.sklearn.TextClassifierEstimator(num_buckets=50).fit(X, y)
