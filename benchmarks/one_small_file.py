"""One small file: SIB-200 topics, trained on English only, for a language or three within so many megabytes.

Pieces are chosen by NTREX-128 and word lists (wordfreq), and measured on SIB-200's dev part. Peers in the same run: the rows
of the words' pieces alone, without few bits, trimmed to the same number of bytes, and fastText .ftz trained on the same
English labels.
"""

import argparse
import pathlib
import tempfile
import time

import encoder_languages
import numpy as np
import open_data
import parallel_data
import results_file

import keras_i18n as ki
from keras_i18n import localization

NEWS = "ntrex128/ntrex128.tsv.xz"


def trained():
    train = parallel_data.topics("train", {"en"})
    classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
    classifier.fit(train, verbose=0)
    return classifier, train


def scored(model, full, rows):
    """Accuracy and label agreement with the full model by language."""
    found = {}
    for tag in dict.fromkeys(row["lang"] for row in rows):
        some = [row for row in rows if row["lang"] == tag]
        texts = [row["text"] for row in some]
        labels = np.array([full.labels.index(row["label"]) for row in some])
        best, other = model.predict(texts).argmax(axis=1), full.predict(texts).argmax(axis=1)
        found[tag] = {
            "accuracy": float((best == labels).mean()),
            "full_accuracy": float((other == labels).mean()),
            "agreement": float((best == other).mean()),
        }
    return found


def small_file(full, tags, megabytes, texts, words, rows, format):
    begin = time.perf_counter()
    size_wanted = round(megabytes * 1e6)
    small, report = localization.compact(full, tags, max_bytes=size_wanted, texts=texts, words=words, format=format)
    with tempfile.TemporaryDirectory() as folder:
        path = ki.export(small, folder, formats=[format], precision="int8") / f"model.{format}"
        size = path.stat().st_size
        found = scored(ki.load_exported(path), full, rows)
    told = {
        "languages": tags,
        "format": format,
        "bytes": size,
        "pieces": report.pieces,
        "rows": dict(report.plan.tiers),
        "seconds": round(time.perf_counter() - begin, 1),
        "by_language": found,
    }
    show(f"compact {'+'.join(tags)} {format}", size, found)
    return told


def trimmed(full, tag, megabytes, texts, words, rows):
    """The peer: the most frequent pieces of texts and words, rows in int8, as many as the bytes allow."""
    fixed = megabytes * 1e6 - 400_000 - 343_000 - 3.44e6 - 400_000
    pieces = int(fixed / (513 + 17))
    small, _ = localization.localize(full, [tag], texts=texts, words=words, keep=pieces)
    with tempfile.TemporaryDirectory() as folder:
        path = ki.export(small, folder, formats=["tflite"], precision="int8") / "model.tflite"
        size = path.stat().st_size
        found = scored(ki.load_exported(path), full, rows)
    show(f"trimmed {tag}, {pieces:,} pieces", size, found)
    return {"languages": [tag], "bytes": size, "pieces": pieces, "by_language": found}


def fasttext_peer(train, rows):
    """fastText on the same English labels, quantised: accuracy by language."""
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        lines = [f"__label__{label} {text}\n" for text, label in zip(train.text, train.label, strict=True)]
        path = pathlib.Path(folder) / "train.txt"
        path.write_text("".join(lines), "utf-8")
        model = fasttext.train_supervised(str(path), minn=2, maxn=5, epoch=25, lr=0.5, dim=64, thread=1, verbose=0)
        model.quantize(input=str(path), retrain=True, cutoff=50_000)
        model.save_model(str(path) + ".ftz")
        size = pathlib.Path(str(path) + ".ftz").stat().st_size
    found = {}
    for tag in dict.fromkeys(row["lang"] for row in rows):
        some = [row for row in rows if row["lang"] == tag]
        guesses = [labels[0].removeprefix("__label__") for labels in model.predict([row["text"] for row in some])[0]]
        found[tag] = float(np.mean([guess == row["label"] for guess, row in zip(guesses, some, strict=True)]))
    print(f"{'fastText .ftz':34} {size / 1e6:6.2f} MB  accuracy {np.mean(list(found.values())):.1%}", flush=True)
    return {"bytes": size, "accuracy": found}


def bit_equal(full, tags, news, dev):
    """Texts of NTREX-128 and SIB-200 dev whose pieces are all kept where the news' and the lists' pieces are."""
    counted = {}
    for tag in tags:
        words = localization.frequent_words(tag)
        _, report = localization.localize(full, [tag], texts=news[tag], words=words)
        _, unseen = localization.localize(full, [tag], texts=news[tag][:1000] + dev[tag], words=words, keep=32_000)
        counted[tag] = {
            "news_pieces": {"texts": sum(row.texts for row in report.rows), "equal": report.proven},
            "32,000_pieces": {"texts": sum(row.texts for row in unseen.rows), "equal": unseen.proven},
        }
        print(tag, counted[tag], flush=True)
    return counted


def show(name, size, found):
    losses = [100 * (row["full_accuracy"] - row["accuracy"]) for row in found.values()]
    agreement = np.mean([row["agreement"] for row in found.values()])
    print(
        f"{name:34} {size / 1e6:6.2f} MB  agreement {agreement:.1%}  loss mean {np.mean(losses):+.2f} "
        f"worst {max(losses):+.2f} points",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=["fr"], help="each alone, within --megabytes")
    parser.add_argument("--megabytes", type=float, default=8.0)
    parser.add_argument("--together", nargs="*", default=["en", "es", "zh-Hans"], help="in one file of 14 MB")
    parser.add_argument("--formats", nargs="+", default=["tflite"])
    parser.add_argument("--bit-equality", nargs="*", default=[], help="languages whose texts are compared bit for bit")
    parser.add_argument("--name", default="one_small_file", help="of the result")
    arguments = parser.parse_args()
    full, train = trained()
    wanted = {*arguments.languages, *arguments.together, *arguments.bit_equality} & set(encoder_languages.TAGS)
    news, dev = {}, {}
    for row in open_data.rows(NEWS):
        if row["lang"] in wanted:
            news.setdefault(row["lang"], []).append(row["text"])
    rows = [row for row in open_data.rows("sib200/dev.tsv.xz") if row["lang"] in wanted]
    for row in rows:
        dev.setdefault(row["lang"], []).append(row["text"])
    words = {tag: found for tag in sorted(wanted) if (found := localization.frequent_words(tag))}

    figures = {"trained_on": f"{len(train)} English sentences", "alone": [], "trimmed": [], "together": []}
    for tag in arguments.languages:
        own = [row for row in rows if row["lang"] == tag]
        for format in arguments.formats:
            figures["alone"].append(
                small_file(
                    full,
                    [tag],
                    arguments.megabytes,
                    news[tag],
                    {tag: words[tag]} if tag in words else None,
                    own,
                    format,
                )
            )
        figures["trimmed"].append(
            trimmed(full, tag, arguments.megabytes, news[tag], {tag: words[tag]} if tag in words else None, own)
        )
    if arguments.together:
        own = [row for row in rows if row["lang"] in arguments.together]
        figures["together"].append(small_file(full, arguments.together, 14, news, words, own, "tflite"))
    figures["fasttext"] = fasttext_peer(train, rows)
    if arguments.bit_equality:
        figures["bit_equality"] = bit_equal(full, arguments.bit_equality, news, dev)
    results_file.write(arguments.name, figures)


if __name__ == "__main__":
    main()
