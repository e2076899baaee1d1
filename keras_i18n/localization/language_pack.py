"""The resource file of one language: its pieces with their scores, its rows, the normaliser, names of labels, thresholds."""

import dataclasses
import math
import pathlib
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.files import atomic_path
from keras_i18n.localization.body_file import KINDS
from keras_i18n.models.saving.file_kind import refuse_another_kind
from keras_i18n.models.saving.sealed_archive import SealedArchive
from keras_i18n.opening import checked_path, told_with_the_path
from keras_i18n.protocols import Config, Path
from keras_i18n.shown import shown
from keras_i18n.tokenizers import JoinedTokenizer, NgramTokenizer, UnigramTokenizer

_TOKENIZER, _IDS, _ROWS = "tokenizer.bin", "ids.int32", "rows.bin"
_TYPES = ("float32", "float16", "int8", "uint8", "int16")  # of what a table has of its rows
_TOKENIZERS = {kind.__name__: kind for kind in (UnigramTokenizer, NgramTokenizer, JoinedTokenizer)}
_ARCHIVE = SealedArchive(
    manifest="keras_i18n_pack.json",
    format="keras_i18n language pack",
    members=(_TOKENIZER, _IDS, _ROWS),
    large=(),
    fields={
        "language": str,
        "body": str,
        "tokenizer": str,
        "pieces": int,
        "tables": list,
        "thresholds": dict,
        "label_names": list,
    },
    version=2,
    called="language packs",
    rule="A language pack must be a file that `localization.make_packs` wrote.",
    way_out="Make the pack again, or download it again.",
)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class LanguagePack:
    """What a language needs beside its model's body.

    Attributes:
        kind: the model's class.
        language: BCP-47 tag.
        body: digest of the body that it belongs to.
        tokenizer: of the model's kind, with the language's pieces and n-grams, and the model's normaliser.
        ids: int32 `(pieces,)`, ascending: their ids in the whole vocabulary.
        tables: for each of the model's token tables what it has of the rows of these ids: name of a weight -> array.
        thresholds: dict, tag -> from which score on a text has a label, where it may have several.
        label_names: the labels' names in the language, in their order; none, or one for each.
    """

    kind: str
    language: str
    body: str
    tokenizer: Any
    ids: np.ndarray
    tables: tuple[Mapping[str, np.ndarray], ...]
    thresholds: Config
    label_names: tuple[str, ...]


def write_pack(pack: LanguagePack, path: Path) -> None:
    """Writes one file, whole or not at all; it is read again before it takes its place.

    Raises:
        ValueError: what was written reads otherwise.
    """
    manifest = {
        "kind": pack.kind,
        "language": pack.language,
        "body": pack.body,
        "tokenizer": type(pack.tokenizer).__name__,
        "pieces": len(pack.ids),
        "tables": [
            [[name, str(rows.dtype), list(rows.shape)] for name, rows in table.items()] for table in pack.tables
        ],
        "thresholds": pack.thresholds,
        "label_names": list(pack.label_names),
    }
    members = {
        _TOKENIZER: pack.tokenizer.to_bytes(),
        _IDS: pack.ids.astype("<i4").tobytes(),
        _ROWS: b"".join(_little(rows).tobytes() for table in pack.tables for rows in table.values()),
    }
    with atomic_path(path) as temporary:
        _ARCHIVE.append(temporary, manifest, members)
        found = read_pack(temporary)
        same = np.array_equal(found.ids, pack.ids) and list(map(_bits, found.tables)) == list(map(_bits, pack.tables))
        if not same or found.tokenizer.digest != pack.tokenizer.digest:
            raise ValueError(f"The pack in '{path}' must read as it was. Received: another one. Nothing was written.")


def read_pack(path: Path) -> LanguagePack:
    """Reads what `write_pack` wrote; sizes and digests are checked first, and nothing in it is run.

    Raises:
        FileNotFoundError: no such file. ValueError: the file is damaged, truncated, changed, newer or of another kind.
    """
    path = checked_path(path, kind="language pack")
    with told_with_the_path(path, expected="a language pack", way_out="Make the pack again, or download it again"):
        refuse_another_kind(path, ("language pack",))
        return _ARCHIVE.read(pathlib.Path(path), KINDS, _pack)


def _pack(archive: zipfile.ZipFile, manifest: Any) -> LanguagePack:
    pieces, described = manifest["pieces"], manifest["tables"]
    if (
        pieces < 1
        or archive.getinfo(_IDS).file_size != 4 * pieces
        or not _fits(described, archive.getinfo(_ROWS).file_size, pieces)
    ):
        raise ValueError(f"it tells of {shown(pieces)} pieces with rows {shown(described)}, and holds others")
    ids = np.frombuffer(archive.read(_IDS), "<i4").astype(np.int32)
    if ids[0] < 0 or (np.diff(ids.astype(np.int64)) <= 0).any():
        raise ValueError("its token ids do not go up")
    tables = _tables(described, archive.read(_ROWS))
    tokenizer = _tokenizer(manifest["tokenizer"], archive.read(_TOKENIZER))
    if tokenizer.vocabulary_size != pieces:
        raise ValueError(f"it tells of {pieces} pieces, and its tokenizer has {tokenizer.vocabulary_size}")
    names = manifest["label_names"]
    if not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"names of labels are no texts: {shown(names)}")
    return LanguagePack(
        kind=manifest["kind"],
        language=tags.normalize(manifest["language"]),
        body=manifest["body"],
        tokenizer=tokenizer,
        ids=ids,
        tables=tables,
        thresholds=manifest["thresholds"],
        label_names=tuple(names),
    )


def _fits(described, size, pieces):
    """Whether tables are told as `write_pack` does, hold so many bytes together, and have a row for each piece."""
    told = [of_table for of_table in described if isinstance(of_table, list) and of_table]
    if not told or len(told) < len(described):
        return False
    for of_table in told:
        for one in of_table:
            if not isinstance(one, list) or len(one) != 3 or not isinstance(one[0], str) or one[1] not in _TYPES:
                return False
            if (
                not isinstance(one[2], list)
                or not one[2]
                or any(type(length) is not int or length < 1 for length in one[2])
            ):
                return False
        if len({one[0] for one in of_table}) < len(of_table) or len({one[2][0] for one in of_table}) > 1:
            return False
    held = sum(math.prod(shape) * np.dtype(kind).itemsize for of_table in told for _, kind, shape in of_table)
    return held == size and all(of_table[0][2][0] <= pieces for of_table in told)


def _tables(described, content):
    found, start = [], 0
    for of_table in described:
        table = {}
        for name, kind, shape in of_table:
            stored = np.dtype(kind).newbyteorder("<")
            table[name] = np.frombuffer(content, stored, math.prod(shape), start).reshape(shape).astype(kind)
            start += table[name].nbytes
            if not np.isfinite(table[name]).all():
                raise ValueError("its rows have numbers that are not finite")
        found.append(table)
    return tuple(found)


def _tokenizer(kind, content):
    if kind not in _TOKENIZERS:
        raise ValueError(f"its tokenizer is none of {', '.join(_TOKENIZERS)}: {shown(kind)}")
    return _TOKENIZERS[kind].from_bytes(content)


def _little(rows):
    return np.ascontiguousarray(rows, rows.dtype.newbyteorder("<"))


def _bits(table):
    return {name: (rows.shape, _little(rows).tobytes()) for name, rows in table.items()}
