"""Files that a callback writes while a model trains: whole models, whichever part of them is trained."""

import contextlib
from collections.abc import Iterator
from typing import Any

from keras_i18n import networks
from keras_i18n.training.mixed_precision import in_float32


@contextlib.contextmanager
def whole_files(trained: Any, model: Any, *, mixed_precision: str | None = None) -> Iterator[Any]:
    """A block in which the files of what is trained are those of the whole model.

    A callback such as `keras.callbacks.ModelCheckpoint` sees only what is trained: a head without its encoder, a network
    without its tokenizer, a copy on several devices. In the block `trained.save` writes what `model.save` writes, and
    `save_weights` and `load_weights` are those of `model.network`.

    Args:
        trained: the `keras.Model` that the callbacks see.
        model: the `TextModel` that it is a part or a copy of.
        mixed_precision: what the block computes in; files say float32 none the less.
    """
    network = networks.uncompiled(model.network)
    copy_back = getattr(trained, "copy_back", lambda: None)

    def save(filepath, overwrite=True, **_):
        copy_back()
        with in_float32(model.network) if mixed_precision else contextlib.nullcontext():
            model.save(filepath)

    def save_weights(filepath, overwrite=True, **options):
        network.save_weights(filepath, overwrite=overwrite, **options)

    def load_weights(filepath, **options):
        network.load_weights(filepath, **options)

    methods: dict[str, Any] = {"save": save}
    if trained is not model.network and not hasattr(trained, "copy_back"):
        methods |= {"save_weights": save_weights, "load_weights": load_weights}
    for name, method in methods.items():
        setattr(trained, name, method)
    try:
        yield
    finally:
        for name in methods:
            delattr(trained, name)
