"""The members of a saved model: a `.keras` archive with a tokenizer and a manifest beside Keras' own members."""

import pathlib
import zipfile
from typing import Any

import h5py

from keras_i18n.keras_privates import network_with_weights
from keras_i18n.models.saving import h5_contents, trusted_config
from keras_i18n.models.saving.sealed_archive import SealedArchive
from keras_i18n.models.saving.stored_member import StoredMember
from keras_i18n.protocols import Config, Path

MANIFEST = "keras_i18n.json"
TOKENIZER = "tokenizer.bin"
_CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
KERAS_MEMBERS = ("metadata.json", _CONFIG, WEIGHTS)
_MODEL = SealedArchive(
    manifest=MANIFEST,
    format="keras_i18n model",
    members=(*KERAS_MEMBERS, TOKENIZER),
    large=(WEIGHTS,),
    fields={"config": dict, "tokenizer": str},
    version=1,
    called="models",
    rule='`path` must be a model saved by keras_i18n (`model.save("name.keras")`).',
    way_out="Save the model again.",
    without_manifest={_CONFIG: "It is a Keras model without a tokenizer"},
    may_lack_digest=True,
)


def append(path: Path, manifest: Config, tokenizer: bytes) -> None:
    """Adds tokenizer and manifest to a file that Keras wrote; the manifest gets the digests of all members.

    Args:
        path: a `.keras` file.
        manifest: dict of "kind", "config", "tokenizer" (names of classes, plain data).
        tokenizer: bytes.
    """
    _MODEL.append(path, manifest, {TOKENIZER: tokenizer})


def read(path: Path, kinds: Any) -> Any:
    """Manifest and tokenizer bytes of a file, after sizes, names, digests and the network's description were checked.

    Args:
        path: `pathlib.Path`.
        kinds: names of the kinds of models that are known.

    Raises:
        ValueError: the file is damaged, truncated or of another kind.
    """

    def used(archive, manifest):
        check_network(archive, path)
        return manifest, archive.read(TOKENIZER)

    return _MODEL.read(pathlib.Path(path), kinds, used)


def check_network(archive: zipfile.ZipFile, path: Path) -> None:
    """Looks through a network's description and weights before Keras gets them.

    Args:
        archive: open, with Keras' members.
        path: of the archive, for errors.

    Raises:
        ValueError: they name what is no building block, reach out of the file, or unfold to more than it holds.
    """
    try:
        size = archive.getinfo(WEIGHTS).file_size
        trusted_config.check(archive.read(_CONFIG), most_numbers=size)
        with StoredMember(archive, WEIGHTS) as weights, h5py.File(weights, "r") as file:
            h5_contents.check(file, size)
    except (OSError, ValueError) as error:
        raise ValueError(f"The network in '{path}' cannot be rebuilt: {error}.") from error


def network_of(path: Path) -> Any:
    """The network in a file that `read` has checked: its weights go from the file into their variables.

    Args:
        path: `pathlib.Path`.
    """
    with zipfile.ZipFile(path) as archive, StoredMember(archive, WEIGHTS) as weights, h5py.File(weights, "r") as file:
        return network_with_weights(archive.read(_CONFIG), file)
