"""Stores weights of a TFLite file in 8 bits, with many steps, and in half precision; all computing stays in float32.

A converter's own dynamic int8 gives a matrix one step and rounds what flows in too: small networks, and recurrent ones
above all, then drift. Its half precision rounds whatever is constant, also what it worked out of weights, such as the
squares of a kernel's anchors: scores were 5e-3 off. Here the file was converted in float32. Large weights become bytes, with
a step a row or a column; others are stored in half precision where that holds them exactly, as it does those of a model's
twin. A DEQUANTIZE operator widens either, and runtimes do it once, when they load.
"""

from typing import Any

import numpy as np

from keras_i18n.export.tflite_loops import quicken_loops
from keras_i18n.export.tflite_slimming import share_constants, slim
from keras_i18n.networks.weight_steps import (
    SMALLEST_MATRIX,
    SMALLEST_TABLE,
    fits_in_half,
    in_steps,
    matrix_axis,
    table_axis,
)

_MANY_STEPS_VERSION = 5  # of DEQUANTIZE
_FEWEST = 16  # numbers that are worth an operator


def to_float32(content: bytes) -> bytes:
    """The bytes of such a file in which equal constants stand once; all else stays as it is."""
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    # of more than 2 GB: its constants lie behind the model, where other places would miss them
    if any(entry.name == b"buffer_location" for entry in model.metadata or ()):
        return content
    share_constants(model)
    return _written(model, len(content))


def to_int8(content: bytes) -> bytes:
    """The bytes of a TFLite file whose weights became bytes, or half precision.

    Args:
        content: bytes of a file that was converted with float32 weights.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    share_constants(model)
    # constants first go where they are read: a table is told by what reads it
    quicken_loops(model)
    _Weights(model, schema).store()
    return _packed(model, len(content))


def to_float16(content: bytes) -> bytes:
    """The bytes of such a file with quick loops; its weights stay as they are."""
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    share_constants(model)
    return _packed(model, len(content))


def _packed(model, size):
    quicken_loops(model)
    slim(model)
    return _written(model, size)


def _written(model, size):
    import flatbuffers

    builder = flatbuffers.Builder(size)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class _Weights:
    """The constants of a model (a `schema_py_generated.ModelT`), changed in place."""

    def __init__(self, model: Any, schema: Any) -> None:
        self.model, self.schema = model, schema
        self.stored: dict[int, Any] = {}  # buffer -> how it is stored, once for all that read it

    def store(self) -> None:
        """Stores what is worth it in every graph."""
        # a table that is an output projection too is a table, in whatever graph
        tables = {
            graph.tensors[operator.inputs[0]].buffer
            for graph in self.model.subgraphs
            for operator in graph.operators
            if self._is_gather(operator)
        }
        for graph in self.model.subgraphs:
            read = {place for operator in graph.operators for place in operator.inputs}
            found = [self._widened(graph, place, tables) for place in sorted(read - {-1})]
            graph.operators = [*filter(None, found), *graph.operators]

    def _is_gather(self, operator):
        code = self.model.operatorCodes[operator.opcodeIndex]
        return max(code.builtinCode, code.deprecatedBuiltinCode) == self.schema.BuiltinOperator.GATHER

    def _widened(self, graph, place, tables):
        """The operator that widens what a tensor now holds in few bits; None where the tensor stays."""
        tensor = graph.tensors[place]
        data = self.model.buffers[tensor.buffer].data
        if tensor.type != self.schema.TensorType.FLOAT32 or data is None or not len(data):
            return None
        if tensor.buffer not in self.stored:
            values = np.frombuffer(bytes(data), np.float32).reshape([] if tensor.shape is None else tensor.shape)
            self.stored[tensor.buffer] = self._stored(values, tensor.buffer in tables)
        if self.stored[tensor.buffer] is None:
            return None
        buffer, kind, quantization = self.stored[tensor.buffer]
        narrow = self.schema.TensorT()
        narrow.shape, narrow.type, narrow.buffer, narrow.quantization = tensor.shape, kind, buffer, quantization
        graph.tensors.append(narrow)
        tensor.buffer = 0
        widen = self.schema.OperatorT()
        widen.opcodeIndex, widen.inputs, widen.outputs = self._dequantize(), [len(graph.tensors) - 1], [place]
        return widen

    def _stored(self, values, is_table):
        kinds = self.schema.TensorType
        in_half = fits_in_half(values)
        in_bytes = values.size >= (SMALLEST_TABLE if is_table else SMALLEST_MATRIX)
        if in_bytes and (is_table or not in_half):
            axis = table_axis(values) if is_table else matrix_axis(values)
            rounded, scales = in_steps(values, axis)
            quantization = self.schema.QuantizationParametersT()
            quantization.scale, quantization.zeroPoint = scales, np.zeros(len(scales), np.int64)
            quantization.quantizedDimension = axis
            return self._buffer_of(rounded), kinds.INT8, quantization
        if values.size < _FEWEST or not in_half:
            return None
        return self._buffer_of(values.astype("float16")), kinds.FLOAT16, None

    def _buffer_of(self, values):
        buffer = self.schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def _dequantize(self):
        """The place of the operator's code, which is made where there is none."""
        number = self.schema.BuiltinOperator.DEQUANTIZE
        for place, code in enumerate(self.model.operatorCodes):
            if max(code.builtinCode, code.deprecatedBuiltinCode) == number:
                code.version = max(code.version, _MANY_STEPS_VERSION)
                return place
        code = self.schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, number, _MANY_STEPS_VERSION
        self.model.operatorCodes.append(code)
        return len(self.model.operatorCodes) - 1
