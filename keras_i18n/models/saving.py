"""One `.keras` file for a whole model: Keras' own archive with two members of ours beside Keras' members."""

import hashlib
import importlib
import json
import pathlib
import zipfile

import keras

from keras_i18n import tokenizers
from keras_i18n.files import atomic_path

_MANIFEST = "keras_i18n.json"
_TOKENIZER = "tokenizer.bin"
_KERAS_MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
_VERSION = 1
_MAX_MANIFEST_BYTES = 1 << 24
_NOT_A_MODEL = "`path` must be a model saved by keras_i18n (`model.save(\"name.keras\")`)."

# kind of a saved model -> where its class lives
_KINDS = {
    "TextClassifier": "keras_i18n.models.text_classifier",
    "TextEncoder": "keras_i18n.models.text_encoder",
}


def save(model, path):
    """Writes a model whole or not at all; `path` ends in `.keras`."""
    path = pathlib.Path(path)
    if path.suffix != ".keras":
        raise ValueError(f"`path` must end in '.keras'. Received: '{path}'. For .h5: model.network.save(...).")
    tokenizer = model.tokenizer.to_bytes()
    with atomic_path(path) as temporary:
        model.network.save(temporary)
        with zipfile.ZipFile(temporary) as archive:
            members = {name: _sha256(archive, name) for name in archive.namelist()}
        manifest = {
            "format": "keras_i18n model",
            "version": _VERSION,
            "kind": type(model).__name__,
            "config": model.to_config(),
            "tokenizer": type(model.tokenizer).__name__,
            "sha256": members | {_TOKENIZER: hashlib.sha256(tokenizer).hexdigest()},
        }
        with zipfile.ZipFile(temporary, "a") as archive:
            archive.writestr(_TOKENIZER, tokenizer)
            archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def load(path):
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
    >>> encoder = ki.TextEncoder.from_preset("use_multilingual_v3")
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "encoder.keras"
    >>> encoder.save(file)
    >>> bool((ki.load(file).encode(["kaixo"]) == encoder.encode(["kaixo"])).all())
    True
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"No model file at '{path}'.")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _checked_manifest(archive, path)
            tokenizer_bytes = archive.read(_TOKENIZER)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ValueError(f"{_NOT_A_MODEL} '{path}' is damaged, truncated or something else: {error}.") from error
    tokenizer = _tokenizer_class(manifest["tokenizer"]).from_bytes(tokenizer_bytes)
    import keras_i18n.layers  # noqa: F401  (registers the layers that the file names)

    try:
        network = keras.saving.load_model(path, compile=True, safe_mode=True)
    except Exception as error:
        raise ValueError(f"The network in '{path}' cannot be rebuilt: {error}") from error
    kind = getattr(importlib.import_module(_KINDS[manifest["kind"]]), manifest["kind"])
    return kind.from_saved(tokenizer=tokenizer, network=network, config=manifest["config"])


def _checked_manifest(archive, path):
    sizes = {info.filename: info.file_size for info in archive.infolist()}
    if _MANIFEST not in sizes:
        told = "It is a Keras model without a tokenizer" if "config.json" in sizes else "It is another zip file"
        raise ValueError(f"{_NOT_A_MODEL} Received: '{path}'. {told}.")
    strange = sorted(set(sizes) - {_MANIFEST, _TOKENIZER, *_KERAS_MEMBERS})
    if strange or len(sizes) != len(archive.infolist()):
        raise ValueError(f"{_NOT_A_MODEL} '{path}' holds members that a model does not have: {strange[:5]}.")
    # A zip of zeros can unpack to a thousand times its size; a model does not.
    if sum(sizes.values()) > 4 * path.stat().st_size + _MAX_MANIFEST_BYTES or sizes[_MANIFEST] > _MAX_MANIFEST_BYTES:
        raise ValueError(f"'{path}' claims to unpack to {sum(sizes.values()):,} bytes and was not opened.")
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        version, kind, digests = manifest["version"], manifest["kind"], manifest["sha256"]
        _ = manifest["config"], manifest["tokenizer"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{_NOT_A_MODEL} The manifest of '{path}' cannot be read: {error!r}.") from error
    if version != _VERSION or kind not in _KINDS:
        raise ValueError(
            f"This version reads models of version {_VERSION} and kinds {', '.join(_KINDS)}. "
            f"Received: version {version!r}, kind {kind!r} in '{path}'. A newer keras_i18n may read it."
        )
    for name in sorted(set(sizes) - {_MANIFEST}):
        if _sha256(archive, name) != digests.get(name):
            raise ValueError(f"'{path}' is damaged: the digest of its member '{name}' differs from the one on record.")
    return manifest


def _sha256(archive, name):
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while block := member.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _tokenizer_class(name):
    known = [known for known in tokenizers.__all__ if known.endswith("Tokenizer")]
    if name not in known:
        raise ValueError(f"The tokenizer of a model must be one of {', '.join(known)}. Received: {name!r}.")
    return getattr(tokenizers, name)
