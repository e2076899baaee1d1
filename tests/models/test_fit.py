import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.datasets import Dataset
from keras_i18n.models import TrainingOptions
from keras_i18n.models.heads import building
from keras_i18n.progress import Progress
from keras_i18n.tokenizers import CharacterTokenizer
from keras_i18n.training.batches.bucketed_batches import BucketedBatches
from tests.models.conftest import make_pooling_classifier, make_pooling_encoder


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def classifier_of(encoder, train, **options):
    return ki.TextClassifier.on_encoder(encoder, labels=train.labels, **options)


def accuracy_of(classifier, data):
    return np.mean(
        [best.label == label for best, label in zip(classifier.classify(data.text), data.label, strict=True)]
    )


@pytest.mark.parametrize("head", ["kernel", "linear", "mlp"])
def test_every_head_learns_and_leaves_the_encoder_alone(preset_encoder, assistant, head):
    train, test = assistant
    classifier = classifier_of(preset_encoder, train, head=head)
    before = [weight for layer in classifier.encoder.network.layers[3:] for weight in layer.get_weights()]
    table = preset_encoder.network.get_layer("token_embedding").get_weights()[0].copy()
    history = classifier.fit(train, epochs=20, learning_rate=0.01, verbose=0)
    assert isinstance(history, keras.callbacks.History)
    assert sorted(history.history) == ["accuracy", "loss"]
    assert history.epoch == list(range(20))
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert accuracy_of(classifier, test) > 0.9
    assert equal(before, [weight for layer in classifier.encoder.network.layers[3:] for weight in layer.get_weights()])
    assert np.array_equal(table, preset_encoder.network.get_layer("token_embedding").get_weights()[0])


def test_the_pretrained_encoder_answers_in_another_language(preset_encoder):
    train, test = ki.datasets.sample("assistant")
    classifier = classifier_of(preset_encoder, train)
    classifier.fit(train.select(languages=["en"]), verbose=0)
    assert accuracy_of(classifier, test.select(languages=["th"])) > 0.7


def test_all_changes_the_encoder_and_lowers_the_loss(pooling_encoder, assistant):
    train, test = assistant
    classifier = classifier_of(pooling_encoder, train, head="linear")
    before = classifier.encoder.network.get_weights()
    told = []
    history = classifier.fit(
        train, validation_data=test, trainable="all", epochs=6, learning_rate=0.02, verbose=0, progress=told.append
    )
    assert history.history["loss"][-1] < 0.9 * history.history["loss"][0]
    assert told[0] == Progress("texts", len(train), len(train))
    assert [(now.stage, now.done, now.total) for now in told[-6:]] == [("epochs", number, 6) for number in range(1, 7)]
    assert [now.value for now in told[-6:]] == history.history["loss"]
    assert {"val_loss", "val_accuracy"} <= set(history.history)
    changed = [not np.array_equal(a, b) for a, b in zip(before, classifier.encoder.network.get_weights(), strict=True)]
    assert all(changed)


def test_the_callbacks_of_all_see_the_whole_network_only(pooling_encoder, assistant):
    train, _ = assistant
    seen = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    classifier_of(pooling_encoder, train).fit(train, trainable="all", epochs=2, callbacks=[callback], verbose=0)
    assert seen == [0, 1]


def test_a_network_from_scratch(tokenizer, assistant):
    train, _ = assistant
    classifier = make_pooling_classifier(tokenizer, train.labels)
    with pytest.raises(ValueError, match=r"no head on an encoder. Train all of it: trainable='all'"):
        classifier.fit(train)
    losses = classifier.fit(train, trainable="all", epochs=25, learning_rate=0.05, verbose=0).history["loss"]
    assert losses[-1] < 0.3 * losses[0]
    assert accuracy_of(classifier, train) > 0.85


def test_the_network_alone_in_a_plain_keras_workflow(tokenizer, assistant):
    train, _ = assistant
    classifier = make_pooling_classifier(tokenizer, train.labels)
    token_ids = tokenizer.pad(classifier.tokenize(train.text))
    targets = np.array([train.labels.index(label) for label in train.label])
    classifier.network.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    losses = classifier.network.fit(token_ids, targets, epochs=10, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]
    # what was trained there answers here
    expected = classifier.network.predict(token_ids, verbose=0)
    np.testing.assert_allclose(classifier.predict(train.text), expected, atol=1e-5)


class Counting(keras.layers.Layer):
    """Tells how often it is traced in a training step."""

    traced = 0

    def call(self, x, training=False):
        self.traced += bool(training)
        return x


