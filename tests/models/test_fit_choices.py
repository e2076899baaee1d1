"""What a training can be told beside its data: device, sampling, metrics by language, and what Keras brings."""

import collections
import csv
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_i18n as ki
from keras_i18n import layers, optimizers
from keras_i18n.models import LanguageMetrics
from tests.models.conftest import make_pooling_classifier, make_pooling_encoder


@pytest.fixture(scope="module")
def two_languages():
    train, test = ki.datasets.sample("assistant")
    return tuple(part.select(languages=["en", "es"], labels=train.labels[:3]) for part in (train, test))


def fitted(tokenizer, train, **options):
    classifier = make_pooling_classifier(tokenizer, train.labels)
    history = classifier.fit(train, **{"trainable": "all", "epochs": 2, "verbose": 0, **options})
    return classifier, history.history


def test_the_device_is_used_and_one_that_is_absent_is_told(tokenizer, assistant):
    train = assistant[0]
    places = []
    note = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: places.append(tf.constant(1.0).device))
    fitted(tokenizer, train, device="cpu", epochs=1, callbacks=[note])
    assert places[0].lower().endswith("cpu:0")
    for device in ("gpu:7", "cpu:3", "tpu", "", 0):
        with pytest.raises(ValueError, match=r"(?s)`device` must be .*Received: .* Found here: cpu:0"):
            fitted(tokenizer, train, device=device)


def test_metrics_by_language_are_those_of_the_model_and_reach_callbacks_after_them(tokenizer, two_languages, tmp_path):
    train, test = two_languages
    metrics, log = LanguageMetrics(test), tmp_path / "log.csv"
    callbacks = [metrics, keras.callbacks.CSVLogger(log), keras.callbacks.TensorBoard(tmp_path / "board")]
    classifier, history = fitted(tokenizer, train, epochs=3, learning_rate=0.05, callbacks=callbacks)
    for language in ("en", "es"):
        part = test.select(languages=[language])
        right = [best.label == label for best, label in zip(classifier.classify(part.text), part.label, strict=True)]
        assert history[f"val_accuracy_{language}"][-1] == pytest.approx(np.mean(right))
    both = [history[f"val_accuracy_{language}"][-1] for language in ("en", "es")]
    assert history["val_accuracy_mean"][-1] == pytest.approx(np.mean(both))
    assert history["val_accuracy_worst"][-1] == min(both)
    with open(log, newline="") as file:
        logged = [float(row["val_accuracy_es"]) for row in csv.DictReader(file)]
    assert logged == pytest.approx(history["val_accuracy_es"])
    scalars = {
        value.tag: float(tf.make_ndarray(value.tensor))
        for file in sorted((tmp_path / "board").rglob("events.*"))
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
        if value.tag.startswith("epoch_")
    }
    assert scalars["epoch_loss"] == pytest.approx(history["loss"][-1])
    assert scalars["epoch_accuracy_es"] == pytest.approx(history["val_accuracy_es"][-1])


def test_early_stopping_watches_a_language(tokenizer, two_languages):
    train, test = two_languages
    stop = keras.callbacks.EarlyStopping("val_accuracy_es", mode="max", patience=2)
    _, history = fitted(
        tokenizer, train, epochs=40, optimizer="sgd", learning_rate=1e-9, callbacks=[LanguageMetrics(test), stop]
    )
    assert len(history["loss"]) == 3
    with pytest.raises(ValueError, match=r"LanguageMetrics before what reads.*EarlyStopping"):
        fitted(tokenizer, train, callbacks=[stop, LanguageMetrics(test)])


def test_metrics_by_language_while_a_head_trains(tokenizer, two_languages):
    train, test = two_languages
    classifier = ki.TextClassifier.on_encoder(make_pooling_encoder(tokenizer), labels=train.labels, head="linear")
    history = classifier.fit(train, epochs=2, callbacks=[LanguageMetrics(test)], verbose=0).history
    part = test.select(languages=["es"])
    right = [best.label == label for best, label in zip(classifier.classify(part.text), part.label, strict=True)]
    assert history["val_accuracy_es"][-1] == pytest.approx(np.mean(right))


