"""What a search has measured, kept in a file, so that an interrupted one goes on where it was."""

import hashlib
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown

_FILE = "precision_search.json"
_MOST_BYTES = 1 << 20
_FIELDS = {"precision": str, "loss": float, "worst_language": str, "mean_loss": float}


class SearchBackup:
    """Keeps what was measured of each precision, and gives it back to a search of the same model and texts.

    Args:
        folder: where the file is kept, made if it is missing; None for no backup.
        digest: hex digest of all that decides what is measured.

    Raises:
        ValueError: the file is damaged, or of another search.
    """

    def __init__(self, folder: Path | None, *, digest: str) -> None:
        self.file = None if folder is None else pathlib.Path(folder) / _FILE
        self.digest = digest
        self.kept: dict[str, dict[str, Any]] = {}
        if self.file is None or not self.file.exists():
            return
        try:
            if self.file.stat().st_size > _MOST_BYTES:
                raise ValueError(f"{self.file.stat().st_size:,} bytes")
            stored = json.loads(self.file.read_text("utf-8"))
            found, kept = stored["digest"], {row["precision"]: row for row in stored["tried"]}
            for row in kept.values():
                wrong = [name for name, kind in _FIELDS.items() if not isinstance(row[name], kind)]
                size = row["bytes"]
                if wrong or set(row) != {*_FIELDS, "bytes"} or not (size is None or type(size) is int):
                    raise ValueError(f"a row of another form, {shown(row)}")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(
                f"The backup '{cut(self.file)}' is damaged ({cut(error)}). Remove it to start again."
            ) from error
        if found != digest:
            raise ValueError(
                "`backup_dir` must belong to this search: the same model, texts and formats. Received: "
                f"'{cut(self.file.parent)}' of another one. Empty the folder, or name another."
            )
        self.kept = kept

    def keep(self, tried: Mapping[str, Any]) -> None:
        """Writes what was measured so far; a no-op without a folder.

        Args:
            tried: the fields of one precision.
        """
        self.kept[tried["precision"]] = dict(tried)
        if self.file is not None:
            with atomic_path(self.file) as temporary:
                temporary.write_text(json.dumps({"digest": self.digest, "tried": list(self.kept.values())}), "utf-8")


def search_digest(
    model: Any, texts: Sequence[str], languages: Sequence[str], labels: Any, formats: Sequence[str]
) -> str:
    """Hex SHA-256 of all that decides a search.

    Args:
        model: with `with_networks` and a tokenizer.
        texts, languages: of the data set. labels: its labels, or None.
        formats: of the files that are weighed.
    """
    told = [list(texts), list(map(str, languages)), None if labels is None else list(labels), list(formats)]
    told += [list(map(str, getattr(model, "labels", ()))), model.tokenizer.digest]
    digest = hashlib.sha256(json.dumps(told).encode())

    def add(network):
        for weight in network.weights:
            digest.update(f"{tuple(weight.shape)} {weight.dtype}".encode())
            digest.update(np.ascontiguousarray(keras.ops.convert_to_numpy(weight)).tobytes())
        return network

    model.with_networks(add)
    return digest.hexdigest()
