import dataclasses
import pathlib
from typing import Annotated

import typer

from keras_i18n.cli.console import console, show_table, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset


def inspect(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved model (.keras).")],
    data: Annotated[
        str | None,
        typer.Argument(
            help="Texts with their languages: a file with columns text and language. The sample's unless given."
        ),
    ] = None,
    plot: Annotated[pathlib.Path | None, typer.Option(help="Draw it into this file.")] = None,
    json: JSON = None,
) -> None:
    """Tell what a model consists of, and which of its pieces languages use, before anything is cut.

    Of a model whose pieces cannot be chosen, such as a language model, it tells the layers with their sizes.

    Example: keras-i18n inspect topics.keras texts.tsv --plot parts.png
    """
    begin_json(json)
    import keras_i18n
    from keras_i18n import localization

    texts = None if data is None else open_dataset(data, label=None)
    with console.status("loading"):
        loaded = keras_i18n.load(model)
    try:
        found = localization.inspect(loaded, texts)
    except ValueError as error:
        told = _layers(loaded)
        if texts is not None or plot is not None or not told:
            raise
        _show_layers(loaded, told, model.stat().st_size, error)
        write_json({"layers": told, "languages": list(loaded.languages)}, json)
        show_text(f"Next: keras-i18n export {model} FOLDER")
        return
    show_text(found)
    used = {row.language: {"unknown": row.unknown, "pieces": len(row.uses)} for row in found.rows}
    write_json({"parts": dataclasses.asdict(found.parts), "scripts": found.scripts, "languages": used}, json)
    if plot is not None:
        found.plot(plot)
        show_text(f"drawn: {plot}")
    told = [row.language for row in found.rows if row.language in loaded.languages] or list(loaded.languages)
    if told:
        show_text(f"Next: keras-i18n localize {model} {told[0]} smaller.keras")


def _layers(model):
    """Name of each layer with weights -> their bytes, as they are kept."""
    sizes = {}
    for layer in getattr(getattr(model, "network", None), "layers", ()):
        sizes[layer.name] = sum(weight.value.shape.num_elements() * weight.value.dtype.size for weight in layer.weights)
    return {name: size for name, size in sizes.items() if size}


def _show_layers(model, layers, file_bytes, error):
    labels = f", {len(model.labels)} labels" if getattr(model, "labels", ()) else ""
    languages = f"{len(model.languages)} languages" if model.languages else "languages not told"
    show_text(
        f"{type(model).__name__}{labels}, {languages}, {type(model.tokenizer).__name__}, a file of {file_bytes / 1e6:.1f} MB"
    )
    show_table(("layer", "MB"), [(name, f"{size / 1e6:.2f}") for name, size in layers.items()])
    show_text(f"Its pieces are not told. {error}")
