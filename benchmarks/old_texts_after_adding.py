"""What languages that join one after another do to texts of the 16 old ones, and what it costs them that these stay.

A topic classifier on the 16-language encoder, trained on 300 English texts of SIB-200 train, to which languages are added
from NTREX's 1,997 sentence pairs and from these 300 texts, put into the language word by word; no teacher, and few epochs,
so that it takes minutes. Three rules: the pieces of an added language are used where they cover 10 percent of a text
(`PieceGroups`, the library's rule), 20 percent, or (nearly) everywhere, at 1 percent. Under all, no piece may change one of
`keep_texts` (NTREX and SIB-200 dev in the old languages) or a word of them.

Unseen old texts: SIB-200 train in the 16 languages, whole, and three words or one word of each (of 12 languages that put
spaces between words). Accuracy: the other texts of SIB-200 train and dev in the new languages, whose English versions and
labels nobody saw. The difference of the rules is told with its standard error, text by text.

    python benchmarks/old_texts_after_adding.py
"""

import argparse
import os
import random
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import open_data
import parallel_data
import results_file

import keras_i18n as ki
from keras_i18n import transfer
from keras_i18n.tokenizers import PieceGroups, UnigramTokenizer
from keras_i18n.tokenizers.piece_groups import LEAST_PERCENT

OLD = ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh-Hans", "zh-Hant"]
WITHOUT_SPACES = {"ja", "th", "zh-Hans", "zh-Hant"}
_IN_NTREX = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}
_IN_SIB = {"ko": "ko-Hang"}
RULES = {
    f"used where they cover {LEAST_PERCENT} percent": LEAST_PERCENT,
    "used where they cover 20 percent": 20,
    "used everywhere": 1,
}


def part_of(text, words, chance):
    split = text.split()
    start = chance.randrange(max(len(split) - words + 1, 1))
    return " ".join(split[start : start + words])


def with_rule(model, least_percent):
    tokenizer = model.tokenizer
    ruled = UnigramTokenizer(
        tokenizer.model_bytes,
        begin=tokenizer.begin_piece,
        end=tokenizer.end_piece,
        groups=PieceGroups(least_percent=least_percent),
    )
    return ki.TextClassifier.from_saved(tokenizer=ruled, network=model.network, config=model.to_config())


def tokenized_differently(first, model, texts):
    pairs = zip(first.tokenize(texts), model.tokenize(texts), strict=True)
    return int(sum(not np.array_equal(*pair) for pair in pairs))


def right(model, rows):
    best = model.predict([row["text"] for row in rows]).argmax(axis=1)
    return np.array([model.labels[place] == row["label"] for place, row in zip(best, rows, strict=True)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=["sw", "fi", "uk", "vi"])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--labelled", type=int, default=300, help="English texts that the classifier learns from")
    parser.add_argument("--glosses", type=int, default=2000)
    options = parser.parse_args()
    train, dev, ntrex = (
        open_data.by_language(f"{name}.tsv.xz") for name in ("sib200/train", "sib200/dev", "ntrex128/ntrex128")
    )
    seen = train["en"][: options.labelled]
    labelled = ki.datasets.from_lists([row["text"] for row in seen], [row["label"] for row in seen], language="en")
    seen = {row["id"] for row in seen}
    tests = {tag: [row for row in (*train[tag], *dev[tag]) if row["id"] not in seen] for tag in options.languages}
    chance = random.Random(0)
    whole = {tag: [row["text"] for row in train[_IN_SIB.get(tag, tag)]] for tag in OLD}
    spaced = [text for tag, texts in whole.items() if tag not in WITHOUT_SPACES for text in texts]
    unseen = {
        "texts": [text for texts in whole.values() for text in texts],
        "three words": [part_of(text, 3, chance) for text in spaced],
        "one word": [part_of(text, 1, chance) for text in spaced],
    }
    model = ki.TextClassifier.from_preset("use_multilingual_v3", labels=labelled.labels)
    model.fit(labelled, verbose=0)

    figures = {"languages": options.languages, "epochs": options.epochs, "rules": {}}
    figures["unseen_old_texts"] = {name: len(texts) for name, texts in unseen.items()}
    figures["new_texts"] = {tag: len(rows) for tag, rows in tests.items()}
    figures["accuracy_before"] = {tag: round(float(right(model, rows).mean()), 4) for tag, rows in tests.items()}
    answers = {}
    for rule, least_percent in RULES.items():
        first = grown = with_rule(model, least_percent)
        keep = [row["text"] for tag in OLD for row in ntrex[_IN_NTREX.get(tag, tag)]]
        keep += [row["text"] for tag in OLD for row in dev[_IN_SIB.get(tag, tag)]]
        steps = []
        for language in options.languages:
            began = time.monotonic()
            pairs = parallel_data.pairs_of(ntrex["en"], ntrex[language], target=language)
            grown, report = transfer.add_language(
                grown,
                language,
                parallel=pairs,
                known_texts=labelled.text,
                keep_texts=keep,
                glosses=options.glosses,
                epochs=options.epochs,
            )
            keep += [row["text"] for row in ntrex[language]]
            answers[rule, language] = right(grown, tests[language])
            relabelled = first.predict(unseen["texts"]).argmax(axis=1) != grown.predict(unseen["texts"]).argmax(axis=1)
            steps.append(
                {
                    "language": language,
                    "accuracy": round(float(answers[rule, language].mean()), 4),
                    "new_pieces": report.pieces,
                    "dropped_pieces": report.dropped,
                    "unseen_old_tokenized_differently": {
                        name: tokenized_differently(first, grown, texts) for name, texts in unseen.items()
                    },
                    "unseen_old_texts_with_another_label": int(relabelled.sum()),
                    "report": str(report.unseen),
                    "minutes": round((time.monotonic() - began) / 60, 2),
                }
            )
            print(rule, steps[-1], flush=True)
            last = {tag: round(float(right(grown, tests[tag]).mean()), 4) for tag in options.languages[: len(steps)]}
            figures["rules"][rule] = {
                "least_percent": least_percent,
                "mean_accuracy": round(float(np.mean(list(last.values()))), 4),
                "accuracy_in_the_last_model": last,
                "steps": steps,
            }
            results_file.write("old_texts_after_adding", figures)
    everywhere = list(RULES)[-1]
    figures["points_gained_by_the_rule"] = {}
    for rule in list(RULES)[:-1]:
        gained = {tag: answers[rule, tag].astype(float) - answers[everywhere, tag] for tag in options.languages}
        each = np.concatenate(list(gained.values()))
        figures["points_gained_by_the_rule"][rule] = {
            **{tag: round(100 * float(found.mean()), 2) for tag, found in gained.items()},
            "mean": round(100 * float(each.mean()), 2),
            "standard_error": round(100 * float(each.std() / len(each) ** 0.5), 2),
        }
        print(rule, figures["points_gained_by_the_rule"][rule])
    results_file.write("old_texts_after_adding", figures)


if __name__ == "__main__":
    main()
