"""Writes a whole model to one `.keras` file, and keeps the file only if it can be read again."""

import pathlib
from typing import Any

from keras_i18n import networks
from keras_i18n.files import atomic_path
from keras_i18n.models.saving import model_archive
from keras_i18n.models.saving.finite_weights import warn_of_not_finite
from keras_i18n.models.saving.kinds import kinds_with
from keras_i18n.models.saving.rebuilding import check_rebuilding
from keras_i18n.protocols import Path
from keras_i18n.shown import cut


def save(model: Any, path: Path, *, with_optimizer: bool = False) -> None:
    """Writes a model whole or not at all; `path` ends in `.keras`. See `TextModel.save`."""
    path = pathlib.Path(path)
    if path.suffix != ".keras":
        raise ValueError(f"`path` must end in '.keras'. Received: '{cut(path)}'. For .h5: model.network.save(...).")
    manifest = {
        "kind": type(model).__name__,
        "config": model.to_config(),
        "tokenizer": type(model.tokenizer).__name__,
    }
    if manifest["kind"] not in kinds_with("from_saved"):
        raise TypeError(
            f"A model that is saved must be one of {', '.join(kinds_with('from_saved'))}. "
            f"Received: {cut(manifest['kind'])}. Decorate a class of your own with @savable of models/saving/kinds.py."
        )
    tokenizer = model.tokenizer.to_bytes()
    warn_of_not_finite(model.network, path)
    check_rebuilding(model.network)
    network = model.network if with_optimizer else networks.uncompiled(model.network)
    with atomic_path(path) as temporary:
        network.save(temporary)
        model_archive.append(temporary, manifest, tokenizer)
        model_archive.read(temporary, tuple(kinds_with("from_saved")))
