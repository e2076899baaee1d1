"""A network that reads no text takes the same way out: digits in pictures, named in many languages."""

import json
import zipfile

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.export.metadata import TOLERANCES
from keras_i18n.models import ImageClassifier, LocalizedLabels

# which strokes make a digit on a calculator: top, left and right above, middle, left and right below, bottom
STROKES = ("1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011")
# where a stroke lies: rows from and to, columns from and to
PLACES = ((0, 1, 1, 7), (1, 5, 0, 1), (1, 5, 7, 8), (5, 6, 1, 7), (6, 10, 0, 1), (6, 10, 7, 8), (10, 11, 1, 7))


def drawn(count, seed):
    """Noisy digits of changing place, ink and width: float32 `(count, 14, 12, 1)`, and what they are."""
    generator = np.random.default_rng(seed)
    digits = generator.integers(0, 10, count)
    images = np.zeros((count, 14, 12, 1), "float32")
    for image, digit in zip(images, digits, strict=True):
        down, right = generator.integers(0, 3, 2)
        ink = generator.uniform(0.6, 1)
        for stroke, (top, bottom, left, end) in zip(STROKES[digit], PLACES, strict=True):
            if stroke == "1":
                image[top + down : bottom + down, left + right : end + right] = ink
    return images + generator.normal(0, 0.15, images.shape).astype("float32"), digits


@pytest.fixture(scope="module")
def classifier():
    keras.utils.set_random_seed(3)
    image = keras.Input((14, 12, 1))
    x = keras.layers.Conv2D(12, 3, activation="relu", padding="same")(image)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Conv2D(24, 3, activation="relu")(x)
    x = keras.layers.Dense(48, activation="relu")(keras.layers.Flatten()(x))
    classifier = ImageClassifier(
        keras.Model(image, keras.layers.Dense(10, activation="softmax")(x)), LocalizedLabels.digits()
    )
    classifier.network.compile("adam", "sparse_categorical_crossentropy")
    classifier.network.fit(*drawn(2000, seed=1), epochs=5, batch_size=64, verbose=0)
    return classifier


@pytest.fixture(scope="module")
def folder(classifier, tmp_path_factory):
    return ki.export(classifier, tmp_path_factory.mktemp("digits"))


def test_it_has_learnt(classifier):
    images, digits = drawn(500, seed=2)
    assert (classifier.predict(images).argmax(axis=1) == digits).mean() > 0.95


@pytest.mark.parametrize("name", ki.export.FORMATS)
def test_answers_and_names_in_each_format(classifier, folder, name):
    images, digits = drawn(200, seed=4)
    runner = ki.load_exported(folder / ki.export.FORMATS[name].file)
    np.testing.assert_allclose(runner.predict(images), classifier.predict(images), atol=1e-5)
    assert runner.predict([]).shape == (0, 10)
    best = runner.predict(images).argmax(axis=1)
    assert (best == digits).mean() > 0.95
    assert [found.label for found in runner.classify(images)] == [str(digit) for digit in best]
    for one, other in zip(runner.classify(images, top=3), classifier.classify(images, top=3), strict=True):
        assert one[0].label == other[0].label
        assert [found.score for found in one] == pytest.approx([found.score for found in other], abs=1e-5)
    for language in ("sw", "ja", "ar", "pt-BR"):
        names = classifier.localized_labels.in_language(language)
        assert [found.label for found in runner.classify(images, language=language)] == [names[digit] for digit in best]
    assert [found.label for found in classifier.classify(images, language="hi")] == [
        found.label for found in runner.classify(images, language="hi")
    ]


def test_verified(classifier, folder):
    images, _ = drawn(100, seed=5)
    report = ki.verify(classifier, folder, images)
    assert report.ok, report.failures
    assert {row.format for row in report.rows} == set(ki.export.FORMATS)
    assert all(row.count == 100 for row in report.rows)


def test_a_network_trained_on_is_told_from_its_old_files(classifier, folder):
    other = ImageClassifier(keras.models.clone_model(classifier.network), classifier.localized_labels)
    report = ki.verify(other, folder, drawn(50, seed=5)[0], formats=["tflite"])
    with pytest.raises(ValueError, match="tflite"):
        report.raise_if_different()


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_fewer_bits(classifier, tmp_path, precision):
    images, digits = drawn(200, seed=4)
    folder = ki.export(classifier, tmp_path, formats=["tflite", "onnx"], precision=precision)
    assert ki.verify(classifier, folder, images).ok
    for file in ("model.tflite", "model.onnx"):
        found = ki.load_exported(folder / file).predict(images)
        assert np.abs(found - classifier.predict(images)).max() <= TOLERANCES[precision]
        assert (found.argmax(axis=1) == digits).mean() > 0.95


def test_the_file_tells_its_names(classifier, folder):
    with zipfile.ZipFile(folder / "model.tflite") as archive:
        told = json.loads(archive.read("keras_i18n.json"))
    assert told["task"] == "image-classification"
    assert told["labels"] == list("0123456789")
    assert told["image_shape"] == [14, 12, 1]
    assert len(told["label_names"]) >= 12
    assert told["label_names"]["el"][4] == "τέσσερα"
    for example in told["golden"]:
        expected = classifier.predict([example["image"]])[0]
        np.testing.assert_allclose(example["output"], expected, atol=1e-5)


def test_names_are_ten_in_each_language():
    digits = LocalizedLabels.digits()
    assert len(digits.names) >= 12
    assert all(len(set(names)) == 10 for names in digits.names.values())


def test_refused(classifier, folder):
    with pytest.raises(ValueError, match=r"images, 14, 12, 1"):
        ki.load_exported(folder / "model.onnx").predict(np.zeros((2, 8, 8, 1)))
    with pytest.raises(ValueError, match="names in"):
        ki.load_exported(folder / "model.onnx").classify(drawn(1, seed=1)[0], language="yo")
    with pytest.raises(ValueError, match="one score for each of 3"):
        ImageClassifier(classifier.network, ["a", "b", "c"])
    with pytest.raises(ValueError, match="different"):
        LocalizedLabels(["a", "a"])
    with pytest.raises(ValueError, match="'sw'"):
        LocalizedLabels(["a", "b"], {"sw": ["moja"]})
