"""Stores the large weights of an ONNX graph in fewer bits; all computing stays in float32."""

from typing import Any

import numpy as np

from keras_i18n.export.precisions import FEW_BITS
from keras_i18n.networks.weight_steps import (
    SMALLEST_MATRIX,
    SMALLEST_TABLE,
    fits_in_half,
    in_steps,
    matrix_axis,
    table_axis,
)

# Token ids must not depend on the precision: what these layers hold is never rounded.
_EXACT = "tokenization"
# operator -> the axis of its weights (its second input) that runs over its outputs
_OUTPUT_AXIS = {"MatMul": -1, "Conv": 0}
PRECISIONS = ("float16", *FEW_BITS)


def store(model: Any, precision: str) -> None:
    """Changes `model` (an `onnx.ModelProto`) in place; "float32" leaves it alone.

    Tables that are only gathered from are widened row by row after the gather, not as a whole.

    Args:
        precision: "float32", "float16", or one in few bits: float tables get a step a row (a column, where rows are short),
            large matrices and kernels a step an output, but those that half precision holds exactly; the rest is float16.
    """
    if precision not in PRECISIONS:
        return
    from onnx import numpy_helper

    graph = model.graph
    kept, new_nodes = [], []
    for initializer in list(graph.initializer):
        if initializer.data_type != 1 or np.prod(initializer.dims) < SMALLEST_TABLE or _EXACT in initializer.name:
            kept.append(initializer)
            continue
        name, values = initializer.name, numpy_helper.to_array(initializer)
        gathers = _gathers_of(graph, name)
        axis = table_axis(values) if gathers else _output_axis(graph, name, values)
        is_matrix = axis is not None and values.size >= SMALLEST_MATRIX and not fits_in_half(values)
        if precision in FEW_BITS and (gathers or is_matrix):
            stored, scales = in_steps(values, axis)
            if not gathers:
                scales = np.expand_dims(scales, [place for place in range(values.ndim) if place != axis % values.ndim])
            kept.append(numpy_helper.from_array(scales, f"{name}/scale"))
            scale = f"{name}/scale"
        else:
            with np.errstate(over="ignore"):
                stored, scale = values.astype("float16"), None
            if (
                np.isfinite(values).all() and not np.isfinite(stored).all()
            ):  # such as what a search adds to what it never writes
                kept.append(initializer)
                continue
        kept.append(numpy_helper.from_array(stored, f"{name}/stored"))
        if gathers:
            _widen_after(graph, gathers, f"{name}/stored", scale, by_row=axis == 0)
        else:
            new_nodes += _widened(f"{name}/stored", name, scale)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    _prepend(graph, new_nodes)


def _widened(source, target, scale):
    """Not by DequantizeLinear: ONNX Runtime works it out at every run, and a cast and a product once, as it opens a file.

    Five of the nine milliseconds of an encoder's sentence went there.
    """
    from onnx import helper

    if scale is None:
        return [helper.make_node("Cast", [source], [target], to=1)]
    wide = f"{target}/wide"
    return [helper.make_node("Cast", [source], [wide], to=1), helper.make_node("Mul", [wide, scale], [target])]


def _gathers_of(graph, name):
    """The Gather nodes that read rows of a tensor; empty if anything else reads it too."""
    users = [node for node in graph.node if name in node.input]
    rows_only = all(
        node.op_type == "Gather" and node.input[0] == name and all(axis.i == 0 for axis in node.attribute)
        for node in users
    )
    return users if rows_only and not any(_mentions(node, name) for node in graph.node) else []


def _output_axis(graph, name, values):
    """That of rows where rows are looked up too, in the bodies of loops as well; of another matrix that which comes nearer,
    by which it was rounded before; of a kernel of more axes that of its outputs.
    """
    users = list(_users(graph, name))
    if any(node.op_type == "Gather" for node in users):
        return table_axis(values)
    if values.ndim == 2:
        return matrix_axis(values)
    axes = {_OUTPUT_AXIS.get(node.op_type) if list(node.input)[1:2] == [name] else None for node in users}
    return axes.pop() if len(axes) == 1 and None not in axes else matrix_axis(values) if values.ndim > 1 else None


def _users(graph, name):
    """The nodes that read a value, in bodies and branches too."""
    for node in graph.node:
        if name in node.input:
            yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _users(attribute.g, name)


def _widen_after(graph, gathers, stored, scale, by_row):
    from onnx import helper

    for node in gathers:
        place = next(place for place, other in enumerate(graph.node) if other is node or other == node)
        output, rows = node.output[0], list(node.input)[1]
        taken = f"{output}/stored"
        node.input[0], node.output[0] = stored, taken
        steps = []
        if scale is not None and by_row:
            steps = [
                helper.make_node("Gather", [scale, rows], [f"{output}/scale"], axis=0),
                helper.make_node("Unsqueeze", [f"{output}/scale", _last_axis(graph)], [f"{output}/column"]),
            ]
        steps += _widened(taken, output, f"{output}/column" if steps else scale)
        for step in reversed(steps):
            graph.node.insert(place + 1, step)


def _last_axis(graph):
    """The name of a constant -1, made once."""
    from onnx import helper

    name = "last_axis/widened"
    if not any(name in node.output for node in graph.node):
        graph.node.insert(0, helper.make_node("Constant", [], [name], value_ints=[-1]))
    return name


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
