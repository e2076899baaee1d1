"""The table of targets: where a file will run, and what that asks of it."""

import dataclasses

from keras_i18n.shown import shown


@dataclasses.dataclass(frozen=True)
class Target:
    """A row of the table.

    Args:
        formats: keys of `FORMATS` that its runtimes open.
        precision: a key of `PRECISIONS`; what is small enough to be shipped there, without a loss that is seen.
        threads: that a runner uses and other clients should, as the file's metadata tells; None for the runtime's own
            choice.
        told: the runtimes, for people.
        layout: what is written: "model", one with the inputs that our contract tells, or "mediapipe", mediapipe.tflite.
    """

    formats: tuple[str, ...]
    precision: str
    threads: int | None
    told: str
    layout: str = "model"


# what an export without a target has
EVERYWHERE = Target(("saved_model", "h5", "keras", "tflite", "onnx"), "float32", None, "all")
TARGETS = {
    "android": Target(("tflite",), "int4", 2, "LiteRT, tflite-runtime; labels.txt lies in the file"),
    "ios": Target(("tflite",), "int4", 2, "LiteRT"),
    # more threads need a page that is isolated by its headers, and LiteRT.js takes no texts of any length
    "web": Target(("onnx",), "int4", 1, "onnxruntime-web"),
    "edge": Target(("tflite", "onnx"), "int8", 1, "LiteRT, tflite-runtime 2.14 and ONNX Runtime on one slow core"),
    # its text tasks take float32 with fixed shapes: one file, mediapipe.tflite
    "mediapipe": Target(("tflite",), "float32", None, "MediaPipe Tasks: TextClassifier, TextEmbedder", "mediapipe"),
    "server": Target(("saved_model", "onnx"), "float32", None, "TensorFlow Serving, ONNX Runtime"),
}


def checked_target(name: str | None) -> Target:
    """The row of a name; of None one with every format, in float32.

    Raises:
        ValueError: no such target.

    Example:

    >>> checked_target("web").formats
    ('onnx',)
    """
    if name is None:
        return EVERYWHERE
    if name not in TARGETS:
        raise ValueError(f"`target` must be one of {', '.join(TARGETS)}. Received: {shown(name)}.")
    return TARGETS[name]
