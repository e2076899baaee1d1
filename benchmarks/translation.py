"""English to German on Multi30k, from text alone, with a small network: trained on one core, scored on two test sets.

`train` makes the model and writes it beside a JSON of how it was made: it reads the training pairs, and chooses by the
validation set. `measure` translates test_2016_flickr and test_2017_flickr, which trained nothing, and sends the former
through exported files, one sentence at a time. The figures told are of

    python translation.py train en-de.keras --minutes 82 --hidden 512 --decoder-layers 2 --dropout 0.2
    python translation.py train cooled.keras --goes-on en-de.keras --minutes 20 --learning-rate 5e-4 --warmup 1500 --cooldown 1
    python translation.py measure cooled.keras

`ship` puts such a model into `saved_models`, as one int8 .tflite that searches by beam, beside a JSON that tells how it was made, its
digest and what it scores. `make translator` made the one that lies there, by one training of 57 minutes of a core.

`latency` needs no training, and takes minutes: milliseconds of one thread for a sentence, by its length, in float32 and int8, in both
runtimes, greedily. A model that is no file yet is an untrained one of `--decoder`, which goes on writing up to its limit. `--label`
names the row; another row of the same command, with the code of before, stays beside it.

`stream` exports a model as an encoder and a step, and tells for each caption how long the first word takes, and the whole, beside the
one file that translates in one call.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import tempfile
import time

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import open_data
import results_file

import keras_i18n as ki

SHIPPED = open_data.REPOSITORY / "saved_models"
TRAINING = {"learning_rate": 2e-3, "warmup": 800, "batch_tokens": 1024, "averaging": 0.999, "max_validation": 300}


def pairs(part, source, target):
    rows = list(open_data.rows(f"multi30k/{part}.tsv.xz"))
    texts = ([row[side] for row in rows] for side in (source, target))
    return ki.datasets.ParallelTexts(*texts, source_language=source, target_language=target)


def train(options):
    began, cpu = time.perf_counter(), time.process_time()
    train_pairs = pairs("train", options.source, options.target)
    network = {
        "dim": options.dim,
        "hidden_dim": options.hidden,
        "encoder_layers": options.encoder_layers,
        "decoder_layers": options.decoder_layers,
        "decoder": options.decoder,
        "dropout": options.dropout,
    }
    training = TRAINING | {
        "learning_rate": options.learning_rate,
        "warmup": options.warmup,
        "cooldown": options.cooldown,
    }
    if options.goes_on is None:
        model = ki.Translator.from_scratch(train_pairs, vocabulary_size=options.pieces, **network)
    else:
        model = ki.load(options.goes_on)
        network = {"goes on from": json.loads(options.goes_on.with_suffix(".json").read_text())}
    print(f"{model.network.count_params():,} parameters", flush=True)

    def told(progress):
        print(f"{progress}; {(time.perf_counter() - began) / 60:.1f} min", flush=True)

    history = model.fit(
        train_pairs,
        validation=pairs("val", options.source, options.target),
        minutes=options.minutes,
        backup_dir=options.model.with_suffix(".backup"),
        subword_sampling=options.subword_sampling,
        progress=told,
        verbose=0,
        **training,
    )
    model.save(options.model)
    made = {
        "direction": f"{options.source}-{options.target}",
        "pieces": options.pieces,
        "parameters": model.network.count_params(),
        **network,
        **training,
        "subword_sampling": options.subword_sampling,
        "epochs": len(history.history["loss"]),
        "validation_bleu": [round(bleu, 2) for bleu in history.history["val_bleu"]],
        "loss": [round(loss, 4) for loss in history.history["loss"]],
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "minutes_of_cpu": round((time.process_time() - cpu) / 60, 1),
    }
    options.model.with_suffix(".json").write_text(json.dumps(made, indent=1) + "\n")
    print(json.dumps(made))


def measure(options):
    model = ki.load(options.model)
    source, target = model.source_language, model.target_languages[0]
    figures = {"made": json.loads(options.model.with_suffix(".json").read_text()), "tests": {}}
    folder = options.model.with_suffix("")
    for part in ("test_2016_flickr", "test_2017_flickr"):
        test = pairs(part, source, target)
        told = {"sentences": len(test)}
        for name, search in (("greedy", {}), ("beam 4", {"beam": 4})):
            found = model.translate(test.source, **search)
            report = ki.evaluation.translation_scores(found, test.target, target_language=target)
            told[name] = {
                "bleu": round(report.bleu, 2),
                "bleu margin": round(report.rows[0].bleu_margin, 2),
                "chrf": round(report.chrf, 2),
                "tokenised bleu": round(tokenised_bleu(found, test.target, target), 2),
            }
            if not search:
                told["signature"], told["greedy by words"] = report.bleu_signature, report.to_dict()["rows"][1:]
                keras_translations = found
            print(part, name, told[name], flush=True)
        figures["tests"][part] = told
        if part == "test_2016_flickr":
            kept, kept_translations = test, keras_translations
    figures["files"] = {}
    for precision in ("float32", "int8"):
        ki.export(model, folder / precision, target="edge", formats=["tflite", "onnx"], precision=precision)
        for file in ("model.tflite", "model.onnx"):
            told = in_file(folder / precision / file, kept.source[: options.sentences], kept_translations)
            scores = ki.evaluation.translation_scores(
                told.pop("translations"), kept.target[: options.sentences], target_language=target, resamples=0
            )
            figures["files"][f"{precision} {file}"] = {**told, "bleu": round(scores.bleu, 2)}
            print(precision, file, figures["files"][f"{precision} {file}"], flush=True)
    results_file.write("translation", figures)


def latency(options):
    """One sentence at a time, the files by turns: what else a machine does then slows all of them down."""
    if options.model.exists():
        model, told = ki.load(options.model), "trained"
    else:
        sizes = {"dim": options.dim, "hidden_dim": options.hidden, "decoder_layers": options.decoder_layers}
        sizes |= {"encoder_layers": options.encoder_layers, "decoder": options.decoder}
        train_pairs = pairs("train", options.source, options.target)
        model, told = ki.Translator.from_scratch(train_pairs, vocabulary_size=options.pieces, **sizes), "untrained"
    texts = pairs("test_2016_flickr", options.source, options.target).source
    by_length = {"1 to 9": [], "10 to 14": [], "15 and more": []}
    for text in texts:
        count = len(text.split())
        by_length["1 to 9" if count < 10 else "10 to 14" if count < 15 else "15 and more"].append(text)
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for precision in ("float32", "int8"):
            # one thread, and its own time: what idle threads of other files burn is not counted
            written = ki.export(
                model,
                pathlib.Path(folder, precision),
                target="edge",
                formats=["tflite", "onnx"],
                precision=precision,
            )
            for file in ("model.tflite", "model.onnx"):
                files[f"{precision} {file}"] = ki.load_exported(written / file)
        found = {name: {"megabytes": round(one.path.stat().st_size / 1e6, 3)} for name, one in files.items()}
        for words, group in by_length.items():
            seconds = {name: [] for name in files}
            for text in group[: options.sentences]:
                for name, runner in files.items():
                    runner.translate([text])
                    began = time.thread_time()
                    runner.translate([text])
                    seconds[name].append(time.thread_time() - began)
            for name, one in seconds.items():
                found[name][words] = round(1e3 * statistics.median(one), 2)
    rows = (results_file.read("translation_latency") or {"rows": {}})["rows"]
    rows[options.label] = {"model": told, "network": model.network.name, "median ms of one thread, by words": found}
    results_file.write("translation_latency", {"sentences a length": options.sentences, "rows": rows})
    print(json.dumps(rows[options.label], indent=1))


def stream(options):
    """Milliseconds of one thread until the first word is there, and until the last, in LiteRT and ONNX Runtime."""
    model = ki.load(options.model)
    texts = pairs("test_2016_flickr", model.source_language, model.target_languages[0]).source[: options.sentences]
    expected, figures = (
        model.translate(texts, beam=1),
        {"captions": len(texts), "network": model.network.name, "files": {}},
    )
    model.beam = 1
    with tempfile.TemporaryDirectory() as folder:
        for precision in ("float32", "int8"):
            formats = ["tflite", "onnx"]
            written = ki.export(model, f"{folder}/{precision}", target="edge", formats=formats, precision=precision)
            ki.export.export_steps(model, written, formats=formats, precision=precision)
            for suffix in formats:
                whole = ki.load_exported(written / f"model.{suffix}")
                files = [written / f"{part}.{suffix}" for part in ("encoder", "step")]
                told = streamed(whole, ki.export.load_steps(*files), texts)
                told["same as Keras in float32"] = sum(
                    one == other for one, other in zip(told.pop("found"), expected, strict=True)
                )
                told["megabytes"] = [
                    round(file.stat().st_size / 1e6, 2) for file in (*files, written / f"model.{suffix}")
                ]
                figures["files"][f"{precision} {suffix}"] = told
                print(precision, suffix, told, flush=True)
    results_file.write("translation_stream", figures)


def streamed(whole, steps, texts):
    first, last, at_once, found = [], [], [], []
    for runner in (whole, steps):  # shapes of the first call are made once
        runner.translate(texts[:1])
    for text in texts:
        began = time.thread_time()
        grown = steps.stream(text)
        text_found = next(grown)
        first.append(time.thread_time() - began)
        *_, text_found = [text_found, *grown]
        last.append(time.thread_time() - began)
        found.append(text_found)
        began = time.thread_time()
        whole.translate([text])
        at_once.append(time.thread_time() - began)
    medians = {"first word": first, "last word": last, "one file": at_once}
    return {f"median ms, {name}": round(1e3 * statistics.median(one), 2) for name, one in medians.items()} | {
        "found": found
    }


def ship(options):
    model = ki.load(options.model)
    model.beam = 4
    name = f"{model.source_language}-{model.target_languages[0]}"
    with tempfile.TemporaryDirectory() as folder:
        written = ki.export(model, folder, formats=["tflite"], precision="int8") / "model.tflite"
        shutil.copy(written, SHIPPED / f"{name}.tflite")
    path = SHIPPED / f"{name}.tflite"
    test = pairs("test_2016_flickr", model.source_language, model.target_languages[0])
    found = ki.load_exported(path).translate(test.source)
    report = ki.evaluation.translation_scores(found, test.target, target_language=test.target_language)
    told = {
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "precision": "int8",
        "beam": model.beam,
        "command": "make translator",
        "data": "Multi30k, training part, English and German (Elliott et al. 2016): captions of photographs; its makers name no "
        "licence, but non-commercial research and teaching as its purpose, which therefore holds for this file",
        "test_2016_flickr": {
            "bleu": round(report.bleu, 2),
            "chrf": round(report.chrf, 2),
            "signature": report.bleu_signature,
        },
        "made": json.loads(options.model.with_suffix(".json").read_text()),
    }
    (SHIPPED / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n")
    print(told)


def tokenised_bleu(translations, references, language):
    """As papers on Multi30k tell it: punctuation normalised, lower case, Moses' tokens on both sides."""
    from sacremoses import MosesPunctNormalizer, MosesTokenizer

    normalizer, tokenizer = MosesPunctNormalizer(lang=language), MosesTokenizer(lang=language)
    cut = [
        [tokenizer.tokenize(normalizer.normalize(text).lower(), return_str=True, escape=False) for text in texts]
        for texts in (translations, references)
    ]
    return ki.evaluation.translation_scores(*cut, tokenize="none").bleu


