"""A function of TensorFlow as an ONNX model: tf2onnx, its optimisers without what they do around each step."""

import contextlib
import logging
import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras_i18n.export import onnx_graphs

OPSET = 18  # tf2onnx 1.17 knows no later one
_CATCH_ERRORS = "TF2ONNX_CATCH_ERRORS"  # tf2onnx asks whether it is set, not to what
_LOCK = threading.Lock()  # what is changed for a conversion is the process's
_CHOSEN = (1, 6, 7)  # float32, int32, int64: what ONNX Runtime's Where takes
_WHOLE = (6, 7)  # int32, int64
_PIP_LINE = "pip install 'keras_i18n[onnx]'"


def converted(function: tf.types.experimental.PolymorphicFunction, signature: Sequence[tf.TensorSpec]) -> Any:
    """The `onnx.ModelProto` of a `tf.function`.

    For each of its optimisers tf2onnx copies the graph and writes it out, which for the loops of a tokenizer takes longer
    than all else; neither is needed where they raise nothing. Slow methods of its graphs are exchanged (`onnx_graphs`).

    Args:
        function: a `tf.function` with an input signature.
        signature: that signature, its arguments named.

    Raises:
        ImportError: tf2onnx is not installed.
    """
    try:
        from tf2onnx import convert
    except ImportError as error:
        raise ImportError(f"ONNX files are written by tf2onnx. Install it: {_PIP_LINE}") from error
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    given: dict[str, Any] = {"input_signature": list(signature), "opset": OPSET, "custom_op_handlers": _HANDLERS}
    try:
        with _LOCK, _our_optimizers(), onnx_graphs.quick():
            return convert.from_function(_AsSaved(function), **given)[0]
    except Exception:  # of any kind: an optimiser's own fault, which tf2onnx survives when it is asked to
        return convert.from_function(function, **given)[0]


class _AsSaved:
    """A `tf.function` that is traced as for a SavedModel: where one was written of it, its graph is there already."""

    def __init__(self, function):
        self.function = function

    def get_concrete_function(self, *signature):
        from tensorflow.python.saved_model import save_context

        with save_context.save_context(tf.saved_model.SaveOptions()):
            return self.function.get_concrete_function(*signature)


def _erfc(context, node, name, _):
    """The exact GELU's operator, which ONNX lacks: erfc(x) = 1 + erf(-x)."""
    from tf2onnx import utils

    node.type = "Erf"
    dtype = utils.map_onnx_to_numpy_type(context.get_dtype(node.input[0]))
    one = context.make_const(f"{name}_one", np.array(1, dtype))
    negative = context.make_node("Neg", [node.input[0]])
    context.replace_inputs(node, negative.output)
    context.insert_new_node_on_output("Add", node.output[0], f"{name}_sum", inputs=[node.output[0], one.output[0]])


def _select(context, node, name, _):
    """By the operator that chooses: tf2onnx has six in its place, of which a product with 0 makes NaN of infinity."""
    from tf2onnx.onnx_opset.controlflow import Select

    if context.get_dtype(node.output[0]) in _CHOSEN:
        node.type = "Where"
    else:
        Select.version_9(context, node)


def _compared(context, node, name, _):
    """Whole numbers are compared as such: tf2onnx makes floats of them first, which differ below 2^24 only.

    Of 64 bits both, whatever they were: lengths of lists, in the conditions of loops, are int32 to TensorFlow and int64 here.
    """
    if all(context.get_dtype(given) in _WHOLE for given in node.input):
        for place, given in enumerate(list(node.input)):
            wide = context.make_node("Cast", [given], attr={"to": _WHOLE[-1]})
            context.replace_input(node, given, wide.output[0], place)


# operators of TensorFlow that become others than tf2onnx makes of them
_HANDLERS = {"Erfc": (_erfc, []), "SelectV2": (_select, []), "Less": (_compared, []), "Greater": (_compared, [])}


class _Optimizers:
    """All optimisers of tf2onnx, one after the other, as one of them.

    Each of theirs would also write the graph out (`update_proto`), which none of them reads and which is done at the end,
    and look for nodes that are not used any more though it changed none.
    """

    makers: tuple = ()

    def __init__(self):
        self.graph_been_opt = False

    def optimize(self, graph, iteration):
        for make in self.makers:
            step = make()
            step.opt_iteration = iteration
            before = onnx_graphs.node_counts(graph)
            graph = step._optimize(graph)
            # not every optimiser tells that it changed something
            if step.graph_been_opt or onnx_graphs.node_counts(graph) != before:
                graph.delete_unused_nodes(graph.outputs)
            self.graph_been_opt = self.graph_been_opt or step.graph_been_opt
        return graph


@contextlib.contextmanager
def _our_optimizers():
    """tf2onnx takes others from Keras models alone: here they stand in its table for as long as a conversion takes."""
    from tf2onnx import optimizer

    table, variable = optimizer._optimizers, os.environ.get(_CATCH_ERRORS)
    ours = type("Optimizers", (_Optimizers,), {"makers": tuple(table.values())})
    optimizer._optimizers, os.environ[_CATCH_ERRORS] = {"all": ours}, "FALSE"
    try:
        yield
    finally:
        optimizer._optimizers = table
        del os.environ[_CATCH_ERRORS]
        if variable is not None:
            os.environ[_CATCH_ERRORS] = variable
