import pathlib
import time
from typing import Annotated, Any

import typer

from keras_i18n.cli.console import console, progress_bar, show_table
from keras_i18n.cli.localize import known_words
from keras_i18n.cli.resources import write_one_file


def demo(
    folder: Annotated[pathlib.Path, typer.Option(help="Where model, picture and exports go.")] = pathlib.Path(
        "saved_models/demo"
    ),
    language: Annotated[str, typer.Option(help="The language that the small file answers in.")] = "fr",
    max_megabytes: Annotated[float, typer.Option(help="The most megabytes of the small file.")] = 8.0,
    all_formats: Annotated[
        bool, typer.Option("--all-formats", help="Also the whole model in five formats: 1.6 GB, and verify each.")
    ] = False,
) -> None:
    """Train on English only, answer in many languages, and leave with one file of a few megabytes for one of them.

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
    from keras_i18n import localization

    with console.status("loading the encoder use_multilingual_v3"):
        classifier = keras_i18n.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
    tag = localization.checked_languages(classifier, [language])[0]
    with progress_bar("reading English sentences", total=len(english)) as show:
        classifier.fit(english, verbose=0, progress=show)

    console.rule("3. Answer in every language")
    with console.status("evaluating"):
        report = keras_i18n.evaluate_by_language(classifier, test, source_language="en")
    known = set(classifier.languages)
    rows = sorted(report.rows, key=lambda row: -row.accuracy)
    show_table(
        ("language", "script", "accuracy", "the encoder knows it"),
        [(row.name, row.script, f"{row.accuracy:.0%}", "yes" if row.language in known else "no") for row in rows],
    )
    report.plot(folder / "accuracy.png", title="Trained on English only: accuracy by language")

    verified = all_files(classifier, folder, test) if all_formats else None
    console.rule(f"4. One small file for {languages.name(tag)}, the tokenizer inside")
    name = f"assistant-{tag}.tflite"
    # sentences of the part for training tell which pieces are needed, without their labels; the test part is for the score
    asked = test.select(languages=[tag])
    with console.status("choosing pieces and bits"):
        small, compacted = localization.compact(
            classifier,
            [tag],
            max_bytes=round(max_megabytes * 1e6),
            texts=list(train.select(languages=[tag]).text),
            words=known_words([tag]),
        )
    with console.status("exporting"):
        size = write_one_file(small, folder / name, "tflite")
    whole = localization.file_parts(classifier).total
    runner = keras_i18n.load_exported(folder / name, replay=True)
    right = [
        sum(
            found.label == label for found, label in zip(one.classify(list(asked.text)), asked.label or (), strict=True)
        )
        / len(asked)
        for one in (classifier, runner)
    ]
    show_table(
        ("file", "megabytes", "pieces", "answers in", "right"),
        [
            (
                "the whole model",
                f"{whole / 1e6:.1f}",
                f"{compacted.pieces_before:,}",
                f"{len(classifier.languages)} languages",
                f"{right[0]:.1%}",
            ),
            (name, f"{size / 1e6:.1f}", f"{compacted.pieces:,}", languages.name(tag), f"{right[1]:.1%}"),
        ],
    )

    console.rule("What just happened")
    mean_known = sum(row.accuracy for row in rows if row.language in known) / sum(row.language in known for row in rows)
    mean_other = sum(row.accuracy for row in rows if row.language not in known) / sum(
        row.language not in known for row in rows
    )
    question = asked.text[0]
    answer = runner.classify([question])[0].label
    console.print(
        f"A classifier saw {len(english)} English sentences. In the {len(known)} languages of its encoder it is right "
        f"in {mean_known:.0%} of the test sentences; in the others, which the encoder never met, in {mean_other:.0%}.\n"
        f"The file {name} alone, {size / 1e6:.1f} MB in place of {whole / 1e6:.0f}, asked in {languages.name(tag)} "
        f"“{question}”, answers “{answer}”.\n"
        f"Everything lies in {folder} ({time.monotonic() - started:.0f} seconds). Next:\n"
        f'  keras-i18n predict {folder}/{name} "{question}"\n'
        "  keras-i18n demo --language ja             another language; --all-formats for the whole model in five formats\n"
        "  keras-i18n train your.tsv your.keras      columns: text, label, language",
        highlight=False,
        soft_wrap=True,
    )
    if verified is not None and not verified.ok:
        raise typer.Exit(1)


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
