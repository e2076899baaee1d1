"""One translator of four languages on Multi30k: English, German, French and Czech, scored in all twelve directions.

`train` reads the pairs that have English on one side, six directions; the other six are zero-shot: no pair of theirs trained.
Both are scored on test_2016_flickr, greedily, and the zero-shot ones also by way of English: translated into English, and from
there. The figures told are of

    python translation_many.py train many.keras --minutes 90
    python translation_many.py measure many.keras
"""

import argparse
import itertools
import json
import os
import pathlib
import time

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import open_data
import results_file

import keras_i18n as ki

LANGUAGES = ("en", "de", "fr", "cs")
DIRECTIONS = tuple(itertools.permutations(LANGUAGES, 2))
TRAINED = tuple(one for one in DIRECTIONS if "en" in one)
NETWORK = {"dim": 128, "hidden_dim": 512, "encoder_layers": 4, "decoder_layers": 2, "decoder": "ssru", "dropout": 0.1}
TRAINING = {"learning_rate": 2e-3, "warmup": 800, "batch_tokens": 2048, "averaging": 0.999, "cooldown": 0.3}


def pairs(part, source, target, most=None):
    rows = list(open_data.rows(f"multi30k/{part}.tsv.xz"))[:most]
    texts = ([row[side] for row in rows] for side in (source, target))
    return ki.datasets.ParallelTexts(*texts, source_language=source, target_language=target)


def train(options):
    began, cpu = time.perf_counter(), time.process_time()
    given = [pairs("train", *one) for one in TRAINED]
    model = ki.Translator.from_scratch(given, vocabulary_size=options.pieces, **NETWORK)
    print(f"{model.network.count_params():,} parameters", flush=True)
    history = model.fit(
        given,
        validation=[pairs("val", *one, most=50) for one in TRAINED],
        minutes=options.minutes,
        backup_dir=options.model.with_suffix(".backup"),
        progress=lambda progress: print(f"{progress}; {(time.perf_counter() - began) / 60:.1f} min", flush=True),
        verbose=0,
        **TRAINING,
    )
    model.save(options.model)
    made = {
        "parameters": model.network.count_params(),
        "pieces": options.pieces,
        **NETWORK,
        **TRAINING,
        "epochs": len(history.history["loss"]),
        "validation_bleu": [round(bleu, 2) for bleu in history.history["val_bleu"]],
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "minutes_of_cpu": round((time.process_time() - cpu) / 60, 1),
    }
    options.model.with_suffix(".json").write_text(json.dumps(made, indent=1) + "\n")


def measure(options):
    model = ki.load(options.model)
    test = {one: pairs("test_2016_flickr", *one, most=options.sentences) for one in DIRECTIONS}

    def scored(source, target, texts=None):
        one = test[source, target]
        found = model.translate(one.source if texts is None else texts, target_language=target, beam=options.beam)
        report = ki.evaluation.translation_scores(found, one.target, target_language=target, resamples=0)
        return {"bleu": round(report.bleu, 2), "chrf": round(report.chrf, 2)}, report.bleu_signature, found

    figures = {
        "made": json.loads(options.model.with_suffix(".json").read_text()),
        "beam": options.beam,
        "directions": {},
    }
    in_english = {}
    for source, target in DIRECTIONS:
        row, figures["signature"], found = scored(source, target)
        if target == "en":
            in_english[source] = found
        figures["directions"][f"{source}-{target}"] = row
        print(source, target, row, flush=True)
    for source, target in (one for one in DIRECTIONS if "en" not in one):
        row, _, _ = scored(source, target, texts=in_english[source])
        figures["directions"][f"{source}-{target}"]["by way of English"] = row
        print(source, target, "by way of English", row, flush=True)
    results_file.write("translation_many", figures)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["train", "measure"])
    parser.add_argument("model", type=pathlib.Path, help="the .keras file")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--pieces", type=int, default=6000)
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--sentences", type=int, default=1000, help="of test_2016_flickr")
    given = parser.parse_args()
    {"train": train, "measure": measure}[given.action](given)
