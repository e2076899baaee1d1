"""Some of the rows of a network's token tables."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from keras_i18n import layers
from keras_i18n.keras_privates import all_layers, call_inputs, is_functional, made_by, source_inputs
from keras_i18n.layers.stored_rows import row_weights
from keras_i18n.networks.copying import copy_network
from keras_i18n.networks.language_rows import token_embedding
from keras_i18n.protocols import Array
from keras_i18n.shown import cut, shown

_TABLES = (layers.MultilingualEmbedding, layers.PooledEmbedding)
_RANGES = (layers.TokenRange, layers.DistinctTokens)
_BOUNDED = (*_RANGES, layers.OpenedGate)  # layers that tell token ids apart


@dataclasses.dataclass(frozen=True)
class TokenTable:
    """A table whose rows belong to a network's token ids.

    Attributes:
        layer: `MultilingualEmbedding` or `PooledEmbedding`.
        first, last: its rows are those of the ids from `first` to `last` - 1.

    >>> TokenTable(layer=None, first=3, last=9).last
    9
    """

    layer: Any
    first: int
    last: int


def token_tables(network: keras.Model) -> list[TokenTable]:
    """The tables of a network whose rows belong to token ids, by id; also of networks that it holds.

    Each reads the network's ids as they come, or a range of them (`TokenRange`, `DistinctTokens`).

    Raises:
        ValueError: there is none, or one reads ids that are made in another way.

    >>> import keras_i18n as ki
    >>> pieces = ki.networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> network = ki.networks.ngram_sentence_encoder(vocabulary_size=100, encoder=pieces, dim=4, hidden_dim=6)
    >>> [(table.layer.name, table.first, table.last) for table in token_tables(network)]
    [('ngram_embedding', 0, 100), ('token_embedding', 100, 150)]
    """
    found = _tables(network, 0)
    if not found:
        raise ValueError(
            f"The network must have a table of token vectors. Received: '{cut(network.name)}' without one."
        )
    return sorted(found, key=lambda table: table.first)


def _tables(network, start):
    found = []
    for layer in network.layers:
        if isinstance(layer, _TABLES):
            first = start + _range_read(network, layer)[0]
            num_rows = layer.num_rows if isinstance(layer, layers.MultilingualEmbedding) else layer.vocabulary_size
            found.append(TokenTable(layer, first, first + num_rows))
        elif _has_tables(layer):
            found += _tables(layer, start + _range_read(network, layer)[0])
    return found


def _has_tables(layer):
    return is_functional(layer) and any(isinstance(inner, _TABLES) for inner in all_layers(layer))


def _range_read(network, layer):
    """(first, last) of the network's token ids that a layer of it reads; None as the last one for all above."""
    inputs = {id(given) for given in network.inputs}
    calls = [
        given
        for given in call_inputs(layer)
        if all(id(source) in inputs for tensor in given for source in source_inputs(tensor))
    ]
    found = _range_of(calls[0][0], network) if len(calls) == 1 else None
    if found is None:
        raise ValueError(
            f"The token tables of '{cut(network.name)}' must read the network's token ids, once, or a range of them. "
            f"Received: '{cut(layer.name)}', which is used otherwise (a language model's scores, ids that were shifted)."
        )
    return found


def _range_of(token_ids, network):
    if token_ids is network.inputs[0]:
        return 0, None
    layer, given = made_by(token_ids)
    if len(given) != 1 or given[0] is not network.inputs[0] or not isinstance(layer, _RANGES):
        return None
    return getattr(layer, "first", 0), layer.last


def _within(ids, first, last):
    """Those from `first` to `last` - 1, counted from `first`."""
    return ids[(ids >= first) & (ids < last)] - first if last is not None else ids[ids >= first] - first


def _with_selected_rows(network, ids):
    def replace(layer):
        if isinstance(layer, _BOUNDED):
            bounds = {name: getattr(layer, name, None) for name in ("first", "last")}
            moved = {name: int((ids < bound).sum()) for name, bound in bounds.items() if bound is not None}
            return type(layer).from_config({**layer.get_config(), **moved})
        if isinstance(layer, _TABLES):
            return layer.selected(_within(ids, *_range_read(network, layer)))
        if _has_tables(layer):
            return _with_selected_rows(layer, _within(ids, *_range_read(network, layer)))
        return None

    return copy_network(network, replace=replace)