def test_a_temperature_lets_the_small_language_come_more_often(tokenizer, two_languages, monkeypatch):
    train = two_languages[0]
    english, spanish = (train.select(languages=[language]) for language in ("en", "es"))
    uneven = type(train)(
        {name: getattr(english, name) + getattr(spanish, name)[:6] for name in ("text", "label", "language")}
    )
    languages = np.array(uneven.language)
    from keras_i18n.models.fitting import classifier_fitting
    from keras_i18n.training.batches import bucketed_batches

    seen = []

    class Watched(bucketed_batches.BucketedBatches):
        def start_epoch(self, epoch):
            super().start_epoch(epoch)
            seen.append(np.concatenate(self._batches))

    monkeypatch.setattr(classifier_fitting, "BucketedBatches", Watched)

    def counts(**options):
        seen.clear()
        fitted(tokenizer, uneven, epochs=2, **options)
        return [row.tolist() for row in seen[1:]], [collections.Counter(languages[row]) for row in seen[1:]]

    _, plain = counts()
    assert all(dict(one) == dict(collections.Counter(languages)) for one in plain)
    drawn, equal = counts(sampling_temperature=float("inf"), seed=3)
    assert all(abs(one["en"] - one["es"]) <= 1 for one in equal)
    assert drawn[0] != drawn[1]
    assert counts(sampling_temperature=float("inf"), seed=3)[0] == drawn
    _, between = counts(sampling_temperature=2)
    share = np.sqrt(len(english)) / (np.sqrt(len(english)) + np.sqrt(6))
    assert all(abs(one["en"] - share * len(uneven)) <= 1 for one in between)
    with pytest.raises(ValueError, match="`sampling_temperature` must be a number of at least 1"):
        fitted(tokenizer, uneven, sampling_temperature=0.5)


@pytest.mark.parametrize("mixed_precision", ["bfloat16", "float16"])
def test_mixed_precision_computes_in_16_bits_and_leaves_a_float32_model(tokenizer, assistant, mixed_precision):
    train, test = assistant
    (plain, _), policies = fitted(tokenizer, train, epochs=4, learning_rate=0.02), []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: policies.extend(layer.compute_dtype for layer in note.model.layers)
    )
    mixed, history = fitted(
        tokenizer, train, epochs=4, learning_rate=0.02, mixed_precision=mixed_precision, callbacks=[note]
    )
    assert {mixed_precision, "float32"} == set(policies)
    assert {layer.compute_dtype for layer in mixed.network.layers} == {"float32"}
    assert {weight.dtype for weight in mixed.network.weights} == {"float32"}
    expected, found = plain.predict(test.text), mixed.predict(test.text)
    assert found.dtype == np.float32
    assert 0 < np.abs(expected - found).max() < 0.1
    assert history["loss"][-1] < history["loss"][0]
    with pytest.raises(ValueError, match=r"`mixed_precision` must be one of .*Received: 'float8'"):
        fitted(tokenizer, train, mixed_precision="float8")


def test_what_a_callback_asked_in_16_bits_is_answered_in_32_afterwards(tokenizer, two_languages):
    train, test = two_languages
    mixed, _ = fitted(
        tokenizer, train, learning_rate=0.05, mixed_precision="bfloat16", callbacks=[LanguageMetrics(test)]
    )
    ids = tokenizer.pad(mixed.tokenize(test.text))
    np.testing.assert_allclose(mixed.predict(test.text), np.asarray(mixed.network(ids, training=False)), atol=1e-6)


