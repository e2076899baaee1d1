"""The states of a network, passed in and out: hidden states, and the last tokens of n-grams."""

from collections.abc import Callable
from typing import Any

import keras

from keras_i18n.keras_privates import call_inputs, maker
from keras_i18n.layers.ngram_embedding import NgramEmbedding
from keras_i18n.layers.portable_loop import PortableLoop
from keras_i18n.protocols import Tensor
from keras_i18n.shown import cut


class StatefulGraph:
    """The layers of a network, run from given states to the states after the last token.

    It shares the layers of the network.

    Args:
        network: functional `keras.Model`, each layer of which is met once.

    Raises:
        ValueError: a layer that is met more than once, or a recurrent one without `return_sequences` and `return_state`.
    """

    def __init__(self, network: keras.Model) -> None:
        self.layers = [layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer)]
        self._inputs = {}
        for layer in self.layers:
            if isinstance(layer, PortableLoop) and not (layer.return_sequences and layer.return_state):
                raise ValueError(
                    "Recurrent layers of a language model must have return_sequences=True and return_state=True. "
                    f"Received: '{cut(layer.name)}'. `networks.language_model` builds such networks."
                )
            calls = call_inputs(layer)
            if len(calls) != 1:
                raise ValueError(
                    "States are passed through layers that are met once. "
                    f"Received: '{cut(layer.name)}' in '{cut(network.name)}', which is met {len(calls)} times."
                )
            self._inputs[layer.name] = [maker(tensor) for tensor in calls[0]]
        self._first = next(layer.name for layer in network.layers if isinstance(layer, keras.layers.InputLayer))
        self.stateful = [layer for layer in self.layers if has_states(layer)]
        # sizes of the states, layer by layer
        self.sizes = [size for layer in self.stateful for size in state_sizes(layer)]

    def __call__(
        self, token_ids: Tensor, states: list[Tensor], *, dropout: bool = False, portable: bool = False
    ) -> tuple[Tensor, list[Tensor]]:
        """Logits and the new states.

        Args:
            token_ids: `(batch, tokens)`.
            states: list of `(batch, size)`, one for each of `sizes`.
            dropout: whether dropout layers drop.
            portable: whether loops are those that export; the others are faster here and give the same numbers.
        """

        def run(layer, values, own):
            training = dropout
            if isinstance(layer, PortableLoop) and not portable:
                training = dropout or not (layer.dropout or layer.recurrent_dropout)
            return layer(values, initial_state=own, training=training)

        return self.run(token_ids, states, run, dropout=dropout)

    def run(
        self,
        token_ids: Tensor,
        states: list[Tensor],
        run: Callable[..., Any],
        *,
        dropout: bool = False,
        after: Callable[..., Any] | None = None,
    ) -> tuple[Tensor, list[Tensor]]:
        """As a call, with a way of one's own to run a layer that has states.

        Args:
            run: `(layer, values, states of the layer) -> [values, *new states]`.
            after: called with the outputs of the layers so far, a dict by name, and the states of each, after each
                layer that has states; it may change the outputs.
        """
        outputs, states, new_states, states_of = {self._first: token_ids}, list(states), [], {}
        for layer in self.layers:
            values = [outputs[name] for name in self._inputs[layer.name]]
            values = values[0] if len(values) == 1 else values
            if layer in self.stateful:
                values, *own = run(layer, values, [states.pop(0) for _ in state_sizes(layer)])
                new_states += own
                states_of[layer] = own
            elif isinstance(layer, keras.layers.Dropout):
                values = layer(values, training=dropout)
            else:
                values = layer(values)
            outputs[layer.name] = values
            if after is not None and layer in self.stateful:
                after(layer, outputs, states_of)
        return outputs[self.layers[-1].name], new_states


def has_states(layer: Any) -> bool:
    """Whether a layer has states: a recurrent one, or one of n-grams."""
    return isinstance(layer, (PortableLoop, NgramEmbedding))


def is_recurrent(network: keras.Model) -> bool:
    """Whether the network has hidden states."""
    return any(isinstance(layer, PortableLoop) for layer in network.layers)


def state_sizes(layer: Any) -> list[int]:
    """Sizes of the states of a layer: one, or two for an LSTM."""
    sizes = layer.state_size if isinstance(layer, NgramEmbedding) else layer.cell.state_size
    return list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]
