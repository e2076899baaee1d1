"""Reads the one `.keras` file of a whole model: Keras' own archive with two members of ours beside Keras' members."""

import zipfile
from typing import Any

from keras_i18n import tokenizers
from keras_i18n.forked import refuse_forked
from keras_i18n.models.saving import model_archive
from keras_i18n.models.saving.file_kind import SAVED, refuse_another_kind
from keras_i18n.models.saving.finite_weights import warn_of_not_finite
from keras_i18n.models.saving.kinds import LAYOUTS, kinds_with
from keras_i18n.opening import checked_path, told_with_the_path
from keras_i18n.protocols import Path
from keras_i18n.shown import shown


def load(path: Path) -> Any:
    """Loads a model that `model.save` wrote.

    Nothing in the file is run: no pickle, no code, only layers of Keras and of this package. Sizes and digests are
    checked first.

    Args:
        path: a `.keras` file.

    Returns:
        The model: `TextClassifier`, `TextEncoder`, ...

    Raises:
        FileNotFoundError: no such file. ValueError: the file is damaged, truncated or of another kind.

    Example:

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> encoder = ki.TextEncoder.from_preset("universal")
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "encoder.keras"
    >>> encoder.save(file)
    >>> bool((ki.load(file).encode(["kaixo"]) == encoder.encode(["kaixo"])).all())
    True
    """
    refuse_forked()
    path = checked_path(path, kind="model file")
    with told_with_the_path(path, expected="a model that keras_i18n saved", way_out="Save the model again"):
        refuse_another_kind(path, SAVED)
        return _load(path)


def _load(path):
    for member in _members(path) & LAYOUTS.keys():
        return LAYOUTS[member](path)
    kinds = kinds_with("from_saved")
    manifest, tokenizer_bytes = model_archive.read(path, tuple(kinds))
    try:
        tokenizer = _tokenizer_class(manifest["tokenizer"]).from_bytes(tokenizer_bytes)
    except Exception as error:
        raise ValueError(f"The tokenizer in '{path}' cannot be read: {error}") from error
    import keras_i18n.layers  # noqa: F401  (registers the layers that the file names)

    try:
        network = model_archive.network_of(path)
    except Exception as error:
        raise ValueError(f"The network in '{path}' cannot be rebuilt: {error}") from error
    warn_of_not_finite(network, path)
    try:
        return kinds[manifest["kind"]].from_saved(tokenizer=tokenizer, network=network, config=manifest["config"])
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"The parts of the model in '{path}' do not fit together: {error}") from error


def _members(path):
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    except Exception:  # what is damaged is told by the reader of models
        return set()


def _tokenizer_class(name):
    known = [known for known in tokenizers.__all__ if known.endswith("Tokenizer")]
    if name not in known:
        raise ValueError(f"The tokenizer of a model must be one of {', '.join(known)}. Received: {shown(name)}.")
    return getattr(tokenizers, name)
