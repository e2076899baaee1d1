"""A layer normalisation, twelve nodes as Keras computes it, becomes the one operator that ONNX has for it."""

from typing import Any


def fuse_layer_normalization(model: Any) -> int:
    """Changes an `onnx.ModelProto` in place; what it computes stays the same but for the last bits.

    Returns:
        How many there were.
    """
    return _fuse(model.graph, {})


def _fuse(graph, constants):
    constants = {**constants, **{tensor.name: tensor for tensor in graph.initializer}}
    bodies = [attribute.g for node in graph.node for attribute in node.attribute if attribute.HasField("g")]
    count = sum(_fuse(body, constants) for body in bodies)
    nodes = _Nodes(graph, constants)
    for node in graph.node:
        if node.op_type == "Add" and (fused := nodes.normalization(node)) is not None:
            node.CopyFrom(fused)
            count += 1
    graph.initializer.extend(nodes.flat.values())
    if count:
        leave_out_unread(graph)
    return count


class _Nodes:
    """Nodes of a graph by what they make; `constants` are those that it sees."""

    def __init__(self, graph, constants):
        self._made_by = {name: node for node in graph.node for name in node.output}
        self._constants = constants
        self.flat = {}  # weights of one axis, to be added to the graph

    def normalization(self, last):
        """The LayerNormalization in place of `x * gain + (beta - mean * gain)`, `gain = gamma / deviation`; or None."""
        from onnx import helper

        for scaled, shift in _both_ways(last.input):
            for moved, beta in _both_ways(self._inputs(shift, "Add")):
                for negative, gain in _both_ways(self._inputs(moved, "Mul")):
                    mean = self._input(negative, "Neg")
                    values = self._input(mean, "ReduceMean")
                    if values is None or sorted(self._inputs(scaled, "Mul")) != sorted([values, gain]):
                        continue
                    epsilon, gamma = self._epsilon_and_gamma(gain, values, mean)
                    weights = [self._weights(name) for name in (gamma, beta)]
                    if epsilon is not None and None not in weights:
                        inputs = [values, *weights]
                        return helper.make_node(
                            "LayerNormalization", inputs, list(last.output), axis=-1, epsilon=epsilon
                        )
        return None

    def _epsilon_and_gamma(self, gain, values, mean):
        for rate, gamma in _both_ways(self._inputs(gain, "Mul")):
            variance_and_more = self._input(self._input(rate, "Reciprocal"), "Sqrt")
            for variance, epsilon in _both_ways(self._inputs(variance_and_more, "Add")):
                square = self._inputs(self._input(variance, "ReduceMean"), "Mul")
                number, shape = self._array(epsilon), self._shape(gamma)
                if number is None or number.size != 1 or shape is None:
                    continue
                is_square = len(set(square)) == 1 and self._inputs(square[0], "Sub") == [values, mean]
                if is_square and all(self._over_last_axis(name, len(shape)) for name in (mean, variance)):
                    return float(number.reshape(())), gamma
        return None, None

    def _over_last_axis(self, name, rank):
        """Weights have as many axes as the values, or one, which tells nothing of the axis but that it is the last."""
        node = self._made_by[name]
        axes = self._array(node.input[1]) if len(node.input) > 1 else None
        keeps = all(attribute.i == 1 for attribute in node.attribute if attribute.name == "keepdims")
        return keeps and axes is not None and axes.tolist() in ([-1], [rank - 1] if rank > 1 else [-1])

    def _weights(self, name):
        """The name of a vector with the numbers of gamma or beta, all axes but the last of which are 1."""
        from onnx import numpy_helper

        values = self._array(name)
        if values is None or values.ndim == 0 or values.size != values.shape[-1]:
            return None
        if values.ndim == 1 and name in self._constants:
            return name
        self.flat[name] = numpy_helper.from_array(values.reshape(-1), f"{name}/vector")
        return f"{name}/vector"

    def _shape(self, name):
        values = self._array(name)
        return None if values is None else values.shape

    def _array(self, name):
        """A constant, also one that is given another shape."""
        from onnx import numpy_helper

        if name in self._constants:
            return numpy_helper.to_array(self._constants[name])
        inputs = self._inputs(name, "Reshape")
        if len(inputs) == 2 and all(one in self._constants for one in inputs):
            values, shape = (numpy_helper.to_array(self._constants[one]) for one in inputs)
            return values.reshape(shape)
        return None

    def _inputs(self, name, operator):
        """What the node that makes a value reads, if it is of this kind."""
        node = self._made_by.get(name)
        return list(node.input) if node is not None and node.op_type == operator else []

    def _input(self, name, operator):
        return next(iter(self._inputs(name, operator)), None)


def _both_ways(names):
    return [tuple(names), tuple(reversed(names))] if len(names) == 2 else []


def leave_out_unread(graph: Any) -> None:
    """Leaves out of a graph (an `onnx.GraphProto`) nodes and constants that nothing reads."""
    while True:
        read = _names_read(graph)
        kept = [node for node in graph.node if read.intersection(node.output)]
        if len(kept) == len(graph.node):
            break
        del graph.node[:]
        graph.node.extend(kept)
    constants = [tensor for tensor in graph.initializer if tensor.name in read]
    del graph.initializer[:]
    graph.initializer.extend(constants)


def _names_read(graph):
    read = {value.name for value in graph.output}
    for node in graph.node:
        read.update(node.input)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                read |= _names_read(attribute.g)
    return read
