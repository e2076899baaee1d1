"""Trains a character language model on tinyshakespeare for a number of minutes and tells its validation loss.

The split is nanoGPT's: the first 90 % train, the last 10 % validate. The loss is in nats a character, over every
character of the validation text in one pass, hidden states carried on. Published: nanoGPT on a CPU, 3 minutes: 1.88; on
an A100: 1.47. The peer in the same run is an interpolated Witten-Bell character n-gram.

    python benchmarks/language_model_shakespeare.py
"""

import argparse
import json
import lzma
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import open_data
import tensorflow as tf
from witten_bell import WittenBell

import keras_i18n as ki
from keras_i18n.models.language_model import LanguageModel
from keras_i18n.tokenizers import CharacterTokenizer

_RESULTS = pathlib.Path(__file__).parent / "results" / "language_model_shakespeare.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=9, help="of training, by the clock")
    parser.add_argument("--units", type=int, default=384)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--ngrams", type=int, nargs="*", default=[2, 3, 4, 5, 6], help="none: a plain LSTM")
    parser.add_argument("--ngram-dropout", type=float, default=0.5)
    parser.add_argument("--dropout", type=float, default=0.25)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--window", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", help="keep the trained model here (.keras)")
    parser.add_argument("--output", default=str(_RESULTS))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)

    file = open_data.FOLDER / "tinyshakespeare" / "input.txt.xz"
    with lzma.open(file, "rt", encoding="utf-8") as opened:
        text = opened.read()
    train, validation = text[: int(0.9 * len(text))], text[int(0.9 * len(text)) :]
    model = LanguageModel.create(
        CharacterTokenizer.train([train]),
        languages=["en"],
        kind="lstm",
        size="medium",
        units=options.units,
        num_layers=options.layers,
        dropout=options.dropout,
        ngrams=options.ngrams,
        ngram_rows=262_144,
        ngram_dropout=options.ngram_dropout,
    )
    began, cpu_began = time.monotonic(), time.process_time()
    history = model.fit(
        [train],
        validation_data=[validation],
        minutes=options.minutes,
        batch_size=options.batch_size,
        window=options.window,
        learning_rate=options.learning_rate,
        early_stopping=100,
        seed=options.seed,
        verbose=2,
    )
    seconds, cpu_seconds = time.monotonic() - began, time.process_time() - cpu_began
    if options.model:
        model.save(options.model)
        model = ki.load(options.model)
    # the end piece is left out, as nanoGPT has none
    token_nats = -model.token_log_probabilities([validation])[0][:-1]
    nats = float(token_nats.mean())
    peer = WittenBell(7)
    peer.train([train])
    peer_nats = -sum(peer.log_probabilities(validation)[:-1]) / len(validation)
    result = {
        "validation nats a character": round(nats, 4),
        "bits a character": round(nats / 0.6931472, 4),
        "interpolated Witten-Bell 7-gram, nats": round(peer_nats, 4),
        "validation characters": len(validation),
        "minutes of training": round(seconds / 60, 2),
        "minutes of CPU time": round(cpu_seconds / 60, 2),
        "epochs": len(history.history["loss"]),
        "validation loss by epoch": [round(value, 4) for value in history.history["val_loss"]],
        "parameters": int(model.network.count_params()),
        "options": {name: value for name, value in vars(options).items() if name not in ("model", "output")},
        "published": {"nanoGPT, CPU, 3 minutes": 1.88, "nanoGPT, A100": 1.4697},
    }
    for name, value in result.items():
        print(f"{name}: {value}")
    pathlib.Path(options.output).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
