"""The layers of KerasHub's models as those of this package, which leave for every runtime and open without KerasHub."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from keras_i18n import keras_privates, layers
from keras_i18n.layers.activations import tanh_gelu
from keras_i18n.shown import cut

# KerasHub's names of what a block is called with
_RENAMED = {"padding_mask": "mask", "decoder_padding_mask": "mask", "rel_embeddings": "positions"}


def is_of(value: Any, name: str) -> bool:
    """Whether an object is of a class of KerasHub with this name, or of one derived from it."""
    return any(kind.__name__ == name and kind.__module__.split(".")[0] == "keras_hub" for kind in type(value).__mro__)


def is_whole_model(layer: Any) -> bool:
    """Whether a layer is a model of KerasHub, such as a backbone, whose own layers are known."""
    return is_of(layer, "Backbone") and keras_privates.is_functional(layer)


def renamed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call as the layers of this package name them.

    >>> renamed({"padding_mask": 1, "training": None})
    {'mask': 1, 'training': None}
    """
    return {_RENAMED.get(name, name): value for name, value in arguments.items()}


def substitute(layer: Any) -> keras.layers.Layer | None:
    """A layer of this package that gives what a layer of KerasHub gives, with copies of its weights.

    Returns:
        None for a layer that is neither KerasHub's nor a table that its models are made of.

    Raises:
        ValueError: a layer of KerasHub that has no counterpart.
    """
    if _is_plain_table(layer):  # of BERT, ALBERT and DeBERTa-v3 it is Keras' own
        return _token_embedding(layer)
    if type(layer).__module__.split(".")[0] != "keras_hub" or is_whole_model(layer):
        return None
    for name, make in _SUBSTITUTES.items():
        if type(layer).__name__ == name:
            return make(layer)
    raise ValueError(
        f"A network of KerasHub must be made of {', '.join(_SUBSTITUTES)} and layers of Keras. Received: "
        f"'{cut(layer.name)}' ({type(layer).__name__}). Export it with KerasHub's own means, or make it of these."
    )


def _is_plain_table(layer):
    """Whether a layer is Keras' `ReversibleEmbedding` and does no more than `MultilingualEmbedding` does."""
    return (
        type(layer) is keras.layers.ReversibleEmbedding
        and layer.tie_weights
        and layer.logit_soft_cap is None
        and not layer.mask_zero
        and layer.quantization_mode is None
    )


def _activation(layer):
    """GELU in its two forms has a name of its own in each library."""
    return tanh_gelu if layer.activation.__name__ == "gelu_approximate" else layer.activation


def _numbers(weight):
    return keras.ops.convert_to_numpy(weight)


def _weights(parts, name):
    """Kernel as a matrix `(size, new size)` and bias of a part, whatever heads it is cut into."""
    part = parts[name]
    kernel, bias = _numbers(part.kernel), _numbers(part.bias)
    if name == "attention_output":
        return [kernel.reshape(-1, kernel.shape[-1]), bias.reshape(-1)]
    return [kernel.reshape(kernel.shape[0], -1), bias.reshape(-1)]


def _fill(block, parts, names):
    """Gives the projections and normalisations of a block the weights of KerasHub's parts."""
    for name, theirs in names.items():
        found = [_weights(parts, one) for one in theirs]
        block._projections[name].set_weights([np.concatenate(values, axis=-1) for values in zip(*found, strict=True)])
    for ours, theirs in (
        (block.attention_normalization, "self_attention_layer_norm"),
        (block.output_normalization, "feedforward_layer_norm"),
    ):
        ours.set_weights(parts[theirs].get_weights())


_FEED_FORWARD = {"hidden": ("feedforward_intermediate_dense",), "output": ("feedforward_output_dense",)}
_ATTENTION = {"queries_keys_values": ("query", "key", "value"), "attended": ("attention_output",)}
_ATTENTION_APART = {"queries": ("query",), "keys": ("key",), "values": ("value",), "attended": ("attention_output",)}


def _parts(layer):
    return {part.name: part for part in keras_privates.all_layers(layer)}


def _transformer_block(layer, causal=False):
    parts = _parts(layer)
    if "cross_attention" in parts:
        raise ValueError(
            f"A decoder must read one text. Received: '{cut(layer.name)}', which reads another one beside."
        )
    block = layers.TransformerBlock(
        layer.num_heads,
        layer.intermediate_dim,
        causal=causal,
        activation=_activation(layer),
        normalize_first=layer.normalize_first,
        dropout=layer.dropout,
        epsilon=layer.layer_norm_epsilon,
        name=layer.name,
    )
    block.build((None, None, parts["feedforward_intermediate_dense"].kernel.shape[0]))
    _fill(block, parts, _ATTENTION | _FEED_FORWARD)
    return block


def _disentangled_block(layer):
    parts = _parts(layer)
    block = layers.DisentangledBlock(
        layer.num_heads,
        layer.intermediate_dim,
        num_buckets=layer.bucket_size,
        max_tokens=layer.max_position_embeddings,
        activation=_activation(layer),
        dropout=layer.dropout,
        epsilon=layer.layer_norm_epsilon,
        name=layer.name,
    )
    block.build((None, None, parts["feedforward_intermediate_dense"].kernel.shape[0]))
    _fill(block, parts, _ATTENTION_APART | _FEED_FORWARD)
    return block


def _relative_positions(layer):
    made = layers.RelativePositions(layer.bucket_size, epsilon=layer.layer_norm_epsilon, name=layer.name)
    made.build((None, None, layer.hidden_dim))
    made.positions.assign(layer.rel_embeddings)
    made.normalization.set_weights(layer.layer_norm.get_weights())
    return made


def _token_embedding(layer):
    table = _numbers(layer.embeddings)
    if not layer.tie_weights or layer.logit_soft_cap is not None:
        raise ValueError(
            "The scores of tokens must be made with the rows of their table, as they are. Received: "
            f"'{cut(layer.name)}' with tie_weights={cut(layer.tie_weights)}, logit_soft_cap={cut(layer.logit_soft_cap)}."
        )
    made = layers.MultilingualEmbedding(*table.shape, name=layer.name)
    made.build()
    made.embeddings.assign(table)
    return made


def _positions(layer, **options):
    table = _numbers(layer.position_embeddings)
    made = layers.PositionEmbedding(len(table), **options)
    made.build((None, None, table.shape[1]))
    made.positions.assign(table)
    return made


def _token_and_position_embedding(layer):
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    vectors = _token_embedding(layer.token_embedding)(token_ids)
    positions = _positions(layer.position_embedding, name="position_embedding")
    return keras.Model(token_ids, positions(vectors), name=layer.name)


_SUBSTITUTES: dict[str, Callable[[Any], keras.layers.Layer]] = {
    "DisentangledAttentionEncoder": _disentangled_block,
    "PositionEmbedding": lambda layer: _positions(layer, added=False, name=layer.name),
    "RelativeEmbedding": _relative_positions,
    "ReversibleEmbedding": _token_embedding,
    "TokenAndPositionEmbedding": _token_and_position_embedding,
    "TransformerDecoder": lambda layer: _transformer_block(layer, causal=True),
    "TransformerEncoder": _transformer_block,
}
