import os
import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import console, progress_bar, show_table, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset
from keras_i18n.shown import cut

_FORMATS = "saved_model,h5,keras,tflite,onnx"
_BY_NAME = "The body takes what a pack gives, by name: see examples/python_litert/chained_files.py"
# part of a model -> how an app uses its files
_CHAINED = {
    "body": _BY_NAME,
    "pack": _BY_NAME,
    "steps": "A step takes what the encoder or the step before gives, by name: see examples/python_litert/streamed_translation.py",
}


def export(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved model (.keras).")],
    folder: Annotated[pathlib.Path, typer.Argument(help="Where the files go.")],
    formats: Annotated[str | None, typer.Option(help=f"Which formats, with commas between. All: {_FORMATS}.")] = None,
    precision: Annotated[
        str | None, typer.Option(help="float32, float16, int8, int4, mixed3, pq2, pq1 or auto.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="android, ios, web, edge, mediapipe or server: chooses formats, precision and threads."),
    ] = None,
    max_bytes: Annotated[int | None, typer.Option(help="A file must be no larger: chooses the precision.")] = None,
    max_loss: Annotated[
        float | None, typer.Option(help="The worst language may lose so much, 0.01 is a point: chooses the precision.")
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            help="'body' for what all languages share (body.tflite, body.onnx), 'pack' for tokenizer and rows of the model's "
            "languages, hashed n-grams among them: an app chains the two. 'steps' of a translator for an encoder and a step, "
            "which give a translation while it grows. The whole model unless given."
        ),
    ] = None,
    beam: Annotated[
        int | None, typer.Option(help="Of a translator: versions of a translation that the files follow; 1 is greedy.")
    ] = None,
    data: Annotated[str | None, typer.Option(help=f"To choose by. {options.DATA}")] = None,
    backup: Annotated[
        pathlib.Path | None,
        typer.Option(help="Keep what was tried in this folder: a search that was interrupted goes on from there."),
    ] = None,
    json: JSON = None,
) -> None:
    """Write a model in formats that run anywhere, the tokenizer inside.

    Example: keras-i18n export model.keras saved_models/assistant --target android --max-loss 0.01 --data sample:assistant
    """
    begin_json(json)
    chosen: dict[str, Any] = {"target": target, "precision": precision}
    if formats is not None:
        chosen["formats"] = [name.strip() for name in formats.split(",") if name.strip()]
    dataset = None if data is None else open_dataset(data, labels_may_lack=True, part="test")
    _check_folder(folder)
    from keras_i18n.opening import checked_path

    checked_path(model, kind="model file")
    import keras_i18n

    row = keras_i18n.export.checked_target(target)
    keras_i18n.export.writing.checked_formats(chosen.get("formats", row.formats))
    keras_i18n.export.precisions.checked_precision(precision or row.precision)
    with console.status("loading"):
        loaded = keras_i18n.load(model)
    if beam is not None:
        if not isinstance(loaded, keras_i18n.Translator):
            raise typer.BadParameter("Only a translator searches: leave it out.", param_hint="--beam")
        loaded.beam = beam
    if part is not None:
        _export_part(loaded, folder, part, chosen)
        show_files(folder)
        show_text(_CHAINED[part])
        write_json({"folder": str(folder), "part": part, "bytes": dict(_sizes(folder))}, json)
        return
    if max_bytes is not None or max_loss is not None or precision == "auto":
        chosen["precision"] = _chosen(
            loaded, dataset, chosen, {"max_bytes": max_bytes, "max_loss": max_loss, "backup_dir": backup}
        )
    with progress_bar("exporting") as show:
        keras_i18n.export.export(loaded, folder, **chosen, progress=show)
    show_files(folder)
    show_text(f"Next: keras-i18n verify {model} {folder} DATA")
    sizes = dict(_sizes(folder))
    told = {"formats": list(chosen.get("formats", row.formats)), "precision": chosen["precision"] or row.precision}
    write_json({"folder": str(folder), **told, "bytes": sizes}, json)


def _check_folder(folder):
    """Refuses the name of a file: each format is a file in the folder, or a folder in it."""
    if folder.suffix in (".tflite", ".onnx", ".h5", ".keras"):
        raise typer.BadParameter(
            f"A folder takes the files, model{cut(folder.suffix)} among them. Received: {cut(folder)}. Such as "
            f"{cut(folder.with_suffix(''))} --formats {cut(folder.suffix[1:])}.",
            param_hint="FOLDER",
        )


def _export_part(model, folder, part, chosen):
    """The body of a model, or its pack, named after its language where it has one."""
    import keras_i18n

    if part not in _CHAINED:
        raise ValueError(f"A part is 'body', 'pack' or 'steps'. Received: {cut(part)}.")
    if chosen["target"] is not None:
        raise ValueError(f"--target is for whole models. Received: --part {cut(part)} with it.")
    given = {name: value for name, value in chosen.items() if value is not None}
    with progress_bar("exporting") as show:
        if part == "body":
            keras_i18n.export.export_body(model, folder, **given, progress=show)
        elif part == "steps":
            keras_i18n.export.export_steps(model, folder, **given, progress=show)
        else:
            name = model.languages[0] if len(model.languages) == 1 else "pack"
            keras_i18n.export.export_pack(model, folder, name=name, **given, progress=show)


def _chosen(model, dataset, chosen, limits):
    """The precision that the limits allow; what was tried is shown."""
    import keras_i18n

    if dataset is None:
        raise ValueError("A precision is chosen by texts in each language. Give --data. Received: none.")
    if chosen["precision"] not in (None, "auto"):
        raise ValueError(f"Limits choose the precision. Received: --precision {cut(chosen['precision'])} with a limit.")
    target = keras_i18n.export.checked_target(chosen["target"])
    formats = chosen.get("formats", target.formats)
    with progress_bar("trying") as show:
        found = keras_i18n.export.choose_precision(model, dataset, formats=formats, **limits, progress=show)
    show_text(str(found))
    return found.precision


def show_files(folder: str | os.PathLike[str]) -> None:
    """A table of what lies in a folder of exports."""
    show_table(("file", "size"), [(name, f"{size / 1e6:,.1f} MB") for name, size in _sizes(folder)])


def _sizes(folder):
    """(name, bytes) of what lies in a folder; of a SavedModel all its files together."""
    for path in sorted(pathlib.Path(folder).iterdir()):
        files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
        yield path.name, sum(file.stat().st_size for file in files)
