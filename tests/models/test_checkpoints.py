"""What a callback writes while a model trains is the whole model: `ki.load` opens it, and it is that epoch's."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.tokenizers import CharacterTokenizer
from tests.models.conftest import make_pooling_classifier, make_pooling_encoder

TEXTS = ["wake me up at six", "", "¿qué tiempo hará mañana?", "👩‍👩‍👧"]


class Answers(keras.callbacks.Callback):
    """What the whole model answers after each epoch, and the loss that a checkpoint watches."""

    def __init__(self, model, monitor):
        super().__init__()
        self.text_model, self.monitor, self.kept = model, monitor, []

    def on_epoch_end(self, epoch, logs=None):
        self.kept.append((logs[self.monitor], self.text_model.predict(TEXTS)))

    @property
    def best(self):
        return min(self.kept, key=lambda kept: kept[0])[1]


def model_of(kind, tokenizer, labels):
    if kind == "scratch":
        return make_pooling_classifier(tokenizer, labels)
    return ki.TextClassifier.on_encoder(make_pooling_encoder(tokenizer), labels=labels, head=kind)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("kernel", {}),
        ("linear", {}),
        ("mlp", {}),
        ("kernel", {"trainable": "all"}),
        ("scratch", {"trainable": "all"}),
        ("scratch", {"trainable": "all", "mixed_precision": "bfloat16"}),
    ],
)
def test_the_best_epoch_of_a_classifier(tokenizer, assistant, tmp_path, kind, options):
    train, test = assistant
    model = model_of(kind, tokenizer, train.labels)
    best = tmp_path / "best.keras"
    weights = tmp_path / "best.weights.h5"
    answers = Answers(model, "val_loss")
    model.fit(
        train,
        validation_data=test,
        epochs=4,
        learning_rate=0.3,  # so large that the last epoch is seldom the best
        verbose=0,
        callbacks=[
            answers,
            keras.callbacks.ModelCheckpoint(best, monitor="val_loss", save_best_only=True),
            keras.callbacks.ModelCheckpoint(weights, monitor="val_loss", save_best_only=True, save_weights_only=True),
        ],
        **options,
    )
    tolerance = 1e-6 if "mixed_precision" not in options else 2e-2  # the epoch's own answer was one of 16 bits
    loaded = ki.load(best)
    assert type(loaded) is ki.TextClassifier
    assert loaded.labels == model.labels
    np.testing.assert_allclose(loaded.predict(TEXTS), answers.best, atol=tolerance)
    assert {layer.dtype_policy.name for layer in loaded.network.layers} == {"float32"}
    assert keras.saving.load_model(best).output_shape == model.network.output_shape
    twin = model_of(kind, tokenizer, train.labels)
    twin.network.load_weights(weights)
    np.testing.assert_allclose(twin.predict(TEXTS), answers.best, atol=tolerance)
    # after the training, the network writes its own files again
    model.network.save(tmp_path / "network.keras")
    with pytest.raises(ValueError, match="a Keras model without a tokenizer"):
        ki.load(tmp_path / "network.keras")


@pytest.mark.parametrize("kind", ["gru", "transformer"])
def test_the_last_epoch_of_a_language_model(tmp_path, kind):
    texts = ["aloha kakahiaka", "aloha ahiahi"] * 4
    model = ki.LanguageModel.create(CharacterTokenizer.train(texts), kind=kind, size="tiny")
    best = tmp_path / "best.keras"
    model.fit(texts, epochs=2, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint(best)])
    np.testing.assert_allclose(ki.load(best).predict(["aloha "]), model.predict(["aloha "]), atol=1e-6)


def test_a_killed_head_goes_on_from_its_backup_beside_a_checkpoint(tokenizer, assistant, tmp_path):
    """The backup keeps what trains, not the whole model."""
    train, test = assistant
    sizes = []

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            sizes.extend(file.stat().st_size for file in (tmp_path / "backup").glob("*.h5"))
            if epoch == 1 and not resumed:
                raise KeyboardInterrupt

    def fit(model):
        callbacks = [keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", save_best_only=True), Stop()]
        options = {"epochs": 4, "verbose": 0, "backup_dir": tmp_path / "backup", "callbacks": callbacks}
        return model.fit(train, validation_data=test, **options)

    resumed = False
    with pytest.raises(KeyboardInterrupt):
        fit(model_of("linear", tokenizer, train.labels))
    resumed = True
    model = model_of("linear", tokenizer, train.labels)
    history = fit(model)
    assert history.epoch[0] >= 1
    assert max(sizes) < (tmp_path / "best.keras").stat().st_size
