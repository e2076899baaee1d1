"""Takes out of the loops of an ONNX graph what is the same at each step: values handed on, and what is made of them.

ONNX Runtime lays out matrices for their products as it opens a file, and works out what is made of constants alone; a weight
that a loop carries is no constant to it, and a tied table of vectors was turned around at each step.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from keras_i18n.export.onnx_normalization import leave_out_unread

# none of these fails on values that exist before the loop, or only where its first step would fail too
_MOVABLE = {"Add", "Cast", "Mul", "Neg", "Not", "Reshape", "Squeeze", "Sub", "Transpose", "Unsqueeze"}


def leave_out_handed_on(model: Any) -> None:
    """Changes an `onnx.ModelProto` in place: what its loops carry and never change, their bodies read from outside."""
    for graph in _graphs(model.graph):
        for node in graph.node:
            if node.op_type == "Loop":
                _leave_out(node, graph)


def move_out_of_loops(model: Any) -> None:
    """Changes an `onnx.ModelProto` in place: a node that reads nothing of its loop moves before it."""
    numbers = itertools.count(1)
    for graph in reversed(list(_graphs(model.graph))):  # what leaves an inner loop may leave the outer one too
        nodes = []
        for node in graph.node:
            if node.op_type == "Loop":
                nodes += _moved(_body(node), graph, numbers)
            nodes.append(node)
        if len(nodes) > len(graph.node):
            nodes = [_copy(node) for node in nodes]
            del graph.node[:]
            graph.node.extend(nodes)


def _graphs(graph: Any) -> Iterator[Any]:
    """A graph and all within, the outer before the inner."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _graphs(attribute.g)


def _body(loop):
    return next(attribute.g for attribute in loop.attribute if attribute.name == "body")


def _leave_out(loop, around):
    body, told = _body(loop), {value.name for value in around.output}
    identities = {node.output[0]: node.input[0] for node in body.node if node.op_type == "Identity"}
    own, inner, outer, places = _own_names(body), {}, {}, []
    for place, first in enumerate(list(loop.input)[2:]):
        entry, end, after = body.input[place + 2].name, body.output[place + 1].name, loop.output[place]
        is_told = after in told or any(value.name == entry != end for value in body.output)
        if identities.get(end, end) == entry and first not in own and not is_told:
            places.append(place)
            inner[entry], outer[after] = first, first
    for place in reversed(places):
        del loop.input[place + 2], loop.output[place], body.input[place + 2], body.output[place + 1]
    if places:
        _rename(body.node, inner)
        _rename(around.node, outer)
        leave_out_unread(body)


def _moved(body, around, numbers):
    """Takes the nodes that may leave out of a body, and gives them: what they make has new names, which no graph has."""
    constants = {tensor.name: tensor for tensor in body.initializer}
    inside = _own_names(body) - set(constants)
    made, taken, moved, kept = {}, {}, [], []
    for node in body.node:
        if node.op_type not in _MOVABLE or any(name in inside and name not in made for name in node.input):
            kept.append(_copy(node))
            continue
        for name in node.input:
            if name in constants and name not in taken:
                taken[name] = f"{name}/once_{next(numbers)}"
                around.initializer.add().CopyFrom(constants[name])
                around.initializer[-1].name = taken[name]
        moved.append(_copy(node))
        made |= {name: f"{name}/once_{next(numbers)}" for name in node.output}
    if moved:
        _rename(kept, made)
        _rename(moved, made | taken, outputs=True)
        kept += [_identity(made[value.name], value.name) for value in body.output if value.name in made]
        del body.node[:]
        body.node.extend(kept)
        leave_out_unread(body)
    return moved


def _own_names(graph):
    names = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
    return names | {name for node in graph.node for name in node.output}


def _rename(nodes, renamed, outputs=False):
    """What nodes read, in their bodies too; and what they make."""
    for node in nodes:
        for names in (node.input, node.output) if outputs else (node.input,):
            for place, name in enumerate(names):
                if name in renamed:
                    names[place] = renamed[name]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                own = _own_names(attribute.g)
                seen = {name: new for name, new in renamed.items() if name not in own}
                _rename(attribute.g.node, seen)
                for value in attribute.g.output:  # a branch may give what it was not given
                    value.name = seen.get(value.name, value.name)


def _copy(node):
    twin = type(node)()
    twin.CopyFrom(node)
    return twin


def _identity(source, target):
    from onnx import helper

    return helper.make_node("Identity", [source], [target])
