import pathlib
from typing import Annotated

import typer

from keras_i18n.cli import resources
from keras_i18n.cli.console import console


def import_model(
    file: Annotated[
        pathlib.Path,
        typer.Argument(help="A Keras model that takes strings, or a task of KerasHub (.keras or .h5); it stays."),
    ],
    to: Annotated[pathlib.Path, typer.Argument(help="Where the model of this package goes (.keras).")],
    labels: Annotated[
        str | None, typer.Option(help="Its labels, in the order of its outputs: good,bad. Without: a text encoder.")
    ] = None,
    tokenizer: Annotated[
        pathlib.Path | None,
        typer.Option(help="The tokenizer.json of a model that takes token ids, masks and segment ids."),
    ] = None,
    languages: Annotated[str, typer.Option(help="BCP-47 tags of its languages: en,de.")] = "",
    multi_label: Annotated[bool, typer.Option(help="A text may have several labels, or none.")] = False,
    logits: Annotated[bool, typer.Option(help="Its numbers are no probabilities yet.")] = False,
) -> None:
    """Take over a Keras model that begins with TextVectorization, or a KerasHub task: it goes on as a model of ours.

    Example: keras-i18n import reviews.keras own.keras --labels bad,good --languages en
    """
    resources.check_model_name(to)
    from keras_i18n import models

    tags = [tag for tag in languages.split(",") if tag]
    with console.status("importing"):
        if labels is None:
            model = models.TextEncoder.from_keras(file, tokenizer=tokenizer, languages=tags)
        else:
            names = labels.split(",")
            model = models.TextClassifier.from_keras(
                file, labels=names, tokenizer=tokenizer, languages=tags, multi_label=multi_label, logits=logits or None
            )
        model.save(to)
    console.print(f"saved {to}. Next: keras-i18n export {to} FOLDER")
