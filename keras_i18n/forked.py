"""Whether this process was forked from one that had TensorFlow at work."""

import os

from keras_i18n.keras_privates import tensorflow_has_started

_waits_for_ever = False


class ForkedWorkerError(RuntimeError):
    """TensorFlow was asked for something in a worker that was forked after it had started."""


def refuse_forked() -> None:
    """Called before TensorFlow is asked for anything.

    Raises:
        ForkedWorkerError: in a worker that was forked from a process in which TensorFlow had started. A fork takes the calling
            thread along and none of TensorFlow's: whatever it is asked, it waits for them without end.
    """
    if _waits_for_ever:
        raise ForkedWorkerError(
            "TensorFlow must be started in the process that uses it. Received: a worker that was forked from a process in "
            "which it had started; it would wait without end. Start workers with multiprocessing.get_context('spawn') and "
            "load the model there, or give them a .tflite or .onnx file, which may be opened before a fork."
        )


def _look_back():
    global _waits_for_ever
    _waits_for_ever = _waits_for_ever or tensorflow_has_started()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_look_back)
