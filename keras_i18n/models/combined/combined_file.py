"""The file of several models that are one: a `.keras` archive of whole `.keras` files."""

import hashlib
import json
import pathlib
import tempfile
import zipfile
from typing import Any

from keras_i18n.files import atomic_path
from keras_i18n.models.saving.kinds import kinds_with, layout
from keras_i18n.models.saving.loading import load
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_MANIFEST = "keras_i18n_combined.json"
_MAX_MEMBERS = 256


def save(model: Any, path: Path, *, with_optimizer: bool = False) -> None:
    """Writes an `Ensemble` or `Router` whole or not at all; `path` ends in `.keras`.

    Every member is written as its own `save` does, with the checks of its reader.
    """
    path = pathlib.Path(path)
    if path.suffix != ".keras":
        raise ValueError(f"`path` must end in '.keras'. Received: '{cut(path)}'.")
    with atomic_path(path) as temporary, tempfile.TemporaryDirectory(dir=temporary.parent) as folder:
        digests = []
        with zipfile.ZipFile(temporary, "w") as archive:
            for number, member in enumerate(model.parts):
                file = pathlib.Path(folder) / f"member_{number}.keras"
                member.save(file, with_optimizer=with_optimizer)
                with open(file, "rb") as opened:
                    digests.append(hashlib.file_digest(opened, "sha256").hexdigest())
                archive.write(file, file.name)
                file.unlink()
            manifest = {"version": 1, "kind": type(model).__name__, "config": model.to_config(), "sha256": digests}
            archive.writestr(_MANIFEST, json.dumps(manifest))


@layout(_MANIFEST)
def load_combined(path: Path) -> Any:
    """Reads what `save` wrote.

    Raises:
        ValueError: the file is damaged or of another kind.
    """
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            manifest = json.loads(archive.read(_MANIFEST))
            kind, config = kinds_with("from_parts")[manifest["kind"]], manifest["config"]
            digests = manifest["sha256"]
            names = [f"member_{number}.keras" for number in range(len(digests))]
            if sorted(archive.namelist()) != sorted([*names, _MANIFEST]) or len(names) > _MAX_MEMBERS:
                raise ValueError("its members are not those of its manifest")
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise ValueError("its members are compressed")
            parts = []
            for name, digest in zip(names, digests, strict=True):
                file = pathlib.Path(archive.extract(name, folder))
                with open(file, "rb") as opened:
                    if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                        raise ValueError(f"the digest of '{name}' differs from the one on record")
                parts.append(load(file))
                file.unlink()
            return kind.from_parts(parts, config)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
        raise ValueError(f"'{path}' is damaged or no combined model: {error!r:.300}") from error
