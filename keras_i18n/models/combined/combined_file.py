"""The file of several models that are one: a `.keras` archive of whole `.keras` files."""

import hashlib
import json
import pathlib
import zipfile
from typing import Any

from keras_i18n.files import atomic_path
from keras_i18n.leftovers import temporary_folder
from keras_i18n.models.saving.kinds import kinds_with, layout
from keras_i18n.models.saving.loading import load
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_MANIFEST = "keras_i18n_combined.json"
_VERSION = 2  # files of version 1 have no digest of the manifest
_MAX_MEMBERS = 256
_MAX_MANIFEST_BYTES = 1 << 20


def save(model: Any, path: Path, *, with_optimizer: bool = False) -> None:
    """Writes an `Ensemble` or `Router` whole or not at all; `path` ends in `.keras`.

    Every member is written as its own `save` does, with the checks of its reader.
    """
    path = pathlib.Path(path)
    if path.suffix != ".keras":
        raise ValueError(f"`path` must end in '.keras'. Received: '{cut(path)}'.")
    with atomic_path(path) as temporary:
        digests = []
        with zipfile.ZipFile(temporary, "w") as archive:
            for number, member in enumerate(model.parts):
                file = temporary.with_name(_member(number))
                member.save(file, with_optimizer=with_optimizer)
                with open(file, "rb") as opened:
                    digests.append(hashlib.file_digest(opened, "sha256").hexdigest())
                archive.write(file, file.name)
                file.unlink()
            config = json.loads(json.dumps(model.to_config()))  # keys become text, as whoever reads it has them
            manifest = {"version": _VERSION, "kind": type(model).__name__, "config": config, "sha256": digests}
            archive.writestr(_MANIFEST, json.dumps({**manifest, "digest": _digest(manifest)}))
        with zipfile.ZipFile(temporary) as archive:
            _manifest(archive)


@layout(_MANIFEST)
def load_combined(path: Path) -> Any:
    """Reads what `save` wrote.

    Raises:
        ValueError: the file is damaged, was changed or is of another kind.
    """
    try:
        with zipfile.ZipFile(path) as archive, temporary_folder("members") as folder:
            manifest = _manifest(archive)
            kind = kinds_with("from_parts")[manifest["kind"]]
            parts = []
            for number, digest in enumerate(manifest["sha256"]):
                file = pathlib.Path(archive.extract(_member(number), folder))
                with open(file, "rb") as opened:
                    if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                        raise ValueError(f"the digest of '{file.name}' differs from the one on record")
                parts.append(load(file))
                file.unlink()
            return kind.from_parts(parts, manifest["config"])
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
        raise ValueError(f"'{path}' is damaged or no combined model: {error!r:.300}") from error


def _manifest(archive):
    """What the archive says of itself, after its members and its digest were checked."""
    entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise ValueError("its members are compressed")
    if archive.getinfo(_MANIFEST).file_size > _MAX_MANIFEST_BYTES:
        raise ValueError("its manifest is too long")
    manifest = json.loads(archive.read(_MANIFEST))
    digest = manifest.pop("digest", None)
    if manifest["version"] not in (1, _VERSION):
        raise ValueError(f"it is of version {manifest['version']!r:.20}; a newer keras_i18n may read it")
    if (digest is not None or manifest["version"] == _VERSION) and digest != _digest(manifest):
        raise ValueError("it was changed after it was saved: the digest of its manifest differs")
    names = [_member(number) for number in range(len(manifest["sha256"]))]
    if sorted(entry.filename for entry in entries) != sorted([*names, _MANIFEST]) or len(names) > _MAX_MEMBERS:
        raise ValueError("its members are not those of its manifest")
    return manifest


def _member(number):
    return f"member_{number}.keras"


def _digest(manifest):
    """Of the kind, the weights or routes, and the order of the members."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
