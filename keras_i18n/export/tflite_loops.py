"""Loops of a TFLite file whose weights are stored in fewer bits, made quick.

A runtime copies all that a loop carries twice a step, what never changes too: a translator's table of vectors, two
megabytes, took as long as the step itself. A DEQUANTIZE of a constant is worked out once wherever it stands, so the body
of a loop may have one of its own; but it is still visited at each step, which for a bias is not worth its bytes.
"""

from typing import Any

import numpy as np

_SMALL = 1 << 12  # numbers: so few are stored in float32 where a loop reads them
_BRANCHES = ("condSubgraphIndex", "bodySubgraphIndex", "thenSubgraphIndex", "elseSubgraphIndex")


def quicken_loops(model: Any) -> None:
    """Changes a TFLite model (a `schema_py_generated.ModelT`) in place; what it computes stays the same.

    What a loop gets from a constant, or from the DEQUANTIZE of one, and hands on unchanged is no longer handed to it:
    body and condition get a constant of their own, which shares the bytes. Small half precision constants of loops
    become float32.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    kinds = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    loops = schema.BuiltinOperator.WHILE
    users = _users_of(model)
    waiting, inside = [0], set()
    while waiting:  # a loop before the loops in its body, which may carry what it carried
        number = waiting.pop()
        graph = model.subgraphs[number]
        for operator in graph.operators:
            is_loop = kinds[operator.opcodeIndex] == loops
            inner = _graphs_of(operator)
            if is_loop and all(users[place] == 1 for place in inner):
                _Loop(model, graph, operator, kinds, schema).leave_out_constants()
            if is_loop or number in inside:
                inside.update(inner)
            waiting += inner
    for number in inside:
        _widen_small(model, model.subgraphs[number], kinds, schema)


def _graphs_of(operator):
    options = operator.builtinOptions
    return [getattr(options, name) for name in _BRANCHES if hasattr(options, name)]


def _users_of(model):
    """How many operators have each graph as their body, condition or branch."""
    counts = [0] * len(model.subgraphs)
    for graph in model.subgraphs:
        for operator in graph.operators:
            for number in _graphs_of(operator):
                counts[number] += 1
    return counts


def _widen_small(model, graph, kinds, schema):
    kept = []
    for operator in graph.operators:
        if kinds[operator.opcodeIndex] == schema.BuiltinOperator.DEQUANTIZE:
            source, target = (graph.tensors[int(ends[0])] for ends in (operator.inputs, operator.outputs))
            data = model.buffers[source.buffer].data
            if source.type == schema.TensorType.FLOAT16 and data is not None and 0 < len(data) <= 2 * _SMALL:
                wide = schema.BufferT()
                wide.data = np.frombuffer(bytes(data), np.float16).astype("<f4").view(np.uint8)
                model.buffers.append(wide)
                target.buffer = len(model.buffers) - 1
                continue
        kept.append(operator)
    graph.operators = kept


class _Loop:
    """A WHILE operator, the graph that it stands in, and its two own."""

    def __init__(self, model, graph, operator, kinds, schema):
        self.graph, self.operator = graph, operator
        self.body = model.subgraphs[operator.builtinOptions.bodySubgraphIndex]
        self.condition = model.subgraphs[operator.builtinOptions.condSubgraphIndex]
        self.buffers = model.buffers
        widened = [one for one in graph.operators if kinds[one.opcodeIndex] == schema.BuiltinOperator.DEQUANTIZE]
        self.widened = {int(one.outputs[0]): one for one in widened}

    def leave_out_constants(self):
        carried = range(len(self.operator.inputs))
        constants = [place for place in carried if self._is_handed_on(place) and self._source(place) is not None]
        if not constants:
            return
        for place in constants:
            self._put_into(self.body, place)
            self._put_into(self.condition, place)
            _renamed(self.graph, int(self.operator.outputs[place]), int(self.operator.inputs[place]))
        kept = [place for place in carried if place not in constants]
        self.operator.inputs = [self.operator.inputs[place] for place in kept]
        self.operator.outputs = [self.operator.outputs[place] for place in kept]
        self.body.outputs = [self.body.outputs[place] for place in kept]
        for inner in (self.body, self.condition):
            inner.inputs = [inner.inputs[place] for place in kept]

    def _is_handed_on(self, place):
        return self.body.inputs[place] == self.body.outputs[place]

    def _source(self, place):
        """The constant tensor that a loop gets here, as it is or widened; None for what is computed."""
        given = int(self.operator.inputs[place])
        source = self.graph.tensors[int(self.widened[given].inputs[0]) if given in self.widened else given]
        data = self.buffers[source.buffer].data
        return source if data is not None and len(data) else None

    def _put_into(self, inner, place):
        entry, widening = int(inner.inputs[place]), self.widened.get(int(self.operator.inputs[place]))
        if not any(entry in operator.inputs for operator in inner.operators):
            return
        inner.tensors.append(_copied(self._source(place)))
        constant = len(inner.tensors) - 1
        if widening is None:
            _renamed(inner, entry, constant)
            return
        # before all that has a dynamic shape: what comes after such an operator is prepared anew at each step
        inner.operators.insert(0, _copied(widening, inputs=[constant], outputs=[entry]))


def _renamed(graph, old, new):
    for operator in graph.operators:
        operator.inputs = [new if one == old else one for one in operator.inputs]
    graph.outputs = [new if one == old else one for one in graph.outputs]


def _copied(one, **changed):
    twin = type(one)()
    vars(twin).update(vars(one) | changed)
    return twin
