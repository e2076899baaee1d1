"""Languages get pieces of their own in the encoder `universal`, which reads them by hashed n-grams alone: before and after.

Each language alone, from 1,997 sentence pairs of NTREX-128 with English, without a teacher and word lists; two of them
also from 500 and 1,000 pairs. Topics of SIB-200 dev from English labels, and the share of dev sentences whose nearest English
one is their translation. The English texts that the labels came with are put into the language word by word. How far the
gate opens was chosen in hi, vi, sw, te and uk; the others, fi el am, are the figure. What old texts get is compared: NTREX's in
three languages of the pretrained half are kept by the call, SIB-200's training texts of its sixteen are not seen by it.

    python benchmarks/universal_adding.py
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import encoder_languages
import numpy as np
import open_data
import parallel_data
import results_file

import keras_i18n as ki
from keras_i18n import transfer

CHOSEN_IN = ("hi", "vi", "sw", "te", "uk")
LANGUAGES = ("fi", "el", "am", *CHOSEN_IN)
_CURVE, _COUNTS = ("fi", "am"), (500, 1000)
_KEPT = ("de", "fr", "es")
_OPENNESS = (0.0, 0.15, 0.3, 0.45, 0.6, 1.0)
_UNSEEN = 100  # texts of each of the sixteen languages


def retrieved(encoder, english, rows):
    """Share of sentences whose nearest English one is their translation."""
    found = encoder.encode([row["text"] for row in rows]) @ english.T
    return float(np.mean(found.argmax(axis=1) == np.arange(len(rows))))


def figures_of(model, english, rows):
    return {
        "accuracy": round(parallel_data.accuracy(model, rows), 4),
        "retrieved": round(retrieved(model.encoder, english, rows), 4),
    }


def by_openness(model, english, rows):
    """What it would be, were the gate opened less or more."""
    gate, found = model.encoder.network.get_layer("opened_gate"), {}
    chosen = gate.openness
    for openness in _OPENNESS:
        gate.openness = openness
        model.forget_graphs()
        found[str(openness)] = figures_of(model, english, rows)
    gate.openness = chosen
    model.forget_graphs()
    return found


def mean_of(rows, part, name):
    return round(float(np.mean([row[part][name] for row in rows])), 4)


def summary(rows):
    """Means over languages from all pairs, and what happened to unseen texts of old ones."""
    whole = [row for row in rows if row["pairs"] > max(_COUNTS)]
    held = [row for row in whole if row["language"] not in CHOSEN_IN]
    names = [(part, name) for part in ("before", "after") for name in ("accuracy", "retrieved")]
    return {
        "held out": {"languages": [row["language"] for row in held]}
        | {f"{part} {name}": mean_of(held, part, name) for part, name in names if held},
        "all": {"languages": [row["language"] for row in whole]}
        | {f"{part} {name}": mean_of(whole, part, name) for part, name in names if whole},
        "unseen old texts": _UNSEEN * len(encoder_languages.TAGS),
        "of them tokenized differently, at most": max(row["unseen old texts tokenized differently"] for row in rows),
        "of them with another label, at most": max(row["unseen old texts with another label"] for row in rows),
        "rows": rows,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=LANGUAGES)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--pieces", type=int, default=8000)
    parser.add_argument("--go-on", action="store_true", help="keep the rows that were measured before")
    options = parser.parse_args()
    train, dev, ntrex = (
        open_data.by_language(f"{name}.tsv.xz") for name in ("sib200/train", "sib200/dev", "ntrex128/ntrex128")
    )
    labelled = ki.datasets.from_lists(
        [row["text"] for row in train["en"]], [row["label"] for row in train["en"]], language="en"
    )
    model = ki.TextClassifier.from_preset("universal", labels=labelled.labels)
    model.fit(labelled, verbose=0)
    english = model.encoder.encode([row["text"] for row in dev["en"]])
    keep = [row["text"] for tag in _KEPT for row in ntrex[tag]]
    unseen = [row["text"] for tag in encoder_languages.TAGS for row in train[tag][:_UNSEEN]]
    unseen_ids, unseen_scores = model.tokenize(unseen), model.predict(unseen)

    rows = results_file.read("universal_adding")["rows"] if options.go_on else []
    runs = [(language, None) for language in options.languages if language not in CHOSEN_IN]
    runs += [(language, count) for count in _COUNTS for language in _CURVE if language in options.languages]
    runs += [(language, None) for language in options.languages if language in CHOSEN_IN]
    for language, count in runs:
        pairs = parallel_data.news_pairs(language)
        pairs = pairs if count is None else pairs[:count]
        if any((row["language"], row["pairs"]) == (language, len(pairs)) for row in rows):
            continue
        began = time.monotonic()
        longer, report = transfer.add_language(
            model,
            language,
            parallel=pairs,
            known_texts=labelled.text,
            keep_texts=keep,
            epochs=options.epochs,
            num_pieces=options.pieces,
        )
        minutes = (time.monotonic() - began) / 60
        same = [np.array_equal(*pair) for pair in zip(unseen_ids, longer.tokenize(unseen), strict=True)]
        scores = longer.predict(unseen)
        assert np.array_equal(scores[same], unseen_scores[same])
        found = by_openness(longer, english, dev[language])
        row = {
            "language": language,
            "pairs": len(pairs),
            "before": figures_of(model, english, dev[language]),
            "after": found[str(longer.encoder.network.get_layer("opened_gate").openness)],
            "openness": longer.encoder.network.get_layer("opened_gate").openness,
            "by openness": found,
            "new pieces": report.pieces,
            "minutes": round(minutes, 2),
            "unseen old texts tokenized differently": len(same) - sum(same),
            "unseen old texts with another label": int((scores.argmax(1) != unseen_scores.argmax(1)).sum()),
        }
        rows.append(row)
        print(row, flush=True)
        results_file.write("universal_adding", summary(rows))


if __name__ == "__main__":
    main()
