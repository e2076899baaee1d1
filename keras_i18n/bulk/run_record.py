"""What an output folder belongs to: written before the first answers, compared when a run goes on."""

import hashlib
import json
import pathlib
from collections.abc import Sequence
from typing import Any

from keras_i18n.bulk.shards import Shard
from keras_i18n.files import atomic_path
from keras_i18n.shown import cut

# readers of Parquet folders pass over names that begin so
FILE = "_run.json"
_VERSION = 1


def record_of(shards: Sequence[Shard], **facts: Any) -> dict[str, Any]:
    """All that the answers of a run depend on."""
    places = json.dumps([[shard.path, vars(shard.place)] for shard in shards])
    return {
        "version": _VERSION,
        **facts,  # in the order in which a difference is told
        "shards": len(shards),
        "rows": sum(shard.rows for shard in shards),
        "input": hashlib.sha256(places.encode()).hexdigest(),
    }


def digest_of(record: dict[str, Any]) -> str:
    """SHA-256 by which each file of answers knows its run."""
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def claim(folder: pathlib.Path, record: dict[str, Any]) -> None:
    """Makes the folder this run's.

    Raises:
        ValueError: it is another's, or has files of something else.
    """
    path = folder / FILE
    if not path.exists():
        others = sorted(each.name for each in folder.iterdir()) if folder.exists() else []
        if others:
            raise ValueError(
                f"`output` must be a new or an empty folder, or that of the same run. Received: '{cut(folder)}', which has "
                f"{cut(', '.join(others[:3]))}. Choose another."
            )
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        return
    found = _read(path)
    # what a user chose is told before what follows from it
    different = [name for name in [*record, *found] if record.get(name) != found.get(name)]
    if different:
        name = different[0]
        raise ValueError(
            f"`output` must be a new or an empty folder, or that of the same run. Received: '{cut(folder)}' of a run with "
            f"another {cut(name)}: {cut(found.get(name))} where this one has {cut(record.get(name))}. Choose another folder."
        )


def _read(path):
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size < 2**20 else None
    except (ValueError, OSError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"'{path}' must be the record of a run. It is damaged. Choose another folder.")
    return found


def model_digest(path: pathlib.Path) -> str:
    """SHA-256 of a file, or of all files of a folder with their names."""
    whole = hashlib.sha256()
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    for each in files:
        if path.is_dir():
            whole.update(each.relative_to(path).as_posix().encode() + b"\0")
        with each.open("rb") as file:
            while piece := file.read(2**20):
                whole.update(piece)
    return whole.hexdigest()
