"""A network with other rows: the table of tokens, and the scores of tokens where it has them."""

import dataclasses
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import layers, networks
from keras_i18n.shown import cut


@dataclasses.dataclass(frozen=True, eq=False)
class TokenWeights:
    """The weights of a network that belong to single tokens, beside each other: a row a token.

    Attributes:
        rows: float32 `(tokens, numbers)`: the token's vector and, where the network scores tokens with weights of
            their own, its column of the output's kernel and its bias.
        embedding: the layer with the vectors.
        output: the layer with the scores, or None. A tied output is the embedding itself.
    """

    rows: np.ndarray
    embedding: Any
    output: Any

    @classmethod
    def of(cls, network: Any, *, num_tokens: int, scores_tokens: bool) -> Self:
        """Reads them.

        Raises:
            ValueError: no table with a row a token, several, or one inside of another network.
        """
        tables = [layer for layer in network.layers if isinstance(layer, layers.MultilingualEmbedding)]
        if len(tables) != 1:
            raise ValueError(
                "The network must have one `layers.MultilingualEmbedding`, with a row for each token: that is what is "
                f"converted. Received: '{cut(network.name)}' with {len(tables)}. Hashed tables have no rows of their own."
            )
        table = tables[0]
        networks.refuse_few_bits(network, "Converting to another vocabulary")
        parts = [np.concatenate([weights.numpy() for weights in (table.embeddings, *table._own_rows)])[:num_tokens]]
        output = None
        if scores_tokens:
            dense = [
                layer
                for layer in network.layers
                if isinstance(layer, keras.layers.Dense)
                and layer.units == num_tokens
                and layer.output in network.outputs
            ]
            output = dense[0] if dense else None
        if output is not None:
            parts += [weights.numpy().T.reshape(num_tokens, -1) for weights in output.weights]
        return cls(np.concatenate(parts, axis=1).astype(np.float32), table, output)

    def network_with(self, network: Any, rows: np.ndarray) -> keras.Model:
        """A copy of the network with these rows in place of its own; every other weight is copied bit for bit."""

        def resized(layer):
            if layer.name not in self.layer_names:
                return None
            sizes = {"units": len(rows)}
            if layer is self.embedding:
                sizes = {"vocabulary_size": len(rows), "language_rows": {}}
            return type(layer).from_config({**layer.get_config(), **sizes})

        copy = networks.copy_network(network, replace=resized)
        dim = self.embedding.dim
        vectors = [rows[:, :dim]] + [
            weights.numpy() for weights in self.embedding.weights if "vectors" in weights.path.split("/")[-1]
        ]
        copy.get_layer(self.embedding.name).set_weights(vectors)
        if self.output is not None:
            found = [rows[:, dim : dim + self.output.input.shape[-1]].T, rows[:, -1]]
            copy.get_layer(self.output.name).set_weights(found[: len(self.output.weights)])
        return copy

    @property
    def layer_names(self) -> set[str]:
        """Names of the layers that hold them."""
        return {layer.name for layer in (self.embedding, self.output) if layer is not None}
