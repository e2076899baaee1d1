"""The encoder `universal`: SIB-200 dev in 205 languages from English labels, few-shot accuracy, retrieval, size and rate.

Beside it `use_multilingual_v3` and, with --peer, multilingual-e5-small (20 minutes of a core), in the same run: the same
English labels, the same classifier. The few-shot protocol is that of MTEB's SIB200Classification (8 texts a label, 10
draws, logistic regression), here drawn from train and asked on dev. With --card the model card is written from the figures.

    python benchmarks/universal_encoder.py --peer --card
"""

import argparse
import os
import pathlib
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import encoder_languages
import numpy as np
import open_data
import results_file
from sklearn.linear_model import LogisticRegression

import keras_i18n as ki
from keras_i18n.models.presets import universal

EIGHT = ("hi", "sw", "vi", "fi", "el", "uk", "te", "am")
CARD = pathlib.Path(universal.__file__).with_name("universal.md")
_SHOTS, _DRAWS = 8, 10
_TIMED = 1000


def zero_shot(encoder, train, dev):
    """Accuracy by language of the package's classifier, and of logistic regression, on frozen vectors."""
    labelled = ki.datasets.from_lists([row["text"] for row in train], [row["label"] for row in train], language="en")
    classifier = ki.TextClassifier.on_encoder(encoder, labels=labelled.labels)
    classifier.fit(labelled, verbose=0)
    texts = [row["text"] for rows in dev.values() for row in rows]
    wanted = np.array([row["label"] for rows in dev.values() for row in rows])
    vectors = encoder.encode(texts)
    own = np.array(classifier.labels)[np.asarray(classifier.head(vectors)).argmax(axis=1)]
    fitted = LogisticRegression(C=100, max_iter=1000).fit(encoder.encode(labelled.text), labelled.label)
    return [
        dict(zip(dev, (found == wanted).reshape(len(dev), -1).mean(axis=1).tolist(), strict=True))
        for found in (own, fitted.predict(vectors))
    ], vectors.reshape(len(dev), -1, vectors.shape[1])


def few_shot(encoder, train, dev, vectors):
    """Mean accuracy by language: `_SHOTS` texts a label of the language itself, `_DRAWS` times."""
    found = {}
    for place, tag in enumerate(dev):
        labels = np.array([row["label"] for row in train[tag]])
        wanted = np.array([row["label"] for row in dev[tag]])
        given = encoder.encode([row["text"] for row in train[tag]])
        scores = []
        for draw in range(_DRAWS):
            order = np.random.default_rng(draw).permutation(len(labels))
            chosen = np.concatenate([order[labels[order] == label][:_SHOTS] for label in sorted(set(labels))])
            fitted = LogisticRegression(max_iter=100).fit(given[chosen], labels[chosen])
            scores.append((fitted.predict(vectors[place]) == wanted).mean())
        found[tag] = float(np.mean(scores))
    return found


def retrieval(vectors, dev):
    """Share of sentences whose nearest of all English ones is their translation, by language."""
    english = vectors[list(dev).index("en")]
    order = np.arange(len(english))
    ids = [[row["id"] for row in rows] for rows in dev.values()]
    assert all(one == ids[0] for one in ids)
    return {
        tag: float(np.mean((vectors[place] @ english.T).argmax(axis=1) == order))
        for place, tag in enumerate(dev)
        if tag != "en"
    }


def rate(encoder, texts):
    """Texts a second, from raw text; once before the clock runs."""
    encoder.encode(texts[:64])
    began = time.perf_counter()
    encoder.encode(texts)
    return len(texts) / (time.perf_counter() - began)


def tflite(encoder):
    """Bytes of the exported file, and the median milliseconds of one thread for a text of 105 characters in LiteRT."""
    text = next(row["text"] for row in open_data.rows("sib200/dev.tsv.xz") if len(row["text"]) == 105)
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for precision in ("float32", "int8"):
            path = ki.export(encoder, folder, target="edge", formats="tflite", precision=precision) / "model.tflite"
            runner = ki.load_exported(path)
            times = []
            for _ in range(50):
                began = time.thread_time()
                runner.predict([text])
                times.append(time.thread_time() - began)
            found[precision] = {
                "bytes": path.stat().st_size,
                "thread_ms_of_105_characters": round(1e3 * float(np.median(times)), 2),
            }
    return found


