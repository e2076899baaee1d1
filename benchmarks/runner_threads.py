"""Exported files asked by one thread and by several: what the pool of interpreters costs one thread, and what it gives."""

import argparse
import concurrent.futures
import pathlib
import tempfile
import time

import numpy as np
import results_file
from ai_edge_litert.interpreter import Interpreter

import keras_i18n as ki
from keras_i18n.export.runners import runner_of

THREADS = (1, 2, 4, 8)


def classifiers(texts):
    """A tiny classifier for each kind of tokenizer: the less a call costs, the more the pool weighs."""
    tokenizers = {
        "n-grams": ki.tokenizers.NgramTokenizer(num_buckets=1000),
        "unigram": ki.tokenizers.train_unigram(texts, vocabulary_size=2000, threads=1),
    }
    for name, tokenizer in tokenizers.items():
        network = ki.networks.pooling(vocabulary_size=tokenizer.vocabulary_size, num_labels=3, size="tiny")
        yield name, ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b", "c"])


def without_pool(runner):
    """The same file in one interpreter that nothing guards."""
    run = Interpreter(str(runner.path), num_threads=2).get_signature_runner("serving_default")
    outputs = runner.metadata.outputs

    def answer(**inputs):
        found = run(**inputs)
        return [found[name] for name in outputs]

    return runner_of(runner.path, runner.metadata, answer)


def seconds_of_a_call(runners, texts, repeats):
    """The best time of each text, by runner; they take turns, and in being the first, whose text is in no cache."""
    best = {name: np.full(len(texts), np.inf) for name in runners}
    for repeat in range(repeats):
        turns = list(runners.items())[:: -1 if repeat % 2 else 1]
        for place, text in enumerate(texts):
            for name, runner in turns:
                started = time.perf_counter()
                runner.predict([text])
                best[name][place] = min(best[name][place], time.perf_counter() - started)
    return {name: float(times.mean()) for name, times in best.items()}


def calls_a_second(runner, texts, threads, calls):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda place: runner.predict([texts[place]]), range(len(texts))))  # opens what is needed
        started = time.perf_counter()
        list(pool.map(lambda call: runner.predict([texts[call % len(texts)]]), range(calls)))
        return calls / (time.perf_counter() - started)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--calls", type=int, default=2000)
    arguments = parser.parse_args()
    sample = ki.datasets.sample("assistant")[0].text
    texts, figures = list(sample[: arguments.texts]), {}
    for name, classifier in classifiers(sample):
        with tempfile.TemporaryDirectory() as folder:
            ki.export(classifier, folder, formats=["tflite"])
            pooled = ki.load_exported(pathlib.Path(folder) / "model.tflite")
            seconds = seconds_of_a_call({"before": without_pool(pooled), "after": pooled}, texts, arguments.repeats)
            figures[name] = {
                "one_thread_ms": round(seconds["after"] * 1e3, 4),
                "one_thread_after_over_before": round(seconds["after"] / seconds["before"], 4),
                **{
                    f"calls_a_second_{threads}_threads": round(calls_a_second(pooled, texts, threads, arguments.calls))
                    for threads in THREADS
                },
            }
            print(name, *(f"{key}={value}" for key, value in figures[name].items()), sep="\n  ")
    results_file.write("runner_threads", figures)


if __name__ == "__main__":
    main()
