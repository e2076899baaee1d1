"""Does a loop of a TensorFlow graph end? A loop of ours counts up, or doubles, while it is below a limit."""

from typing import Any

import numpy as np
from tensorflow import make_ndarray

_MOST_ROUNDS = 1 << 24  # of a loop whose limit is written into the file


def check_loop(node: Any, beside: Any, functions: Any) -> Any:
    """True if a While node is seen to end: its condition asks for `counter < limit` (and perhaps for more), its body adds
    1 to a counter of whole numbers, or doubles one that starts at 1, and hands the limit on as it came.

    A limit that is computed, as the length of a text is, can be large: how long such a loop takes is not told.

    Args:
        node: `NodeDef` of a While or StatelessWhile. beside: all nodes of its function. functions: dict of `FunctionDef`.

    Example: see `saved_model_contents`; it takes a parsed file.
    """
    condition = functions[node.attr["cond"].func.name]
    body = functions[node.attr["body"].func.name]
    tests, steps = _Function(condition), _Function(body)
    if len(condition.signature.output_arg) != 1 or len(tests.arguments) != len(steps.arguments):
        return False
    return any(
        less is not None and _counts_up(less, tests, steps, node, beside)
        for less in tests.conjuncts(condition.ret[condition.signature.output_arg[0].name])
    )


def _counts_up(less, tests, steps, node, beside):
    counter, limit = (tests.origin(name) for name in less.input[:2])
    if counter not in tests.arguments:
        return False
    place = tests.arguments.index(counter)
    start = _constant(node.input[place], {one.name: one for one in beside})
    doubles = start is not None and start.dtype.kind == "i" and bool(np.all(start >= 1)) and steps.doubles(place)
    if not doubles and not steps.counts(place):
        return False
    if limit in tests.arguments:
        place = tests.arguments.index(limit)
        return steps.hands_on(place) and _is_low(_constant(node.input[place], {one.name: one for one in beside}))
    value = tests.constant(limit)
    return value is not None and _is_low(value)


def _is_low(value):
    """A limit that is computed (the length of a text) is as low as what comes in."""
    return value is None or bool(np.all(value <= _MOST_ROUNDS))


def _constant(name, nodes):
    node = nodes.get(name.partition(":")[0])
    while node is not None and node.op == "Identity":
        node = nodes.get(node.input[0].partition(":")[0])
    return make_ndarray(node.attr["value"].tensor) if node is not None and node.op == "Const" else None


class _Function:
    """A function's arguments, nodes and results by name."""

    def __init__(self, definition):
        self.arguments = [argument.name for argument in definition.signature.input_arg]
        self.nodes = {node.name: node for node in definition.node_def}
        self.results = [definition.ret[argument.name] for argument in definition.signature.output_arg]

    def origin(self, name):
        """The argument or node that a value comes from, through nodes that change nothing."""
        for _ in range(64):
            name = name.partition(":")[0]
            node = self.nodes.get(name)
            if node is None or node.op != "Identity":
                return name
            name = node.input[0]
        return name

    def conjuncts(self, name):
        """The Less nodes that all must hold for a value to be true."""
        waiting, found = [name], []
        for _ in range(64):
            if not waiting:
                break
            node = self.nodes.get(self.origin(waiting.pop()))
            if node is not None and node.op == "LogicalAnd":
                waiting += node.input[:2]
            elif node is not None and node.op == "Less":
                found.append(node)
        return found

    def constant(self, name):
        return _constant(name, self.nodes)

    def hands_on(self, place):
        return place < len(self.results) and self.origin(self.results[place]) == self.arguments[place]

    def counts(self, place):
        # by 1 and in whole numbers: any other step may jump over the largest number, a fraction may change nothing
        return self._steps(place, ("Add", "AddV2"), 1)

    def doubles(self, place):
        return self._steps(place, ("Mul",), 2)

    def _steps(self, place, operators, by):
        node = self.nodes.get(self.origin(self.results[place])) if place < len(self.results) else None
        if node is None or node.op not in operators:
            return False
        one, other = (self.origin(name) for name in node.input[:2])
        if other == self.arguments[place]:
            one, other = other, one
        value = self.constant(other)
        return one == self.arguments[place] and value is not None and value.dtype.kind == "i" and bool(value == by)
