"""A large table is read from an open HDF5 file into its variable, some rows at a time."""

import h5py
import keras
import numpy as np
import pytest

from keras_i18n.layers.table_memory import _AT_ONCE, _LARGE, load_tables

ROWS = _LARGE // 64 + 5  # the last rows are fewer than those read at once


class Store:
    """A store of Keras, as `models.saving` hands it on."""

    def __init__(self, file):
        self.file, self.whole = file, []

    def keys(self):
        return self.file.keys()

    def dataset(self, name):
        return self.file[name]

    def __getitem__(self, name):
        self.whole.append(name)
        return self.file[name][()]


class Tables(keras.layers.Layer):
    def build(self, shape=None):
        for dtype in ("float32", "uint8"):
            self.add_weight(shape=(ROWS, 64), dtype=dtype, initializer="zeros", name=dtype)
        self.built = True


@pytest.mark.parametrize("stored", ["as they are", "as float64"])
def test_large_tables_are_those_of_the_file(stored, tmp_path):
    assert ROWS % (_AT_ONCE // 64)
    values = {
        str(place): np.arange(ROWS * 64).reshape(ROWS, 64).astype(t) for place, t in enumerate(("float32", "uint8"))
    }
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for name, array in values.items():
            file[name] = array.astype("float64") if stored == "as float64" else array
    layer = Tables()
    layer.build()
    with h5py.File(tmp_path / "x.h5") as file:
        store = Store(file)
        load_tables(layer, store)
    for weight, array in zip(layer.weights, values.values(), strict=True):
        np.testing.assert_array_equal(weight.numpy(), array)
    # another type is converted by Keras, which reads the array whole
    assert store.whole == (["0", "1"] if stored == "as float64" else [])
