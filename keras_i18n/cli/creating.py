"""`keras-i18n train` where the data decide."""

import pathlib
from typing import Any

from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import write_json


def create(dataset: Any, held_out: Any, model: pathlib.Path, budget: dict[str, Any], json: Any) -> None:
    """Makes the best classifier for a data set, shows what was tried, and saves it.

    Args:
        dataset: labelled `Dataset`.
        held_out: another, on which candidates are judged; None for texts that are held out.
        model: where it is saved.
        budget: options of `TextClassifier.create`.
        json: where the report goes as JSON, or None.
    """
    from keras_i18n import TextClassifier

    with progress_bar("trying") as show:
        classifier = TextClassifier.create(dataset, validation_data=held_out, progress=show, **budget)
    report = classifier.creation
    assert report is not None
    show_text(report)
    if dataset.multi_label and held_out is not None:
        classifier.choose_thresholds(held_out)
        show_text("thresholds chosen on the validation data")
    with console.status("saving"):
        classifier.save(model)
    show_text(f"saved {model}. Next: keras-i18n evaluate {model} DATA")
    trials = [{"name": one.name, "by_language": one.by_language, "note": one.note} for one in report.trials]
    write_json(
        {
            "model": str(model),
            "labels": dataset.labels,
            "languages": dataset.languages,
            "texts": len(dataset),
            "chosen": report.chosen,
            "reason": report.reason,
            "trials": trials,
        },
        json,
    )
