"""One character language model for 20 languages in 11 scripts, beside a Witten-Bell 6-gram for each language.

Both are trained on the SIB-200 training texts of these languages (701 sentences each) and compared on its dev texts in
bits a character, ends of texts counted for both. The model is one network; the peer is the interpolated character
6-gram, trained on the text of one language (--peer language), or on that of all of them (--peer all), or both ways,
the better of the two counting for each language (--peer best). The LSTM reads hashed n-grams beside each character
(`layers.NgramEmbedding`), which a plain one of this size needs many more passes to make up for (--ngrams, no number).

    python benchmarks/language_model_twenty_languages.py
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import open_data
import tensorflow as tf
from witten_bell import WittenBell

from keras_i18n.datasets import Dataset
from keras_i18n.models.language_model import LanguageModel
from keras_i18n.tokenizers import CharacterTokenizer

_RESULTS = pathlib.Path(__file__).parent / "results" / "language_model_twenty_languages.json"
LANGUAGES = [
    "en",
    "de",
    "es",
    "fr",
    "pt",
    "tr",
    "fi",
    "sw",
    "vi",
    "id",
    "ru",
    "el",
    "he",
    "ar",
    "hi",
    "bn",
    "ta",
    "th",
    "ka",
    "hy",
]
_BITS_OF_A_NAT = 1.4426950408889634


def read(part, languages):
    columns = [
        (row["text"], row["lang"]) for row in open_data.rows(f"sib200/{part}.tsv.xz") if row["lang"] in languages
    ]
    texts, tags = zip(*columns, strict=True)
    return Dataset({"text": texts, "language": tags})


def peer_bits(train, dev, kind):
    """Bits a character by language of the n-gram."""
    everything = None
    if kind != "language":
        everything = WittenBell(6)
        everything.train(train.text)
    bits = {}
    for language in dev.languages:
        peers = [] if everything is None else [everything]
        if kind != "all":
            own = WittenBell(6)
            own.train(train.select(languages=[language]).text)
            peers.append(own)
        texts = dev.select(languages=[language]).text
        nats = min(-sum(sum(peer.log_probabilities(text)) for text in texts) for peer in peers)
        bits[language] = nats * _BITS_OF_A_NAT / sum(map(len, texts))
    return bits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=33, help="of training, by the clock")
    parser.add_argument("--languages", nargs="+", default=LANGUAGES)
    parser.add_argument("--units", type=int, default=256)
    parser.add_argument("--embedding-dim", type=int, default=64)
    parser.add_argument("--ngrams", type=int, nargs="*", default=[2, 3, 4, 5], help="none: a plain LSTM")
    parser.add_argument("--ngram-rows", type=int, default=524_288)
    parser.add_argument("--ngram-dropout", type=float, default=0.5)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--batch-size", type=int, default=12)
    parser.add_argument("--peer", choices=("language", "all", "best"), default="best")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", help="keep the trained model here (.keras)")
    parser.add_argument("--output", default=str(_RESULTS))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)

    train, dev = read("train", options.languages), read("dev", options.languages)
    peer = peer_bits(train, dev, options.peer)
    model = LanguageModel.create(
        CharacterTokenizer.train(train.text),
        language_tags=options.languages,
        kind="lstm",
        units=options.units,
        num_layers=1,
        embedding_dim=options.embedding_dim,
        dropout=options.dropout,
        ngrams=options.ngrams,
        ngram_rows=options.ngram_rows,
        ngram_dropout=options.ngram_dropout,
    )
    untrained = model.bits_per_character(dev.select(languages=["en"]))["en"]
    print(f"untrained, en: {untrained:.3f} bits a character", flush=True)
    began, cpu_began = time.monotonic(), time.process_time()
    history = model.fit(
        train,
        minutes=options.minutes,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        language_dropout=0.0,
        seed=options.seed,
        verbose=2,
    )
    seconds, cpu_seconds = time.monotonic() - began, time.process_time() - cpu_began
    if options.model:
        model.save(options.model)
    bits = model.bits_per_character(dev)
    better = sum(bits[language] < peer[language] for language in bits)
    print(f"{'language':10}{'model':>8}{'6-gram':>8}   bits a character on {len(dev)} dev texts")
    for language, value in bits.items():
        print(f"{language:10}{value:8.3f}{peer[language]:8.3f}{'' if value < peer[language] else '   worse'}")
    result = {
        "better in": f"{better} of {len(bits)} languages",
        "bits a character": {language: round(value, 4) for language, value in bits.items()},
        f"Witten-Bell 6-gram, peer '{options.peer}'": {language: round(value, 4) for language, value in peer.items()},
        "minutes of training": round(seconds / 60, 2),
        "minutes of CPU time": round(cpu_seconds / 60, 2),
        "epochs": len(history.history["loss"]),
        "parameters": int(model.network.count_params()),
        "options": {name: value for name, value in vars(options).items() if name not in ("model", "output")},
    }
    for name in ("better in", "minutes of training", "minutes of CPU time", "epochs", "parameters"):
        print(f"{name}: {result[name]}")
    pathlib.Path(options.output).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
