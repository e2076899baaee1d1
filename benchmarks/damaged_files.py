"""Damages exported files and saved models at random and counts: refused, the same answer, another answer (target: none).

    python benchmarks/damaged_files.py --count 2000

Damage is seeded: one to three flipped bits, a byte run overwritten, a cut end, two runs changing places, a run of zeros.
"""

import argparse
import collections
import json
import pathlib
import random
import shutil
import tempfile
import warnings

import keras
import numpy as np

import keras_i18n as ki

TEXTS = ["Wake me at six", "明日の朝", ""]


def damaged(content, chance):
    content = bytearray(content)
    kind = chance.choice(["flip", "overwrite", "cut", "swap", "zeros"])
    if kind == "cut":
        return bytes(content[: chance.randrange(len(content))])
    for _ in range(chance.randint(1, 3)):
        size = min(chance.randint(1, 64), len(content) // 2)
        one, other = (chance.randrange(len(content) - size + 1) for _ in range(2))
        if kind == "flip":
            content[one] ^= 1 << chance.randrange(8)
        elif kind == "overwrite":
            content[one : one + size] = chance.randbytes(size)
        elif kind == "zeros":
            content[one : one + size] = bytes(size)
        else:
            content[one : one + size], content[other : other + size] = (
                content[other : other + size],
                content[one : one + size],
            )
    return bytes(content)


def answer_of(path, opener, expected):
    try:
        found = opener(path).predict(TEXTS)
    except (ValueError, FileNotFoundError, ImportError) as error:
        return "refused" if str(path) in str(error) else f"refused without the file's name: {type(error).__name__}"
    except Exception as error:
        return f"another error: {type(error).__name__}"
    same = found.shape == expected.shape and np.allclose(found, expected, atol=1e-4)
    return "same answer" if same else "ANOTHER ANSWER"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000, help="damaged files of each kind")
    parser.add_argument("--files", nargs="*", help="only these, such as model.onnx")
    options = parser.parse_args()
    count = options.count
    warnings.simplefilter("ignore")
    keras.utils.set_random_seed(3)
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    network, other = (ki.networks.build("pooling", vocabulary_size=50, num_labels=3, size="tiny") for _ in range(2))
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=("a", "b", "c"))
    expected = model.predict(TEXTS)
    folder = pathlib.Path(tempfile.mkdtemp())
    ki.export(model, folder)
    model.save(folder / "saved.keras")
    ensemble = ki.Ensemble([model, ki.TextClassifier(tokenizer=tokenizer, network=other, labels=model.labels)])
    ensemble.save(folder / "ensemble.keras")
    whole = {row.file: (ki.load_exported, expected) for row in ki.export.FORMATS.values()}
    whole |= {"saved.keras": (ki.load, expected), "ensemble.keras": (ki.load, ensemble.predict(TEXTS))}
    results_file = pathlib.Path(__file__).parent / "results" / "damaged_files.json"
    results = json.loads(results_file.read_text())["files"] if options.files else {}
    for name, (opener, expected) in whole.items():
        if options.files and name not in options.files:
            continue
        chance, told = random.Random(name), collections.Counter()
        for _ in range(count):
            path = folder / "damaged" / name
            path.parent.mkdir()
            shutil.copytree(folder / name, path) if (folder / name).is_dir() else shutil.copy(folder / name, path)
            files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
            file = chance.choice(files)
            file.write_bytes(damaged(file.read_bytes(), chance))
            told[answer_of(path, opener, expected)] += 1
            shutil.rmtree(path.parent)
        results[name] = dict(told)
        print(f"{name:14}", results[name], flush=True)
    results_file.write_text(json.dumps({"count": count, "files": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
