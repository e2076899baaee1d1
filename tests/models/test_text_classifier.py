import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models import Prediction
from tests.models.conftest import make_pooling_classifier

LABELS = ("alarm", "music", "weather")


@pytest.fixture
def classifier(tokenizer):
    return make_pooling_classifier(tokenizer, LABELS)


def test_predict_gives_probabilities_in_the_order_of_the_labels(classifier):
    scores = classifier.predict(["wake me up", "", "\ud800"])
    assert scores.shape == (3, 3)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores.sum(1), 1.0, atol=1e-6)


def test_classify_ranks_the_labels(classifier):
    texts = ["wake me up", "play a song", ""]
    scores = classifier.predict(texts)
    best = classifier.classify(texts)
    assert best == [Prediction(LABELS[row.argmax()], float(row.max())) for row in scores]
    ranked = classifier.classify(texts, top=3)
    for row, predictions in zip(scores, ranked, strict=True):
        assert [prediction.score for prediction in predictions] == sorted(map(float, row), reverse=True)
        assert {prediction.label for prediction in predictions} == set(LABELS)
        assert all(row[LABELS.index(prediction.label)] == np.float32(prediction.score) for prediction in predictions)


@pytest.mark.parametrize("top", [0, 4, -1])
def test_more_labels_than_there_are_cannot_be_asked_for(classifier, top):
    with pytest.raises(ValueError, match=r"`top` must lie in 1 .. 3"):
        classifier.classify(["a"], top=top)


@pytest.mark.parametrize("labels", ["alarm", ["one"], ["a", "a"], ["a", ""], [1, 2]])
def test_labels_that_are_none_are_refused(small_encoder, labels):
    with pytest.raises(ValueError, match=r"`labels` must be"):
        ki.TextClassifier.on_encoder(small_encoder, labels=labels)


def test_the_network_must_have_an_output_a_label(classifier, tokenizer):
    with pytest.raises(ValueError, match=r"one output a label \(2\). Received: \(None, 3\)"):
        ki.TextClassifier(tokenizer=tokenizer, network=classifier.network, labels=["a", "b"])


def test_unknown_heads_are_refused(small_encoder):
    with pytest.raises(ValueError, match=r"`head` must be one of 'kernel', 'linear', 'mlp'. Received: 'crf'"):
        ki.TextClassifier.on_encoder(small_encoder, labels=LABELS, head="crf")


@pytest.mark.parametrize("head", ["kernel", "linear", "mlp"])
def test_the_network_alone_gives_what_predict_gives(small_encoder, head):
    """`predict` runs encoder and head apart; the whole network must agree with it."""
    classifier = ki.TextClassifier.on_encoder(small_encoder, labels=LABELS, head=head)
    assert classifier.head.name == "head"
    assert classifier.encoder.dim == 16
    texts = ["wake me up", "play a song", ""]
    generator = np.random.default_rng(1)
    for weight in classifier.head.weights:
        if "float" in weight.dtype:
            weight.assign(generator.normal(0, 0.3, weight.shape))
    whole = np.array(classifier.network(classifier.tokenizer.pad(classifier.tokenize(texts))))
    assert np.ptp(whole, axis=0).max() > 1e-4
    np.testing.assert_allclose(classifier.predict(texts), whole, atol=2e-6)


def test_a_network_from_scratch_has_neither_head_nor_encoder(classifier):
    assert classifier.head is None
    assert classifier.encoder is None


@pytest.mark.parametrize(
    ("labels", "message"), [(["a\nb", "c"], "must be one line"), (["a", "a "], "differ by more than blanks")]
)
def test_labels_that_would_shift_a_file_of_lines_are_refused(tokenizer, labels, message):
    with pytest.raises(ValueError, match=message):
        make_pooling_classifier(tokenizer, labels)