@pytest.mark.parametrize("multi_label", [False, True])
def test_a_step_is_traced_once(tokenizer, multi_label):
    """What it needs of its own, an optimizer's variables and a metric's, is there before."""
    counting = Counting()
    token_ids = keras.Input((None,), dtype="int32")
    vector = counting(layers.PooledEmbedding(tokenizer.vocabulary_size, 4)(token_ids))
    network = keras.Model(token_ids, keras.layers.Dense(2, "sigmoid" if multi_label else "softmax")(vector))
    labels = [["a"], ["b"], ["a", "b"], []] if multi_label else ["a", "b", "a", "b"]
    data = ki.datasets.from_lists(["wake me at six"] * 4, labels, language="en")
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b"], multi_label=multi_label)
    model.fit(data, trainable="all", epochs=2, batch_size=4, verbose=0)
    assert counting.traced == 1


@pytest.mark.parametrize("trainable", ["head", "all"])
def test_one_seed_one_result(tokenizer, assistant, trainable):
    train = assistant[0][::2]

    def fitted(seed):
        classifier = classifier_of(make_pooling_encoder(tokenizer), train, head="mlp", hidden_dim=8)
        history = classifier.fit(train, epochs=2, trainable=trainable, seed=seed, verbose=0)
        return classifier.predict(train.text), history.history["loss"]

    (one, losses), (same, same_losses), (other, _) = fitted(3), fitted(3), fitted(4)
    np.testing.assert_allclose(one, same, atol=1e-6)
    np.testing.assert_allclose(losses, same_losses, rtol=1e-5)
    assert np.abs(one - other).max() > 1e-5


def test_early_stopping_restores_the_best_weights(tokenizer, assistant):
    train, test = assistant
    classifier = make_pooling_classifier(tokenizer, train.labels)
    history = classifier.fit(
        train, validation_data=test, trainable="all", epochs=200, learning_rate=0.2, early_stopping=3, verbose=0
    )
    losses = history.history["val_loss"]
    assert len(losses) < 200
    assert len(losses) == np.argmin(losses) + 4
    scores = classifier.predict(test.text)[np.arange(len(test)), [train.labels.index(label) for label in test.label]]
    np.testing.assert_allclose(-np.log(scores).mean(), min(losses), rtol=1e-3)


def unbalanced(train):
    often, seldom = train.select(labels=train.labels[:1]), train.select(labels=train.labels[1:2])
    return often, seldom[:3]


def test_balanced_weights_lift_the_rare_label(tokenizer, assistant):
    often, seldom = unbalanced(assistant[0])
    train = often + seldom

    def score_of_rare(**options):
        classifier = make_pooling_classifier(tokenizer, train.labels)
        classifier.fit(train, trainable="all", epochs=10, learning_rate=0.01, verbose=0, **options)
        return classifier.predict(train.text)[:, 1].mean()

    plain = score_of_rare()
    balanced = score_of_rare(class_weight="balanced")
    counts = {label: train.label.count(label) for label in train.labels}
    by_hand = {label: len(train) / (2 * count) for label, count in counts.items()}
    assert balanced > plain + 0.1
    assert score_of_rare(class_weight=by_hand) == pytest.approx(balanced, abs=1e-5)


@pytest.mark.parametrize("trainable", ["head", "all"])
def test_a_loss_that_is_no_number_keeps_the_last_good_weights(pooling_encoder, assistant, trainable):
    train, _ = assistant
    classifier = classifier_of(pooling_encoder, train, head="linear")
    classifier.fit(train, epochs=2, verbose=0)
    with pytest.raises(
        ValueError, match=r"The loss became (nan|inf) in epoch \d.*Lower `learning_rate` \(it was 1e\+38"
    ):
        classifier.fit(train, epochs=3, trainable=trainable, learning_rate=1e38, verbose=0)
    assert np.isfinite(classifier.predict(train.text)).all()
    assert all(np.isfinite(weight).all() for weight in classifier.network.get_weights())


def test_the_weights_before_the_first_bad_step_are_kept(tokenizer, assistant):
    """One batch an epoch: the loss of the bad step is seen an epoch later only."""
    train, _ = assistant
    classifier = make_pooling_classifier(tokenizer, train.labels)
    before = classifier.network.get_weights()
    with pytest.raises(ValueError, match=r"in epoch 2"):
        classifier.fit(train, trainable="all", epochs=5, batch_size=10_000, learning_rate=1e38, verbose=0)
    assert equal(before, classifier.network.get_weights())


def rows(labels, texts=None):
    return Dataset({"text": texts or ["wake me up"] * len(labels), "label": labels, "language": "en"})


