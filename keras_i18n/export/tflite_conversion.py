"""A SavedModel as a TFLite file: TensorFlow's converter without what it does around the conversion."""

from typing import Any

import tensorflow as tf

from keras_i18n.export.tflite_refusal import refusal
from keras_i18n.protocols import Path


def converted(folder: Path, *, endpoint: str = "serving_default", types: list[tf.DType] | None = None) -> bytes:
    """The bytes of a TFLite model; equal constants stand in it once for each that reads them.

    Around the conversion TensorFlow reads the SavedModel three times (for names of endpoints, for statistics, for the lines
    of Python that an error would tell) and unpacks and packs what came out. All of that takes twice as long as the
    conversion of a text-in model itself. A model that cannot be converted is told by TensorFlow's own way.

    Args:
        folder: a SavedModel with that endpoint.
        endpoint: the signature that the file has.
        types: what weights may be stored in; as they are unless told.

    Raises:
        ValueError: the file would need an operator that is not built into the runtime, which is named.
    """
    try:
        return _quickly(folder, endpoint, types)
    except Exception:  # of any kind: another TensorFlow may lack what is not promised, and an error is told below
        pass
    try:
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=[endpoint])
        return _told(converter, types).convert()
    except Exception as error:
        raise ValueError(refusal(str(error))) from error


def _told(converter, types):
    # notes on the converter, for which TensorFlow unpacks and packs the whole file once more
    converter.exclude_conversion_metadata = True
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if types is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = types
    return converter


def _quickly(folder, endpoint, types):
    from tensorflow.lite.python import lite
    from tensorflow.python.saved_model import loader_impl

    tags = [tf.saved_model.SERVING]
    converter = lite.TFLiteSavedModelConverterV2(str(folder), tags, [endpoint])
    # after a conversion of floats it shares equal constants and does no more
    converter._optimize_tflite_model = _as_it_is
    (meta_graph,) = loader_impl.parse_saved_model(str(folder)).meta_graphs
    return _told(converter, types)._convert_from_saved_model(meta_graph.graph_def)


def _as_it_is(content: bytes, *_: Any, **__: Any) -> bytes:
    return content
