"""The encoder `universal` for one language in a file of 3 MB, or of 8 MB for those of its pretrained half.

Topics of SIB-200, trained on English only. What is kept is chosen by NTREX-128 and word lists (wordfreq) where there is one;
each language of NTREX-128 that has a word list, and seven without, is measured on SIB-200's dev part. Label agreement on its
train part is told apart and counts for nothing: these are translations of the very sentences that the labels were learnt of, on
which any model is sure. Files of some languages are exported, opened in LiteRT and ONNX Runtime, and timed beside the full one. Peer in the same run: fastText .ftz trained on the same English labels.
"""

import argparse
import collections
import tempfile

import numpy as np
import one_small_file
import open_data
import parallel_data
import results_file

import keras_i18n as ki
from keras_i18n import localization

SMALL, LARGE = 3.0, 8.0  # megabytes
WITHOUT_WORDS = ("sw", "te", "am", "km", "hr", "zu", "th")
NEWS = "ntrex128/ntrex128.tsv.xz"


def by_language(path):
    found = collections.defaultdict(list)
    for row in open_data.rows(path):
        found[row["lang"]].append(row)
    return found


def compacted(full, tag, texts, words):
    """(model, report, megabytes allowed): the smaller size where the pretrained half is not needed."""
    given = {"texts": texts, "words": {tag: words} if words else None}
    try:
        return *localization.compact(full, [tag], max_bytes=round(SMALL * 1e6), **given), SMALL
    except ValueError:
        return *localization.compact(full, [tag], max_bytes=round(LARGE * 1e6), **given), LARGE


def measured(full, small, dev, train):
    texts = [row["text"] for row in (*dev, *train)]
    best, other = (model.predict(texts).argmax(axis=1) for model in (small, full))
    labels = np.array([full.labels.index(row["label"]) for row in dev])
    return {
        "accuracy": float((best[: len(dev)] == labels).mean()),
        "full_accuracy": float((other[: len(dev)] == labels).mean()),
        "agreement": float((best == other)[: len(dev)].mean()),
        "texts": len(dev),
        "agreement_on_translated_training_texts": float((best == other)[len(dev) :].mean()),
    }


def files(model, texts, expected):
    """Size, label agreement in the file's own runtime, latency and memory of both formats."""
    wanted = model.predict(texts).argmax(axis=1)
    found = {}
    for format in ("tflite", "onnx"):
        with tempfile.TemporaryDirectory() as folder:
            path = ki.export(model, folder, formats=[format], precision="int8") / f"model.{format}"
            same = ki.load_exported(path).predict(texts).argmax(axis=1) == wanted
            row = ki.benchmark(path, lengths=[105]).rows[0]
            found[format] = {
                "bytes": path.stat().st_size,
                "expected_bytes": expected,
                "agreement_with_keras": float(same.mean()),
                "p50_ms": row.p50_ms,
                "memory_mb": row.memory_mb,
            }
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", help="in place of those of the table")
    parser.add_argument("--files", nargs="*", default=["fr", "de", "uk", "sw"], help="languages whose files are opened")
    arguments = parser.parse_args()
    train = parallel_data.topics("train", {"en"})
    full = ki.TextClassifier.from_preset("universal", labels=train.labels)
    full.fit(train, verbose=0)
    news, dev, other = (by_language(path) for path in (NEWS, "sib200/dev.tsv.xz", "sib200/train.tsv.xz"))
    known = [tag for tag in news if tag in dev and (tag in WITHOUT_WORDS or localization.frequent_words(tag))]
    figures = {"allowed_megabytes": [SMALL, LARGE], "by_language": {}, "files": {}}
    for tag in arguments.languages or known:
        words = localization.frequent_words(tag)
        small, report, megabytes = compacted(full, tag, [row["text"] for row in news[tag]], words)
        row = {"megabytes": megabytes, "words": len(words or ()), "ids": report.pieces, "bytes": report.file_bytes}
        row |= measured(full, small, dev[tag], other[tag])
        figures["by_language"][tag] = row
        print(
            f"{tag:10} {row['bytes'] / 1e6:5.2f} MB  accuracy {row['accuracy']:.1%} of {row['full_accuracy']:.1%}  "
            f"agreement {row['agreement']:.1%}",
            flush=True,
        )
        if tag in arguments.files:
            figures["files"][tag] = files(small, [row["text"] for row in dev[tag]], report.file_bytes)
            print(figures["files"][tag], flush=True)
    figures["files"]["all languages"] = files(full, [row["text"] for row in dev["fr"]], None)
    rows = [row for tag in figures["by_language"] for row in dev[tag]]
    figures["fasttext"] = one_small_file.fasttext_peer(train, rows)
    for megabytes in (SMALL, LARGE):
        some = [row for row in figures["by_language"].values() if row["megabytes"] == megabytes]
        if some:
            losses = [100 * (row["full_accuracy"] - row["accuracy"]) for row in some]
            figures[f"{megabytes:g} MB"] = {
                "languages": len(some),
                "agreement": float(np.mean([row["agreement"] for row in some])),
                "worst_agreement": float(min(row["agreement"] for row in some)),
                "mean_loss": float(np.mean(losses)),
                "worst_loss": float(max(losses)),
            }
            print(megabytes, figures[f"{megabytes:g} MB"])
    if arguments.languages is None:
        results_file.write("universal_localized", figures)


if __name__ == "__main__":
    main()
