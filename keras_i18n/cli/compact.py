import dataclasses
import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import resources
from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.localize import LANGUAGES, TEXTS, WORDS, read_given, split_tags
from keras_i18n.shown import cut

_TRIALS = 3  # each takes as long as the first
_MARGIN = 2_000  # bytes: another choice of rows changes what is not rows by as much


def compact(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved classifier or encoder (.keras); it stays as it is.")],
    languages: LANGUAGES,
    to: Annotated[pathlib.Path, typer.Argument(help="The file to write: .tflite, .onnx, or a model (.keras).")],
    max_megabytes: Annotated[float, typer.Option(help="The most megabytes of an exported file.")] = 8.0,
    max_loss: Annotated[
        float | None,
        typer.Option(
            help="Write nothing where more of a language's texts than this share get another label (of an encoder: where "
            "vectors are further off): 0.02 is 2 of 100."
        ),
    ] = None,
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
    limit = round(max_megabytes * 1e6)
    format = "onnx" if suffix == "onnx" else "tflite"

    def cut_to(room):
        with progress_bar("compacting", total=3) as show:
            smaller, report = localization.compact(full, wanted, max_bytes=room, format=format, progress=show, **given)
        report = dataclasses.replace(report, max_bytes=limit)
        _refuse_loss(report, max_loss)
        return smaller, report

    if suffix == "keras":
        smaller, report = cut_to(limit)
        smaller.save(to)
    else:
        report, size = _fitting(cut_to, to, suffix, limit)
    show_text(report)
    told = {
        "file": str(to),
        "languages": report.languages,
        "pieces": report.pieces,
        "tiers": dict(report.plan.tiers),
        "rows": [dataclasses.asdict(row) for row in report.rows],
    }
    if suffix == "keras":
        write_json(told, json)
        show_text(f"saved {to}. Next: keras-i18n export {to} FOLDER --formats tflite --precision int8")
        return
    write_json({**told, "bytes": size}, json)
    show_text(f"wrote {to}, {size / 1e6:.2f} MB. Next: keras-i18n predict {to} TEXT")


def _fitting(cut_to: Any, to: pathlib.Path, suffix: str, limit: int) -> tuple[Any, int]:
    """Writes the file; its report and size. How much a file takes beside its rows is known once it is written: one that is
    too large is cut again, by what it was over."""
    room = limit
    for _ in range(_TRIALS - 1):
        smaller, report = cut_to(room)
        try:
            return report, resources.write_one_file(smaller, to, suffix, max_bytes=limit)
        except resources.FileTooLargeError as error:
            room -= error.over + _MARGIN
    smaller, report = cut_to(room)
    return report, resources.write_one_file(smaller, to, suffix, max_bytes=limit)


def _refuse_loss(report: Any, max_loss: float | None) -> None:
    """Refuses a model that loses more than it may in one of its languages, on texts that chose nothing."""
    if max_loss is None:
        return
    if not 0 <= max_loss <= 1:
        raise ValueError(f"`max_loss` must be a share from 0 to 1. Received: {max_loss:g}.")
    lost = {row.language: 1 - (row.cosine if row.same_labels is None else row.same_labels) for row in report.rows}
    worst = max(lost, key=lambda tag: lost[tag], default=None)
    if worst is None:
        raise ValueError("`max_loss` needs texts to measure by. Received: none. Give --texts.")
    if lost[worst] > max_loss:
        raise ValueError(
            f"`max_loss` must be met by every language. Received: {100 * max_loss:.1f} %, and the best within "
            f"{report.max_bytes / 1e6:g} MB loses {100 * lost[worst]:.1f} % in '{cut(worst)}'. Raise --max-megabytes or --max-loss, or "
            "give more --texts and --words. Nothing was written."
        )
