"""Sizes of steps, or lengths of rows, in two bytes each."""

import numpy as np
import tensorflow as tf

from keras_i18n.protocols import Tensor

# a size is 2^((coarse + fine / 256) / 16 + shift): it comes within 0.01 % of any number
_COARSE, _FINE = 16, 256
_LEAST, _LARGEST = -128.0, 127.0


def exponents_of(sizes: np.ndarray) -> tuple[np.ndarray, int]:
    """Bytes for sizes.

    Args:
        sizes: positive numbers `(rows, columns)`; those below 1.5e-5 of the largest become it.

    Returns:
        int8 `(rows, 2 * columns)`, and the shift that belongs to them.
    """
    shift = int(np.ceil(np.log2(max(float(sizes.max(initial=0.0)), 1e-30)) - _LARGEST / _COARSE))
    exponents = _COARSE * (np.log2(np.maximum(sizes.astype("float64"), 1e-37)) - shift)
    coarse = np.clip(np.round(exponents), _LEAST, _LARGEST)
    fine = np.clip(np.round(_FINE * (exponents - coarse)), _LEAST, _LARGEST)
    return np.concatenate([coarse, fine], axis=1).astype("int8"), shift


def steps_of(exponents: Tensor, shift: int) -> Tensor:
    """The sizes again, float32 `(rows, columns)`; the constants are numbers that half precision holds exactly."""
    columns = exponents.shape[-1] // 2
    exponents = tf.cast(exponents, "float32")
    coarse, fine = exponents[:, :columns], exponents[:, columns:]
    return tf.pow(2.0, (coarse + fine * (1 / _FINE)) * (1 / _COARSE) + float(shift))
