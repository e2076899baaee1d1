"""Are the ids of the compiled tokenizers those of the sentencepiece library, in every runtime?

All SIB-200 dev sentences, fuzzed strings and the edges of the conformance kit, raw, through three vocabularies.
"""

import argparse
import json
import pathlib
import tempfile
import time

import numpy as np
import open_data
import tokenizer_files

from keras_i18n.tokenizers import conformance


def runtimes(model, folder):
    """Name -> function from a list of matrices to a list of token ids."""
    import tensorflow as tf

    served = tf.saved_model.load(str(folder / "saved_model"))
    lite = tokenizer_files.litert(folder / "model.tflite")
    onnx = tokenizer_files.onnx_runtime(folder / "model.onnx")
    return {
        "Keras": lambda rows: [model.predict_on_batch(row) for row in rows],
        "SavedModel": lambda rows: [served.serve(tf.constant(row))["token_ids"].numpy() for row in rows],
        "LiteRT": lambda rows: [lite(row) for row in rows],
        "tflite-runtime 2.14.0": lambda rows: tokenizer_files.tflite_runtime(folder / "model.tflite", rows),
        "ONNX Runtime": lambda rows: [onnx(row) for row in rows],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, help="only so many SIB-200 dev sentences (default: all 20,295)")
    parser.add_argument("--fuzzed", type=int, default=50_000, help="number of fuzzed strings")
    parser.add_argument("--seed", type=int, default=20, help="seed of the fuzzed strings")
    parser.add_argument(
        "--hostile", type=int, default=100_000, help="random int32 arrays through LiteRT and ONNX Runtime"
    )
    options = parser.parse_args()

    sentences = [row["text"] for row in open_data.rows("sib200/dev.tsv.xz")][: options.sentences]
    results = {"sentences": len(sentences), "fuzzed": options.fuzzed, "rows": [], "hostile": {}}
    for name, tokenizer in tokenizer_files.TOKENIZERS.items():
        tokenizer = tokenizer()
        groups = {
            "SIB-200 dev": sentences,
            "fuzzed": conformance.fuzzed_texts(tokenizer, options.fuzzed, options.seed),
            "edges": conformance.edge_texts(tokenizer),
        }
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            model = tokenizer_files.compiled(tokenizer, folder)
            names = {kind: tokenizer_files.operators(folder / f"model.{kind}") for kind in ("tflite", "onnx")}
            results.setdefault("operators", {})[name] = names
            for runtime, run in runtimes(model, folder).items():
                for group, texts in groups.items():
                    start = time.perf_counter()
                    wanted = tokenizer.tokenize(texts)
                    chosen, rows = zip(*tokenizer_files.batches(texts), strict=True)
                    equal = 0
                    for places, ids in zip(chosen, run(list(rows)), strict=True):
                        for place, row in zip(places, ids, strict=True):
                            count = int((row != tokenizer.padding_id).sum())
                            equal += np.array_equal(row[:count], wanted[place])
                    seconds = time.perf_counter() - start
                    row = {"tokenizer": name, "runtime": runtime, "texts": group, "equal": equal, "of": len(texts)}
                    results["rows"].append(row)
                    print(
                        f"{name:20} {runtime:22} {group:12} {equal:6} of {len(texts):6}  {seconds:6.1f} s", flush=True
                    )
            if name.startswith("trained"):
                results["hostile"] = hostile(folder, options.hostile)
    file = pathlib.Path(__file__).parent / "results" / "tokenizer_exactness.json"
    file.write_text(json.dumps(results, indent=1) + "\n")


def hostile(folder, count):
    """Random int32 arrays of any numbers through both runtimes: seconds, and whether all came back alike."""
    random = np.random.default_rng(7)
    lite = tokenizer_files.litert(folder / "model.tflite")
    onnx = tokenizer_files.onnx_runtime(folder / "model.onnx")
    high = (2**31 - 1, 0x120000, 0x3000, 300)
    start, alike = time.perf_counter(), 0
    for number in range(0, count, 50):
        width = int(random.integers(1, 40))
        top = high[number // 50 % 4]
        rows = random.integers(-top - 1 if number % 100 else 0, top, (50, width), dtype=np.int64).astype(np.int32)
        alike += 50 * np.array_equal(lite(rows), onnx(rows))
    seconds = time.perf_counter() - start
    print(
        f"hostile: {alike} of {count} random int32 arrays alike in LiteRT and ONNX Runtime, {seconds:.0f} s", flush=True
    )
    return {"arrays": count, "alike": alike}


if __name__ == "__main__":
    main()
