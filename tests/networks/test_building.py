"""Every network of the table: it learns, survives every file, and leaves without operators of TensorFlow's own."""

import keras
import numpy as np
import pytest

from keras_i18n import networks, optimizers
from keras_i18n.networks.building import LANGUAGE_MODELS, NETWORKS
from tests.layers import runtimes
from tests.layers.checks import TOKEN_IDS, assert_close, check_files, check_runtimes

VOCABULARY_SIZE = 30
SIZES = ("tiny", "small", "medium", "base")


def network(name, **options):
    keras.utils.set_random_seed(1)
    return networks.build(name, vocabulary_size=VOCABULARY_SIZE, **{"num_labels": 3, "size": "tiny", **options})


def texts(count=96):
    """The label is told by which of three tokens is in the text."""
    generator = np.random.default_rng(2)
    token_ids = generator.integers(3, VOCABULARY_SIZE, (count, 8)).astype("int32")
    labels = generator.integers(0, 3, count)
    lengths = generator.integers(1, 9, count)
    token_ids[np.arange(count), generator.integers(0, lengths)] = labels
    token_ids[np.arange(8)[None] >= lengths[:, None]] = -1
    return token_ids, labels


@pytest.mark.parametrize("name", NETWORKS)
def test_fits_saves_and_exports(name):
    model = network(name)
    assert ([tensor.name for tensor in model.inputs], model.output_names) == (["token_ids"], ["scores"])
    model.compile(optimizers.get("rowwise_adam", learning_rate=0.02), "sparse_categorical_crossentropy")
    losses = model.fit(*texts(), epochs=12, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.6 * losses[0]
    together = runtimes.keras_outputs(model, TOKEN_IDS)
    np.testing.assert_allclose(together[0].sum(-1), 1, atol=1e-5)
    for row, token_ids in enumerate(TOKEN_IDS[:3]):
        alone = runtimes.keras_outputs(model, token_ids[token_ids >= 0][None])
        assert_close(alone, [together[0][row : row + 1]], 1e-5, "alone")
    check_files(model)
    check_runtimes(model)


@pytest.mark.parametrize("name", NETWORKS)
def test_encoders_give_vectors_of_length_one(name):
    model = network(name, task="encoder", num_labels=None, vector_dim=5, pooling="attention")
    (vectors,) = runtimes.keras_outputs(model, TOKEN_IDS)
    assert (model.output_names, vectors.shape) == (["vector"], (4, 5))
    np.testing.assert_allclose(np.linalg.norm(vectors[:3], axis=-1), 1, atol=1e-5)
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize("name", ["pooling", "transformer"])
def test_encoders_export(name):
    model = network(name, task="encoder", num_labels=None, vector_dim=5, pooling="max", hash_rows=20)
    check_files(model)
    check_runtimes(model)


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_language_models_score_every_place_without_looking_ahead(name):
    model = networks.build(name, vocabulary_size=VOCABULARY_SIZE, task="language_model", size="tiny")
    token_ids = np.abs(TOKEN_IDS[:3])
    (logits,) = runtimes.keras_outputs(model, token_ids)
    assert (model.output_names, logits.shape) == (["logits"], (3, 7, VOCABULARY_SIZE))
    (prefix,) = runtimes.keras_outputs(model, token_ids[:, :4])
    np.testing.assert_allclose(prefix, logits[:, :4], atol=1e-5)
    check_runtimes(model)


@pytest.mark.parametrize("name", NETWORKS)
def test_larger_sizes_have_more_weights(name):
    counts = [network(name, size=size).count_params() for size in SIZES]
    assert counts == sorted(set(counts))


@pytest.mark.parametrize("pooling", ["mean", "sqrt_count", "max", "attention"])
def test_options_by_name(pooling):
    model = network("convolution", pooling=pooling, activation="relu", output_activation="sigmoid", dropout=0.3)
    (scores,) = runtimes.keras_outputs(model, TOKEN_IDS)
    assert np.abs(scores.sum(-1) - 1).max() > 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "mamba"}, r"`name` must be one of 'pooling', .*Received: 'mamba'"),
        ({"name": "lstm", "size": "huge"}, r"`size` must be one of 'tiny', .*Received: 'huge'"),
        ({"name": "lstm", "task": "summary"}, r"`task` must be one of 'classification', .*Received: 'summary'"),
        ({"name": "lstm", "pooling": "last"}, r"`pooling` must be one of 'mean', .*Received: 'last'"),
        ({"name": "lstm", "num_labels": None}, r"needs `num_labels`, at least 1\. Received: None"),
        ({"name": "pooling", "task": "language_model"}, r"one of 'lstm', .*Received: name='pooling'"),
    ],
)
def test_what_cannot_be_built_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        network(**options)
