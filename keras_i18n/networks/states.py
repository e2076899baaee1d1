"""The hidden states of a network, passed in and out."""

import keras

from keras_i18n.layers.portable_loop import PortableLoop


class StatefulChain:
    """A chain of layers with recurrent ones among them, run from given states to the states after the last token.

    It shares the layers of the network.

    Args:
        network: functional `keras.Model`, each layer of which reads the one before it.

    Raises:
        ValueError: layers that are no chain, or recurrent ones without `return_sequences` and `return_state`.
    """

    def __init__(self, network):
        self.layers = [layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer)]
        for layer in self.layers:
            if isinstance(layer, PortableLoop) and not (layer.return_sequences and layer.return_state):
                raise ValueError(
                    "Recurrent layers of a language model must have return_sequences=True and return_state=True. "
                    f"Received: '{layer.name}'. `networks.language_model` builds such networks."
                )
            if len(layer._inbound_nodes) != 1 or len(layer._inbound_nodes[0].input_tensors) != 1:
                raise ValueError(
                    "States are passed along a chain of layers, each reading the one before it. "
                    f"Received: '{layer.name}' in '{network.name}', which is met more than once or reads several."
                )
        self.recurrent = [layer for layer in self.layers if isinstance(layer, PortableLoop)]
        # sizes of the states, layer by layer
        self.sizes = [size for layer in self.recurrent for size in state_sizes(layer)]

    def __call__(self, token_ids, states, *, dropout=False, portable=False):
        """Logits and the new states.

        Args:
            token_ids: `(batch, tokens)`.
            states: list of `(batch, size)`, one for each of `sizes`.
            dropout: whether dropout layers drop.
            portable: whether loops are those that export; the others are faster here and give the same numbers.
        """
        values, new_states, states = token_ids, [], list(states)
        for layer in self.layers:
            if layer in self.recurrent:
                own = [states.pop(0) for _ in state_sizes(layer)]
                fast = not portable and not (layer.dropout or layer.recurrent_dropout)
                values, *own = layer(values, initial_state=own, training=dropout or fast)
                new_states += own
            elif isinstance(layer, keras.layers.Dropout):
                values = layer(values, training=dropout)
            else:
                values = layer(values)
        return values, new_states


def is_recurrent(network):
    """Whether the network has hidden states."""
    return any(isinstance(layer, PortableLoop) for layer in network.layers)


def state_sizes(layer):
    """Sizes of the states of a recurrent layer: one, or two for an LSTM."""
    sizes = layer.cell.state_size
    return list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]
