"""Run as a script in a process of its own: opens files that another process wrote, and compares their answers.

Usage: python open_every_file.py FOLDER. It reads FOLDER/cells.json and FOLDER/expected.npz, and prints one JSON: for each
cell the largest difference to the expected answers, or what was wrong.
"""

import json
import pathlib
import sys

import numpy as np

import keras_i18n as ki
from keras_i18n.export.codepoints import codepoints_of


def answers(opened, inputs):
    """Numbers, or token ids padded with -1; of a translator code points."""
    if "translation" in (getattr(opened, "task", ""), getattr(getattr(opened, "metadata", None), "task", "")):
        # into the language that joined last, where there are several
        languages = getattr(opened, "metadata", opened).target_languages
        return codepoints_of(opened.translate(inputs, target_language=languages[-1] if len(languages) > 1 else None))
    if not hasattr(opened, "predict") or getattr(getattr(opened, "metadata", None), "task", "") == "tokenization":
        sequences = opened.tokenize(inputs)
        padded = np.full((len(sequences), max(map(len, sequences))), -1)
        for row, ids in zip(padded, sequences, strict=True):
            row[: len(ids)] = ids
        return padded
    return opened.predict(inputs)


def wrong_labels(opened, inputs, languages, passed):
    """Whether texts get other labels than those that passed their thresholds in the process that wrote the file."""
    wanted = [{label for label, has in zip(opened.labels, row, strict=True) if has} for row in passed]
    answers = opened.classify(inputs, language=languages)
    return [{each.label for each in found} for found in answers] != wanted


def main(folder):
    expected = np.load(folder / "expected.npz")
    found = {}
    for cell in json.loads((folder / "cells.json").read_text()):
        inputs = cell["texts"] or expected[cell["model"] + "/inputs"]
        try:
            opened = getattr(ki, cell["opener"])(folder / cell["path"])
            received = answers(opened, inputs)
            wanted = expected[cell["model"]]
            if received.shape != wanted.shape:
                found[cell["path"]] = f"shape {received.shape}, expected {wanted.shape}"
            elif cell["languages"] and wrong_labels(
                opened, inputs, cell["languages"], expected[cell["model"] + "/passed"]
            ):
                found[cell["path"]] = "classify gives other labels"
            elif cell["classifies"] and len(opened.classify(inputs)) != len(inputs):
                found[cell["path"]] = "classify gives another number of answers"
            else:
                found[cell["path"]] = float(np.abs(received.astype("float64") - wanted).max())
        except Exception as error:
            found[cell["path"]] = f"{type(error).__name__}: {error}"
    print(json.dumps(found))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
