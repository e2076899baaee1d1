"""ONNX: one file of pure ai.onnx operators, the metadata in its `metadata_props`."""

import pathlib
import re
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.export import (
    onnx_contents,
    onnx_conversion,
    onnx_loops,
    onnx_normalization,
    onnx_slimming,
    onnx_weights,
)
from keras_i18n.export.exportable import Exportable
from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.precisions import FEW_BITS
from keras_i18n.export.runner import Runner
from keras_i18n.export.runners import runner_of
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

PRECISIONS = ("float32", *onnx_weights.PRECISIONS)
_TABLE_SIZE = 1 << 18  # elements
_PIP_LINE = "pip install 'keras_i18n[onnx]'"


def save(exported: Exportable, path: Path) -> None:
    """Converts with tf2onnx and checks that the file holds nothing but ai.onnx operators.

    Raises:
        ValueError: the file would need an operator of another domain.
    """
    tables = _tables(exported.keras_model)
    model = onnx_conversion.converted(*_function_of(exported, tables))
    _fill_tables(model.graph, tables)
    onnx_loops.leave_out_handed_on(model)
    onnx_normalization.fuse_layer_normalization(model)
    onnx_loops.move_out_of_loops(model)
    _name_dimensions(model.graph)
    onnx_weights.store(model, exported.metadata.precision)
    _refuse_foreign(operators_of(model), path)
    if exported.metadata.precision in FEW_BITS:
        onnx_slimming.slim(model)
    del model.metadata_props[:]
    onnx_contents.check(model)
    content = model.SerializeToString()
    told = type(model)()
    metadata = exported.metadata.sealed(onnx_contents.content_sha256(content))
    told.metadata_props.add(key=MEMBER, value=metadata.to_json())
    # two messages one behind the other are one message
    pathlib.Path(path).write_bytes(content + told.SerializeToString())


def _function_of(exported, tables):
    """A `tf.function` whose last arguments are the tables, and its signature."""
    if not tables:
        return exported.serve, exported.inputs
    named = (tf.TensorSpec(table.shape, table.dtype, name=name) for name, table in tables.items())
    signature = [*exported.inputs, *named]

    @tf.function(input_signature=signature, autograph=False)
    def forward(*values):
        inputs, values = values[: len(exported.inputs)], values[len(exported.inputs) :]
        with keras.StatelessScope(state_mapping=list(zip(tables.values(), values, strict=True))):
            return exported.outputs_of(*inputs)

    return forward, signature


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


def load(path: Path) -> Runner:
    """Opens the file in ONNX Runtime, on the CPU."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(f"ONNX files run in ONNX Runtime. Install it: {_PIP_LINE}") from error
    data = pathlib.Path(path).read_bytes()
    metadata, operators = _looked_through(data, path)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = metadata.threads or 0  # 0: its own choice
    # where a value could lie in another's place it is compared with all that are free: of a tokenizer's many small values
    # that is half of the time a file takes to open, and no memory is gained
    options.enable_mem_reuse = False
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions have no common class of their own
        raise ValueError(f"ONNX Runtime cannot open '{path}': {error}") from error

    def run(**inputs):
        return session.run(list(metadata.outputs), inputs)

    return runner_of(path, metadata, run, operators)


def _looked_through(data, path):
    """Metadata and operators of a file, before any of it is given to a runtime."""
    import onnx
    from google.protobuf.message import DecodeError

    rule = f"'{path}' must be an .onnx file that keras_i18n exported. Received: "
    try:
        digest = onnx_contents.content_sha256(data)
        model = onnx.ModelProto.FromString(data)
        properties = {entry.key: entry.value for entry in model.metadata_props}
        if list(properties) != [MEMBER] or len(model.metadata_props) != 1:
            raise ValueError(f"it has no {MEMBER}, or more")
    except (DecodeError, ValueError) as error:
        raise ValueError(f"{rule}{error}.") from error
    metadata = Metadata.from_json(properties[MEMBER], path)
    metadata.check_seal(digest, path)
    _refuse_foreign(operators := operators_of(model), path)
    try:
        onnx_contents.check(model)
    except ValueError as error:
        raise ValueError(f"{rule}{error}. It was not opened.") from error
    return metadata, operators


def operators_of(model: Any) -> list[str]:
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
    foreign = [
        name for name in operators if "." in name or not defs.has(name, max_inclusive_version=onnx_conversion.OPSET)
    ]
    if foreign:
        raise ValueError(f"'{path}' must hold ai.onnx operators only. Received: {cut(', '.join(foreign))}.")


def _name_dimensions(graph):
    """tf2onnx calls unknown sizes unk__17; people read these names."""
    single = len(graph.input) == 1
    for tensor in [*graph.input, *graph.output]:
        for place, dimension in enumerate(tensor.type.tensor_type.shape.dim):
            if dimension.dim_param or not dimension.HasField("dim_value"):
                name = "length" if tensor in graph.input else "tokens"
                # sizes of one name must be the same
                dimension.dim_param = "batch" if place == 0 else name if single else f"{tensor.name}_{name}"
