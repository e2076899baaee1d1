"""The file of a model's body: its network without the token tables, and nothing of any language."""

import dataclasses
import hashlib
import json
import pathlib
from typing import Any

import keras
import numpy as np

from keras_i18n import networks
from keras_i18n.files import atomic_path
from keras_i18n.models.saving import model_archive
from keras_i18n.models.saving.file_kind import refuse_another_kind
from keras_i18n.models.saving.finite_weights import not_finite
from keras_i18n.models.saving.kinds import kinds_with
from keras_i18n.models.saving.rebuilding import check_rebuilding
from keras_i18n.models.saving.sealed_archive import SealedArchive
from keras_i18n.opening import checked_path, told_with_the_path
from keras_i18n.protocols import Config, Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import piece_subset
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.training.digest import training_digest, weights_digest

_ARCHIVE = SealedArchive(
    manifest="keras_i18n_body.json",
    format="keras_i18n body",
    members=model_archive.KERAS_MEMBERS,
    large=(model_archive.WEIGHTS,),
    fields={"config": dict, "vocabulary": dict},
    version=2,
    called="bodies",
    rule="`body` must be a file that `localization.make_packs` wrote.",
    way_out="Make body and packs again, or download them again.",
)
KINDS = ("TextClassifier", "TextEncoder")
_ROWS = 2  # of zeros, in place of each token table: a network is tried out with the ids 0 and 1
_WAY_OUT = "Make body and packs again of the model"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelBody:
    """What all languages of a model share.

    Attributes:
        kind: the model's class.
        network: `keras.Model`, the model's own, but for its token tables, which have rows of zeros.
        config: of the model, without its languages.
        vocabulary: "digest" of the whole vocabulary, "ranges" of ids, a (first, last) for each of its parts, "groups" of the
            pieces in each, "tables" for the ranges that the token tables read, "rows" for the digest of all of these.
    """

    kind: str
    network: keras.Model
    config: Config
    vocabulary: Config

    @property
    def digest(self) -> str:
        """Hex SHA-256 of all that makes the model: its packs have the same."""
        described = {"kind": self.kind, "config": self.config, "vocabulary": self.vocabulary}
        return training_digest(**described, weights=weights_digest(self.network))

    @property
    def groups(self) -> list[PieceGroups]:
        """Groups of the pieces in each part of the whole vocabulary."""
        return [PieceGroups.of(groups or None) for groups in self.vocabulary["groups"]]

    @property
    def tables(self) -> list[tuple[int, int]]:
        """The same range for each token table of the network."""
        return [(first, last) for first, last in self.vocabulary["tables"]]

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """(first id, the one after the last) of each part of the whole vocabulary."""
        return [(first, last) for first, last in self.vocabulary["ranges"]]


def body_of(model: Any) -> ModelBody:
    """The body of a model that `make_packs` takes.

    Args:
        model: stays as it is.
    """
    ranges = piece_subset.id_ranges(model.tokenizer)
    # two rows of each table, in place of rows of single languages too, then of zeros
    network = networks.with_selected_rows(
        networks.uncompiled(model.network), np.repeat([first for first, _ in ranges], _ROWS)
    )
    zeros = [
        {name: np.zeros_like(some) for name, some in table.items()} for table in networks.table_rows(network) or ()
    ]
    network = networks.with_other_rows(network, zeros)
    config = {**model.to_config(), "languages": []}
    if "thresholds" in config:
        config["thresholds"] = {tag: values for tag, values in config["thresholds"].items() if tag == "und"}
    vocabulary = {
        "digest": model.tokenizer.digest,
        "ranges": ranges,
        "groups": [_groups(part) for part in getattr(model.tokenizer, "tokenizers", [model.tokenizer])],
        "tables": [(table.first, table.last) for table in networks.token_tables(model.network)],
        "rows": _rows_digest(model.network),
    }
    # as whoever reads the file has them
    config, vocabulary = json.loads(json.dumps([config, vocabulary]))
    return ModelBody(kind=type(model).__name__, network=network, config=config, vocabulary=vocabulary)


