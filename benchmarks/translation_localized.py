"""A translator of English, German, French and Czech is cut to English and German: what that saves, and what it changes.

The pieces are chosen by the training captions of Multi30k in both languages; test_2016_flickr, which the choice does not see, is
translated in both directions by the whole and by the smaller one, greedily.

    python translation_many.py train many.keras --minutes 90
    python translation_localized.py many.keras
"""

import argparse
import os
import pathlib
import tempfile

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import results_file
from translation_many import pairs

import keras_i18n as ki

KEPT = ("en", "de")
CHOICES = ("texts", "coverage:0.9995", "coverage:0.99")


def megabytes(model, folder):
    written = ki.export(model, folder, formats=["tflite"], precision="int8")
    return round((written / "model.tflite").stat().st_size / 1e6, 2)


def translated(model, tests):
    """direction -> translations."""
    return {one: model.translate(test.source, target_language=one[1], beam=1) for one, test in tests.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, help="the .keras file")
    model = ki.load(parser.parse_args().model)
    train = pairs("train", *KEPT)
    texts = {"en": train.source, "de": train.target}
    tests = {one: pairs("test_2016_flickr", *one) for one in (KEPT, KEPT[::-1])}
    with tempfile.TemporaryDirectory() as folder:
        before = translated(model, tests)
        rows = {"all four": row_of(model, tests, before, before, pathlib.Path(folder, "whole"))}
        print(rows, flush=True)
        for keep in CHOICES:
            smaller, report = ki.localization.localize(model, KEPT, texts=texts, keep=keep)
            print(report, flush=True)
            found = translated(smaller, tests)
            rows[keep] = row_of(smaller, tests, before, found, pathlib.Path(folder, keep.replace(":", "-")))
            print(keep, rows[keep], flush=True)
    results_file.write("translation_localized", {"kept": KEPT, "sentences": len(tests[KEPT]), "rows": rows})


def row_of(model, tests, before, found, folder):
    row = {"pieces": model.tokenizer.vocabulary_size, "int8 .tflite, megabytes": megabytes(model, folder)}
    for one, test in tests.items():
        scores = ki.evaluation.translation_scores(found[one], test.target, target_language=one[1], resamples=0)
        same = sum(mine == other for mine, other in zip(found[one], before[one], strict=True))
        row[" to ".join(one)] = {"the same": same, "bleu": round(scores.bleu, 2)}
    return row


if __name__ == "__main__":
    main()
