"""A network of several inputs as one that reads token ids: the others are made of these, by their names."""

from collections.abc import Sequence

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.networks import keras_hub_layers
from keras_i18n.networks.portable import portable
from keras_i18n.protocols import Tensor
from keras_i18n.shown import cut, shown

# what an input is called -> what of `layers.FilledInput` it is
NAMES = {
    "token_ids": "token_ids",
    "input_ids": "token_ids",
    "input_word_ids": "token_ids",
    "ids": "token_ids",
    "tokens": "token_ids",
    "padding_mask": "padding_mask",
    "attention_mask": "padding_mask",
    "input_mask": "padding_mask",
    "mask": "padding_mask",
    "segment_ids": "segment_ids",
    "token_type_ids": "segment_ids",
    "input_type_ids": "segment_ids",
}


def with_filled_inputs(
    network: keras.Model, *, padding_id: int = 0, as_padding: Sequence[int] = (), output: int | str | None = None
) -> keras.Model:
    """A copy of a network that takes token ids padded with -1; its other inputs are filled inside of the graph.

    The mask tells where there is a token, segment ids are 0. A network with one input takes it for token ids, whatever
    its name is. Inputs of a fixed length get so many tokens.

    Args:
        network: functional `keras.Model` whose inputs have names of `NAMES`.
        padding_id: what the network knows as padding.
        as_padding: ids that its mask counts as padding although a text has them.
        output: which of several outputs: its place or its name; None for the only one.

    Returns:
        Functional `keras.Model`, `token_ids` int32 `(batch, tokens)` -> the output. No weights are shared.

    Raises:
        ValueError: an input that nobody fills, by its name; several outputs; a layer that cannot be taken over.

    Example:

    >>> import keras
    >>> from keras_i18n import networks
    >>> ids, mask = (keras.Input((None,), name=name, dtype="int32") for name in ("input_ids", "attention_mask"))
    >>> vectors = keras.layers.Embedding(50, 8)(ids)
    >>> vector = keras.layers.GlobalAveragePooling1D()(vectors, mask=mask)
    >>> networks.with_filled_inputs(keras.Model([ids, mask], vector)).input_shape
    (None, None)
    """
    refuse_forked()
    kinds = _kinds(network)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    # tables of this package know -1 as padding, and then read the network's own ids
    as_they_are = any(keras_hub_layers.is_whole_model(layer) for layer in (network, *network.layers))
    filled = {"token_ids": token_ids} if as_they_are else {}
    given = []
    for tensor, kind in zip(network.inputs, kinds, strict=True):
        if kind not in filled:
            filled[kind] = layers.FilledInput(
                kind,
                padding_id=padding_id,
                as_padding=as_padding if kind == "padding_mask" else (),
                length=tensor.shape[1],
                output_dtype=tensor.dtype,
                name=f"filled_{kind}",
            )(token_ids)
        given.append(filled[kind])
    copy = portable(_with_one_output(network, output), inputs=given)
    return keras.Model(copy.inputs[0], copy.outputs[0], name=network.name)


def _kinds(network: keras.Model) -> list[str]:
    if len(network.inputs) == 1:
        return ["token_ids"]
    found = [NAMES.get(_plain_name(tensor)) for tensor in network.inputs]
    unknown = [tensor.name for tensor, kind in zip(network.inputs, found, strict=True) if kind is None]
    kinds = [kind for kind in found if kind is not None]
    if unknown or len(set(kinds)) < len(kinds) or "token_ids" not in kinds:
        raise ValueError(
            f"Inputs that are filled must be one each of {', '.join(NAMES)}, with token ids among them. Received: "
            f"'{cut(network.name)}' with {cut([tensor.name for tensor in network.inputs])}"
            + (f", and nobody fills {shown(unknown)}" if unknown else "")
            + ". Make those constants of the network: keras.Model(inputs, outputs) without them."
        )
    return kinds


def _plain_name(tensor: Tensor) -> str:
    return tensor.name.split("/")[-1].split(":")[0]


def _with_one_output(network: keras.Model, output: int | str | None) -> keras.Model:
    if output is None and len(network.outputs) == 1:
        return network
    named = network.output if isinstance(network.output, dict) else {}
    if isinstance(output, str) and output in named:
        chosen = named[output]
    elif isinstance(output, int) and -len(network.outputs) <= output < len(network.outputs):
        chosen = network.outputs[output]
    else:
        known = ", ".join(map(repr, named)) or f"0 .. {len(network.outputs) - 1}"
        raise ValueError(
            f"`output` must be one of the outputs of '{cut(network.name)}': {known}. Received: {shown(output)}."
        )
    return keras.Model(network.inputs, chosen, name=network.name)
