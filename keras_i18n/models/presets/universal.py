"""An encoder of this package's own for 205 languages; `recipes/universal` makes its weights, which come with the package."""

import hashlib
import io
import json
import pathlib
from typing import Any

import numpy as np

from keras_i18n import layers, networks, tokenizers
from keras_i18n.models.presets.preset import Preset
from keras_i18n.networks.weight_steps import on_steps
from keras_i18n.shown import cut

FILE = pathlib.Path(__file__).parent / "weights" / "universal.npz"
_SHA256 = "3d99c77a6928a2ed57c05ea6e49c1347e466483b864a0ab86121ae5a89b935a6"
# what the file holds beside the weights of layers; `recipes/universal` writes the same names
TOKENIZER, LANGUAGES, ROWS = "tokenizer", "languages", ("ngrams", "pieces")
PQ_ARRAYS = ("codes", "exponents", "centres", "steps")


def load() -> Any:
    """Reads tokenizer and network from the package's file; its digest is checked first.

    Returns:
        A `Preset`: tokenizer (hashed n-grams, then the pieces of `use_multilingual_v3`), network (its tables in few bits,
        which are looked up, not trained), languages.

    Raises:
        ValueError: the file is missing, or not the one that was measured.
    """
    with np.load(io.BytesIO(_checked(FILE)), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    tokenizer = tokenizers.JoinedTokenizer.from_bytes(arrays[TOKENIZER].tobytes())
    ngrams, pieces = (_rows(name, arrays) for name in ROWS)
    encoder = networks.universal_sentence_encoder(
        vocabulary_size=pieces.num_rows, epsilon=1e-12, initializer="zeros", stored_rows=pieces
    )
    network = networks.ngram_sentence_encoder(
        vocabulary_size=ngrams.num_rows, encoder=encoder, dim=ngrams.dim, stored_rows=ngrams
    )
    for part in (encoder, network):
        for layer in part.layers:
            given = [arrays[name] for name in weight_names(layer) if name in arrays]
            if given:
                # as files in few bits hold them, which then lose nothing
                layer.set_weights([on_steps(array.astype("float32"), is_table=False) for array in given])
    return Preset(name="universal", tokenizer=tokenizer, network=network, languages=_languages_in(arrays))


def languages() -> tuple[str, ...]:
    """Its languages, read from the package's file."""
    with np.load(FILE, allow_pickle=False) as stored:
        return _languages_in(stored)


def _languages_in(arrays):
    return tuple(json.loads(arrays[LANGUAGES].tobytes()))


def weight_names(layer: Any) -> list[str]:
    """What the weights of a layer are called in the file."""
    return [f"{layer.name}.{place}" for place in range(len(layer.weights))]


def _rows(name, arrays):
    codes, exponents, centres, steps = (arrays[f"{name}.{part}"] for part in PQ_ARRAYS)
    rows = layers.ProductQuantizedRows(
        len(codes),
        codes.shape[1] * centres.shape[1],
        piece_dim=centres.shape[1],
        num_centres=len(centres) // codes.shape[1],
        shift=int(arrays[f"{name}.shift"]),
    )
    rows.build()
    rows.set_weights([codes, exponents, centres, steps])
    return rows


def _checked(path):
    what = "The weights of the preset 'universal' lie in the package"
    if not path.is_file():
        raise ValueError(f"{what}. Received: no file '{cut(path)}'. Reinstall keras_i18n.")
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != _SHA256:
        raise ValueError(f"{what} with SHA-256 {_SHA256}. Received: {cut(digest)}. Reinstall keras_i18n.")
    return data
