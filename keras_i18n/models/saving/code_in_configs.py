"""What of a Keras model is code of its author, which no file holds: told by its name before anything is built."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import keras

from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.text_vectorization import SPLIT, STANDARDIZE

_OPTIONS = {"standardize": STANDARDIZE, "split": SPLIT}
_MODELS = ("Functional", "Model", "Sequential")


def refuse_code(config: bytes | str, path: pathlib.Path) -> None:
    """Refuses a description that names a class of its author, or a text layer with a function.

    Args:
        config: JSON of a `.keras` or `.h5` file; what is no JSON is left to others.
        path: of the file, for the message.

    Raises:
        ValueError: names the class or the function, and tells what to do.

    >>> layer = {"class_name": "TextVectorization", "config": {"name": "words", "split": {"config": "at_hyphens"}}}
    >>> refuse_code(json.dumps({"class_name": "Sequential", "layers": [layer]}), pathlib.Path("a.keras"))
    Traceback (most recent call last):
    ValueError: A text layer in 'a.keras' must be data. Received: 'words' with the function 'at_hyphens' as `split`: it is code, which the file lacks. In the program of the model, apply the function to the texts before, and give the \
layer split=None or one of ['character', 'whitespace']; its vocabulary stays.
    """
    try:
        described = json.loads(config)
    except (ValueError, RecursionError):
        return
    if not isinstance(described, dict):
        return
    _refuse_class(described, path)
    for layer in _text_layers(described):
        for option, allowed in _OPTIONS.items():
            value = layer.get(option)
            if value is not None and value not in allowed:
                raise ValueError(
                    f"A text layer in '{path}' must be data. Received: {shown(layer.get('name'))} with the function "
                    f"{shown(_name(value))} as `{cut(option)}`: it is code, which the file lacks. In the program of the model, "
                    f"apply the function to the texts before, and give the layer {cut(option)}=None or one of "
                    f"{shown(sorted(filter(None, allowed)))}; its vocabulary stays."
                )


def _refuse_class(described, path):
    kind, registered = described.get("class_name"), described.get("registered_name")
    known = isinstance(registered, str) and keras.saving.get_registered_object(registered) is not None
    if isinstance(kind, str) and kind not in _MODELS and not known:
        raise ValueError(
            f"The model in '{path}' must be functional or sequential. Received: one of the class '{cut(kind)}', which is code, "
            "and the file lacks it. In Python, make the model by its class, load its weights, and pass it: "
            "TextClassifier.from_keras(model, labels=...)."
        )


def _text_layers(described: Any) -> Iterator[dict[str, Any]]:
    """The configs of all `TextVectorization` layers, at any depth."""
    waiting = [described]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, dict):
            inner = entry.get("config")
            if entry.get("class_name") == "TextVectorization" and isinstance(inner, dict):
                yield inner
            waiting += entry.values()
        elif isinstance(entry, list):
            waiting += entry


def _name(value):
    """The name of a function as Keras writes it."""
    if not isinstance(value, dict):
        return value
    return "lambda" if value.get("class_name") == "__lambda__" else value.get("config", value)
