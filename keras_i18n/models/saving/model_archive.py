"""The members of a saved model: a `.keras` archive with a tokenizer and a manifest beside Keras' own members."""

import hashlib
import json
import zipfile
from typing import Any

import h5py

from keras_i18n.keras_privates import network_with_weights
from keras_i18n.models.saving import h5_contents, trusted_config
from keras_i18n.models.saving.stored_member import StoredMember
from keras_i18n.protocols import Config, Path
from keras_i18n.shown import cut, shown

MANIFEST = "keras_i18n.json"
TOKENIZER = "tokenizer.bin"
VERSION = 1
_CONFIG = "config.json"
_WEIGHTS = "model.weights.h5"
_KERAS_MEMBERS = ("metadata.json", _CONFIG, _WEIGHTS)
_MAX_JSON_BYTES = 1 << 24
_FIELDS = {"version": int, "kind": str, "config": dict, "tokenizer": str, "sha256": dict}
_RULE = '`path` must be a model saved by keras_i18n (`model.save("name.keras")`).'


def append(path: Path, manifest: Config, tokenizer: bytes) -> None:
    """Adds tokenizer and manifest to a file that Keras wrote; the manifest gets the digests of all members.

    Args:
        path: a `.keras` file.
        manifest: dict of "kind", "config", "tokenizer" (names of classes, plain data).
        tokenizer: bytes.
    """
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(TOKENIZER, tokenizer)
        digests = {name: _sha256(archive, name) for name in archive.namelist()}
        manifest = {"format": "keras_i18n model", "version": VERSION, **manifest, "sha256": digests}
        manifest = json.loads(json.dumps(manifest))  # keys become text, as whoever reads it has them
        manifest["sha256"][MANIFEST] = _manifest_sha256(manifest)
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def read(path: Path, kinds: Any) -> Any:
    """Manifest and tokenizer bytes of a file, after sizes, names, digests and the network's description were checked.

    Args:
        path: `pathlib.Path`.
        kinds: names of the kinds of models that are known.

    Raises:
        ValueError: the file is damaged, truncated or of another kind.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path)
            manifest = _checked_manifest(archive, path, kinds)
            _check_digests(archive, path, manifest)
            try:
                size = archive.getinfo(_WEIGHTS).file_size
                trusted_config.check(archive.read(_CONFIG), most_numbers=size)
                with StoredMember(archive, _WEIGHTS) as weights, h5py.File(weights, "r") as file:
                    h5_contents.check(file, size)
            except (OSError, ValueError) as error:
                raise ValueError(f"The network in '{path}' cannot be rebuilt: {error}.") from error
            return manifest, archive.read(TOKENIZER)
    except (FileNotFoundError, PermissionError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise _damaged(path, error) from error
        raise
    # A damaged archive makes zipfile raise many kinds of errors: OSError, RuntimeError, struct.error, zlib.error, ...
    except Exception as error:
        raise _damaged(path, error) from error


def _damaged(path, error):
    return ValueError(f"{_RULE} '{path}' is damaged, truncated or something else: {error}.")


def _check_members(archive, path):
    members = archive.infolist()
    names = {member.filename for member in members}
    if MANIFEST not in names:
        told = "It is a Keras model without a tokenizer" if _CONFIG in names else "It is another zip file"
        raise ValueError(f"{_RULE} Received: '{cut(path)}'. {told}.")
    known = {MANIFEST, TOKENIZER, *_KERAS_MEMBERS}
    if names != known or len(members) != len(known):
        raise ValueError(
            f"{_RULE} '{path}' holds other members than a model has: it lacks {sorted(known - names)}, "
            f"and has {sorted(names - known)[:5]} or one twice ({len(members)} members)."
        )
    # a file of several models that was cut off ends in a whole file of one of them
    if min(member.header_offset for member in members) != 0:
        raise ValueError(
            f"{_RULE} '{path}' has bytes before its first member: it is a piece of a larger file, cut off."
        )
    # Keras stores its members as they are: nothing in a model unpacks to more than it takes on the disk.
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise ValueError(f"{_RULE} '{path}' has compressed members and was not opened.")
    total = sum(member.file_size for member in members)
    largest = max(archive.getinfo(name).file_size for name in (MANIFEST, _CONFIG))
    if total > path.stat().st_size or largest > _MAX_JSON_BYTES:
        raise ValueError(f"{_RULE} '{path}' claims to hold {total:,} bytes and was not opened.")


def _checked_manifest(archive, path, kinds):
    try:
        manifest = json.loads(archive.read(MANIFEST))
        wrong = [name for name, kind in _FIELDS.items() if not isinstance(manifest[name], kind)]
        if wrong:
            raise TypeError(f"these fields are of another type: {wrong}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{_RULE} The manifest of '{path}' cannot be read: {error!r:.200}.") from error
    if manifest["version"] != VERSION or manifest["kind"] not in kinds:
        raise ValueError(
            f"This version reads models of version {VERSION} and kinds {', '.join(kinds)}. Received: version "
            f"{shown(manifest['version'])}, kind {shown(manifest['kind'])} in '{cut(path)}'. A newer keras_i18n may read it."
        )
    return manifest


def _manifest_sha256(manifest):
    """Of all that it says but this digest: labels and languages lie here."""
    others = {name: digest for name, digest in manifest["sha256"].items() if name != MANIFEST}
    return hashlib.sha256(json.dumps({**manifest, "sha256": others}, sort_keys=True).encode()).hexdigest()


def _check_digests(archive, path, manifest):
    for name in (*_KERAS_MEMBERS, TOKENIZER):
        if _sha256(archive, name) != manifest["sha256"].get(name):
            raise ValueError(f"'{path}' is damaged: the digest of its member '{name}' differs from the one on record.")
    # files of earlier versions have none
    if MANIFEST in manifest["sha256"] and manifest["sha256"][MANIFEST] != _manifest_sha256(manifest):
        raise ValueError(f"'{path}' was changed after it was saved: the digest of its '{MANIFEST}' differs.")


def _sha256(archive, name):
    # the very bytes that are read later
    with StoredMember(archive, name) if name == _WEIGHTS else archive.open(name) as member:
        return hashlib.file_digest(member, "sha256").hexdigest()


def network_of(path: Path) -> Any:
    """The network in a file that `read` has checked: its weights go from the file into their variables.

    Args:
        path: `pathlib.Path`.
    """
    with zipfile.ZipFile(path) as archive, StoredMember(archive, _WEIGHTS) as weights, h5py.File(weights, "r") as file:
        return network_with_weights(archive.read(_CONFIG), file)
