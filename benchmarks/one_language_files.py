"""What a model of one language takes: a file for each of 205 languages, and the one file of `universal` for all of them.

For each language a classifier of hashed n-grams learns the 701 labelled sentences that SIB-200's train split has in it, and
leaves as an int8 .tflite that takes raw code points. That file, in LiteRT, answers the 99 sentences of the dev
split one by one: bytes, accuracy, milliseconds a sentence, and which topic was taken for which. The same is asked of
one int8 .tflite of the encoder `universal` with a head that was trained on the English sentences alone.

`python benchmarks/one_language_files.py --languages sw am` measures some, and keeps what was measured of others; the result
is written after each language.
"""

import argparse
import collections
import sys
import tempfile
import time

import numpy as np
import open_data

sys.path.insert(0, str(open_data.REPOSITORY))
from benchmarks import results_file

NAME = "one_language_files"
NUM_BUCKETS = 16_384
_REPEATS = 3  # others use the machine too


def judged(file, rows):
    """What a file makes of the labelled sentences of a language.

    Returns:
        dict: accuracy, milliseconds (of a sentence the fastest of three times, of the sentences the median), confusions: (label, label given, count), the most
        frequent first, of those that came more than once.
    """
    found, seconds = [], []
    for row in rows:
        times = []
        for _ in range(_REPEATS):
            begin = time.perf_counter()
            answer = file.classify([row["text"]])[0]
            times.append(time.perf_counter() - begin)
        found.append(answer.label)
        seconds.append(min(times))
    wrong = collections.Counter(
        (row["label"], label) for row, label in zip(rows, found, strict=True) if label != row["label"]
    )
    return {
        "accuracy": round(float(np.mean([row["label"] == label for row, label in zip(rows, found, strict=True)])), 4),
        "milliseconds": round(1e3 * float(np.median(seconds)), 3),
        "confusions": [[*pair, count] for pair, count in wrong.most_common(3) if count > 1],
    }


def exported(classifier, folder):
    """(its int8 .tflite, opened, and the bytes of it)."""
    import keras_i18n as ki

    path = ki.export(classifier, folder, formats=["tflite"], precision="int8") / "model.tflite"
    return ki.load_exported(path), path.stat().st_size


def own_file(language, train, dev):
    """A file of one language."""
    import keras_i18n as ki

    data = ki.datasets.from_lists([row["text"] for row in train], [row["label"] for row in train], language=language)
    classifier = ki.TextClassifier.from_scratch(data.labels, num_buckets=NUM_BUCKETS, languages=[language])
    classifier.fit(data, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        file, size = exported(classifier, folder)
        return {"bytes": size, **judged(file, dev)}


def file_of_all(train, dev):
    """The file of `universal`, asked in every language; its bytes."""
    import keras_i18n as ki

    english = [row for row in train if row["lang"] == "en"]
    data = ki.datasets.from_lists([row["text"] for row in english], [row["label"] for row in english], language="en")
    classifier = ki.TextClassifier.from_preset("universal", labels=data.labels)
    classifier.fit(data, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        file, size = exported(classifier, folder)
        return {"bytes": size, "by_language": {language: judged(file, rows) for language, rows in dev.items()}}


def by_language(name):
    grouped = collections.defaultdict(list)
    for row in open_data.rows(name):
        grouped[row["lang"]].append(row)
    return grouped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", help="tags of SIB-200; all unless told")
    arguments = parser.parse_args()
    train, dev = by_language("sib200/train.tsv.xz"), by_language("sib200/dev.tsv.xz")
    wanted = sorted(arguments.languages or dev)
    result = results_file.read(NAME) or {"universal": {"by_language": {}}, "own": {}}
    if not set(wanted) <= set(result["universal"]["by_language"]) or not arguments.languages:
        result["universal"] = file_of_all([row for rows in train.values() for row in rows], dev)
        results_file.write(NAME, result)
    for place, language in enumerate(wanted, 1):
        result["own"][language] = own = own_file(language, train[language], dev[language])
        other = result["universal"]["by_language"][language]
        print(
            f"{place:3} {language:10} {own['bytes'] / 1e6:.2f} MB {own['accuracy']:.1%} {own['milliseconds']:.2f} ms; "
            f"universal {other['accuracy']:.1%} {other['milliseconds']:.2f} ms",
            flush=True,
        )
        results_file.write(NAME, result)


if __name__ == "__main__":
    main()
