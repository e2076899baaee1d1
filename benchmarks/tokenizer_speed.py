"""How fast are the compiled tokenizers, beside the sentencepiece library in C++?

One thread, one sentence of 105 code points; growth with length and batch; the training path over many sentences.
"""

import argparse
import json
import pathlib
import tempfile
import time

import numpy as np
import open_data
import sentencepiece
import tokenizer_files


def milliseconds(run, given, repeats):
    """The 20th percentile of the times of `run(given)`: other work on the machine only ever adds."""
    run(given)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run(given)
        times.append(time.perf_counter() - start)
    return round(float(np.percentile(times, 20)) * 1000, 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=60, help="repetitions of each measurement")
    parser.add_argument(
        "--sentences", type=int, default=12, help="sentences of 105 code points, each of another language"
    )
    options = parser.parse_args()

    tokenizer = tokenizer_files.TOKENIZERS["encoder 128000"]()
    library = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_bytes)
    rows = list(open_data.rows("sib200/dev.tsv.xz"))
    of_length = list({row["lang"]: row["text"] for row in rows if len(row["text"]) == 105}.values())[
        : options.sentences
    ]
    running = " ".join(row["text"] for row in rows if row["lang"] in ("en", "de", "ru", "hi", "zh-Hans", "th"))[:9000]
    results = {"one sentence": {}, "length": {}, "batch": {}}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tokenizer_files.compiled(tokenizer, folder)
        runs = {
            "LiteRT": tokenizer_files.litert(folder / "model.tflite"),
            "ONNX Runtime": tokenizer_files.onnx_runtime(folder / "model.onnx"),
        }
        for _ in range(2):  # the first round warms up
            for name, run in {"sentencepiece (C++)": library.encode, **runs}.items():
                given = of_length if name.startswith("s") else [tokenizer_files.code_points([t]) for t in of_length]
                results["one sentence"][name] = float(np.median([milliseconds(run, x, options.repeats) for x in given]))
        for name, run in runs.items():
            pairs = [(n, tokenizer_files.code_points([running[:n]])) for n in (16, 64, 256, 1024, 4096)]
            results["length"][name] = {n: milliseconds(run, x, options.repeats // 3) for n, x in pairs}
            pairs = [
                (n, tokenizer_files.code_points([running[i * 20 :][:105] for i in range(n)]))
                for n in (1, 4, 16, 64, 256)
            ]
            results["batch"][name] = {n: milliseconds(run, x, options.repeats // 3) for n, x in pairs}
    results["sentences a second, training path"] = rate(tokenizer)
    for title, by_name in results.items():
        print(f"{title}: {json.dumps(by_name)}")
    file = pathlib.Path(__file__).parent / "results" / "tokenizer_speed.json"
    file.write_text(json.dumps(results, indent=1) + "\n")


def rate(tokenizer):
    """SIB-200 sentences a second through `UnigramTokenizer.tokenize` and `pad`, two threads."""
    tokenizer.threads = 2
    texts = [row["text"] for row in open_data.rows("sib200/train.tsv.xz")][::3]
    best = 0
    for _ in range(3):
        start = time.perf_counter()
        for place in range(0, len(texts), 4096):
            tokenizer.pad(tokenizer.tokenize(texts[place : place + 4096]))
        best = max(best, len(texts) / (time.perf_counter() - start))
    return round(best)


if __name__ == "__main__":
    main()
