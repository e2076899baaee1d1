"""Looks through an ONNX file before ONNX Runtime does: the digest, data kept elsewhere, loops that need not end."""

import hashlib
from typing import Any

import numpy as np

_PROPERTIES = 14  # number of the field `metadata_props` of a ModelProto
_FIXED = {1: 8, 5: 4}  # wire type -> bytes
_MOST_ROUNDS = 1 << 24  # of a loop whose limit is written into the file


def content_sha256(data: bytes) -> str:
    """Hex SHA-256 of all fields of a ModelProto but its metadata, as they lie in the file.

    Raises:
        ValueError: this is no protobuf.

    Example:

    >>> from keras_i18n.export.onnx_contents import content_sha256
    >>> content_sha256(b"") == content_sha256(bytes([14 << 3 | 2, 1, 0]))
    True
    """
    digest, view, place = hashlib.sha256(), memoryview(data), 0
    while place < len(data):
        begin = place
        tag, place = _varint(data, place)
        kind = tag & 7
        if kind == 0:
            _, place = _varint(data, place)
        elif kind == 2:
            size, place = _varint(data, place)
            place += size
        elif kind in _FIXED:
            place += _FIXED[kind]
        else:
            raise ValueError(f"a field of an unknown kind at byte {begin:,}")
        if place > len(data):
            raise ValueError(f"it is cut short at byte {len(data):,}")
        if tag >> 3 != _PROPERTIES:
            digest.update(view[begin:place])
    return digest.hexdigest()


def _varint(data, place):
    value = shift = 0
    while place < len(data) and shift < 64:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
    raise ValueError(f"it is cut short or no protobuf at byte {place:,}")


def check(model: Any) -> None:
    """Refuses a model that keeps data in other files, or has a loop that need not end.

    Args:
        model: an `onnx.ModelProto`, parsed and not yet given to a runtime.

    Raises:
        ValueError: as said.
    """
    if model.functions or model.training_info:
        raise ValueError("it has functions or a training of its own")
    graphs, constants = [model.graph], {}
    for graph in graphs:  # grows
        tensors = list(graph.initializer)
        for sparse in graph.sparse_initializer:
            tensors += [sparse.values, sparse.indices]
        for node in graph.node:
            for attribute in node.attribute:
                tensors += [attribute.t, *attribute.tensors]
                if attribute.sparse_tensors or attribute.HasField("sparse_tensor"):
                    raise ValueError("it has sparse constants")
                graphs += [attribute.g] if attribute.HasField("g") else []
                graphs += attribute.graphs
                if node.op_type == "Constant" and attribute.name == "value":
                    constants[node.output[0]] = attribute.t
        for tensor in tensors:
            if tensor.external_data or tensor.data_location:
                raise ValueError(f"it keeps data in another file ('{tensor.name[:80]}')")
        constants.update({tensor.name: tensor for tensor in graph.initializer})
    for graph in graphs:
        for node in graph.node:
            if node.op_type == "Loop" and not _ends(node, _Small(constants)):
                raise ValueError(f"it has a loop that need not end ('{node.name[-80:]}')")


class _Small:
    """Constants of few numbers by name; large ones are none."""

    def __init__(self, tensors):
        self.tensors = tensors

    def get(self, name):
        from onnx import numpy_helper

        tensor = self.tensors.get(name)
        if tensor is None or np.prod(tensor.dims, dtype="float64") > 16:
            return None
        return numpy_helper.to_array(tensor)


def _ends(node, constants):
    """A loop of ours goes on while `counter < limit`; the counter grows by 1 or doubles, the limit stays."""
    rounds = constants.get(node.input[0]) if node.input[0] else None
    if rounds is not None:
        return bool(np.all(rounds <= _MOST_ROUNDS))
    if node.input[0]:
        return True  # a count that is computed, as the length of a text is
    body = next(attribute.g for attribute in node.attribute if attribute.name == "body")
    made = {output: inner for inner in body.node for output in inner.output}
    inputs, outputs = [one.name for one in body.input], [one.name for one in body.output]
    if len(outputs) < len(inputs) - 1:
        return False

    def origin(name):
        for _ in range(64):
            inner = made.get(name)
            if inner is None or inner.op_type not in ("Cast", "Identity"):
                return name
            name = inner.input[0]
        return name

    def after(place):
        return origin(outputs[place - 1])  # a state has the condition before it, and as an input the round too

    def grows(place):
        step = made.get(after(place))
        if step is None or step.op_type not in ("Add", "Mul"):
            return False
        one, other = (origin(name) for name in step.input)
        by = constants.get(other if one == inputs[place] else one)
        if inputs[place] not in (one, other) or by is None or by.dtype.kind != "i":
            return False
        start = constants.get(node.input[place])
        if step.op_type == "Add":
            return bool(np.all(by == 1))
        return bool(np.all(by == 2)) and start is not None and bool(np.all(start >= 1))

    waiting = [outputs[0]]
    for _ in range(64):
        if not waiting:
            return False
        test = made.get(origin(waiting.pop()))
        if test is not None and test.op_type == "And":
            waiting += test.input
        elif test is not None and test.op_type == "Less":
            counter, limit = (origin(name) for name in test.input)
            counts = any(counter in (inputs[place], after(place)) and grows(place) for place in range(2, len(inputs)))
            if limit in inputs[2:]:
                place = inputs.index(limit)
                value, stays = constants.get(node.input[place]), after(place) == limit
            else:
                # of the graph around the loop, or a constant: nothing in the loop changes it
                value, stays = constants.get(limit), limit not in made or constants.get(limit) is not None
            if counts and stays and (value is None or bool(np.all(value <= _MOST_ROUNDS))):
                return True
    return False
