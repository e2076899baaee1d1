import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import options, resources
from keras_i18n.cli.console import console, progress_bar
from keras_i18n.cli.opening import open_dataset


def train(
    data: Annotated[str, typer.Argument(help=options.DATA)],
    model: Annotated[pathlib.Path, typer.Argument(help="Where the trained model goes (.keras).")],
    languages: Annotated[
        list[str] | None, typer.Option("--language-of-training", "-l", help="Train on these only.")
    ] = None,
    preset: Annotated[str, typer.Option(help="The pretrained encoder.")] = "use_multilingual_v3",
    head: Annotated[str, typer.Option(help="kernel, mlp or linear.")] = "kernel",
    trainable: Annotated[str, typer.Option(help="head: seconds. all: fine-tunes the encoder too.")] = "head",
    validation: Annotated[str | None, typer.Option(help="Another data file, to watch the training.")] = None,
    epochs: Annotated[int | None, typer.Option(help="The most passes over the data.")] = None,
    batch_size: Annotated[int, typer.Option(help="Texts of a step.")] = 32,
    learning_rate: Annotated[float | None, typer.Option(help="By default 1e-3 for a head, 1e-4 for all.")] = None,
    class_weight: Annotated[str | None, typer.Option(help="'balanced' where some labels are rare.")] = None,
    early_stopping: Annotated[int | None, typer.Option(help="Stop after so many epochs that are no better.")] = None,
    backup: Annotated[pathlib.Path | None, typer.Option(help="Folder to go on from after a kill.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 0,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language: str = options.LANGUAGE,
    label_separator: Annotated[str | None, options.LABEL_SEPARATOR] = None,
) -> None:
    """Train a text classifier in one language or in many.

    Where rows have several labels (lists in .jsonl and .parquet, or --label-separator), it gives a text as many of them
    as fit; their thresholds are chosen on the validation data.

    Example: keras-i18n train sample:assistant model.keras -l en
    """
    resources.check_model_name(model)
    columns: dict[str, Any] = {"text": text, "label": label, "language": language, "label_separator": label_separator}
    dataset = open_dataset(data, **columns)
    held_out = None if validation is None else open_dataset(validation, **columns, part="test")
    if languages:
        dataset = dataset.select(languages=languages)
    console.print(f"{dataset}")
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
    console.print(", ".join(f"{name} {value:.4g}" for name, value in last.items()))
    if dataset.multi_label and held_out is not None:
        classifier.choose_thresholds(held_out)
        console.print("thresholds chosen on the validation data")
    with console.status("saving"):
        classifier.save(model)
    console.print(f"saved {model}. Next: keras-i18n evaluate {model} DATA")
