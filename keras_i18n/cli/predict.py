import json
import pathlib
import sys
from typing import Annotated

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import show_table
from keras_i18n.cli.opening import open_model


def predict(
    model: Annotated[pathlib.Path, typer.Argument(help=options.MODEL)],
    texts: Annotated[list[str] | None, typer.Argument(help="Texts; without any, lines of standard input.")] = None,
    top: Annotated[int, typer.Option(help="So many labels a text.")] = 1,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON a line, for other programs.")] = False,
) -> None:
    """Label texts.

    Example: keras-i18n predict model.keras "¿Qué tiempo hará mañana?"
    """
    texts = list(texts or ()) or _lines_of_input()
    opened = open_model(model)
    if not getattr(opened, "labels", ()):
        raise ValueError(f"`model` must be a classifier. Received: '{model}', which has no labels.")
    if not 1 <= top <= len(opened.labels):
        raise ValueError(f"`--top` must lie in 1 .. {len(opened.labels)}. Received: {top}.")
    rows = []
    for text, scores in zip(texts, opened.predict(texts), strict=True):
        best = sorted(zip(opened.labels, scores.tolist(), strict=True), key=lambda pair: -pair[1])[:top]
        rows.append((text, best))
    if jsonl:
        for text, best in rows:
            answer = {"text": text, "labels": [{"label": label, "score": round(score, 6)} for label, score in best]}
            # half of a surrogate pair, as JSON and JavaScript may hold it, cannot be written as UTF-8
            typer.echo(json.dumps(answer, ensure_ascii=any("\ud800" <= character <= "\udfff" for character in text)))
        return
    show_table(
        ("text", "label", "score"),
        [
            (text if place == 0 else "", label, f"{score:.3f}")
            for text, best in rows
            for place, (label, score) in enumerate(best)
        ],
    )


def _lines_of_input():
    from keras_i18n.datasets.opening import decode, lines_of

    data = sys.stdin.buffer.read()
    return lines_of(decode(data, encoding="utf-8", path="standard input"))
