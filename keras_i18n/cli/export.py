import os
import pathlib
from typing import Annotated

import typer

from keras_i18n.cli.console import console, progress_bar, show_table, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json

_FORMATS = "saved_model,h5,keras,tflite,onnx"


def export(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved model (.keras).")],
    folder: Annotated[pathlib.Path, typer.Argument(help="Where the files go.")],
    formats: Annotated[str, typer.Option(help="Which formats, with commas between.")] = _FORMATS,
    precision: Annotated[str, typer.Option(help="float32, float16 or int8.")] = "float32",
    json: JSON = None,
) -> None:
    """Write a model in formats that run anywhere, the tokenizer inside.

    Example: keras-i18n export model.keras saved_models/assistant --formats tflite,onnx --precision float16
    """
    begin_json(json)
    import keras_i18n

    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    with console.status("loading"):
        loaded = keras_i18n.load(model)
    with progress_bar("exporting", total=len(wanted)) as show:
        keras_i18n.export(loaded, folder, formats=wanted, precision=precision, progress=show)
    show_files(folder)
    show_text(f"Next: keras-i18n verify {model} {folder} DATA")
    sizes = dict(_sizes(folder))
    write_json({"folder": str(folder), "formats": wanted, "precision": precision, "bytes": sizes}, json)


def show_files(folder: str | os.PathLike[str]) -> None:
    """A table of what lies in a folder of exports."""
    show_table(("file", "size"), [(name, f"{size / 1e6:,.1f} MB") for name, size in _sizes(folder)])


def _sizes(folder):
    """(name, bytes) of what lies in a folder; of a SavedModel all its files together."""
    for path in sorted(pathlib.Path(folder).iterdir()):
        files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
        yield path.name, sum(file.stat().st_size for file in files)