def in_file(path, texts, expected):
    """One sentence at a time, as an app asks."""
    runner = ki.load_exported(path)
    runner.translate(texts[:1])
    found, seconds = [], []
    for text in texts:
        began = time.thread_time()
        found += runner.translate([text])
        seconds.append(time.thread_time() - began)
    same = sum(one == other for one, other in zip(found, expected, strict=False))
    return {
        "megabytes": round(path.stat().st_size / 1e6, 3),
        "sentences": len(texts),
        "same as Keras in float32": same,
        "median ms of one thread": round(1e3 * statistics.median(seconds), 2),
        "translations": found,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["train", "measure", "latency", "stream", "ship"])
    parser.add_argument("model", type=pathlib.Path, help="the .keras file")
    parser.add_argument("--sentences", type=int, default=1000, help="of test_2016_flickr, that go through the files")
    parser.add_argument("--label", default="now", help="of the row that `latency` writes")
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="de")
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--pieces", type=int, default=4000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--encoder-layers", type=int, default=4)
    parser.add_argument("--decoder-layers", type=int, default=1)
    parser.add_argument("--decoder", default="ssru", choices=["ssru", "attention", "lstm"])
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--learning-rate", type=float, default=TRAINING["learning_rate"])
    parser.add_argument("--warmup", type=int, default=TRAINING["warmup"])
    parser.add_argument("--cooldown", type=float, default=0.0, help="share of the minutes in which the rate falls to 0")
    parser.add_argument("--goes-on", type=pathlib.Path, help="train this model further")
    parser.add_argument("--subword-sampling", type=float, default=None)
    given = parser.parse_args()
    {"train": train, "measure": measure, "latency": latency, "stream": stream, "ship": ship}[given.action](given)
