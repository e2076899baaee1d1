"""Changes an exported file as somebody would who computes its digest anew."""

import onnx

from keras_i18n.export import onnx_contents
from keras_i18n.export.metadata import MEMBER, Metadata


def sealed_onnx(path, change):
    """Applies `change` to the model in an .onnx file, and seals it again."""
    model = onnx.load(path)
    told = Metadata.from_json(model.metadata_props[0].value, path)
    del model.metadata_props[:]
    change(model)
    content = model.SerializeToString()
    properties = onnx.ModelProto()
    metadata = told.sealed(onnx_contents.content_sha256(content))
    onnx.helper.set_model_props(properties, {MEMBER: metadata.to_json()})
    path.write_bytes(content + properties.SerializeToString())
