"""Batches of texts of about one length, as Keras takes them."""

import keras
import numpy as np
import pytest

from keras_i18n import layers
from keras_i18n.training.batches.bucketed_batches import BucketedBatches

LENGTHS = (3, 3, 3, 3, 9, 9, 5)


def pad(sequences):
    out = np.full((len(sequences), max(map(len, sequences))), -1, "int32")
    for row, ids in zip(out, sequences, strict=True):
        row[: len(ids)] = ids
    return out


def batches(**options):
    sequences = [np.arange(length, dtype="int32") for length in LENGTHS]
    targets = np.eye(2, dtype="float32")[[place % 2 for place in range(len(LENGTHS))]]
    return BucketedBatches(sequences, targets, batch_size=2, collate=pad, padding_id=-1, **options)


@pytest.mark.parametrize("options", [{"shuffle": False}, {"seed": 1}, {"seed": 2}])
def test_keras_takes_batches_whose_first_two_are_of_one_width(options):
    token_ids = keras.Input((None,), dtype="int32")
    vectors = layers.MultilingualEmbedding(10, 4)(token_ids)
    pooled = layers.MaskedMean()(vectors, mask=layers.PaddingMask()(token_ids))
    model = keras.Model(token_ids, keras.layers.Dense(2, activation="softmax")(pooled))
    model.compile("sgd", "categorical_crossentropy")
    history = model.fit(batches(**options), epochs=2, shuffle=False, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_every_text_comes_once_an_epoch_and_no_token_is_lost():
    data = batches(seed=5)
    for epoch in range(3):
        data.start_epoch(epoch)
        lengths = [int((row >= 0).sum()) for place in range(len(data)) for row in data[place][0]]
        assert sorted(lengths) == sorted(LENGTHS)


def test_the_order_is_that_of_seed_and_epoch():
    one, other = batches(seed=3), batches(seed=3)
    other.start_epoch(2)
    one.start_epoch(1)
    one.start_epoch(2)
    for place in range(len(one)):
        assert one[place][0].tolist() == other[place][0].tolist()
