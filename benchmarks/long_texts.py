"""The tokenizer of `universal` in its exported files: milliseconds of CPU by the length of a text, alike in both runtimes.

The text has words, full-width digits, ligatures and letters whose accents stand apart, which are composed; ids are compared with
the tokenizer's own. `--label` names the row; another row of the same command, with the code of before, stays beside it.
"""

import argparse
import os
import statistics
import tempfile
import time

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

import results_file

import keras_i18n as ki

LENGTHS = (105, 1000, 4000, 16_000)
TEXT = "The quick brown \N{LATIN SMALL LIGATURE FI} e\N{COMBINING ACUTE ACCENT} \N{FULLWIDTH DIGIT ONE} fox jumps "


def milliseconds(runner, text, times):
    runner.tokenize([text])
    took = []
    for _ in range(times):
        began = time.process_time()
        runner.tokenize([text])
        took.append(time.process_time() - began)
    return round(1e3 * statistics.median(took), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--label", default="now")
    options = parser.parse_args()
    tokenizer = ki.TextEncoder.from_preset("universal").tokenizer
    row = {}
    with tempfile.TemporaryDirectory() as folder:
        ki.export(tokenizer, folder, formats=["tflite", "onnx"])
        for file in ("model.tflite", "model.onnx"):
            runner, row[file] = ki.load_exported(f"{folder}/{file}"), {}
            for length in LENGTHS:
                text = (TEXT * (length // len(TEXT) + 1))[:length]
                assert runner.tokenize([text])[0].tolist() == tokenizer.tokenize([text])[0].tolist()
                row[file][str(length)] = milliseconds(runner, text, max(3, 4000 // length))
            print(options.label, file, row[file], flush=True)
    rows = (results_file.read("long_texts") or {"rows": {}})["rows"] | {options.label: row}
    results_file.write("long_texts", {"rows": rows})


if __name__ == "__main__":
    main()
