import dataclasses
import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import resources
from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset
from keras_i18n.shown import cut


def add_language(
    model: Annotated[
        pathlib.Path, typer.Argument(help="A saved classifier, encoder or translator (.keras); it stays as it is.")
    ],
    language: Annotated[str, typer.Argument(help="BCP-47 tag of the new language.")],
    to: Annotated[pathlib.Path, typer.Argument(help="Where the new model goes (.keras).")],
    parallel: resources.PARALLEL = None,
    known: resources.KNOWN = "en",
    texts: resources.TEXTS = None,
    words: resources.WORDS = None,
    lexicon: resources.LEXICON = None,
    teacher: Annotated[
        str | None,
        typer.Option(help="An encoder that knows the language: a preset (multilingual_e5_small) or a .keras file."),
    ] = None,
    known_texts: Annotated[
        pathlib.Path | None,
        typer.Option(help="Texts of a known language, one a line, of the kind that the model will be asked."),
    ] = None,
    keep: Annotated[
        pathlib.Path | None, typer.Option(help="Texts of the old languages, one a line, whose answers must not change.")
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(help="Labelled data, to tell how many labels are right before and after.", metavar="DATA"),
    ] = None,
    epochs: Annotated[int, typer.Option(help="Rounds of training.")] = 12,
    minutes: Annotated[float | None, typer.Option(help="The most minutes of training.")] = None,
    backup: Annotated[pathlib.Path | None, typer.Option(help="Folder to go on from after a kill.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 0,
    json: JSON = None,
) -> None:
    """Add a language to a model; the old ones stay as they are, bit for bit.

    Two thousand sentence pairs are enough to begin. A translator of several languages takes --parallel, --keep, --epochs,
    --minutes, --backup and --seed, and learns to write the language and to read it. Example:

    keras-i18n add-language topics.keras sw topics-sw.keras --parallel en-sw.tsv --keep old-texts.txt
    """
    begin_json(json)
    resources.check_model_name(to)
    given = {
        "parallel": resources.read_pairs(parallel, known, language),
        "texts": resources.read_lines(texts),
        "words": resources.read_lines(words),
        "lexicon": list(resources.read_pairs(lexicon, known, language) or ()),
        "known_texts": resources.read_lines(known_texts),
        "keep_texts": resources.read_lines(keep),
        "test": None if test is None else open_dataset(test, part="test"),
    }
    import keras_i18n
    from keras_i18n import transfer

    with console.status("loading"):
        old = keras_i18n.load(model)
        if teacher is not None:
            is_file = pathlib.Path(teacher).suffix == ".keras"
            given["teacher"] = keras_i18n.load(teacher) if is_file else keras_i18n.TextEncoder.from_preset(teacher)
    options: dict[str, Any] = {"epochs": epochs, "minutes": minutes, "backup_dir": backup, "seed": seed}
    with progress_bar("training", total=epochs) as show:
        if isinstance(old, keras_i18n.Translator):
            pairs, kept = _of_translator(given)
            new, report = transfer.add_translation_language(
                old, language, pairs, keep_texts=kept, progress=show, **options
            )
        else:
            new, report = transfer.add_language(old, language, progress=show, **options, **given)
    show_text(report)
    with console.status("saving"):
        new.save(to)
    show_text(f"saved {to}. Next: keras-i18n evaluate {to} DATA")
    write_json({"model": str(to), **dataclasses.asdict(report)}, json)


def _of_translator(given):
    """The pairs and the texts to keep; all else is for models whose texts have vectors."""
    more = [name for name, value in given.items() if value and name not in ("parallel", "keep_texts")]
    if more:
        raise ValueError(f"A translator learns a language from `parallel` alone. Received: `{cut(more[0])}`.")
    if given["parallel"] is None:
        raise ValueError("A translator learns a language from `parallel`. Received: none.")
    return given["parallel"], given["keep_texts"]
