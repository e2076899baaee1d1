"""The description that MediaPipe Tasks looks for in a .tflite file, as a flatbuffer.

Table slots: `metadata_schema.fbs` of MediaPipe.
"""

from collections.abc import Sequence
from typing import Any

VOCABULARY, LABELS = "characters.model", "labels.txt"
INPUTS = ("ids", "mask", "segment_ids")
_SENTENCEPIECE = 5  # in the union of process units
_FEATURES = 1  # in the union of contents
_TENSOR_AXIS_LABELS = 2  # kind of an associated file


def mediapipe_metadata(inputs: Sequence[str], output: str, *, labels: bool) -> bytes:
    """Tells MediaPipe which input is which, and where vocabulary and labels lie.

    Args:
        inputs: of `INPUTS`, in the order that they have in the file.
        output: name of the file's output.
        labels: whether the file has `LABELS`.
    """
    import flatbuffers

    builder = flatbuffers.Builder(1024)
    vocabulary = _vector(builder, [_file(builder, VOCABULARY)])
    options = _table(builder, 2, {0: vocabulary})
    unit = _table(builder, 2, {1: options}, bytes_at={0: _SENTENCEPIECE})
    units = _vector(builder, [unit])
    files = _vector(builder, [_file(builder, LABELS, _TENSOR_AXIS_LABELS)]) if labels else None
    told = [_tensor(builder, name) for name in inputs]
    answer = _tensor(builder, output, files)
    tensors = _vector(builder, told), _vector(builder, [answer])
    graph = _table(builder, 10, {2: tensors[0], 3: tensors[1], 5: units})
    graphs = _vector(builder, [graph])
    name, version = builder.CreateString("keras_i18n"), builder.CreateString("1.1.0")
    builder.Finish(_table(builder, 8, {0: name, 3: graphs, 7: version}), b"M001")
    return bytes(builder.Output())


def _file(builder, name, kind=0):
    name = builder.CreateString(name)
    return _table(builder, 5, {0: name}, bytes_at={2: kind})


def _tensor(builder, name, files=None):
    name = builder.CreateString(name)
    content = _table(builder, 3, {1: _table(builder, 0, {})}, bytes_at={0: _FEATURES})
    return _table(builder, 7, {0: name, 3: content, **({} if files is None else {6: files})})


def _table(builder: Any, slots: int, places: dict[int, int], bytes_at: dict[int, int] | None = None) -> int:
    builder.StartObject(slots)
    for slot, place in places.items():
        builder.PrependUOffsetTRelativeSlot(slot, place, 0)
    for slot, value in (bytes_at or {}).items():
        builder.PrependUint8Slot(slot, value, 0)
    return builder.EndObject()


def _vector(builder: Any, places: Sequence[int]) -> int:
    builder.StartVector(4, len(places), 4)
    for place in reversed(places):
        builder.PrependUOffsetTRelative(place)
    return builder.EndVector()
