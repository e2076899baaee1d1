"""The resource file of one language: its pieces with their scores, its rows, the normaliser, names of labels, thresholds."""

import dataclasses
import pathlib
import zipfile
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
from keras_i18n.tokenizers import UnigramTokenizer

_TOKENIZER, _IDS, _ROWS = "tokenizer.bin", "ids.int32", "rows.float32"
_ARCHIVE = SealedArchive(
    manifest="keras_i18n_pack.json",
    format="keras_i18n language pack",
    members=(_TOKENIZER, _IDS, _ROWS),
    large=(),
    fields={"language": str, "body": str, "pieces": int, "dim": int, "thresholds": dict, "label_names": list},
    version=1,
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
        tokenizer: `UnigramTokenizer` of the language's pieces, with the model's normaliser.
        ids: int32 `(pieces,)`, ascending: their ids in the whole vocabulary.
        rows: float32 `(pieces, dim)`, the row of each.
        thresholds: dict, tag -> from which score on a text has a label, where it may have several.
        label_names: the labels' names in the language, in their order; none, or one for each.
    """

    kind: str
    language: str
    body: str
    tokenizer: UnigramTokenizer
    ids: np.ndarray
    rows: np.ndarray
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
        "pieces": len(pack.ids),
        "dim": int(pack.rows.shape[1]),
        "thresholds": pack.thresholds,
        "label_names": list(pack.label_names),
    }
    members = {
        _TOKENIZER: pack.tokenizer.to_bytes(),
        _IDS: pack.ids.astype("<i4").tobytes(),
        _ROWS: pack.rows.astype("<f4").tobytes(),
    }
    with atomic_path(path) as temporary:
        _ARCHIVE.append(temporary, manifest, members)
        found = read_pack(temporary)
        same = np.array_equal(found.rows, pack.rows) and np.array_equal(found.ids, pack.ids)
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
    pieces, dim = manifest["pieces"], manifest["dim"]
    sizes = {_IDS: 4 * pieces, _ROWS: 4 * pieces * dim}
    if pieces < 1 or dim < 1 or any(archive.getinfo(name).file_size != size for name, size in sizes.items()):
        raise ValueError(f"it tells of {shown(pieces)} pieces with {shown(dim)} numbers each, and holds others")
    ids = np.frombuffer(archive.read(_IDS), "<i4").astype(np.int32)
    rows = np.frombuffer(archive.read(_ROWS), "<f4").astype(np.float32).reshape(pieces, dim)
    if ids[0] < 0 or (np.diff(ids.astype(np.int64)) <= 0).any():
        raise ValueError("its token ids do not go up")
    if not np.isfinite(rows).all():
        raise ValueError("its rows have numbers that are not finite")
    tokenizer = UnigramTokenizer.from_bytes(archive.read(_TOKENIZER))
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
        rows=rows,
        thresholds=manifest["thresholds"],
        label_names=tuple(names),
    )