def means(by_language, ntrex):
    groups = {
        "all": by_language,
        "the_16_of_use_multilingual_v3": set(encoder_languages.TAGS),
        "eight": EIGHT,
        "languages_without_parallel_text": {tag for tag in by_language if tag not in ntrex},
    }
    found = {name: round(float(np.mean([by_language[tag] for tag in tags])), 4) for name, tags in groups.items()}
    return {
        **found,
        "worst": {tag: round(by_language[tag], 3) for tag in sorted(by_language, key=by_language.get)[:10]},
    }


def card(figures):
    """The model card, from the figures of one run."""
    ours = figures["universal"]
    lines = [
        "# Model card: the encoder `universal`",
        "",
        "Written by `python benchmarks/universal_encoder.py --card`; not by hand.",
        "",
        "Turns a text of about 200 languages into 512 numbers. Hashed words and n-grams of characters for all languages;",
        "beside them the network of `use_multilingual_v3` for the 16 languages that it was made for; a gate weighs the two.",
        "",
        "**Data and licences.** What it learned from, with the licences, stands in `recipes/universal/sources.py`, and the",
        "command that makes it in `recipes/universal/__main__.py`. Its half for 16 languages is `universal-sentence-encoder-",
        "multilingual` v3 (Apache-2.0); the other half learned the vectors of that model and of multilingual-e5-small (MIT).",
        "",
        "The file was made by these steps one by one, before they stood in one command.",
        "",
        f"**Accuracy.** Topics of SIB-200 dev, English labels only: {100 * ours['zero_shot']['all']:.1f} % in the mean of 205",
        f"languages, {100 * ours['zero_shot']['the_16_of_use_multilingual_v3']:.1f} % in the 16. Its training saw sentences of "
        "SIB-200's training split, without",
        "labels: on other topics and genres expect less.",
        "",
        "**Known weaknesses.** Languages that it reads at about 45 % or less are left out of its `languages`, and a model says so.",
        "Long texts: it was trained on words and single sentences. Word order and negation: outside of the 16 languages a",
        "text is a bag of n-grams. It has the prejudices of its teachers.",
        "",
        "| language | accuracy | language | accuracy | language | accuracy | language | accuracy |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    cells = [f"{tag} | {100 * value:.0f}" for tag, value in ours["by_language"].items()]
    cells += [" | "] * (-len(cells) % 4)
    lines += ["| " + " | ".join(cells[start : start + 4]) + " |" for start in range(0, len(cells), 4)]
    CARD.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="store_true", help="multilingual-e5-small on the same texts")
    parser.add_argument("--card", action="store_true", help="write the model card")
    options = parser.parse_args()
    train, dev = (open_data.by_language(f"sib200/{split}.tsv.xz") for split in ("train", "dev"))
    names = {row["lang"] for row in open_data.rows("ntrex128/ntrex128.tsv.xz")}
    ntrex = {tag for tag in dev if tag in names or tag.split("-")[0] in names}
    figures = {"processors": len(os.sched_getaffinity(0))}
    timed = [row["text"] for rows in dev.values() for row in rows]
    timed = [timed[place] for place in np.random.default_rng(0).permutation(len(timed))[:_TIMED]]
    presets = ["universal", "use_multilingual_v3", *(["multilingual_e5_small"] if options.peer else [])]
    for name in presets:
        began = time.perf_counter()
        encoder = ki.TextEncoder.from_preset(name)
        seconds = time.perf_counter() - began
        (own, logistic), vectors = zero_shot(encoder, train["en"], dev)
        figures[name] = {
            "load_seconds": round(seconds, 2),
            "zero_shot": means(own, ntrex),
            "zero_shot_logistic_regression": means(logistic, ntrex),
            "retrieval_to_english": round(float(np.mean(list(retrieval(vectors, dev).values()))), 4),
            "texts_a_second": round(rate(encoder, timed), 1),
            "by_language": {tag: round(value, 4) for tag, value in own.items()},
        }
        if name == "universal":
            figures[name]["few_shot_8_a_label"] = round(
                float(np.mean(list(few_shot(encoder, train, dev, vectors).values()))), 4
            )
            figures[name]["tflite"] = tflite(encoder)
            figures[name]["package_bytes"] = universal.FILE.stat().st_size
        shown = {key: value for key, value in figures[name].items() if key != "by_language"}
        print(name, *(f"  {key:32} {value}" for key, value in shown.items()), sep="\n", flush=True)
    results_file.write("universal_encoder", figures)
    if options.card:
        card(figures)


if __name__ == "__main__":
    main()
