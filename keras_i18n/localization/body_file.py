"""The file of a model's body: its network without the token table, and nothing of any language."""

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
from keras_i18n.shown import cut
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.training.digest import training_digest, weights_digest

_ARCHIVE = SealedArchive(
    manifest="keras_i18n_body.json",
    format="keras_i18n body",
    members=model_archive.KERAS_MEMBERS,
    large=(model_archive.WEIGHTS,),
    fields={"config": dict, "vocabulary": dict},
    version=1,
    called="bodies",
    rule="`body` must be a file that `localization.make_packs` wrote.",
    way_out="Make body and packs again, or download them again.",
)
KINDS = ("TextClassifier", "TextEncoder")
_ROWS = 2  # of zeros, in place of the token table: a network is tried out with the ids 0 and 1
_WAY_OUT = "Make body and packs again of the model"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelBody:
    """What all languages of a model share.

    Attributes:
        kind: the model's class.
        network: `keras.Model`, the model's own, but for its token table, which has rows of zeros.
        config: of the model, without its languages.
        vocabulary: "digest" of the whole vocabulary, "groups" of its pieces, "rows" for the digest of the whole table.
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
    def groups(self) -> PieceGroups:
        """Groups of the whole vocabulary's pieces."""
        return PieceGroups.of(self.vocabulary["groups"] or None)

    @property
    def dim(self) -> int:
        """Numbers of a row."""
        return networks.token_embedding(self.network).dim


def body_of(model: Any) -> ModelBody:
    """The body of a `TextClassifier` or `TextEncoder` on a `UnigramTokenizer`.

    Args:
        model: stays as it is.
    """
    rows = networks.token_rows(model.network)
    network = networks.with_table(networks.uncompiled(model.network), np.zeros((_ROWS, rows.shape[1]), "float32"))
    config = {**model.to_config(), "languages": []}
    if "thresholds" in config:
        config["thresholds"] = {tag: values for tag, values in config["thresholds"].items() if tag == "und"}
    vocabulary = {
        "digest": model.tokenizer.digest,
        "groups": model.tokenizer.groups.get_config() if model.tokenizer.groups.starts else {},
        "rows": hashlib.sha256(np.ascontiguousarray(rows)).hexdigest(),
    }
    # as whoever reads the file has them
    config, vocabulary = json.loads(json.dumps([config, vocabulary]))
    return ModelBody(kind=type(model).__name__, network=network, config=config, vocabulary=vocabulary)


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
    if set(vocabulary) != {"digest", "groups", "rows"} or manifest["kind"] not in kinds_with("from_saved"):
        raise ValueError(f"what it tells of its vocabulary lacks something: {sorted(vocabulary)}")
    import keras_i18n.layers  # noqa: F401  (registers the layers that the file names)

    network = model_archive.network_of(path)
    body = ModelBody(kind=manifest["kind"], network=network, config=manifest["config"], vocabulary=vocabulary)
    if networks.token_embedding(network).num_rows != _ROWS:
        raise ValueError("its network has a token table of its own")
    PieceGroups.of(vocabulary["groups"] or None)
    return body
