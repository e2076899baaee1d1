import dataclasses
import pathlib
from typing import Annotated

import typer

from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.localize import LANGUAGES, TEXTS, WORDS, read_given, split_tags


def pack(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved classifier or encoder (.keras); it stays as it is.")],
    languages: LANGUAGES,
    folder: Annotated[pathlib.Path, typer.Argument(help="Where body.keras and a TAG.pack for each language go.")],
    texts: TEXTS = None,
    words: WORDS = None,
    keep: Annotated[
        str | None, typer.Option(help="'script', 'texts' or 'coverage:0.9995'; 'texts' where there are some.")
    ] = None,
    json: JSON = None,
) -> None:
    """Take a model apart: a body that knows no language, once, and a resource file for each language.

    An app brings the body and downloads the pack of its user's language. Packs can be added later; those of one model
    share its body. Put together they are the model that `localize` gives for these languages, bit for bit.

    Example: keras-i18n pack topics.keras fr,de packs --texts texts.tsv, then
    keras-i18n assemble packs/body.keras topics-fr-de.keras packs/fr.pack packs/de.pack
    """
    begin_json(json)
    wanted = split_tags(languages)
    given = read_given(texts, words, wanted)
    import keras_i18n
    from keras_i18n import localization

    with console.status("loading"):
        full = keras_i18n.load(model)
    with progress_bar("packing", total=len(wanted)) as show:
        packs = localization.make_packs(full, wanted, folder, keep=keep, progress=show, **given)
    show_text(packs)
    write_json(dataclasses.asdict(packs), json)
    first = packs.packs[0]
    show_text(f"Next: keras-i18n assemble {packs.body} {first.language}.keras {first.path}")
