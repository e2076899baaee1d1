"""Packs what was trained into the file of the preset: tables by product quantisation, other weights in half precision."""

import io
import json
import pathlib

import numpy as np

import keras_i18n as ki
from keras_i18n import TextEncoder, layers, tokenizers
from keras_i18n.files import atomic_path
from keras_i18n.models.presets import universal

PIECE_DIMS = {"ngrams": 8, "pieces": 4}  # numbers that a byte stands for
WORDS, NGRAMS = (1,), (3, 4, 5)  # lengths that are hashed
DENSE = ("ngram_features", "hidden", "from_hidden", "shortcut", "gate")  # layers that are trained beside the rows


def tokenizer_of(num_rows: int) -> tokenizers.NgramTokenizer:
    """The tokenizer of hashed words and n-grams."""
    return tokenizers.NgramTokenizer(num_buckets=num_rows, word_lengths=WORDS, ngram_lengths=NGRAMS)


def pack(table: np.ndarray, dense: dict[str, list[np.ndarray]], languages: list[str], path: pathlib.Path) -> None:
    """Writes the file.

    Args:
        table: float32 `(rows, dim)`, of the n-grams.
        dense: layer -> its weights, of `networks.ngram_sentence_encoder` without the encoder.
        languages: tags that the preset says it knows.
        path: of the file.
    """
    known = TextEncoder.from_preset("use_multilingual_v3")
    tables = {"ngrams": table, "pieces": known.network.get_layer("token_embedding").embeddings.numpy()}
    tokenizer = tokenizers.JoinedTokenizer([tokenizer_of(len(table)), known.tokenizer])
    arrays = {
        universal.TOKENIZER: np.frombuffer(tokenizer.to_bytes(), np.uint8),
        universal.LANGUAGES: np.frombuffer(json.dumps(languages).encode(), np.uint8),
    }
    for name in universal.ROWS:
        rows = layers.ProductQuantizedRows.of(tables[name], piece_dim=PIECE_DIMS[name])
        arrays |= {f"{name}.{part}": value for part, value in zip(universal.PQ_ARRAYS, rows.get_weights(), strict=True)}
        arrays[f"{name}.shift"] = np.array(rows.shift)
    for layer in known.network.layers:
        if layer.name != "token_embedding":
            weights = zip(universal.weight_names(layer), layer.get_weights(), strict=True)
            arrays |= {name: value.astype("float16") for name, value in weights}
    arrays |= {
        f"{layer}.{place}": value.astype("float16")
        for layer, weights in dense.items()
        for place, value in enumerate(weights)
    }
    _write(arrays, path)


def rounded(table: np.ndarray) -> np.ndarray:
    """The rows of n-grams as the file holds them."""
    rows = layers.ProductQuantizedRows.of(table, piece_dim=PIECE_DIMS["ngrams"])
    return np.concatenate([np.array(rows(part)) for part in np.array_split(np.arange(len(table), dtype="int32"), 50)])


def claim(path: pathlib.Path, accuracy: dict[str, float], least: float = 0.45) -> list[str]:
    """Rewrites the file's languages: those that it reads at least so well, by accuracy on topics of sentences."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    languages = sorted({ki.languages.normalize(tag) for tag, share in accuracy.items() if share >= least})
    arrays[universal.LANGUAGES] = np.frombuffer(json.dumps(languages).encode(), np.uint8)
    _write(arrays, path)
    return languages


def _write(arrays, path):
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)
    with atomic_path(path) as temporary:
        temporary.write_bytes(written.getvalue())
