"""Stores weights of a TFLite file in 8 bits, with many steps; all computing stays in float32.

A converter's own dynamic int8 gives a matrix one step and rounds what flows in too: small networks, and recurrent ones
above all, then drift. Here the file was converted with half precision weights, each widened by a DEQUANTIZE operator;
that operator widens bytes as well, with a step a row or a column, and runtimes do it once, when they load.
"""

import numpy as np

from keras_i18n.export.tflite_loops import quicken_loops
from keras_i18n.export.tflite_slimming import slim
from keras_i18n.export.weight_steps import SMALLEST_MATRIX, SMALLEST_TABLE, in_steps, matrix_axis, table_axis

_MANY_STEPS_VERSION = 5  # of DEQUANTIZE


def to_int8(content: bytes) -> bytes:
    """The bytes of a TFLite file whose large half precision weights became bytes.

    Args:
        content: bytes of a file that was converted with float16 weights.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    kinds = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    users = _tensors_by_buffer(model)
    for graph in model.subgraphs:
        tables = {
            operator.inputs[0]
            for operator in graph.operators
            if kinds[operator.opcodeIndex] == schema.BuiltinOperator.GATHER
        }
        for operator in graph.operators:
            if kinds[operator.opcodeIndex] != schema.BuiltinOperator.DEQUANTIZE:
                continue
            tensor = graph.tensors[operator.inputs[0]]
            data = model.buffers[tensor.buffer].data
            is_table = operator.outputs[0] in tables
            smallest = SMALLEST_TABLE if is_table else SMALLEST_MATRIX
            if tensor.type != schema.TensorType.FLOAT16 or data is None or np.prod(tensor.shape) < smallest:
                continue
            values = np.frombuffer(bytes(data), np.float16).reshape(tensor.shape).astype(np.float32)
            axis = table_axis(values) if is_table else matrix_axis(values)
            rounded, scales = in_steps(values, axis)
            model.buffers[tensor.buffer].data = np.frombuffer(rounded.tobytes(), np.uint8)
            for user in users[tensor.buffer]:
                user.type = schema.TensorType.INT8
                user.quantization = schema.QuantizationParametersT()
                user.quantization.scale = scales
                user.quantization.zeroPoint = np.zeros(len(scales), np.int64)
                user.quantization.quantizedDimension = axis
    for code, kind in zip(model.operatorCodes, kinds, strict=True):
        if kind == schema.BuiltinOperator.DEQUANTIZE:
            code.version = max(code.version, _MANY_STEPS_VERSION)
    return _packed(model, len(content))


def to_float16(content: bytes) -> bytes:
    """The bytes of such a file with quick loops; its weights stay as they are."""
    from tensorflow.lite.python import schema_py_generated as schema

    return _packed(schema.ModelT.InitFromPackedBuf(content, 0), len(content))


def _packed(model, size):
    import flatbuffers

    quicken_loops(model)
    slim(model)
    builder = flatbuffers.Builder(size)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _tensors_by_buffer(model):
    found = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            found.setdefault(tensor.buffer, []).append(tensor)
    return found
