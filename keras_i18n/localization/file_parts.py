"""What the parts of a text-in model take in a file."""

import dataclasses
import math
from typing import Any

import numpy as np

from keras_i18n import layers, networks


@dataclasses.dataclass(frozen=True, kw_only=True)
class FileParts:
    """Bytes of float32 weights, and of the tokenizer's tables, by part.

    Attributes:
        rows: of the token tables.
        pieces: the tables in which pieces are looked up.
        normalizer: the tables of the normaliser.
        body: all other weights between tokens and the text's vector.
        head: from there to the scores; 0 for an encoder.

    >>> FileParts(rows=400, pieces=60, normalizer=40, body=100, head=0).total
    600
    """

    rows: int
    pieces: int
    normalizer: int
    body: int
    head: int

    @property
    def total(self) -> int:
        return self.rows + self.pieces + self.normalizer + self.body + self.head


def file_parts(model: Any) -> FileParts:
    """What the parts of a model on a vocabulary of pieces take in an exported float32 file.

    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be"] * 9, vocabulary_size=20)
    >>> rows = tokenizer.vocabulary_size
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=rows, dim=8, ngram_dim=4, hidden_dim=6)
    >>> file_parts(ki.TextEncoder(tokenizer=tokenizer, network=network)).rows == rows * 8 * 4
    True
    """
    tokenization = layers.tokenization_layer(model.tokenizer, name="tokenization")
    pieces = sum(map(_lookup_bytes, getattr(tokenization, "parts", [tokenization])))
    head = _bytes(model.head) if getattr(model, "head", None) is not None else 0
    if getattr(model, "task", None) == "translation":
        tables = [layer for layer in model.network.layers if isinstance(layer, layers.MultilingualEmbedding)]
    else:
        tables = [table.layer for table in networks.token_tables(model.network)]
    rows = sum(map(_bytes, tables))
    return FileParts(
        rows=rows,
        pieces=pieces,
        normalizer=_bytes(tokenization) - pieces,
        body=_bytes(model.network) - rows - head,
        head=head,
    )


def row_bytes(model: Any) -> np.ndarray:
    """What the rows of each token id take, float64 `(ids,)`.

    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be"] * 9, vocabulary_size=20)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 8, "ngram_dim": 4, "hidden_dim": 6}
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=ki.networks.universal_sentence_encoder(**size))
    >>> set(row_bytes(encoder).tolist())
    {32.0}
    """
    found = np.zeros(model.tokenizer.vocabulary_size)
    for table in networks.token_tables(model.network):
        found[table.first : table.last] += _bytes(table.layer) / (table.last - table.first)
    return found


def _lookup_bytes(tokenization):
    if isinstance(tokenization, layers.NgramTokenization):
        return _bytes_of([weight for weight in tokenization.weights if weight.name.startswith("kept_")])
    # byte pairs keep the tables of their words and of their merges in one layer
    return _bytes(getattr(tokenization, "segmentation", tokenization))


def _bytes(layer):
    return _bytes_of(layer.weights)


def _bytes_of(weights):
    return sum(math.prod(weight.shape) * np.dtype(weight.dtype).itemsize for weight in weights)
