"""keras_i18n takes a Keras text model across languages and across machines.

Names load when they are first used: importing this package loads neither TensorFlow nor any converter.
"""

import importlib

from keras_i18n import native_logs
from keras_i18n.version import __version__

native_logs.silence_tensorflow()

_ROOMS = (
    "bulk",
    "certification",
    "datasets",
    "evaluation",
    "export",
    "languages",
    "layers",
    "localization",
    "models",
    "networks",
    "optimizers",
    "serving",
    "sklearn",
    "tokenizers",
    "training",
    "transfer",
)
# rooms that do not load TensorFlow
_LIGHT = ("datasets", "evaluation", "languages", "tokenizers")
# public name -> the room that defines it
_NAMES = {
    "Ensemble": "models",
    "ImageClassifier": "models",
    "LanguageIdentifier": "models",
    "LanguageModel": "models",
    "LocalizedLabels": "models",
    "Router": "models",
    "TextClassifier": "models",
    "TextEncoder": "models",
    "Translator": "models",
    "load": "models",
    "benchmark": "export",
    "evaluate_by_language": "evaluation",
    "certify": "certification",
    "load_exported": "export",
    "verify": "export",
}

__all__ = ["__version__", *_ROOMS, *_NAMES]


def __getattr__(name):
    if name in _NAMES:
        return getattr(_room(_NAMES[name]), name)
    if name in _ROOMS:
        return _room(name)
    raise AttributeError(f"module 'keras_i18n' has no attribute '{name}'. It has: {', '.join(__all__)}")


def _room(name):
    if name in _LIGHT:
        return importlib.import_module(f"{__name__}.{name}")
    with native_logs.quiet():
        return importlib.import_module(f"{__name__}.{name}")


def __dir__():
    return sorted(__all__)
