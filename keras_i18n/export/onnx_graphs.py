"""Methods of tf2onnx's graphs, written anew: they do what its own do, in half of a conversion's time.

Its own ask each node for its bodies in ways that build messages nobody reads, walk the graph once for each of its outputs,
and copy the whole graph to put a loop's condition into it. What TensorFlow froze for it is not made a function again, of
which the graph alone is read.
"""

import collections
import contextlib
import copy
import types
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def quick() -> Iterator[None]:
    """tf2onnx works with these for as long as the block takes.

    Raises:
        KeyError: this tf2onnx lacks one of them.
    """
    from tf2onnx import graph, graph_matcher, tf_loader
    from tf2onnx.onnx_opset import controlflow

    ours = [
        (graph.Node, "_graph_check", _graph_check),
        (graph.Node, "get_body_graphs", _get_body_graphs),
        (graph.Node, "get_implicit_inputs", _get_implicit_inputs),
        (graph.Graph, "_register_input_name", _register_input_name),
        (graph.Graph, "reset_nodes", _reset_nodes),
        (graph.Graph, "extract_sub_graph_nodes", _extract_sub_graph_nodes),
        (graph.Graph, "replace_all_inputs", _replace_all_inputs),
        (graph_matcher.GraphMatcher, "match_ops", _match_ops),
        (tf_loader, "convert_variables_to_constants_v2", _frozen),
        (controlflow, "copy", types.SimpleNamespace(deepcopy=_copied)),
    ]
    theirs = [(owner, name, vars(owner)[name]) for owner, name, _ in ours]
    try:
        for owner, name, value in ours:
            setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in theirs:
            setattr(owner, name, value)


def _frozen(function, **options):
    from tensorflow.python.framework import convert_to_constants

    data = convert_to_constants._FunctionConverterDataInEager(func=function, **options)
    graph_def, _ = convert_to_constants._replace_variables_by_constants(converter_data=data)
    return types.SimpleNamespace(graph=types.SimpleNamespace(as_graph_def=lambda add_shapes: graph_def))


def node_counts(graph: Any) -> collections.Counter:
    """How many nodes of each type a graph of tf2onnx has, the bodies of its loops and branches among them."""
    counts = collections.Counter([node._op.op_type for node in graph._nodes])
    for bodies in graph.contained_graphs.values():
        for body in bodies.values():
            counts.update(node_counts(body))
    return counts


def _graph_check(self):
    if self.graph is None:
        raise ValueError(f"Node {self.name} not belonging any graph")


def _get_body_graphs(self):
    if self.graph is None:
        raise ValueError(f"Node {self.name} not belonging any graph")
    contained = self.graph.contained_graphs
    return contained.get(self._op.name) if contained else None


def _get_implicit_inputs(self, recursive=True):
    given, available = set(), set()
    bodies = self.get_body_graphs()
    graphs = list(bodies.values()) if bodies else []
    while graphs:
        graph = graphs.pop()
        for node in graph._nodes:
            available.update(node._output)
            given.update(node._input)
            if recursive and (bodies := node.get_body_graphs()):
                graphs.extend(bodies.values())
    return list(given - available)


def _register_input_name(self, input_name, node, only_graph=False):
    if not only_graph:
        self._output_to_consumers.setdefault(input_name, set()).add(node.name)
    graph, parent = self, self.parent_graph
    while parent is not None:
        parent._input_to_graph.setdefault(input_name, {})[id(graph)] = graph
        graph, parent = parent, parent.parent_graph


def _reset_nodes(self, nodes):
    dtypes, shapes = self._dtypes, self._output_shapes
    by_name, names, consumers, kept_dtypes, kept_shapes = {}, {}, {}, {}, {}
    for node in nodes:
        name = node._op.name
        by_name[name] = node
        for output in node._output:
            names[output] = name
            if output in dtypes:
                kept_dtypes[output] = dtypes[output]
            if output in shapes:
                kept_shapes[output] = shapes[output]
        for given in node._input:
            if given in consumers:
                consumers[given].add(name)
            else:
                consumers[given] = {name}
    contained = self.contained_graphs
    self.contained_graphs = {name: contained[name] for name in by_name if name in contained} if contained else {}
    self._nodes, self._nodes_by_name = nodes, by_name
    self._output_to_node_name, self._output_to_consumers = names, consumers
    graph, parent = self, self.parent_graph
    while parent is not None:
        for given in consumers:
            parent._input_to_graph.setdefault(given, {})[id(graph)] = graph
        graph, parent = parent, parent.parent_graph
    there = set(nodes)
    for node in self.inputs:
        if node not in there:
            raise ValueError(f"graph input '{node.name}' not exist")
    for output in self.outputs:
        if output not in names:
            raise ValueError(f"graph output '{output}' not exist")
    self._dtypes, self._output_shapes = kept_dtypes, kept_shapes


def _extract_sub_graph_nodes(self, outputs_name, input_checker=None, remove_unused_inputs=True):
    wanted = list(outputs_name)
    if not remove_unused_inputs:
        # a loop's body keeps inputs that it does not use
        wanted += [node.output[0] for node in self.inputs]
    found = set()
    waiting = [self.get_node_by_output_in_current_graph(name) for name in wanted]
    while waiting:
        node = waiting.pop()
        if node is None or node in found or (input_checker and input_checker(node) is False):
            continue
        found.add(node)
        names = [*node._input, *node.get_implicit_inputs()]
        waiting += [self.get_node_by_output_in_current_graph(name) for name in names]
    return list(found)


def _replace_all_inputs(self, old_input, new_input, ops=None):
    if old_input == new_input:
        return
    self._output_to_consumers.setdefault(new_input, set())
    keep_ops = ops is not None
    if ops is None:
        nodes = map(self.get_node_by_name, self._output_to_consumers.get(old_input, ()))
        ops = [node for node in nodes if node is not None]
    # tf2onnx enters each node that it looks at as a reader of the new input
    for node in [node for node in ops if old_input in node._input]:
        if new_input in node._output:
            raise RuntimeError(f"creating a circle in the graph is not allowed: {node.name}")
        for place, name in enumerate(node._input):
            if name == old_input:
                self.replace_input(node, name, new_input, place)
    # bodies may drop out of the table while they are walked through
    for body in list(self._input_to_graph.get(old_input, {}).values()):
        body.replace_all_inputs(old_input, new_input, ops=body.get_nodes() if keep_ops else None)


def _match_ops(self, nodes):
    pattern = self._pattern
    any_type = pattern.op_type is None or pattern.op_type == "*"
    for node in nodes:
        # what has another type than the pattern's root matches in no way
        if (any_type or node._op.op_type in pattern.op_type_set) and (found := self.match_op(node)):
            yield found


def _copied(graph):
    """A deep copy of a loop's condition. It reads the graphs around it and writes nothing into them that is kept."""
    known, around = {}, graph.parent_graph
    inner = None
    while around is not None:
        outside = copy.copy(around)
        outside._input_to_graph = {}
        known[id(around)] = outside
        if inner is not None:
            inner.parent_graph = outside
        inner, around = outside, around.parent_graph
    return copy.deepcopy(graph, known)
