"""Stores the large weights of an ONNX graph in fewer bits; all computing stays in float32."""

import numpy as np

_SMALLEST = 1024  # elements; smaller tensors stay as they are
# Token ids must not depend on the precision: what these layers hold is never rounded.
_EXACT = "tokenization"


def _as_float16(helper, numpy_helper, name, values):
    stored = numpy_helper.from_array(values.astype("float16"), f"{name}/float16")
    return [stored], lambda source, target: helper.make_node("Cast", [source], [target], to=1)


def _as_int8(helper, numpy_helper, name, values):
    # symmetric, one scale a column, so that the rows of an embedding table can be taken before they are scaled
    scales = np.maximum(np.abs(values).max(axis=tuple(range(values.ndim - 1))), 1e-12).astype("float32") / 127.0
    stored = numpy_helper.from_array(np.round(values / scales).astype("int8"), f"{name}/int8")
    scale = numpy_helper.from_array(scales, f"{name}/scale")

    def node(source, target):
        return helper.make_node("DequantizeLinear", [source, scale.name], [target], axis=-1)

    return [stored, scale], node


STORED_AS = {"float16": _as_float16, "int8": _as_int8}


def store(model, precision):
    """Changes `model` (an `onnx.ModelProto`) in place; "float32" leaves it alone.

    Args:
        precision: "float32", or a key of `STORED_AS`.
    """
    if precision not in STORED_AS:
        return
    from onnx import helper, numpy_helper

    graph = model.graph
    kept, new_nodes = [], []
    for initializer in list(graph.initializer):
        if initializer.data_type != 1 or np.prod(initializer.dims) < _SMALLEST or _EXACT in initializer.name:
            kept.append(initializer)
            continue
        stored, widen = STORED_AS[precision](helper, numpy_helper, initializer.name, numpy_helper.to_array(initializer))
        kept += stored
        if not _widen_after_gather(graph, initializer.name, stored[0].name, widen):
            new_nodes.append(widen(stored[0].name, initializer.name))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    _prepend(graph, new_nodes)


def _widen_after_gather(graph, name, stored_name, widen):
    """Where a table is only ever gathered from, rows are widened after they were taken, not the whole table."""
    users = [(place, node) for place, node in enumerate(graph.node) if name in node.input]
    in_subgraphs = any(_mentions(node, name) for node in graph.node)
    if in_subgraphs or not users or any(node.op_type != "Gather" or node.input[0] != name for _, node in users):
        return False
    for place, node in reversed(users):
        output = node.output[0]
        node.input[0], node.output[0] = stored_name, f"{output}/stored"
        graph.node.insert(place + 1, widen(node.output[0], output))
    return True


def _mentions(node, name):
    for attribute in node.attribute:
        if attribute.HasField("g"):
            for inner in attribute.g.node:
                if name in inner.input or _mentions(inner, name):
                    return True
    return False


def _prepend(graph, nodes):
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *rest])
