"""Leaves out of an ONNX file what no runtime reads: long names of inner values, names of nodes, notes."""

from typing import Any

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def slim(model: Any) -> None:
    """Changes an `onnx.ModelProto` in place; what it computes stays the same.

    The path of a Keras layer stands at every value, where it is made and wherever it is read: two megabytes of a text-in
    model's file. Inputs and outputs of the model keep their names.
    """
    told = [value.name for value in [*model.graph.input, *model.graph.output]]
    names = {"": "", **{name: name for name in told}}

    def short(name):
        if name not in names:
            new = _number(len(names))
            while new in told:
                new += "_"
            names[name] = new
        return names[name]

    graphs = [model.graph]
    while graphs:
        graph = graphs.pop()
        del graph.value_info[:]
        graph.doc_string = ""
        for value in [*graph.input, *graph.output, *graph.initializer]:
            value.name = short(value.name)
            value.doc_string = ""
        for node in graph.node:
            node.name = node.doc_string = ""
            for given in (node.input, node.output):
                renamed = [short(name) for name in given]
                del given[:]
                given.extend(renamed)
            graphs += [attribute.g for attribute in node.attribute if attribute.HasField("g")]


def _number(count):
    digits = ""
    while count:
        count, digit = divmod(count, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return f"v{digits}"
