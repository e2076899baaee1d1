import pathlib
import time
from typing import Annotated, Any

import typer

from keras_i18n.cli.console import console, progress_bar, show_table
from keras_i18n.cli.localize import known_words
from keras_i18n.cli.resources import write_one_file

_WHOLE = "assistant.tflite"
_SIZES = (3.0, 8.0)  # megabytes of the small file: the first that holds it


def demo(
    folder: Annotated[pathlib.Path, typer.Option(help="Where model, picture and exports go.")] = pathlib.Path(
        "saved_models/demo"
    ),
    language: Annotated[str, typer.Option(help="The language that the small file answers in.")] = "fr",
    max_megabytes: Annotated[
        float | None,
        typer.Option(help="The most megabytes of the small file; 3, or 8 where that is too little, unless given."),
    ] = None,
    all_formats: Annotated[
        bool, typer.Option("--all-formats", help="Also the whole model in five formats, and verify each.")
    ] = False,
) -> None:
    """Train on English only, answer in many languages, and leave with files of a few megabytes, the tokenizer inside.

    Takes about a minute. With --all-formats the whole model is exported to five formats too, and each file verified.
    """
    from keras_i18n import datasets, languages

    languages.normalize(language)
    started = time.monotonic()
    console.rule("1. What a person says to a phone assistant")
    train, test = datasets.sample("assistant")
    english = train.select(languages=["en"])
    console.print(f"{len(test.languages)} languages, {len(test.labels)} intents: {', '.join(test.labels)}")
    console.print(f"Training sees the {len(english)} English sentences, and nothing else.")

    console.rule("2. Train on English")
    import keras_i18n

    with console.status("loading the encoder universal"):
        classifier = keras_i18n.TextClassifier.from_preset("universal", labels=train.labels)
    with progress_bar("reading English sentences", total=len(english)) as show:
        classifier.fit(english, verbose=0, progress=show)

    console.rule("3. Answer in every language")
    with console.status("evaluating"):
        report = keras_i18n.evaluate_by_language(classifier, test, source_language="en")
    rows = sorted(report.rows, key=lambda row: -row.accuracy)
    show_table(
        ("language", "script", "accuracy"),
        [(row.name, row.script, f"{row.accuracy:.0%}") for row in rows],
    )
    report.plot(folder / "accuracy.png", title="Trained on English only: accuracy by language")

    verified = all_files(classifier, folder, test) if all_formats else None
    console.rule("4. One file for all of them, the tokenizer inside")
    with console.status("exporting"):
        size = write_one_file(classifier, folder / _WHOLE, "tflite")
    runner = keras_i18n.load_exported(folder / _WHOLE, replay=True)
    right = [_share_right(one, test) for one in (classifier, runner)]
    show_table(
        ("", "megabytes", "right"),
        [("the model in Keras", "", f"{right[0]:.1%}"), (_WHOLE, f"{size / 1e6:.1f}", f"{right[1]:.1%}")],
    )
    told = _small_file(classifier, folder, language, max_megabytes, train, test)

    console.rule("What just happened")
    mean = sum(row.accuracy for row in rows) / len(rows)
    console.print(
        f"A classifier saw {len(english)} English sentences. In {len(rows)} languages it is right in {mean:.0%} of the test "
        f"sentences, from {rows[-1].accuracy:.0%} in {rows[-1].name} to {rows[0].accuracy:.0%} in {rows[0].name}. The file "
        f"{_WHOLE} answers in all of them.\n{told}"
        f"Everything lies in {folder} ({time.monotonic() - started:.0f} seconds). Next:\n"
        f'  keras-i18n predict {folder}/{_WHOLE} "{test.text[0]}"\n'
        "  keras-i18n demo --language ja             another small file; --all-formats for the whole model in five formats\n"
        "  keras-i18n train your.tsv your.keras      columns: text, label, language",
        highlight=False,
        soft_wrap=True,
    )
    if verified is not None and not verified.ok:
        raise typer.Exit(1)


def _small_file(classifier, folder, language, max_megabytes, train, test):
    """Writes a file for one language; what it answers, or nothing where it is left out."""
    import keras_i18n
    from keras_i18n import languages, localization

    tag = languages.normalize(language)
    console.rule(f"5. A small file for {languages.name(tag)} alone")
    try:
        tag = localization.checked_languages(classifier, [language])[0]
    except ValueError as error:  # what was made so far stays
        console.print(f"Left out: {error}")
        return ""
    name = f"assistant-{tag}.tflite"
    # sentences of the part for training tell what is needed, without their labels; the test part is for the score
    asked, known = (part.select(languages=[tag]) for part in (test, train))
    if not len(asked):
        console.print(f"Left out: the sample has no sentences in {languages.name(tag)}.")
        return ""
    with console.status("choosing what stays, and its bits"):
        small, compacted = _compacted(classifier, tag, max_megabytes, list(known.text))
    with console.status("exporting"):
        size = write_one_file(small, folder / name, "tflite")
    runner = keras_i18n.load_exported(folder / name, replay=True)
    show_table(
        ("", "megabytes", "n-grams, pieces", "answers in", "right"),
        [
            (
                _WHOLE,
                f"{(folder / _WHOLE).stat().st_size / 1e6:.1f}",
                f"{compacted.pieces_before:,}",
                f"{len(classifier.languages)} languages",
                f"{_share_right(classifier, asked):.1%}",
            ),
            (
                name,
                f"{size / 1e6:.1f}",
                f"{compacted.pieces:,}",
                languages.name(tag),
                f"{_share_right(runner, asked):.1%}",
            ),
        ],
    )
    return f"The file {name}, asked “{asked.text[0]}”, answers “{runner.classify([asked.text[0]])[0].label}”.\n"


def _compacted(classifier, tag, max_megabytes, texts):
    from keras_i18n import localization

    sizes = _SIZES if max_megabytes is None else (max_megabytes,)
    given = {"texts": texts, "words": known_words([tag])}
    for megabytes in sizes:
        try:
            return localization.compact(classifier, [tag], max_bytes=round(megabytes * 1e6), **given)
        except ValueError:  # less than the pretrained half takes, where a language needs it
            if megabytes == sizes[-1]:
                raise


def _share_right(model, data):
    found = model.classify(list(data.text))
    return sum(one.label == label for one, label in zip(found, data.label, strict=True)) / len(data)


def all_files(classifier: Any, folder: pathlib.Path, test: Any) -> Any:
    """The whole model in five formats, each verified in its own runtime."""
    import keras_i18n
    from keras_i18n.cli.verify import show_verification

    classifier.save(folder / "assistant.keras")
    formats = list(keras_i18n.export.FORMATS)
    with progress_bar("exporting", total=len(formats)) as show:
        keras_i18n.export.export(classifier, folder, formats=formats, progress=show)
    with progress_bar("verifying", total=len(formats) * len(test.languages)) as show:
        verified = keras_i18n.verify(classifier, folder, test, max_texts=8, progress=show)
    show_verification(verified)
    return verified
