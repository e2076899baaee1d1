"""ONNX: one file of pure ai.onnx operators, the metadata in its `metadata_props`."""

import logging
import re

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.export import onnx_weights
from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.runner import Runner

PRECISIONS = ("float32", *onnx_weights.STORED_AS)
_OPSET = 18  # tf2onnx 1.17 knows no later one
_TABLE_SIZE = 1 << 18  # elements
_PIP_LINE = "pip install keras_i18n[onnx]"


def save(text_in, path):
    """Converts with tf2onnx and checks that the file holds nothing but ai.onnx operators.

    Raises:
        ValueError: the file would need an operator of another domain.
    """
    try:
        import onnx
        import tf2onnx
    except ImportError as error:
        raise ImportError(f"ONNX files are written by tf2onnx. Install it: {_PIP_LINE}") from error
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    tables = _tables(text_in.keras_model)
    codepoints = tf.TensorSpec([None, None], tf.int32, name="codepoints")
    signature = [codepoints, *(tf.TensorSpec(table.shape, table.dtype, name=name) for name, table in tables.items())]

    @tf.function(input_signature=signature)
    def forward(codepoints, *values):
        with keras.StatelessScope(state_mapping=list(zip(tables.values(), values, strict=True))):
            return text_in.outputs_of(codepoints)

    model, _ = tf2onnx.convert.from_function(forward, input_signature=signature, opset=_OPSET)
    _fill_tables(model.graph, tables)
    _name_dimensions(model.graph)
    onnx_weights.store(model, text_in.metadata.precision)
    _refuse_foreign(operators_of(model), path)
    onnx.helper.set_model_props(model, {MEMBER: text_in.metadata.to_json()})
    onnx.save(model, path)


def _tables(keras_model):
    """The large weights, by name. They go around tf2onnx as inputs: as constants they cost it minutes and gigabytes."""
    large = [weight for weight in keras_model.weights if np.prod(weight.shape) >= _TABLE_SIZE]
    return {f"table_{place}_" + re.sub(r"\W", "_", weight.path): weight for place, weight in enumerate(large)}


def _fill_tables(graph, tables):
    from onnx import numpy_helper

    used = {tensor.name for tensor in graph.input}
    for name in [name for name in tables if name in used]:
        graph.input.remove(next(tensor for tensor in graph.input if tensor.name == name))
        graph.initializer.append(numpy_helper.from_array(keras.ops.convert_to_numpy(tables[name]), name))


def load(path):
    """Opens the file in ONNX Runtime, on the CPU."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(f"ONNX files run in ONNX Runtime. Install it: {_PIP_LINE}") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions have no common class of their own
        raise ValueError(f"ONNX Runtime cannot open '{path}': {error}") from error
    properties = session.get_modelmeta().custom_metadata_map
    if MEMBER not in properties:
        raise ValueError(f"'{path}' must be an .onnx file that keras_i18n exported: it has no {MEMBER}.")
    metadata = Metadata.from_json(properties[MEMBER], path)

    def run(codepoints):
        return session.run(list(metadata.outputs), {"codepoints": codepoints})

    return Runner(path, metadata, run, _operators_of_file(path))


def _operators_of_file(path):
    import onnx

    operators = operators_of(onnx.load(str(path)))
    _refuse_foreign(operators, path)
    return operators


def operators_of(model):
    """Names of the operators of a model and its sub-graphs; those of other domains as "domain.name"."""
    found = set()
    graphs = [model.graph, *model.functions]
    while graphs:
        for node in graphs.pop().node:
            found.add(f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type)
            graphs += [attribute.g for attribute in node.attribute if attribute.HasField("g")]
    return sorted(found)


def _refuse_foreign(operators, path):
    from onnx import defs

    # tf2onnx writes what it cannot convert under its TensorFlow name, in the domain of ONNX
    foreign = [name for name in operators if "." in name or not defs.has(name, max_inclusive_version=_OPSET)]
    if foreign:
        raise ValueError(f"'{path}' must hold ai.onnx operators only. Received: {', '.join(foreign)}.")


def _name_dimensions(graph):
    """tf2onnx calls unknown sizes unk__17; people read these names."""
    for tensor in [*graph.input, *graph.output]:
        for place, dimension in enumerate(tensor.type.tensor_type.shape.dim):
            if dimension.dim_param or not dimension.HasField("dim_value"):
                dimension.dim_param = "batch" if place == 0 else "length" if tensor in graph.input else "tokens"
