"""A network's twin whose tables of token vectors take few bits."""

import functools
from collections.abc import Callable, Mapping

import keras
import numpy as np

from keras_i18n import layers
from keras_i18n.keras_privates import all_layers, call_inputs
from keras_i18n.layers.stored_rows import MakeRows
from keras_i18n.networks.copying import copy_network
from keras_i18n.networks.ngram_sentence_encoder import other_preset
from keras_i18n.networks.text_network import choose
from keras_i18n.shown import cut

_TABLES = (layers.MultilingualEmbedding, layers.PooledEmbedding, layers.HashEmbedding, layers.NgramEmbedding)
_FREQUENT = 11 / 32  # share of the rows that come first and are kept in 4 bits
_FEWEST = 16  # rows that are worth a split
# rows of the vocabulary that have a second byte in "int8": an eighth of them make up two thirds of the tokens of a text,
# and of a large vocabulary a few thousand do
_FINE_SHARE, _MOST_FINE = 1 / 8, 4096


def _mixed(seed):
    """The frequent rows by FewBitRows, the others by product quantisation."""

    def make_rows(table):
        if len(table) < _FEWEST:
            return layers.FewBitRows.of(table, bits=4)
        cut = int(len(table) * _FREQUENT)
        frequent = layers.FewBitRows.of(table[:cut], bits=4)
        return layers.SplitRows([frequent, layers.ProductQuantizedRows.of(table[cut:], piece_dim=3, seed=seed)])

    return make_rows


# name -> how a float table is kept. A number of a row takes 8, 4, 2 or 1 bits; "int4_blocks" has a step and a zero for
# every 32 numbers in place of one a row, another three quarters of a bit; "mixed3" takes 3.2 bits in the mean
ROWS: Mapping[str, Callable[..., MakeRows]] = {
    "int8": lambda seed: functools.partial(layers.FewBitRows.of, bits=8),
    "int4_blocks": lambda seed: functools.partial(layers.FewBitRows.of, bits=4, block=32),
    "int4": lambda seed: functools.partial(layers.FewBitRows.of, bits=4),
    "mixed3": _mixed,
    "pq2": lambda seed: functools.partial(layers.ProductQuantizedRows.of, piece_dim=4, seed=seed),
    "pq1": lambda seed: functools.partial(layers.ProductQuantizedRows.of, piece_dim=8, seed=seed),
}


def few_bit_tables(
    network: keras.Model, rows: str, *, seed: int = 0, sensitivity: np.ndarray | None = None
) -> keras.Model:
    """The same network with its tables of token vectors in few bits; every other weight is copied bit for bit.

    Such tables are looked up, not trained. Those that are also an output projection stay as they are; so do tables in
    few bits. Nothing is shared with `network`.

    Args:
        network: functional `keras.Model`.
        rows: "int8" or "int4", a step for each row, and in "int8" a second byte a number for the first eighth of a vocabulary,
            4,096 rows at most; "int4_blocks", a step for every 32 numbers; "pq2" or "pq1", product
            quantisation with a byte for four or eight numbers; "mixed3": a third of the rows as "int4", the others with
            a byte for three numbers. Vocabularies have their frequent pieces first; the rows of languages that were
            added to one come last.
        seed: of product quantisation.
        sensitivity: of the network to its token vectors, from `token_sensitivity`: "int8" then rounds the numbers of a row
            together, so that what the network makes of them changes least.

    Returns:
        A `keras.Model`; `network` itself where it has no such table.

    Raises:
        ValueError: no such kind of rows.

    Example:

    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=1000, dim=64, ngram_dim=4, hidden_dim=6)
    >>> twin = ki.networks.few_bit_tables(network, "int4")
    >>> sum(weight.value.numpy().nbytes for weight in twin.get_layer("token_embedding").weights)
    35000
    """
    make_rows = choose(ROWS, rows, "rows")(seed)
    if not any(map(_can_be_stored, network.layers)):
        return network

    def stored(layer):
        if not _can_be_stored(layer):
            return None
        if rows == "int8" and isinstance(layer, layers.MultilingualEmbedding):
            fine = min(int(layer.num_rows * _FINE_SHARE), _MOST_FINE)
            return layer.stored_by(functools.partial(make_rows, fine_rows=fine, sensitivity=sensitivity))
        return layer.stored_by(make_rows)

    return copy_network(network, replace=stored)


def tables_in_few_bits(network: keras.Model) -> list[str]:
    """Names of a network's layers whose rows take few bits, also inside of networks that it holds.

    Example:

    >>> import keras_i18n as ki
    >>> network = ki.networks.build("pooling", vocabulary_size=50, num_labels=3, size="tiny")
    >>> tables_in_few_bits(network), tables_in_few_bits(few_bit_tables(network, "int8"))
    ([], ['embedding'])
    """
    return [layer.name for layer in all_layers(network) if getattr(layer, "stored_rows", None) is not None]


def refuse_few_bits(network: keras.Model, what: str) -> None:
    """Tells that something cannot be done with a network whose rows take few bits.

    Args:
        network: `keras.Model`.
        what: the beginning of a sentence, as "Training" or "A new language".

    Raises:
        ValueError: the network has such rows.

    Example:

    >>> import keras_i18n as ki
    >>> network = ki.networks.build("pooling", vocabulary_size=50, num_labels=3, size="tiny")
    >>> refuse_few_bits(network, "Training")
    >>> refuse_few_bits(few_bit_tables(network, "int8"), "Training")
    Traceback (most recent call last):
        ...
    ValueError: Training needs tables of float32 weights: rows in few bits are looked up, not changed. Received: ...
    """
    names = tables_in_few_bits(network)
    if names:
        way_out = other_preset(network) or " Take the model that it was made of, and make few bits at the end."
        raise ValueError(
            f"{what} needs tables of float32 weights: rows in few bits are looked up, not changed. Received: "
            f"'{cut(names[0])}' in few bits.{way_out}"
        )


def _can_be_stored(layer):
    return isinstance(layer, _TABLES) and layer.stored_rows is None and len(call_inputs(layer)) == 1
