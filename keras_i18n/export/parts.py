"""What a model that leaves as two files is checked for, and how the two know each other."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.export.writing import checked_formats
from keras_i18n.shown import shown

FORMATS_OF_PARTS = ("tflite", "onnx")


def checked_choice(formats: str | Sequence[str], precision: str, *, parts: str) -> list[str]:
    """Names of the formats as a list.

    Args:
        formats, precision: as `export_body` takes them.
        parts: what the files are called in an error, such as "a pair".

    Raises:
        ValueError: a format or precision that such files do not have.
    """
    names = checked_formats(formats)
    if not set(names) <= set(FORMATS_OF_PARTS):
        raise ValueError(
            f"`formats` of {parts} must be some of {', '.join(FORMATS_OF_PARTS)}. Received: {shown(names)}."
        )
    if precision not in PRECISIONS:
        raise ValueError(f"`precision` must be one of {', '.join(PRECISIONS)}. Received: {shown(precision)}.")
    return names


def digest_of_weights(weights: Iterable[Any]) -> str:
    """Hex SHA-256 of Keras weights as they are, whatever precision the files have.

    >>> digest_of_weights([]) == hashlib.sha256().hexdigest()
    True
    """
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(f"{tuple(weight.shape)} {weight.dtype}".encode())
        digest.update(np.ascontiguousarray(keras.ops.convert_to_numpy(weight)).tobytes())
    return digest.hexdigest()
