"""Leaves out of a TFLite file what no runtime reads: names of inner tensors, buffers and tables that hold nothing."""

import hashlib
from typing import Any


def share_constants(model: Any) -> None:
    """Changes a TFLite model in place: tensors of equal constants share the first one's buffer, the others hold nothing.

    A converter gives each reader of a constant a buffer of its own. What a graph takes, makes or gives, and what it may
    write into, keeps its own.
    """
    written = {number for graph in model.subgraphs for number in _written(graph)}
    first, left = {}, set()
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            data = model.buffers[tensor.buffer].data
            if tensor.buffer in written or data is None or not len(data):
                continue
            own = tensor.buffer
            tensor.buffer = first.setdefault((len(data), hashlib.sha256(data).digest()), own)
            left |= {own} - {tensor.buffer}
    for number in left:
        model.buffers[number].data = None


def _written(graph):
    """Buffers of tensors that are not constant."""
    places = {*graph.inputs, *graph.outputs}
    for operator in graph.operators:
        for told in (operator.outputs, operator.intermediates):
            places.update(() if told is None else told)
    changing = [place for place, tensor in enumerate(graph.tensors) if place in places or tensor.isVariable]
    return {graph.tensors[place].buffer for place in changing}


def slim(model: Any) -> None:
    """Changes a TFLite model (a `schema_py_generated.ModelT`) in place; what it computes stays the same.

    A name path of a Keras layer stands at every one of a text-in model's 1,500 tensors, and a buffer of its own at each,
    though few hold weights: a quarter of a megabyte of a file of eight. What a graph takes and gives keeps its name.
    """
    used, place_of = [model.buffers[0]], {}
    for graph in model.subgraphs:
        told = {*graph.inputs, *graph.outputs}
        for place, tensor in enumerate(graph.tensors):
            if place not in told:
                tensor.name = None
            quantization = tensor.quantization
            if quantization is not None and quantization.scale is None and quantization.details is None:
                tensor.quantization = None
            tensor.buffer = _moved(model.buffers, tensor.buffer, used, place_of)
    for entry in model.metadata or ():
        entry.buffer = _moved(model.buffers, entry.buffer, used, place_of)
    model.buffers = used


def _moved(buffers, number, used, place_of):
    """Where a buffer comes to stand; all that hold nothing are the first one."""
    if number == 0 or buffers[number].data is None or not len(buffers[number].data):
        return 0
    if number not in place_of:
        place_of[number] = len(used)
        used.append(buffers[number])
    return place_of[number]
