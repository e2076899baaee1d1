"""One small model for 205 languages: topics of SIB-200, from scratch, beside fastText trained in the same run.

The model is a table of hashed words and character n-grams (3 to 5) with a score for each label in each row. It trains
on the train split, leaves as an int8 .tflite that takes raw code points, and that file, in LiteRT, is what is scored on
the dev split (other sentences: the ids of both splits are compared). Several sizes give the curve accuracy against size.

`--translations N` adds texts without labels: N sentences of NTREX-128 in each language that both sets have. A classifier on
the encoder, trained on the English labels, reads the English sentence, and all its translations learn the probabilities
that it gives (distillation; Hinton, Vinyals and Dean 2015). The encoder is needed while it trains, not in the file.

fastText: `pip install fasttext-numpy2`. Without it the table holds our rows only.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import time

import hashed_text_model
import numpy as np
import open_data

sys.path.insert(0, str(open_data.REPOSITORY))
RESULTS = open_data.REPOSITORY / "benchmarks" / "results"


def mean_over_languages(found, rows):
    """Mean over languages of the accuracy, and the lowest language with its accuracy."""
    right = {}
    for label, row in zip(found, rows, strict=True):
        right.setdefault(row["lang"], []).append(label == row["label"])
    by_language = {language: float(np.mean(values)) for language, values in right.items()}
    worst = min(by_language, key=by_language.get)
    return float(np.mean(list(by_language.values()))), worst, by_language[worst]


def told_by_the_encoder(train, count):
    """`(texts, float32 (texts, labels))`: translations of sentences, with what their English one is held to be about."""
    import keras_i18n as ki

    labels = sorted({row["label"] for row in train})
    english = [row for row in train if row["lang"] == "en"]
    teacher = ki.TextClassifier.from_preset("use_multilingual_v3", labels=labels)
    teacher.fit(
        ki.datasets.from_lists([row["text"] for row in english], [row["label"] for row in english], language="en"),
        verbose=0,
    )
    ours = sorted({row["lang"] for row in train})
    by_language = open_data.by_language("ntrex128/ntrex128.tsv.xz")
    asked = [row for row in by_language["en"] if int(row["id"]) < count]
    told = dict(zip([row["id"] for row in asked], teacher.predict([row["text"] for row in asked]), strict=True))
    rows = [
        row
        for language, found in by_language.items()
        if any(ki.languages.equivalent(language, one) for one in ours)  # 'ha' is 'ha-Latn'
        for row in found
        if row["id"] in told
    ]
    return [row["text"] for row in rows], np.array([told[row["id"]] for row in rows], "float32")


def ours(num_buckets, train, dev, arguments):
    import keras_i18n as ki

    labels = sorted({row["label"] for row in train})
    texts = [row["text"] for row in train]
    targets = np.eye(len(labels), dtype="float32")[[labels.index(row["label"]) for row in train]]
    times = 1
    if arguments.translations:
        more, told = told_by_the_encoder(train, arguments.translations)
        # what is labelled counts twice: it is what will be asked, and the only text of half of the languages
        times = np.repeat([2, 1], [len(texts), len(more)])
        texts, targets = [*texts, *more], np.concatenate([targets, told])
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=num_buckets, word_lengths=(1,), ngram_lengths=(3, 4, 5))
    network, seconds = hashed_text_model.train_scores(
        tokenizer,
        texts,
        targets,
        times=times,
        epochs=arguments.epochs,
        learning_rate=arguments.learning_rate,
    )
    languages = sorted({row["lang"] for row in train})
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=labels, languages=languages)
    with tempfile.TemporaryDirectory() as folder:
        path = ki.export(model, folder, formats=["tflite"], precision="int8") / "model.tflite"
        runner = ki.load_exported(path)
        begin = time.perf_counter()
        scores = runner.predict([row["text"] for row in dev])
        rate = len(dev) / (time.perf_counter() - begin)
        size = path.stat().st_size
    found = [labels[place] for place in scores.argmax(axis=1)]
    helped = f" + {arguments.translations:,} translations" if arguments.translations else ""
    return (f"keras_i18n, {num_buckets:,} rows, int8 TFLite{helped}", found, size, seconds, rate)


def fasttext_peer(train, dev):
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "train.txt"
        # fastText reads its lines in order: sorted by language, each would unlearn the one before
        lines = [f"__label__{row['label']} {row['text']}\n" for row in train]
        np.random.default_rng(1).shuffle(lines)
        path.write_text("".join(lines), "utf-8")
        begin = time.perf_counter()
        model = fasttext.train_supervised(str(path), minn=2, maxn=5, epoch=10, lr=0.5, dim=64, thread=2, verbose=0)
        seconds = time.perf_counter() - begin
        model.save_model(str(path))
        size = path.stat().st_size
    texts = [row["text"] for row in dev]
    begin = time.perf_counter()
    found = [labels[0].removeprefix("__label__") for labels in model.predict(texts)[0]]
    return ("fastText, n-grams 2-5, 10 epochs", found, size, seconds, len(dev) / (time.perf_counter() - begin))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", type=int, default=[1_200_000, 300_000], help="sizes of the table")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=0.6)
    parser.add_argument(
        "--translations", type=int, default=0, metavar="N", help="sentences without labels, 1,997 at most"
    )
    parser.add_argument("--name", default="small_model_205", help="of the file in benchmarks/results")
    parser.add_argument("--no-peer", action="store_true", help="leave fastText out")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results as it is")
    arguments = parser.parse_args()
    train, dev = list(open_data.rows("sib200/train.tsv.xz")), list(open_data.rows("sib200/dev.tsv.xz"))
    assert not {row["id"] for row in train} & {row["id"] for row in dev}, "dev sentences among the train sentences"
    jobs = [lambda size=size: ours(size, train, dev, arguments) for size in arguments.rows]
    if not arguments.no_peer:
        jobs.insert(0, lambda: fasttext_peer(train, dev))
    results = []
    print(f"{'model':64} {'mean dev':>8} {'lowest language':>18} {'MB':>8} {'training s':>10} {'texts/s':>8}")
    for job in jobs:
        try:
            name, found, size, seconds, rate = job()
        except ImportError as error:
            print(f"left out: {error}")
            continue
        mean, worst, lowest = mean_over_languages(found, dev)
        print(
            f"{name:64} {mean:8.1%} {worst:>10} {lowest:7.1%} {size / 1e6:8.2f} {seconds:10.0f} {rate:8.0f}",
            flush=True,
        )
        results.append(
            {
                "model": name,
                "mean_dev_accuracy": round(mean, 4),
                "lowest_language": worst,
                "lowest_accuracy": round(lowest, 4),
                "bytes": size,
                "training_seconds": round(seconds, 1),
                "texts_per_second": round(rate),
            }
        )
    if not arguments.no_write:
        (RESULTS / f"{arguments.name}.json").write_text(
            json.dumps({"processors": os.cpu_count(), "rows": results}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
