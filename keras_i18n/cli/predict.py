import pathlib
import sys
from json import dumps
from typing import Annotated

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import progress_bar, show_table, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_model
from keras_i18n.shown import cut

_BATCH = 1024  # texts between two steps of the bar
_LINES = ".txt"


def predict(
    model: Annotated[pathlib.Path, typer.Argument(help=f"{options.MODEL} Of a folder of exports one is taken.")],
    texts: Annotated[
        list[str] | None,
        typer.Argument(help="Texts, or a file of them (.txt: one a line); without any, lines of standard input."),
    ] = None,
    data: Annotated[
        pathlib.Path | None, typer.Option(help="Read the texts of this file (.tsv, .csv, .jsonl, .parquet, .txt).")
    ] = None,
    output: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="Write to this file (.tsv, .csv, .jsonl, .parquet): the columns of --data, predicted, score."
        ),
    ] = None,
    for_spreadsheets: Annotated[
        bool, typer.Option(help="In .tsv and .csv, an apostrophe before texts that would be run as formulas.")
    ] = False,
    text: str = options.TEXT,
    encoding: str = options.ENCODING,
    top: Annotated[int, typer.Option(help="So many labels a text.")] = 1,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON a line, for other programs.")] = False,
    json: JSON = None,
) -> None:
    """Label texts.

    Example: keras-i18n predict model.keras "¿Qué tiempo hará mañana?"

    Example: keras-i18n predict model.tflite reviews.tsv --output labelled.tsv
    """
    begin_json(pathlib.Path("-") if jsonl else json)
    if data is None and texts:
        data, texts = _file_among(texts)
    if data is not None and texts:
        raise typer.BadParameter("Give texts or a file of them, not both.", param_hint="--data")
    columns = {"text": list(texts or ()) or _lines_of_input()} if data is None else _columns_of(data, text, encoding)
    if output is not None:
        _check_output(output, columns)
    given = columns["text" if data is None else text]
    opened = open_model(model)
    if not getattr(opened, "labels", ()):
        raise ValueError(f"`model` must be a classifier. Received: '{cut(model)}', which has no labels.")
    if not 1 <= top <= len(opened.labels):
        raise ValueError(f"`--top` must lie in 1 .. {len(opened.labels)}. Received: {cut(top)}.")
    multi_label = getattr(opened, "multi_label", False)
    if multi_label and top != 1:
        raise ValueError(f"Thresholds tell how many labels a text has: leave `--top` out. Received: {cut(top)}.")
    found = _labelled(opened, given, top)
    if output is not None:
        _write(output, columns, _joined(found) if multi_label else _ranked(found), for_spreadsheets)
        show_text(f"wrote {output}: {len(found):,} rows")
    answers = [
        {"text": one, "labels": [{"label": each.label, "score": round(each.score, 6)} for each in best], **others}
        for one, best, others in zip(given, found, _other_columns(columns, text if data else "text"), strict=True)
    ]
    write_json({"model": str(model), "answers": answers}, json)
    if jsonl:
        for answer in answers:
            line = dumps(answer, ensure_ascii=False, default=str)
            # half of a surrogate pair, as JSON and JavaScript may hold it, cannot be written as UTF-8
            typer.echo(dumps(answer, default=str) if any("\ud800" <= sign <= "\udfff" for sign in line) else line)
    elif output is None and json != pathlib.Path("-"):
        rows = zip(given, found, strict=True)
        show_table(
            ("text", "label", "score"),
            [
                (one if place == 0 else "", each.label if each else "-", f"{each.score:.3f}" if each else "-")
                for one, best in rows
                for place, each in enumerate(best or [None])
            ],
        )


def _file_among(texts):
    """(the file, None) where it is named in place of texts, (None, the texts) otherwise."""
    from keras_i18n.datasets.formats import READERS
    from keras_i18n.datasets.opening import plain_suffix

    files = [one for one in texts if len(one) < 1000 and plain_suffix(one) in (*READERS, _LINES) and "\n" not in one]
    if not files:
        return None, texts
    there = [one for one in files if pathlib.Path(one).is_file()]
    if len(texts) == 1 and (there or " " not in files[0]):
        return pathlib.Path(files[0]), None
    if there:
        raise typer.BadParameter(f"One file, or texts. Received: {cut(', '.join(texts))}.", param_hint="TEXTS")
    return None, texts


def _other_columns(columns, text):
    """For each row the columns beside that of texts, under names that an answer does not have."""
    others = {
        f"{name}_" if name in ("text", "labels") else name: values for name, values in columns.items() if name != text
    }
    for row in range(len(columns[text])):
        yield {name: values[row] for name, values in others.items()}


def _labelled(opened, texts, top):
    """A list of `Prediction`s for each text."""
    from keras_i18n.progress import Progress

    found = []
    if len(texts) <= _BATCH:
        found = opened.classify(texts, top=top)
    else:
        with progress_bar("predicting", total=len(texts)) as show:
            for start in range(0, len(texts), _BATCH):
                found += opened.classify(texts[start : start + _BATCH], top=top)
                show(Progress("texts", len(found), len(texts)))
    return [one if isinstance(one, list | tuple) else [one] for one in found]


def _columns_of(path, text, encoding):
    """All columns of a file, the one of texts checked; of a .txt its lines."""
    if path.suffix.lower() == _LINES:
        from keras_i18n.datasets.opening import decode, lines_of, read_bytes

        return {text: lines_of(decode(read_bytes(path), encoding=encoding, path=path))}
    from keras_i18n.datasets.problems import Problems
    from keras_i18n.datasets.reading import column_of_texts, read_records

    problems = Problems(path)
    records = read_records(path, problems, encoding=encoding, max_bytes=None)
    column_of_texts(records, text, problems)
    return {name: list(values) for name, values in records.columns.items()}


def _check_output(output, columns):
    """Refuses, before the work begins, a file that could not be written."""
    from keras_i18n.datasets.opening import plain_suffix
    from keras_i18n.datasets.writing import SUFFIXES

    if plain_suffix(output) not in SUFFIXES:
        raise typer.BadParameter(
            f"The name must end in one of {', '.join(SUFFIXES)}. Received: {cut(output)}.", param_hint="--output"
        )
    taken = sorted({"predicted", "score"} & set(columns))
    if taken:
        raise typer.BadParameter(
            f"The file has a column {taken[0]!r} already, which would be lost. Rename it.", param_hint="--data"
        )


def _write(output, columns, answers, for_spreadsheets):
    from keras_i18n.datasets.writing import write

    write({**columns, **answers}, output, for_spreadsheets=for_spreadsheets)


def _joined(found):
    """Columns of several labels a text, and of their scores."""
    return {
        "predicted": ["|".join(each.label for each in best) for best in found],
        "score": ["|".join(f"{each.score:.6f}" for each in best) for best in found],
    }


def _ranked(found):
    """Columns of the best label of each text, of the second best, ..."""
    answers = {}
    for place in range(len(found[0]) if found else 1):
        number = "" if place == 0 else f"_{place + 1}"
        answers[f"predicted{number}"] = [best[place].label for best in found]
        answers[f"score{number}"] = [round(best[place].score, 6) for best in found]
    return answers


def _lines_of_input():
    from keras_i18n.datasets.opening import decode, lines_of

    data = sys.stdin.buffer.read()
    return lines_of(decode(data, encoding="utf-8", path="standard input"))
