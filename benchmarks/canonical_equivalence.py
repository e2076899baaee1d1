"""Do NFC and NFD get the same answers, and what does that cost?

Token ids of the 20,295 sentences of SIB-200's dev part, composed and decomposed, in Python, LiteRT and ONNX Runtime;
milliseconds for one sentence and bytes of a file with composing and without; a language identifier on decomposed text.
"""

import argparse
import json
import pathlib
import tempfile
import time
import unicodedata

import numpy as np
import open_data
import tokenizer_files

import keras_i18n as ki
from keras_i18n.tokenizers import CharacterTokenizer, NgramTokenizer

LANGUAGES = ("en", "vi", "ko", "hi", "ta", "ar", "th", "zh-Hans")


def nfd(texts):
    return [unicodedata.normalize("NFD", text) for text in texts]


def milliseconds(run, given, repeats):
    """The 20th percentile: other work on the machine only ever adds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run(given)
        times.append(time.perf_counter() - start)
    return round(float(np.percentile(times, 20)) * 1000, 4)


def differing(tokenize, expected, texts):
    """Number of texts whose ids are not the expected ones."""
    count = 0
    for place in range(0, len(texts), 512):
        rows = tokenize(texts[place : place + 512])
        for ids, wanted in zip(rows, expected[place : place + 512], strict=True):
            count += ids[ids >= 0].tolist() != wanted.tolist()
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--sentences", type=int, help="of the 20,295; all unless given")
    options = parser.parse_args()
    rows = list(open_data.rows("sib200/dev.tsv.xz"))
    texts = [row["text"] for row in rows][: options.sentences]
    of_language = {row["lang"]: row["text"] for row in rows if row["lang"] in LANGUAGES}
    kinds = {
        "ngrams": lambda compose: NgramTokenizer(compose=compose),
        "characters": lambda compose: CharacterTokenizer.train(texts, compose=compose),
    }
    results = {}
    for name, make in kinds.items():
        result = results[name] = {"sentences": len(texts), "differing": {}, "bytes": {}, "milliseconds": {}}
        for compose in (True, False):
            tokenizer = make(compose)
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                tokenizer_files.compiled(tokenizer, folder)
                runs = {
                    "LiteRT": tokenizer_files.litert(folder / "model.tflite"),
                    "ONNX Runtime": tokenizer_files.onnx_runtime(folder / "model.onnx"),
                }
                said = "composing" if compose else "without"
                result["bytes"][said] = {
                    "tokenizer file": len(tokenizer.to_bytes()),
                    **{file.name: file.stat().st_size for file in sorted(folder.glob("model.*")) if file.is_file()},
                }
                expected = tokenizer.tokenize(texts)
                python = {"Python": tokenizer.tokenize}
                graphs = {
                    runtime: lambda some, run=run: run(tokenizer_files.code_points(some))
                    for runtime, run in runs.items()
                }
                result["differing"][said] = {
                    runtime: differing(run, expected, nfd(texts)) for runtime, run in (python | graphs).items()
                }
                result["milliseconds"][said] = {
                    runtime: {
                        f"{language}{form}": milliseconds(
                            run, text if runtime == "Python" else tokenizer_files.code_points(text), options.repeats
                        )
                        for language, sentence in of_language.items()
                        for form, text in (("", [unicodedata.normalize("NFC", sentence)]), (" NFD", nfd([sentence])))
                    }
                    for runtime, run in (python | runs).items()
                }
        print(f"{name}: {json.dumps(result)}", flush=True)
    results["identifier"] = identified()
    print(f"identifier: {json.dumps(results['identifier'])}")
    file = pathlib.Path(__file__).parent / "results" / "canonical_equivalence.json"
    file.write_text(json.dumps(results, indent=1) + "\n")


def identified():
    """Accuracy of a language identifier of twelve languages on Korean and Vietnamese, as written and decomposed."""
    languages = ("ko", "vi", "en", "fr", "de", "tr", "ru", "ja", "zh-Hans", "hi", "id", "pt")
    train, test = (
        [row for row in open_data.rows(f"sib200/{part}.tsv.xz") if row["lang"] in languages]
        for part in ("train", "dev")
    )
    data = ki.datasets.from_lists([row["text"] for row in train], language=[row["lang"] for row in train])
    identifier = ki.LanguageIdentifier.create(sorted(languages))
    identifier.fit(data, verbose=0)
    found = {}
    for language in ("ko", "vi"):
        texts = [row["text"] for row in test if row["lang"] == language]
        for form, given in (("as written", texts), ("decomposed", nfd(texts))):
            found[f"{language} {form}"] = round(
                float(
                    np.mean(
                        [identifier.labels[place] == language for place in identifier.predict(given).argmax(axis=1)]
                    )
                ),
                4,
            )
    return found


if __name__ == "__main__":
    main()
