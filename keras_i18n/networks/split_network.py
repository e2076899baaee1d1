"""A network in two: token ids -> vectors of the tables of its languages, and those vectors -> numbers."""

import keras

from keras_i18n import layers
from keras_i18n.keras_privates import all_layers, is_functional, run_through
from keras_i18n.networks.copying import uncompiled
from keras_i18n.networks.language_rows import token_embedding
from keras_i18n.shown import cut

_TABLES = (layers.MultilingualEmbedding, layers.PooledEmbedding)
_RANGES = (layers.TokenRange, layers.DistinctTokens)  # token ids -> some of them
# what may read token ids beside a table: it asks where padding is
_OF_PADDING = (layers.PaddingMask, layers.TokenCount)
TOKEN_VECTORS, LENGTH = "token_vectors", "length"


def split_at_token_vectors(network: keras.Model) -> tuple[keras.Model, keras.Model]:
    """Two networks that are one when they are chained: the first has the rows of languages, the second knows none.

    Args:
        network: functional `keras.Model` whose token ids, or ranges of them, are read by at most one
            `MultilingualEmbedding` and by any number of `PooledEmbedding`s, also in networks that it holds. It stays as
            it is, and shares nothing with the two.

    Returns:
        (rows, body): `token_ids` int32 `(batch, tokens)` -> a list of what the inputs of `body` take, in their order; and
        these -> what the network gives. Inputs by name: of a `MultilingualEmbedding` `token_vectors` `(batch, tokens,
        dim)` and `length` int32 `(batch,)`, how many of them are tokens; of each `PooledEmbedding` its sum `(batch, dim)`,
        called after the layer, as `ngram_vector` after "ngram_embedding"; of an `OpenedGate` `(batch, 1)`, how far it opens.

    Raises:
        ValueError: no such layer, or another layer that reads token ids.

    >>> import numpy as np
    >>> import keras_i18n as ki
    >>> pieces = ki.networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> network = ki.networks.ngram_sentence_encoder(vocabulary_size=100, encoder=pieces, dim=4, hidden_dim=6)
    >>> rows, body = split_at_token_vectors(network)
    >>> [one.name for one in body.inputs]
    ['token_vectors', 'length', 'ngram_vector']
    >>> ids = np.array([[7, 9, 107, 109, -1]], "int32")
    >>> np.allclose(body(rows(ids)), network(ids), atol=1e-6)
    True
    """
    return _Splitting(uncompiled(network)).run()