REFUSED = {
    "empty": (rows([]), {}, "`train` must have at least one row"),
    "one label": (rows(["a", "a", "a"]), {}, "at least two labels. Received: only 'a', 3 times"),
    "unknown label": (
        rows(["a", "b", "z"]),
        {},
        r"`train` has labels that the model lacks: \{'z': 1\}. The model has: a",
    ),
    "no labels": (Dataset({"text": ["x"], "language": "en"}), {}, "`train` must have labels"),
    "validation label": (rows(["a", "b"]), {"validation_data": rows(["a", "c"])}, r"training data lacks: \['c'\]"),
    "empty validation": (
        rows(["a", "b"]),
        {"validation_data": rows([])},
        "`validation_data` must have at least one row",
    ),
    "trainable": (rows(["a", "b"]), {"trainable": "most"}, "must be one of 'head', 'all'. Received: 'most'"),
    "early stopping": (rows(["a", "b"]), {"early_stopping": 2}, "Give `validation_data`"),
    "class weight": (
        rows(["a", "b"]),
        {"class_weight": {"a": 1.0}},
        r"for each of \['a', 'b'\]. Received: \{'a': 1.0\}",
    ),
    "class weight text": (rows(["a", "b"]), {"class_weight": {"a": 1.0, "b": "x"}}, "weight above 0"),
    "class weight name": (rows(["a", "b"]), {"class_weight": "equal"}, "'balanced' or a dict"),
    "class weight nan": (rows(["a", "b"]), {"class_weight": {"a": 1.0, "b": float("nan")}}, "weight above 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trained_on_is_refused(pooling_encoder, name):
    train, options, message = REFUSED[name]
    classifier = ki.TextClassifier.on_encoder(pooling_encoder, labels=["a", "b", "c"])
    with pytest.raises(ValueError, match=message):
        classifier.fit(train, verbose=0, **options)


def test_unknown_options_are_refused(pooling_encoder):
    classifier = ki.TextClassifier.on_encoder(pooling_encoder, labels=["a", "b"])
    with pytest.raises(TypeError, match=r"batch_size.*Received: \['batchsize'\]"):
        classifier.fit(rows(["a", "b"]), batchsize=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("epochs", value) for value in (0, -1, 1.5, "3", True)),
        *(("batch_size", value) for value in (0, None)),
        ("early_stopping", 0),
        *(("learning_rate", value) for value in (0, -1e-3, float("nan"), "fast")),
        *(("label_smoothing", value) for value in (-0.1, 1.0)),
        ("ridge", 0),
        ("seed", -1),
        ("callbacks", keras.callbacks.TerminateOnNaN()),
    ],
)
def test_wrong_options_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .* Received: "):
        TrainingOptions(**{name: value})


def test_an_optimizer_by_name_takes_the_learning_rate(tokenizer, assistant):
    train, _ = assistant
    classifier = make_pooling_classifier(tokenizer, train.labels)
    classifier.fit(train, trainable="all", epochs=1, optimizer="sgd", learning_rate=0.25, verbose=0)
    assert isinstance(classifier.network.optimizer, keras.optimizers.SGD)
    assert float(classifier.network.optimizer.learning_rate) == 0.25


def test_batches_hold_every_text_once_in_an_order_of_seed_and_epoch():
    inputs = [np.full(length, row) for row, length in enumerate(np.random.default_rng(1).integers(1, 30, 1000))]
    batches = BucketedBatches(inputs, np.eye(1000), batch_size=8, collate=lambda part: [x[0] for x in part], seed=5)

    def order(epoch):
        batches.start_epoch(epoch)
        return [row for index in range(len(batches)) for row in batches[index][0]]

    one, two = order(0), order(1)
    assert sorted(one) == sorted(two) == list(range(1000))
    assert one != two
    assert one == order(0)
    spread = [np.ptp([len(inputs[row]) for row in batches[index][0]]) for index in range(len(batches))]
    assert np.mean(spread) < 2
    for index in range(len(batches)):
        rows_of_batch, targets = batches[index]
        np.testing.assert_array_equal(targets.argmax(1), rows_of_batch)


def test_of_many_labels_each_scales_its_own_margin(monkeypatch, tmp_path, preset_encoder, assistant):
    """A matrix of 5,000 by 5,000 labels took hours; here three are many. Files are written of an encoder whose graph is
    small: those of the pretrained one take a minute."""
    monkeypatch.setattr(building, "_MOST_LABELS", 2)
    train, test = assistant
    small_encoder = make_pooling_encoder(CharacterTokenizer.train(train.text, compose=False))
    learned, small = (classifier_of(encoder, train, num_anchors=40) for encoder in (preset_encoder, small_encoder))
    for classifier in (learned, small):
        assert classifier.head.get_layer("scores").kernel.shape == (len(train.labels),)
        classifier.fit(train, verbose=0)
    assert accuracy_of(learned, test) > 0.9
    ki.verify(small, ki.export(small, tmp_path / "out"), test[:5]).raise_if_different()