def test_a_schedule_and_clipping_take_effect(tokenizer, assistant):
    train = assistant[0]
    start = make_pooling_classifier(tokenizer, train.labels).network.get_weights()
    # the rate is 0 after the first step: more epochs change nothing
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.05, 0.0])
    one, two = (
        fitted(tokenizer, train, epochs=epochs, batch_size=len(train), optimizer=optimizers.RowwiseAdam(schedule))[0]
        for epochs in (1, 4)
    )
    assert not np.array_equal(one.network.get_weights()[-1], start[-1])
    assert all(np.array_equal(a, b) for a, b in zip(one.network.get_weights(), two.network.get_weights(), strict=True))
    clipped, _ = fitted(
        tokenizer, train, epochs=1, batch_size=len(train), optimizer=keras.optimizers.SGD(1.0, global_clipnorm=1e-3)
    )
    moved = np.sqrt(sum(np.sum((a - b) ** 2) for a, b in zip(clipped.network.get_weights(), start, strict=True)))
    assert 5e-4 < moved < 1.001e-3  # parts of a repeated row are clipped as if they were rows of their own


def test_a_network_of_mixed_precision_trains_with_float32_weights(tokenizer, assistant):
    train = assistant[0]
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        classifier = make_pooling_classifier(tokenizer, train.labels)
    finally:
        keras.config.set_dtype_policy("float32")
    assert classifier.network.get_layer("scores").compute_dtype == "bfloat16"
    losses = classifier.fit(train, trainable="all", epochs=20, learning_rate=0.05, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]
    assert {weight.dtype for weight in classifier.network.trainable_weights} == {"float32"}


def test_token_ids_outside_the_table_are_told(tokenizer, assistant):
    train = assistant[0]
    token_ids = keras.Input((None,), dtype="int32")
    x = layers.MaskedMean()(layers.MultilingualEmbedding(50, 8)(token_ids), mask=layers.PaddingMask()(token_ids))
    network = keras.Model(token_ids, keras.layers.Dense(len(train.labels), activation="softmax")(x))
    classifier = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=train.labels)
    with pytest.raises(ValueError, match=r"(?s)token ids.*outside the table.*50 rows"):
        classifier.fit(train, trainable="all", verbose=0)


# a process of its own: in an old heap a free place may be found without the kernel
COUNTED = """
import resource
import numpy as np
from keras_i18n.training.memory_retention import KeptMemory

def faults_of_a_step():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(1 << 20, "uint8")  # too small for a huge page
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 20

kept = KeptMemory()
kept.on_train_end()  # as TensorFlow sets it
np.ones(1 << 22, "uint8")
plain = faults_of_a_step()
kept.on_train_batch_end(0)
faults_of_a_step()
print(kept._library is not None, plain, faults_of_a_step())
"""


def test_memory_is_kept_for_the_next_step():
    """Without it the kernel gives and takes every array of every step: counted in page faults."""
    out = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True).stdout
    is_glibc, plain, kept = out.split()[-3:]
    if is_glibc != "True":
        pytest.skip("the C library is not glibc")
    if float(plain) < 100:
        pytest.skip(f"here a fresh array costs {plain} page faults before anything is kept")
    assert float(kept) < float(plain) / 10


def test_fit_takes_a_frame_a_path_and_tensorflow_pairs(tokenizer, assistant, tmp_path):
    """All give the weights that the data set gives."""
    import tensorflow as tf

    train = assistant[0].select(languages=["en"]).shuffle()[:24]
    train.to_file(tmp_path / "train.tsv")
    frame = ki.datasets.to_pandas(train)
    pairs = tf.data.Dataset.from_tensor_slices((list(train.text), list(train.label))).batch(10)
    scores = []
    for given in (train, frame, frame.drop(columns="language"), tmp_path / "train.tsv", pairs):
        classifier = make_pooling_classifier(tokenizer, train.labels)
        classifier.fit(given, validation_data=given, trainable="all", epochs=1, verbose=0)
        scores.append(classifier.predict(["Wake me at six"]))
    for found in scores[1:]:
        np.testing.assert_array_equal(found, scores[0])
    for given in (list(train.text), dict(frame), iter(train)):
        with pytest.raises(TypeError, match="`train` must be a Dataset, a DataFrame"):
            classifier.fit(given, trainable="all")
    for given in (frame, dict(frame), set(train.text)):
        with pytest.raises(TypeError, match="Give its column of texts"):
            classifier.predict(given)
    with pytest.raises(TypeError, match=r"Received: nan \(float\) at 1"):
        classifier.predict(["a", float("nan")])