class _Splitting:
    """One run through a network: each call of a layer goes to the part that it belongs to."""

    def __init__(self, network):
        self.network = network
        self.copies = {}  # id of a layer -> (layer, its copy)
        self.given = {}  # name of an input of the body -> (what the rows give, the input)
        self.padding_of = set()  # ids of the tensors of token ids whose padding was asked for
        self.read = None  # the id of the tensor that the `MultilingualEmbedding` reads
        self.token_ids = keras.Input((None,), dtype="int32", name="token_ids")
        self.ids = {id(self.token_ids): self.token_ids}
        self.vectors = self.length = self.counted = None

    def run(self):
        tables = [layer for layer in all_layers(self.network) if isinstance(layer, _TABLES)]
        if len(self.network.inputs) != 1 or not tables:
            token_embedding(self.network)  # refuses a network without one
            self._refuse(self.network.name)
        if any(isinstance(table, layers.MultilingualEmbedding) for table in tables):
            embedding = token_embedding(self.network)
            self.vectors = keras.Input((None, embedding.dim), dtype=embedding.compute_dtype, name=TOKEN_VECTORS)
            self.length = keras.Input((), dtype="int32", name=LENGTH)
            counted = layers.CountedTokens(padding_id=embedding.padding_id)
            self.counted = counted([self.vectors, self.length])
        outputs = self._through(self.network, [self.token_ids], "")
        if self.padding_of - {self.read}:
            self._refuse("a mask of other tokens")
        if any(id(one) in self.ids for one in keras.tree.flatten(outputs)):
            self._refuse("the output")
        order = sorted(self.given, key=lambda name: (name != TOKEN_VECTORS, name != LENGTH))
        name = self.network.name
        rows = keras.Model(self.token_ids, [self.given[one][0] for one in order], name=f"{name}_rows")
        body = keras.Model([self.given[one][1] for one in order], outputs, name=f"{name}_body")
        for layer, copy in self.copies.values():
            if layer.weights:
                copy.set_weights(layer.get_weights())
        return rows, body

    def _through(self, network, inputs, within):
        def call(layer, *args, **kwargs):
            read = [one for one in keras.tree.flatten([args, kwargs]) if id(one) in self.ids]
            if not read:
                if isinstance(layer, _TABLES):
                    self._refuse(layer.name)
                return self._copy(layer, within)(*args, **kwargs)
            if is_functional(layer):
                return self._through(layer, keras.tree.flatten(args), f"{within}{layer.name}_")
            if isinstance(layer, layers.OpenedGate):
                return self._opened(layer, *args[0])
            if len(args) != 1 or args[0] is not read[0] or any(value is not None for value in kwargs.values()):
                self._refuse(layer.name)
            return self._read(layer, read[0], within)

        return run_through(network, inputs, lambda layer: layer, call)

    def _read(self, layer, ids, within):
        """What a layer makes of token ids and of nothing else."""
        if isinstance(layer, _RANGES):
            found = self._copy(layer, within)(ids)
            self.ids[id(found)] = found
            return found
        if isinstance(layer, _OF_PADDING) and self.counted is not None:
            self.padding_of.add(id(ids))
            return self._copy(layer, within)(self.counted)
        if isinstance(layer, layers.PooledEmbedding):
            vector = self._copy(layer, within)(ids)
            name = _called(layer)
            return self._taken(name, vector, keras.Input(vector.shape[1:], dtype=vector.dtype, name=name))
        if not isinstance(layer, layers.MultilingualEmbedding) or self.read is not None:
            self._refuse(layer.name)
        self.read = id(ids)
        count = layers.TokenCount(padding_id=layer.padding_id)(ids)
        self._taken(LENGTH, count, self.length)
        return self._taken(TOKEN_VECTORS, self._copy(layer, within)(ids), self.vectors)

    def _opened(self, layer, gate, ids):
        """How far a shut gate opens is told by the ids alone, and another gate opens by that share of what is left."""
        if id(ids) not in self.ids or id(gate) in self.ids:
            self._refuse(layer.name)
        shut = 0.0 * keras.ops.sum(keras.ops.cast(ids, gate.dtype), axis=1, keepdims=True)
        opened = self._copy(layer, "")([shut, ids])
        opened = self._taken(layer.name, opened, keras.Input((1,), dtype=gate.dtype, name=layer.name))
        return gate + opened * (1 - gate)

    def _taken(self, name, tensor, given):
        if name in self.given:
            self._refuse(name)
        self.given[name] = (tensor, given)
        return given

    def _copy(self, layer, within):
        if id(layer) not in self.copies:
            # a network and one that it holds may have layers of the same name
            copy = type(layer).from_config({**layer.get_config(), "name": f"{within}{layer.name}"})
            self.copies[id(layer)] = (layer, copy)
        return self.copies[id(layer)][1]

    def _refuse(self, name):
        raise ValueError(
            "Token ids, or ranges of them, must be read by one `MultilingualEmbedding`, once, by `PooledEmbedding`s, and by "
            f"layers that look for padding in what the first reads. Received: '{cut(self.network.name)}', where "
            f"'{cut(name)}' reads them otherwise."
        )


def _called(layer):
    """Of the sum that a table gives: what its layer is called, but a vector."""
    return f"{layer.name.removesuffix('_embedding').removesuffix('_table')}_vector"
