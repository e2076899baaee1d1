import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import resources
from keras_i18n.cli.console import progress_bar, show_text

_HELD_OUT = 0.02  # share of the pairs that is kept for validation where none is given
_MOST_HELD_OUT = 500


def train_translator(
    pairs: Annotated[pathlib.Path, typer.Argument(help="A file with a column a language, named by its BCP-47 tag.")],
    to: Annotated[pathlib.Path, typer.Argument(help="Where the translator goes (.keras).")],
    source: Annotated[str, typer.Option(help="BCP-47 tag of the texts.")],
    target: Annotated[str, typer.Option(help="BCP-47 tag of their translations.")],
    validation: Annotated[
        pathlib.Path | None, typer.Option(help="Pairs that are translated after each epoch; else some are kept out.")
    ] = None,
    size: Annotated[str, typer.Option(help="tiny, small, medium or base.")] = "small",
    decoder: Annotated[str, typer.Option(help="ssru, attention or lstm.")] = "ssru",
    vocabulary_size: Annotated[int, typer.Option(help="Pieces that both languages share.")] = 8000,
    epochs: Annotated[int | None, typer.Option(help="The most passes over the pairs.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Time after which training ends.")] = None,
    subword_sampling: Annotated[
        float | None, typer.Option(help="Cut words at random: from 0, all ways alike, to 1.")
    ] = None,
    shortlist: Annotated[
        bool, typer.Option("--shortlist", help="Look at the likely words of each source alone: quicker, a larger file.")
    ] = False,
    backup_dir: Annotated[
        pathlib.Path | None, typer.Option(help="Keep each epoch here; a training that was killed goes on.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 0,
) -> None:
    """Train a translator on texts beside their translations.

    Example: keras-i18n train-translator en-de.tsv en-de.keras --source en --target de
    """
    resources.check_model_name(to)
    from keras_i18n import Translator, datasets, transfer

    train = datasets.read_parallel(pairs, source=source, target=target)
    if validation is None:
        count = min(_MOST_HELD_OUT, int(len(train) * _HELD_OUT))
        held_out, train = (train[:count] if count else None), train[count:]
    else:
        held_out = datasets.read_parallel(validation, source=source, target=target)
    options: dict[str, Any] = {"epochs": epochs, "minutes": minutes, "subword_sampling": subword_sampling}
    model = Translator.from_scratch(train, vocabulary_size=vocabulary_size, size=size, decoder=decoder)
    with progress_bar("training") as show:
        history = model.fit(
            train, validation=held_out, backup_dir=backup_dir, seed=seed, progress=show, verbose=0, **options
        )
    if shortlist:
        model.shortlist = transfer.lexical_shortlist(model, train)
    model.save(to)
    told = history.history.get("val_bleu")
    show_text(
        f"{len(train)} pairs, {model.network.count_params():,} weights" + (f", BLEU {told[-1]:.2f}" if told else "")
    )
    show_text(f"wrote {to}")
