"""A digest tells trainings apart: whatever decides one changes it, and nothing else does."""

import keras
import numpy as np
import pytest

from keras_i18n.training.digest import training_digest

BASE = {"texts": ["the sun", "a sea"], "targets": np.eye(2, dtype="float32"), "options": {"seed": 0, "alpha": 0.5}}


@pytest.mark.parametrize(
    "other",
    [
        {"texts": ["the sun", "a sea "]},
        {"texts": ["the suna", " sea"]},
        {"texts": ["the sun"]},
        {"texts": [["the sun", "a sea"]]},
        {"targets": np.eye(2, dtype="float64")},
        {"targets": np.eye(2, dtype="float32") + np.float32(1e-7)},
        {"targets": np.eye(2, dtype="float32").reshape(4)},
        {"options": {"seed": 0, "alpha": None}},
        {"options": {"seed": "0", "alpha": 0.5}},
        {"options": {"seed": 0, "beta": 0.5}},
        {"options": {"seed": 0}},
        {"optimizer": keras.optimizers.Adam(0.1)},
    ],
)
def test_what_decides_a_training_changes_its_digest(other):
    assert training_digest(**BASE) != training_digest(**BASE | other)


def test_what_decides_nothing_changes_nothing():
    strided = np.asfortranarray(np.eye(2, dtype="float32"))
    same = {
        "options": {"alpha": np.float64(0.5), "seed": np.int64(0)},
        "texts": tuple(BASE["texts"]),
        "targets": strided,
    }
    assert training_digest(**same) == training_digest(**BASE)
    assert training_digest(text="\ud800") != training_digest(text="\ud801")


def test_optimizers_count_by_what_they_do():
    one, same, other = (training_digest(optimizer=keras.optimizers.Adam(rate)) for rate in (0.1, 0.1, 0.2))
    assert one == same != other
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert training_digest(optimizer=keras.optimizers.Adam(schedule)) != one


def test_what_cannot_be_read_is_refused():
    with pytest.raises(TypeError, match=r"texts, numbers and arrays\. Received: object"):
        training_digest(what=[object()])
