import contextlib
import re
from typing import Any

import tensorflow as tf

from keras_i18n.shown import cut, shown


def checked_device(device: str | None) -> str | None:
    """The name by which TensorFlow knows a device: "/GPU:0" for "gpu" or "gpu:0".

    Raises:
        ValueError: no such name, or no such device on this machine.
    """
    named = re.fullmatch(r"(cpu|gpu)(?::(\d+))?", device.lower()) if isinstance(device, str) else None
    kind, place = (named[1].upper(), int(named[2] or 0)) if named else (None, 0)
    found = [f"{one.device_type.lower()}:{one.name.rsplit(':', 1)[-1]}" for one in tf.config.list_logical_devices()]
    if kind is None or f"{kind.lower()}:{place}" not in found:
        raise ValueError(
            "`device` must be 'cpu', 'gpu', 'gpu:1', ... and on this machine. "
            f"Received: {shown(device)}. Found here: {cut(', '.join(found))}."
        )
    return f"/{kind}:{place}"


def scope_of(device: str | None) -> Any:
    """A `with` block whose work runs on a device; None lets TensorFlow choose."""
    return contextlib.nullcontext() if device is None else tf.device(checked_device(device))
