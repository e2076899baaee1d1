"""What a lexical shortlist costs and brings: English to German on Multi30k, a translator that looks at few tokens beside all of them.

The shortlists are made of the 29,000 training pairs. test_2016_flickr is translated greedily and by a beam of 4; the files (float32,
greedy, one thread) take its first captions by turns, text in and text out.

    python translation_shortlist.py en-de.keras
"""

import argparse
import os
import pathlib
import statistics
import tempfile
import time

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import numpy as np
import results_file
from translation import pairs

import keras_i18n as ki

ALL = "all tokens"
# name -> candidates of each source token, tokens of every list
SHORTLISTS = {ALL: None, "20 and 100": (20, 100), "50 and 200": (50, 200), "100 and 400": (100, 400)}


def translated(model, test, written):
    """BLEU, and how many translations are those of all tokens, which `written` keeps."""
    told = {}
    for name, beam in (("greedy", 1), ("beam 4", 4)):
        found = model.translate(test.source, beam=beam)
        scores = ki.evaluation.translation_scores(found, test.target, target_language="de", resamples=0)
        same = sum(one == other for one, other in zip(found, written.setdefault(name, found), strict=True))
        told |= {name: round(scores.bleu, 2), f"{name}, the same": same}
    return told


def tokens_of_a_list(model, texts):
    if model.shortlist is None:
        return model.num_target_tokens
    layer = model.shortlist.layer(model.num_target_tokens)
    return round(float(np.mean([np.sum(layer(ids[None])) for ids in model.source_ids(texts)])))


def milliseconds(files, texts):
    """Medians of one thread's time; every file takes each text in turn."""
    seconds = {name: [] for name in files}
    for text in texts:
        for name, runner in files.items():
            runner.translate([text])
            times = []
            for _ in range(3):
                began = time.thread_time()
                runner.translate([text])
                times.append(time.thread_time() - began)
            seconds[name].append(min(times))
    return {name: round(1e3 * statistics.median(one), 2) for name, one in seconds.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, help="the .keras file")
    parser.add_argument("--captions", type=int, default=300, help="that go through the files")
    options = parser.parse_args()
    model, train, test = ki.load(options.model), pairs("train", "en", "de"), pairs("test_2016_flickr", "en", "de")
    model.beam, rows, files, written = 1, {}, {}, {}
    texts = test.source[: options.captions]
    with tempfile.TemporaryDirectory() as folder:
        for name, sizes in SHORTLISTS.items():
            began = time.process_time()
            made = sizes and ki.transfer.lexical_shortlist(model, train, candidates=sizes[0], always=sizes[1])
            model.shortlist = made
            rows[name] = {"seconds to make": round(time.process_time() - began, 1) if made else 0}
            rows[name] |= {"tokens a text": tokens_of_a_list(model, texts), **translated(model, test, written)}
            formats = ["tflite", "onnx"]
            folder_of_row = ki.export(
                model, pathlib.Path(folder, name), target="edge", formats=formats, precision="float32"
            )
            for suffix in formats:
                runner = ki.load_exported(folder_of_row / f"model.{suffix}")
                expected = model.translate(texts)
                found = [runner.translate([text])[0] for text in texts]
                rows[name][f"{suffix}, captions as Keras"] = sum(
                    one == other for one, other in zip(found, expected, strict=True)
                )
                rows[name][f"{suffix}, megabytes"] = round(runner.path.stat().st_size / 1e6, 2)
                files[name, suffix] = runner
            print(name, rows[name], flush=True)
        for (name, suffix), told in milliseconds(files, texts).items():
            rows[name][f"{suffix}, median ms"] = told
            print(name, suffix, told, flush=True)
    results_file.write(
        "translation_shortlist",
        {"vocabulary": model.num_target_tokens, "captions": len(texts), "network": model.network.name, "rows": rows},
    )


if __name__ == "__main__":
    main()
