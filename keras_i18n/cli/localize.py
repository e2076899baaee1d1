import dataclasses
import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import resources
from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset

LANGUAGES = Annotated[str, typer.Argument(help="BCP-47 tags of the languages that stay, with commas between.")]
TEXTS = Annotated[
    str | None,
    typer.Option(
        help="Texts in these languages: a file with columns text and language, or for one language lines (.txt)."
    ),
]
WORDS = Annotated[
    pathlib.Path | None,
    typer.Option(
        help="For one language: its words, one a line, the most frequent first. Those of the package wordfreq unless given."
    ),
]


def localize(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved classifier, encoder or translator (.keras).")],
    languages: LANGUAGES,
    to: Annotated[pathlib.Path, typer.Argument(help="Where the smaller model goes (.keras).")],
    texts: TEXTS = None,
    words: WORDS = None,
    keep: Annotated[
        str | None,
        typer.Option(help="'script', 'texts', 'coverage:0.9995' or a number of pieces; 'texts' where there are some."),
    ] = None,
    json: JSON = None,
) -> None:
    """Cut a model to some of its languages; texts whose pieces stay get the same answers, bit for bit.

    Example: keras-i18n localize topics.keras fr topics-fr.keras --texts french.txt --words words-fr.txt
    """
    begin_json(json)
    resources.check_model_name(to)
    wanted = split_tags(languages)
    given = read_given(texts, words, wanted)
    import keras_i18n
    from keras_i18n import localization

    with console.status("loading"):
        full = keras_i18n.load(model)
    with progress_bar("localizing", total=3) as show:
        smaller, report = localization.localize(
            full, wanted, keep=int(keep) if keep is not None and keep.isdecimal() else keep, progress=show, **given
        )
    show_text(report)
    with console.status("saving"):
        smaller.save(to)
    told = {"languages": report.languages, "pieces": report.pieces, "proven": report.proven}
    write_json({"model": str(to), **told, "rows": [dataclasses.asdict(row) for row in report.rows]}, json)
    show_text(f"saved {to}. Next: keras-i18n export {to} FOLDER --formats tflite --precision int8")


def split_tags(languages: str) -> list[str]:
    """The tags between commas; what is none is refused before a model is opened."""
    from keras_i18n.languages import normalize

    return [normalize(tag.strip()) for tag in languages.split(",") if tag.strip()]


def read_given(texts: str | None, words: pathlib.Path | None, languages: list[str]) -> dict[str, Any]:
    """`texts` and `words` as the library takes them."""
    if words is not None and len(languages) != 1:
        raise typer.BadParameter("A list of words is for one language.", param_hint="--words")
    read: Any = None
    if texts is not None:
        lines = texts.endswith(".txt")
        read = resources.read_lines(pathlib.Path(texts)) if lines else open_dataset(texts, label=None)
    return {"texts": read, "words": resources.read_lines(words) or known_words(languages)}


def known_words(languages: list[str]) -> dict[str, list[str]] | None:
    """Frequent words by language from the package wordfreq, or None; tells where there are none."""
    from keras_i18n import localization

    try:
        found = {tag: localization.frequent_words(tag) for tag in languages}
    except ImportError as error:
        show_text(f"Without lists of words rarer words are cut into more pieces. {error}")
        return None
    lacking = [tag for tag, words in found.items() if not words]
    if lacking:
        show_text(f"The package wordfreq has no words of {', '.join(lacking)}: give --words for a better choice.")
    return {tag: words for tag, words in found.items() if words} or None
