"""What `evaluate` does with a translator: BLEU and chrF of pairs, by sacrebleu."""

import pathlib
from typing import Any

import typer

from keras_i18n.cli.console import progress_bar, show_text
from keras_i18n.cli.json_output import write_json


def evaluate_translations(
    model: Any, data: str, *, source_language: str | None, target_language: str | None, json: pathlib.Path | None
) -> None:
    """Translates the source column of a file and scores it against the target column.

    Args:
        model: a `Translator` or a runner of one.
        data: path of a file with a column a language.
        source_language, target_language: BCP-47 tags; those that the model tells unless given.
        json: where the figures go as JSON, or None.

    Raises:
        typer.BadParameter: a language that neither the model nor the caller tells.
    """
    from keras_i18n import datasets, evaluation

    told = getattr(model, "metadata", model)
    targets = told.target_languages
    target = _known("--target-language", target_language or (targets[0] if len(targets) == 1 else None))
    others = (tag for tag in told.languages if tag not in targets)
    source = _known("--source-language", source_language or next(others, None))
    pairs = datasets.read_parallel(data, source=source, target=target)
    with progress_bar("translating") as show:
        found = model.translate(pairs.source, target_language=target if len(targets) > 1 else None, progress=show)
    report = evaluation.translation_scores(found, pairs.target, target_language=target)
    show_text(report)
    write_json(report.to_dict(), json)


def _known(option: str, tag: str | None) -> str:
    if tag is None:
        raise typer.BadParameter("The model does not tell it: name it.", param_hint=option)
    return tag