def token_rows(network: keras.Model) -> np.ndarray:
    """The rows of a network's token table, float32 `(rows, dim)` by token id, those of single languages among them.

    Raises:
        ValueError: the network has no `MultilingualEmbedding`, or several.

    >>> import keras_i18n as ki
    >>> token_rows(ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)).shape
    (100, 8)
    """
    embedding = token_embedding(network)
    tables = [embedding.embeddings.numpy()]
    tables += [embedding.language_resources(language)["rows"] for language in embedding.language_rows]
    return tables[0] if len(tables) == 1 else np.concatenate(tables)


def with_selected_rows(network: keras.Model, ids: Array) -> keras.Model:
    """A copy of a network whose token tables have some of their rows: that of token id `ids[i]` becomes the one of id `i`.

    Every other weight is copied bit for bit, as rows in few bits are; the two networks share none.

    Args:
        network: functional `keras.Model`; see `token_tables`.
        ids: token ids; those of each table together, in the order of the tables.

    Raises:
        ValueError: no such table, an id that is not there, or a table of several that would lose all its rows.

    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)
    >>> with_selected_rows(network, [0, 7, 99]).get_layer("token_embedding").num_rows
    3
    """
    ids, tables = np.asarray(ids), token_tables(network)
    last = max(table.last for table in tables)
    if ids.ndim != 1 or not len(ids) or ids.min() < 0 or ids.max() >= last:
        raise ValueError(f"`ids` must be rows below {last}. Received: {shown(ids.tolist())}.")
    if (np.diff(np.searchsorted([table.first for table in tables], ids, side="right")) < 0).any():
        raise ValueError(f"`ids` must have those of each table together, as they lie. Received: {shown(ids.tolist())}.")
    for table in tables:
        if not len(_within(ids, table.first, table.last)):
            raise ValueError(
                f"`ids` must leave each table a row. Received: none from {cut(table.first)} to {cut(table.last - 1)}, which "
                f"'{cut(table.layer.name)}' has."
            )
    return _with_selected_rows(network, ids)


def table_rows(network: keras.Model) -> list[dict[str, np.ndarray]] | None:
    """What each token table has of its rows: name of a weight -> an array with a row for each id; None where it is not all alike.

    Tables that keep rows in several ways (`SplitRows`, rows of single languages) are such.

    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)
    >>> [{name: rows.shape for name, rows in table.items()} for table in table_rows(network)]
    [{'embeddings': (100, 8)}]
    """
    found = [row_weights(table.layer) for table in token_tables(network)]
    if any(weights is None for weights in found):
        return None
    return [{name: weight.numpy() for name, weight in weights.items()} for weights in found if weights]


def with_other_rows(network: keras.Model, tables: Sequence[Mapping[str, np.ndarray]]) -> keras.Model:
    """A copy of a network whose token tables have other rows, as many as are given.

    Every other weight is copied bit for bit; the two networks share none.

    Args:
        network: as in `with_selected_rows`.
        tables: for each of its tables what `table_rows` gives of one.

    Raises:
        ValueError: no such table, or rows of another kind.

    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)
    >>> with_other_rows(network, [{"embeddings": np.zeros((3, 8), "float32")}]).get_layer("token_embedding").num_rows
    3
    """
    own = table_rows(network)
    if own is None or [_kinds_of(rows) for rows in own] != [_kinds_of(rows) for rows in tables]:
        raise ValueError(
            f"`tables` must have rows as those of '{cut(network.name)}' are: {shown(own and list(map(_kinds_of, own)))}. "
            f"Received: {shown(list(map(_kinds_of, tables)))}."
        )
    counts: dict[int, int] = {}  # several tables may have rows for the same ids
    for table, rows in zip(token_tables(network), tables, strict=True):
        count = len(next(iter(rows.values())))
        if counts.setdefault(table.first, count) != count:
            raise ValueError(
                f"Tables of the same ids must have as many rows. Received: {cut(counts[table.first])} and {cut(count)}."
            )
    # as many copies of a row as there are to be rows
    copy = with_selected_rows(network, np.repeat(list(counts), list(counts.values())))
    for table, rows in zip(token_tables(copy), tables, strict=True):
        for name, weight in (row_weights(table.layer) or {}).items():
            weight.assign(rows[name])
    return copy


def _kinds_of(rows):
    return sorted((name, str(array.dtype), array.shape[1:]) for name, array in rows.items())
