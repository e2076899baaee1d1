"""Looks through a SavedModel before TensorFlow does: a graph is a program, and loading one runs parts of it.

Checked are the folder (no other files, no way out of it), every operator of the graph and of its functions against
`saved_model_operators`, what the object graph asks to be made, and that loops and calls come to an end.
"""

import math
import pathlib
from typing import Any

from google.protobuf.message import DecodeError
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.dtypes import as_dtype

from keras_i18n.export import saved_model_operators as operators_
from keras_i18n.export.metadata import MOST_BYTES
from keras_i18n.export.saved_model_loops import check_loop
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_GRAPH = "saved_model.pb"
_DATA = "variables/variables.data-00000-of-00001"
_INDEX = "variables/variables.index"
CONTENT = (_GRAPH, _INDEX, _DATA)  # what decides the answers
_MOST_GRAPH_BYTES = 1 << 30
_MOST_INDEX_BYTES = 1 << 26
_MOST_STEPS = 1 << 24  # nodes, when each call of a function is written out
_SMALL_CONSTANT = 1 << 24  # bytes that a constant may unfold to
_KINDS = {"asset", "bare_concrete_function", "captured_tensor", "constant", "function", "user_object", "variable"}
_OBJECTS = {"_generic_user_object", "signature_map", "trackable_dict_wrapper", "trackable_list_wrapper"}


_DISTRUST = "It was not loaded. If you trust its author, `tf.saved_model.load` opens it; else export the model again"


def check(path: Path, asset: Any, *, way_out: str = _DISTRUST) -> Any:
    """Refuses a SavedModel that could do anything but compute.

    Args:
        path: the folder. asset: the name of its one asset. way_out: the last sentence of the error.

    Returns:
        Names of its operators, sorted.

    Raises:
        ValueError: a file too much or too little, an operator that is not on the list, a loop or call without an end.
    """
    path = pathlib.Path(path)
    try:
        _check_files(path, asset)
        graph = _parsed(path / _GRAPH)
        _check_objects(graph, asset)
        _check_sizes(graph, (path / _DATA).stat().st_size)
        functions = {function.signature.name: function for function in graph.graph_def.library.function}
        saver = _saver_functions(graph, functions)
        found = _check_operators(graph.graph_def, functions, saver)
        _check_calls(graph.graph_def, functions)
    except _NotOursError as error:
        raise ValueError(
            f"'{path}' must be a SavedModel that keras_i18n exported, which computes and does nothing else. Received: "
            f"{cut(error)}. {way_out}."
        ) from error
    return sorted(found)


class _NotOursError(Exception):
    """What was found, as the end of a sentence."""


def _check_files(path, asset):
    known = {_GRAPH, "fingerprint.pb", _INDEX, _DATA, f"assets/{asset}"}
    found = {}
    for file in path.rglob("*"):
        name = file.relative_to(path).as_posix()
        if not file.resolve().is_relative_to(path.resolve()):
            raise _NotOursError(f"a link out of the folder, '{name}'")
        if name in ("assets", "assets.extra", "variables") and file.is_dir():
            continue
        if name not in known or not file.is_file():
            raise _NotOursError(f"an unknown member, '{name[:80]}'")
        found[name] = file.stat().st_size
    for name in sorted(known - {"fingerprint.pb"} - set(found)):
        raise _NotOursError(f"a folder without '{name}'")
    limits = {_GRAPH: _MOST_GRAPH_BYTES, _INDEX: _MOST_INDEX_BYTES, f"assets/{asset}": MOST_BYTES}
    for name, most in {**limits, "fingerprint.pb": 1 << 16}.items():
        if found.get(name, 0) > most:
            raise _NotOursError(f"a member '{name}' of {found[name]:,} bytes (at most {most:,})")


def _parsed(path):
    model = saved_model_pb2.SavedModel()
    try:
        model.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise _NotOursError(f"a damaged {_GRAPH} ({error})") from error
    # with any other number, or no objects, TensorFlow takes the old way, which runs initializers
    if len(model.meta_graphs) != 1 or not model.meta_graphs[0].HasField("object_graph_def"):
        raise _NotOursError(f"{len(model.meta_graphs)} graphs, or one without a description of its objects")
    return model.meta_graphs[0]


def _check_objects(graph, asset):
    names = [file.filename for file in graph.asset_file_def]
    if names != [asset]:
        raise _NotOursError(f"the assets {names[:3]}")
    nodes = graph.object_graph_def.nodes
    if not nodes:
        raise _NotOursError("a graph of no objects")
    for node in nodes:
        kind = node.WhichOneof("kind")
        if kind not in _KINDS or node.registered_name or node.registered_saver or node.saveable_objects:
            raise _NotOursError(f"an object of the kind '{node.registered_name or node.registered_saver or kind}'")
        if kind == "user_object" and node.user_object.identifier not in _OBJECTS:
            raise _NotOursError(f"an object of the kind '{node.user_object.identifier[:80]}'")
        if kind == "asset" and node.asset.asset_file_def_index != 0:
            raise _NotOursError("an asset that is not in the folder")
        children = [child.node_id for child in (*node.children, *node.dependencies)]
        if any(not 0 <= child < len(nodes) for child in children):
            raise _NotOursError("a part of an object that is not there")
    for key, collection in graph.collection_def.items():
        if key != "saved_model_main_op":
            raise _NotOursError(f"a collection '{key[:80]}'")
        ran = {node.name: node.op for node in graph.graph_def.node}
        if any(ran.get(name) != "NoOp" for name in collection.node_list.value):
            raise _NotOursError("an initializer that does something")


