import dataclasses
import pathlib
from typing import Annotated

import typer

from keras_i18n.cli import resources
from keras_i18n.cli.console import console, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.localize import LANGUAGES, TEXTS, WORDS, read_given, split_tags
from keras_i18n.shown import cut


def compact(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved classifier or encoder (.keras); it stays as it is.")],
    languages: LANGUAGES,
    to: Annotated[pathlib.Path, typer.Argument(help="The file to write: .tflite, .onnx, or a model (.keras).")],
    max_megabytes: Annotated[float, typer.Option(help="The most megabytes of an exported file.")] = 8.0,
    texts: TEXTS = None,
    words: WORDS = None,
    json: JSON = None,
) -> None:
    """Cut a model to some of its languages and so many megabytes.

    Example: keras-i18n compact topics.keras fr topics-fr.tflite --max-megabytes 8 --words words-fr.txt
    """
    begin_json(json)
    wanted = split_tags(languages)
    suffix = to.suffix.removeprefix(".")
    if suffix not in ("tflite", "onnx", "keras"):
        raise typer.BadParameter(
            f"A file ends in .tflite, .onnx or .keras. Received: {cut(to)}.", param_hint="the file"
        )
    given = read_given(texts, words, wanted)
    import keras_i18n
    from keras_i18n import localization

    with console.status("loading"):
        full = keras_i18n.load(model)
    with console.status("cutting and comparing"):
        smaller, report = localization.compact(
            full,
            wanted,
            max_bytes=round(max_megabytes * 1e6),
            format="onnx" if suffix == "onnx" else "tflite",
            **given,
        )
    show_text(report)
    told = {
        "file": str(to),
        "languages": report.languages,
        "pieces": report.pieces,
        "tiers": dict(report.plan.tiers),
        "rows": [dataclasses.asdict(row) for row in report.rows],
    }
    if suffix == "keras":
        smaller.save(to)
        write_json(told, json)
        show_text(f"saved {to}. Next: keras-i18n export {to} FOLDER --formats tflite --precision int8")
        return
    size = resources.write_one_file(smaller, to, suffix)
    if size > max_megabytes * 1e6:
        raise ValueError(
            f"The file must take at most {max_megabytes:g} MB. Received: '{cut(to)}' of {size / 1e6:.2f} MB, where "
            f"{report.file_bytes / 1e6:.2f} were expected. Ask for a little less."
        )
    write_json({**told, "bytes": size}, json)
    show_text(f"wrote {to}, {size / 1e6:.2f} MB. Next: keras-i18n predict {to} TEXT")