def _groups(tokenizer):
    groups = getattr(tokenizer, "groups", None)
    return groups.get_config() if groups and groups.starts else {}


def _rows_digest(network):
    found = hashlib.sha256()
    for table in networks.token_tables(network):
        for weight in table.layer.weights:
            found.update(np.ascontiguousarray(weight.numpy()))
    return found.hexdigest()


def write_body(body: ModelBody, path: Path) -> None:
    """Writes one file, whole or not at all; it is read again before it takes its place.

    Args:
        body: with finite weights.
        path: ends in `.keras`.

    Raises:
        ValueError: weights that are no numbers, or a network that cannot be built again.
    """
    if names := not_finite(body.network):
        raise ValueError(
            f"The weights of a body must be finite. Received: NaN or infinite numbers in {cut(', '.join(names[:3]))}. "
            "Train again with a lower learning rate, or load an earlier file."
        )
    check_rebuilding(body.network)
    with atomic_path(path) as temporary:
        body.network.save(temporary)
        manifest = {"kind": body.kind, "config": body.config, "vocabulary": body.vocabulary}
        _ARCHIVE.append(temporary, manifest, {})
        found = read_body(temporary)
        if found.digest != body.digest:
            raise ValueError(f"The body in '{path}' must read as it was. Received: other weights. Nothing was written.")


def read_body(path: Path) -> ModelBody:
    """Reads what `write_body` wrote; sizes, digests and the network's description are checked first.

    Raises:
        FileNotFoundError: no such file. ValueError: the file is damaged, truncated, changed, newer or of another kind.
    """
    path = checked_path(path, kind="body of a model")
    with told_with_the_path(path, expected="the body of a model", way_out=_WAY_OUT):
        refuse_another_kind(path, ("body of a model",))
        return _ARCHIVE.read(pathlib.Path(path), KINDS, lambda archive, manifest: _body(archive, manifest, path))


def _body(archive, manifest, path):
    model_archive.check_network(archive, path)
    vocabulary = manifest["vocabulary"]
    if set(vocabulary) != {"digest", "ranges", "groups", "tables", "rows"} or manifest["kind"] not in kinds_with(
        "from_saved"
    ):
        raise ValueError(f"what it tells of its vocabulary lacks something: {sorted(vocabulary)}")
    import keras_i18n.layers  # noqa: F401  (registers the layers that the file names)

    network = model_archive.network_of(path)
    body = ModelBody(kind=manifest["kind"], network=network, config=manifest["config"], vocabulary=vocabulary)
    tables = networks.table_rows(network) or [{}]
    if any(len(some) != _ROWS or some.any() for rows in tables for some in rows.values()) or not all(tables):
        raise ValueError("its network has token tables of its own")
    _check_vocabulary(vocabulary, len(tables))
    return body


def _check_vocabulary(vocabulary, count):
    ranges, of_tables, groups = (vocabulary[name] for name in ("ranges", "tables", "groups"))
    if not all(isinstance(some, list) for some in (ranges, of_tables, groups)) or len(of_tables) != count:
        raise ValueError(f"it has {count} token tables, and tells of others: {shown(of_tables)}")
    ends = [0]
    for pair in ranges:
        whole = isinstance(pair, list) and len(pair) == 2 and all(type(end) is int for end in pair)
        if not whole or pair[0] != ends[-1] or pair[1] <= pair[0]:
            raise ValueError(f"its ranges of ids are none: {shown(ranges)}")
        ends.append(pair[1])
    if len(groups) != len(ranges) or not all(pair in ranges for pair in of_tables):
        raise ValueError(f"its tables have rows for {shown(of_tables)}, its vocabulary ids in {shown(ranges)}")
    for one in groups:
        PieceGroups.of(one or None)
