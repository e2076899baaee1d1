"""TFLite: one flat file for LiteRT and the mobile runtimes, the metadata packed behind the model as a zip member."""

import hashlib
import pathlib
import tempfile
import zipfile

import tensorflow as tf

from keras_i18n import native_logs
from keras_i18n.export import saved_model
from keras_i18n.export.exportable import Exportable
from keras_i18n.export.interpreter_pool import InterpreterPool
from keras_i18n.export.mediapipe import VOCABULARY, as_codepoints
from keras_i18n.export.metadata import MEMBER, MOST_BYTES, Metadata
from keras_i18n.export.precisions import FEW_BITS
from keras_i18n.export.runner import Runner
from keras_i18n.export.runners import runner_of
from keras_i18n.export.tflite_conversion import converted
from keras_i18n.export.tflite_weights import to_float16, to_float32, to_int8
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_PIP_LINE = "pip install 'keras_i18n[tflite]'"
_LABELS = "labels.txt"


# precision -> types that the converter may store weights in, and what is done to its file then
_STORED = {
    "float32": (None, to_float32),
    "float16": ([tf.float16], to_float16),
    # tables of token vectors came in few bits already
    **dict.fromkeys(FEW_BITS, (None, to_int8)),
}
PRECISIONS = tuple(_STORED)


def save(exported: Exportable, path: Path) -> None:
    """Converts by way of a SavedModel: `from_concrete_functions` can write a file without its weights.

    Raises:
        ValueError: the file would need an operator that is not built into the runtime.
    """
    with tempfile.TemporaryDirectory(dir=pathlib.Path(path).parent) as folder:
        saved_model.write(exported, folder, strings=False)
        types, store = _STORED[exported.metadata.precision]
        data = exported.finished(store(converted(folder, types=types)))
    _refuse_foreign(operators_of(data), path)
    pathlib.Path(path).write_bytes(data)
    metadata = exported.metadata.sealed(hashlib.sha256(b"".join([data, *exported.members.values()])).hexdigest())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(MEMBER, metadata.to_json())
        # pieces of a vocabulary, which may hold line ends, are no labels to be read line by line
        if exported.metadata.labels and not exported.metadata.generation:
            archive.writestr(_LABELS, "\n".join(exported.metadata.labels))
        for name, content in exported.members.items():
            archive.writestr(name, content)


def load(path: Path) -> Runner:
    """Opens the file in LiteRT."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ImportError(f"TFLite files run in LiteRT. Install it: {_PIP_LINE}") from error
    metadata = metadata_of(path)
    data = pathlib.Path(path).read_bytes()
    _refuse_foreign(operators := operators_of(data), path)

    def open_one():
        # from these bytes, which all share: by the time another is opened, another file may stand at the path
        with native_logs.quiet():
            interpreter = Interpreter(model_content=data, num_threads=metadata.threads or 2)
            return interpreter.get_signature_runner("serving_default")

    try:
        pool = InterpreterPool(open_one)
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"LiteRT cannot open '{path}': {error}") from error

    def run(**inputs):
        outputs = pool(**inputs)
        return [outputs[name] for name in metadata.outputs]

    if (characters := _member(path, VOCABULARY)) is not None:
        run = as_codepoints(run, characters, metadata.max_codepoints)
    return runner_of(path, metadata, run, operators)


def metadata_of(path: Path) -> Metadata:
    """The `Metadata` packed behind the model, after its digest was compared with the model before it.

    Raises:
        ValueError: it has none, or model or metadata were changed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            if (
                MEMBER not in members
                or not set(members) <= {MEMBER, _LABELS, VOCABULARY}
                or len(members) != len(archive.infolist())
            ):
                raise ValueError(
                    f"'{path}' must be a .tflite file that keras_i18n exported: it has no {MEMBER}, or more."
                )
            # nothing unpacks to more than it takes on the disk
            for member in members.values():
                if member.compress_type != zipfile.ZIP_STORED or member.file_size > MOST_BYTES:
                    raise ValueError(f"'{path}' has a member '{member.filename}' of {member.file_size:,} bytes.")
            metadata = Metadata.from_json(archive.read(MEMBER).decode("ascii"), path)
            if _LABELS in members and archive.read(_LABELS).decode("utf-8") != "\n".join(metadata.labels):
                raise ValueError(f"'{path}' is damaged: {_LABELS} holds other labels than its metadata.")
            begin = min(member.header_offset for member in members.values())
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"'{path}' must be a .tflite file that keras_i18n exported: {error}.") from error
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while begin > 0 and (block := file.read(min(begin, 1 << 20))):
            digest.update(block)
            begin -= len(block)
    digest.update(_member(path, VOCABULARY) or b"")
    metadata.check_seal(digest.hexdigest(), path)
    return metadata


def _member(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name) if name in archive.namelist() else None


def operators_of(data: bytes) -> list[str]:
    """Names of the operators in a TFLite file: built-in ones as in the schema, "Custom: name" for others."""
    from tensorflow.lite.python import schema_py_generated as schema

    if data[4:8] != b"TFL3":
        raise ValueError("A TFLite file starts with the mark TFL3. Received: something else.")
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    model = schema.Model.GetRootAsModel(data, 0)
    operators = set()
    for index in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(index)
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        custom = (code.CustomCode() or b"").decode("utf-8", "replace")
        operators.add(f"Custom: {custom}" if custom else names.get(number, f"unknown operator {number}"))
    return sorted(operators)


def _refuse_foreign(operators, path):
    foreign = [name for name in operators if name.startswith(("Custom", "unknown"))]
    if foreign:
        raise ValueError(
            f"'{path}' must hold built-in operators only. Received: {cut(', '.join(foreign))}. Use the layers of "
            "keras_i18n.layers in place of those that need them."
        )
