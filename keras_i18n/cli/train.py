import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import creating, options, resources
from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset


def train(
    data: Annotated[str, typer.Argument(help=options.DATA)],
    model: Annotated[pathlib.Path, typer.Argument(help="Where the trained model goes (.keras).")],
    languages: Annotated[
        list[str] | None, typer.Option("--language-of-training", "-l", help="Train on these only.")
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="A pretrained encoder, such as universal, whose head is trained; without it the data decide."
        ),
    ] = None,
    head: Annotated[str | None, typer.Option(help="kernel (default), mlp or linear, on the encoder.")] = None,
    trainable: Annotated[
        str | None, typer.Option(help="head: seconds. all: fine-tunes use_multilingual_v3 too.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="Time for trying what suits the data.")] = None,
    max_bytes: Annotated[int | None, typer.Option(help="The most bytes of the model's weights.")] = None,
    validation: Annotated[str | None, typer.Option(help="Another data file, to watch the training.")] = None,
    epochs: Annotated[int | None, typer.Option(help="The most passes over the data.")] = None,
    batch_size: Annotated[int, typer.Option(help="Texts of a step.")] = 32,
    learning_rate: Annotated[float | None, typer.Option(help="By default 1e-3 for a head, 1e-4 for all.")] = None,
    class_weight: Annotated[str | None, typer.Option(help="'balanced' where some labels are rare.")] = None,
    early_stopping: Annotated[int | None, typer.Option(help="Stop after so many epochs that are no better.")] = None,
    backup: Annotated[pathlib.Path | None, typer.Option(help="Folder to go on from after a kill.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 0,
    json: JSON = None,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language: str = options.LANGUAGE,
    label_separator: Annotated[str | None, options.LABEL_SEPARATOR] = None,
    encoding: str = options.ENCODING,
) -> None:
    """Train a text classifier in one language or in many.

    What suits the data is tried first: n-grams, an encoder, both in one network; a table tells which was best. Any option of
    a training (--preset, --head, --trainable, --epochs, --learning-rate, --class-weight, --early-stopping) trains the
    head of an encoder (universal unless told otherwise), or all of use_multilingual_v3, without trying others.

    Where rows have several labels (lists in .jsonl and .parquet, or --label-separator), it gives a text as many of them
    as fit; their thresholds are chosen on the validation data.

    Example: keras-i18n train sample:assistant model.keras -l en
    """
    begin_json(json)
    resources.check_model_name(model)
    columns: dict[str, Any] = {"text": text, "label": label, "language": language, "label_separator": label_separator}
    columns["encoding"] = encoding
    dataset = open_dataset(data, **columns)
    held_out = None if validation is None else open_dataset(validation, **columns, part="test")
    if languages:
        dataset = dataset.select(languages=languages)
    show_text(dataset)
    given = (preset, head, trainable, epochs, learning_rate, class_weight, early_stopping)
    if all(value is None for value in given):
        budget = {"minutes": minutes, "max_bytes": max_bytes, "backup_dir": backup, "seed": seed}
        creating.create(dataset, held_out, model, budget, json)
        return
    if minutes is not None or max_bytes is not None:
        raise ValueError(
            "`minutes` and `max_bytes` are for trying what suits the data. Leave the options of a training out."
        )
    head, trainable = head or "kernel", trainable or "head"
    preset = preset or (_TRAINED_THROUGH if trainable == "all" else _PRESET)
    from keras_i18n import TextClassifier

    with console.status(f"loading {preset}"):
        classifier = TextClassifier.from_preset(
            preset, labels=dataset.labels, head=head, multi_label=dataset.multi_label
        )
    with progress_bar("reading") as show:
        history = classifier.fit(
            dataset,
            validation_data=held_out,
            trainable=trainable,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            class_weight=class_weight,
            early_stopping=early_stopping,
            backup_dir=backup,
            seed=seed,
            verbose=0,
            progress=show,
        )
    last = {name: values[-1] for name, values in history.history.items()}
    left_out = head == "kernel" and trainable == "head"
    show_text(_told(last, len(history.epoch), left_out=left_out))
    if dataset.multi_label and held_out is not None:
        classifier.choose_thresholds(held_out)
        show_text("thresholds chosen on the validation data")
    with console.status("saving"):
        classifier.save(model)
    show_text(f"saved {model}. Next: keras-i18n evaluate {model} {validation or 'DATA'}")
    write_json(
        {
            "model": str(model),
            "labels": dataset.labels,
            "languages": dataset.languages,
            "texts": len(dataset),
            "last_epoch": last,
            "history": history.history,
        },
        json,
    )


_PRESET = "universal"
_TRAINED_THROUGH = "use_multilingual_v3"  # the rows of universal are looked up, not trained
_MEASURES = {"accuracy": "accuracy", "micro_f1": "micro F1", "loss": "loss"}


def _told(last, epochs, *, left_out):
    """The measures of the last epoch by their names: those of the training texts, and of the validation.

    Of a head of kind kernel the former are of texts that were left out when the head was solved.
    """

    def measures(prefix):
        found = ((name, last.get(f"{prefix}{key}")) for key, name in _MEASURES.items())
        return [
            f"{name} {100 * value:.1f} %" if name == "accuracy" else f"{name} {value:.4g}"
            for name, value in found
            if value is not None
        ]

    training, validation = ", ".join(measures("")), ", ".join(measures("val_"))
    told = f"on the training texts: {training}"
    if left_out:
        told = f"on the training texts, each left out when its answer was made: {training}"
    if validation:
        return f"after {epochs} epochs, {told}; on the validation texts: {validation}"
    if left_out:
        return f"after {epochs} epochs, {told}. --validation FILE shows what it does with other texts"
    return (
        f"after {epochs} epochs, {told}. That is what it remembers: --validation FILE shows what it does with new texts"
    )