def _check_sizes(graph, stored):
    """Nothing unfolds to more than lies in the file."""
    declared = 0
    for node in graph.object_graph_def.nodes:
        if node.WhichOneof("kind") == "variable":
            shape = [dimension.size for dimension in node.variable.shape.dim]
            if node.variable.shape.unknown_rank or min(shape, default=0) < 0:
                raise _NotOursError("a weight of no known shape")
            declared += math.prod(shape) * max(1, as_dtype(node.variable.dtype).size or 1)
    if declared > stored:
        raise _NotOursError(f"weights of {declared:,} bytes, of which {stored:,} are in the file")
    bodies = [graph.graph_def.node, *(function.node_def for function in graph.graph_def.library.function)]
    for body in bodies:
        for node in body:
            for name, value in node.attr.items():
                tensors = [value.tensor] if value.HasField("tensor") else value.list.tensor
                for tensor in tensors:
                    size = math.prod(max(0, dimension.size) for dimension in tensor.tensor_shape.dim)
                    if tensor.dtype != types_pb2.DT_STRING and size * 8 > max(
                        _SMALL_CONSTANT, 8 * len(tensor.tensor_content)
                    ):
                        raise _NotOursError(f"a constant '{node.name[:60]}' ({name}) that unfolds to {size:,} numbers")


def _saver_functions(graph, functions):
    """Names of the two functions that save and restore, after it was seen that nothing else reaches them."""
    saver = {
        name for name, function in functions.items() if any(node.op in operators_.SAVER for node in function.node_def)
    }
    named = {graph.saver_def.save_tensor_name.partition(":")[0], graph.saver_def.restore_op_name}
    callers = [node for node in graph.graph_def.node if saver & _called(node)]
    inside = [node for function in functions.values() for node in function.node_def if saver & _called(node)]
    if inside or len(saver) > 2 or {node.name for node in callers} - named or len(callers) > 2:
        raise _NotOursError("a call of the functions that read and write weights' files")
    offered = set(graph.object_graph_def.concrete_functions)
    for node in graph.object_graph_def.nodes:
        offered |= set(node.function.concrete_functions) | {node.bare_concrete_function.concrete_function_name}
        offered.add(node.captured_tensor.concrete_function)
    if saver & offered:
        raise _NotOursError("the functions that read and write weights' files as functions of the model")
    return saver


def _check_operators(graph, functions, saver):
    found = set()
    for name, nodes in [("", graph.node), *((name, function.node_def) for name, function in functions.items())]:
        allowed = operators_.PURE if name else operators_.OUTSIDE
        if name in saver:
            allowed = operators_.PURE | operators_.SAVER
        used = {node.op for node in nodes}
        if used - allowed:
            raise _NotOursError(f"the operators {', '.join(sorted(used - allowed)[:5])}, which are not on the list")
        if name not in saver:
            found |= used
        for node in nodes:
            missing = _called(node) - set(functions)
            if missing:
                raise _NotOursError(f"a call of '{min(missing)[:80]}', which is not in the file")
    if set(functions) & operators_.OUTSIDE or len(functions) != len(graph.library.function) or graph.library.gradient:
        raise _NotOursError("functions that take the place of operators, or of one another")
    return found


def _called(node):
    """Names of the functions in any attribute of a node."""
    names = set()
    for value in node.attr.values():
        if value.HasField("func"):
            names.add(value.func.name)
        names |= {function.name for function in value.list.func}
    return names


def _check_calls(graph, functions):
    """Every loop counts up to a limit, no function calls itself, and calls do not multiply without bound."""
    steps, open_ = {}, set()

    def steps_of(name):
        if name in open_:
            raise _NotOursError(f"a function that calls itself, '{name[:80]}'")
        if name not in steps:
            open_.add(name)
            nodes = functions[name].node_def
            steps[name] = len(nodes) + sum(steps_of(called) for node in nodes for called in _called(node))
            open_.discard(name)
        if steps[name] > _MOST_STEPS:
            raise _NotOursError(f"calls that unfold to more than {_MOST_STEPS:,} operators")
        return steps[name]

    try:
        for name in functions:
            steps_of(name)
    except RecursionError:
        raise _NotOursError("calls that are nested too deep") from None
    for nodes in [graph.node, *(function.node_def for function in functions.values())]:
        for node in nodes:
            if node.op in operators_.LOOPS and not check_loop(node, nodes, functions):
                raise _NotOursError(f"a loop that need not end, '{node.name[-80:]}'")
