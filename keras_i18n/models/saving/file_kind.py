"""What a file is: models are kept in several kinds of files, some of which end alike."""

import pathlib
import zipfile
from collections.abc import Sequence

from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_MANIFEST = "keras_i18n.json"  # of saved models and of exported files, with other content
_TASK = b'"task"'  # the first field of an exported file's metadata
_MEMBERS_OF = {  # kind -> members that tell it, the most telling first
    "combined model": {"keras_i18n_combined.json"},
    "body of a model": {"keras_i18n_body.json"},
    "language pack": {"keras_i18n_pack.json"},
    "Keras model": {"config.json", "model.weights.h5"},
}
_EXPORTED = (".h5", ".onnx", ".tflite")
_OPENERS = {
    "combined model": "`keras_i18n.load` opens it",
    "saved model": "`keras_i18n.load` opens it",
    "body of a model": "`keras_i18n.localization.assemble` makes a model of it and of language packs",
    "language pack": "`keras_i18n.localization.assemble` makes a model of its body and of it",
    "exported file": "`keras_i18n.load_exported` opens it",
    "Keras model": "It is a Keras model without a tokenizer: `keras.saving.load_model` opens it, and "
    "`keras_i18n.TextClassifier(tokenizer=..., network=..., labels=...)` makes a model of it",
    "SavedModel of TensorFlow": "It was not exported by keras_i18n: `tf.saved_model.load` opens it, and runs what is in it",
}
SAVED = ("combined model", "saved model")


def file_kind(path: Path) -> str:
    """What lies at a path, by its members and its ending; nothing of it is checked.

    Args:
        path: an existing file or folder.

    Returns:
        "saved model" (`model.save`), "combined model" (`save` of an `Ensemble` or `Router`), "body of a model" and
        "language pack" (`localization.make_packs`), "exported file" (`keras_i18n.export`), "Keras model", "SavedModel of
        TensorFlow", or "" for anything else.

    Example:

    >>> import pathlib, tempfile
    >>> from keras_i18n.models.saving.file_kind import file_kind
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.tflite"
    >>> path.write_bytes(b"...")
    3
    >>> file_kind(path)
    'exported file'
    """
    path = pathlib.Path(path)
    if path.is_dir():
        if (path / "assets" / "keras_i18n.json").is_file():
            return "exported file"
        return "SavedModel of TensorFlow" if (path / "saved_model.pb").is_file() else ""
    if path.suffix in _EXPORTED:
        return "exported file"
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if _MANIFEST in names:
                with archive.open(_MANIFEST) as member:
                    # a saved model that lost a member is still one, and is told so
                    told = member.read(4096)
                # what is neither is told by the reader of saved models
                return "saved model" if b'"keras_i18n model"' in told else "exported file" if _TASK in told else ""
    except Exception:  # zipfile has many ways to meet damage, which readers tell better
        return ""
    return next((kind for kind, telling in _MEMBERS_OF.items() if telling <= names), "")


def refuse_another_kind(path: Path, wanted: Sequence[str]) -> None:
    """Says which opener is the right one, where a file is known to be of another kind.

    Args:
        path: an existing file or folder. wanted: the kinds that the caller opens.

    Raises:
        ValueError: the file is known, and of none of these kinds.
    """
    kind = file_kind(path)
    if kind and kind not in wanted:
        raise ValueError(
            f"This opens {_with_article(wanted[-1])}. Received: '{cut(path)}'. It is {cut(_with_article(kind))}. "
            f"{_OPENERS[kind]}."
        )


def _with_article(noun):
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
