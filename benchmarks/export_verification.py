"""All formats in their real runtimes against the Keras model: 16 languages x 50 SIB-200 texts, float32 and float16."""

import argparse
import pathlib
import tempfile

import encoder_languages
import open_data
import results_file

import keras_i18n as ki


def read(split, languages):
    rows = [row for row in open_data.rows(f"sib200/{split}.tsv.xz") if row["lang"] in languages]
    return ki.datasets.from_lists(
        [row["text"] for row in rows], [row["label"] for row in rows], language=[row["lang"] for row in rows]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=50, help="texts of each language")
    parser.add_argument("--precisions", default="float32,float16")
    arguments = parser.parse_args()
    train, dev = read("train", {"en"}), read("dev", encoder_languages.TAGS)
    classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
    classifier.fit(train, verbose=0)
    figures = {}
    for precision in arguments.precisions.split(","):
        formats = [name for name, row in ki.export.FORMATS.items() if precision in row.precisions]
        with tempfile.TemporaryDirectory() as folder:
            ki.export(classifier, folder, formats=formats, precision=precision)
            report = ki.verify(classifier, folder, dev, max_texts=arguments.texts)
            for name, (count, difference, agreement) in report.by_format().items():
                path = pathlib.Path(folder) / ki.export.FORMATS[name].file
                files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
                figures[f"{name} {precision}"] = {
                    "texts": count,
                    "languages": len(dev.languages),
                    "largest_difference": difference,
                    "label_agreement": agreement,
                    "megabytes": round(sum(file.stat().st_size for file in files) / 1e6, 1),
                }
                print(f"{name:12} {precision:8} {figures[f'{name} {precision}']}")
            for failure in report.failures:
                print("DIFFERS", failure)
    results_file.write("export_verification", figures)


if __name__ == "__main__":
    main()
