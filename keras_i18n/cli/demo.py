import pathlib
import time
from typing import Annotated

import typer

from keras_i18n.cli.console import console, progress_bar, show_table


def demo(
    folder: Annotated[pathlib.Path, typer.Option(help="Where model, picture and exports go.")] = pathlib.Path(
        "saved_models/demo"
    ),
) -> None:
    """Train on English only, answer in many languages, export to five formats, verify each file.

    Takes about two minutes and writes about 1.6 GB into the folder.
    """
    from keras_i18n import datasets, languages

    started = time.monotonic()
    console.rule("1. What a person says to a phone assistant")
    train, test = datasets.sample("assistant")
    english = train.select(languages=["en"])
    console.print(f"{len(test.languages)} languages, {len(test.labels)} intents: {', '.join(test.labels)}")
    console.print(f"Training sees the {len(english)} English sentences, and nothing else.")

    console.rule("2. Train on English")
    import keras_i18n

    with console.status("loading the encoder use_multilingual_v3"):
        classifier = keras_i18n.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
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
    classifier.save(folder / "assistant.keras")

    console.rule("4. Export to five formats, the tokenizer inside")
    formats = list(keras_i18n.export.FORMATS)
    with progress_bar("exporting", total=len(formats)) as show:
        keras_i18n.export(classifier, folder, formats=formats, progress=show)

    console.rule("5. Verify each file in its own runtime")
    from keras_i18n.cli.verify import show_verification

    with progress_bar("verifying", total=len(formats) * len(test.languages)) as show:
        verified = keras_i18n.verify(classifier, folder, test, max_texts=8, progress=show)
    show_verification(verified)

    console.rule("What just happened")
    mean_known = sum(row.accuracy for row in rows if row.language in known) / sum(row.language in known for row in rows)
    mean_other = sum(row.accuracy for row in rows if row.language not in known) / sum(
        row.language not in known for row in rows
    )
    question = "明日は傘が要りますか？"
    answer = keras_i18n.load_exported(folder / "model.tflite").classify([question])[0].label
    console.print(
        f"A classifier saw {len(english)} English sentences. In the {len(known)} languages of its encoder it is right "
        f"in {mean_known:.0%} of the test sentences; in the others, which the encoder never met, in {mean_other:.0%}.\n"
        f"The file model.tflite alone, asked in {languages.name('ja')} “{question}”, answers “{answer}”.\n"
        f"Everything lies in {folder} ({time.monotonic() - started:.0f} seconds). Next:\n"
        f'  keras-i18n predict {folder}/model.onnx "Wie wird das Wetter morgen?"\n'
        "  keras-i18n train your.tsv your.keras      columns: text, label, language\n"
        "  keras-i18n export your.keras saved_models/your --formats tflite --precision float16",
        highlight=False,
        soft_wrap=True,
    )
    if not verified.ok:
        raise typer.Exit(1)
