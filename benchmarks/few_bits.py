"""A classifier trained on English SIB-200 in few bits: size, dev accuracy by language, and whether runtimes agree.

Each precision is exported once; LiteRT answers every dev text of the encoder's 16 languages, the other runtimes a share
of them. The peer is the full model in the same run.
"""

import argparse
import pathlib
import subprocess
import tempfile

import encoder_languages
import numpy as np
import open_data
import results_file

import keras_i18n as ki

PRECISIONS = ("float32", "int8", "int4", "int4_blocks", "mixed3", "pq2", "pq1")
MOBILE = open_data.REPOSITORY / ".venvs" / "tflite_runtime" / "bin" / "python"


def read(split):
    """Rows in the encoder's languages."""
    return [row for row in open_data.rows(f"sib200/{split}.tsv.xz") if row["lang"] in encoder_languages.TAGS]


def in_mobile_runtime(path, texts):
    """Answers of tflite-runtime 2.14, None where its environment is not there."""
    if not MOBILE.exists():
        return None
    batches = {f"batch_{number}": ki.export.codepoints_of([text]) for number, text in enumerate(texts)}
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = (pathlib.Path(folder) / name for name in ("inputs.npz", "outputs.npz"))
        np.savez(inputs, **batches)
        script = pathlib.Path(__file__).with_name("mobile_runtime.py")
        subprocess.run([MOBILE, script, path, inputs, outputs], check=True)
        with np.load(outputs) as found:
            return np.concatenate([found[name] for name in batches])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precisions", nargs="+", default=list(PRECISIONS), choices=PRECISIONS)
    parser.add_argument("--compared", type=int, default=64, help="texts that every runtime answers")
    arguments = parser.parse_args()
    train = [row for row in read("train") if row["lang"] == "en"]
    dev = read("dev")
    labels = sorted({row["label"] for row in train})
    english = ki.datasets.from_lists([row["text"] for row in train], [row["label"] for row in train], language="en")
    classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=labels)
    classifier.fit(english, verbose=0)
    texts = [row["text"] for row in dev]
    true = np.array([labels.index(row["label"]) for row in dev])
    languages = np.array([row["lang"] for row in dev])
    some = np.random.default_rng(0).permutation(len(texts))[: arguments.compared]
    full = classifier.predict(texts).argmax(axis=1)

    def by_language(answers):
        return {tag: float((answers == true)[languages == tag].mean()) for tag in encoder_languages.TAGS}

    of_full = by_language(full)
    figures = {"texts": len(texts), "accuracy_of_the_full_model": float(np.mean(list(of_full.values())))}
    for precision in arguments.precisions:
        with tempfile.TemporaryDirectory() as folder:
            folder = ki.export(classifier, folder, formats=["keras", "tflite", "onnx"], precision=precision)
            scores = ki.load_exported(folder / "model.tflite").predict(texts)
            chosen = [texts[row] for row in some]
            others = {name: ki.load_exported(folder / f"model.{name}").predict(chosen) for name in ("keras", "onnx")}
            mobile = in_mobile_runtime(folder / "model.tflite", chosen)
            if mobile is not None:
                others["tflite-runtime"] = mobile
            measured = ki.benchmark(folder / "model.tflite", lengths=[105], repeats=5).rows[0]
            sizes = {path.suffix[1:]: round(path.stat().st_size / 1e6, 2) for path in sorted(folder.iterdir())}
        accuracy = by_language(scores.argmax(axis=1))
        lost = {tag: of_full[tag] - accuracy[tag] for tag in accuracy}
        worst = max(lost, key=lost.get)
        figures[precision] = {
            "megabytes": sizes,
            "mean_loss": round(float(np.mean(list(lost.values()))), 4),
            "worst_loss": [worst, round(lost[worst], 4)],
            "label_agreement_with_full": round(float(np.mean(scores.argmax(axis=1) == full)), 4),
            "largest_difference_to_LiteRT": {
                name: float(np.abs(found - scores[some]).max()) for name, found in others.items()
            },
            "labels_as_in_LiteRT": {
                name: float(np.mean(found.argmax(axis=1) == scores[some].argmax(axis=1)))
                for name, found in others.items()
            },
            "LiteRT_p50_ms_of_105_code_points": round(measured.p50_ms, 2),
            "LiteRT_memory_MB": round(measured.memory_mb, 1),
            "lost_by_language": {tag: round(value, 4) for tag, value in lost.items()},
        }
        told = {name: value for name, value in figures[precision].items() if name != "lost_by_language"}
        print(precision, told, flush=True)
    results_file.write("few_bits", figures)


if __name__ == "__main__":
    main()
