"""What each ingredient of a small translator brings: English to German on Multi30k, one thing changed at a time.

Every row trains a network of its own for the same number of passes over the 29,000 pairs (R-Drop, which reads each pair twice, for
half as many), and translates test_2016_flickr greedily and by a beam of 4. Few passes favour what learns fast: what regularises
pays later, if at all. So the number of passes is told beside the figures.

    python translation_ablations.py --passes 6

A row takes about 2 minutes of a core a pass. Rows that are there already with as many passes are not trained again.
"""

import argparse
import os
import pathlib
import tempfile
import time

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import keras
import results_file
from translation import pairs

import keras_i18n as ki

NETWORK = {
    "dim": 128,
    "hidden_dim": 512,
    "encoder_layers": 4,
    "decoder_layers": 2,
    "decoder": "ssru",
    "dropout": 0.1,
}
TRAINING = {"learning_rate": 2e-3, "warmup": 800, "batch_tokens": 1024, "averaging": 0.999, "cooldown": 0.25}
PIECES = 4000
BASE, WITHOUT_AVERAGE = "as it is", "without the average of weights"
# name of a row -> what it changes in the network, in the training, and the share of the passes
CHANGES = {
    BASE: ({}, {}, 1.0),
    "subword regularisation (alpha .5)": ({}, {"subword_sampling": 0.5}, 1.0),
    "attention in place of SSRU": ({"decoder": "attention"}, {}, 1.0),
    "LSTM in place of SSRU": ({"decoder": "lstm"}, {}, 1.0),
    "2 layers of the encoder": ({"encoder_layers": 2}, {}, 1.0),
    "1 layer of the decoder": ({"decoder_layers": 1}, {}, 1.0),
    "without cooldown": ({}, {"cooldown": 0.0}, 1.0),
    "R-Drop, half the passes": ({}, {"consistency": 5.0}, 0.5),
}
DISTILLED = "learns what 'as it is' writes"


class _LastWeights(keras.callbacks.Callback):
    """Keeps the weights that a training ends with, beside their average, which the model gets."""

    def on_train_end(self, logs=None):
        self.weights = self.model.network.get_weights()


def scored(model):
    test, told = pairs("test_2016_flickr", "en", "de"), {}
    for name, search in (("greedy", {}), ("beam 4", {"beam": 4})):
        found = model.translate(test.source, **search)
        told[name] = round(
            ki.evaluation.translation_scores(found, test.target, target_language="de", resamples=0).bleu, 2
        )
    return told


def trained(train, validation, network, training, passes, teacher=None):
    model = ki.Translator.from_scratch(train, vocabulary_size=PIECES, **NETWORK | network)
    options, last = TRAINING | training | {"epochs": passes, "verbose": 0, "max_validation": 200}, _LastWeights()
    began = time.process_time()
    if teacher is None:
        history = model.fit(train, validation=validation, callbacks=(last,), **options).history
    else:
        history = ki.transfer.distill_translator(teacher, model, train.source, validation=validation, **options).history
    row = {
        "passes": passes,
        "weights": model.network.count_params(),
        "minutes of CPU": round((time.process_time() - began) / 60, 1),
        "validation BLEU": [round(bleu, 2) for bleu in history["val_bleu"]],
        **scored(model),
    }
    return model, row, last


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passes", type=int, default=6)
    passes = parser.parse_args().passes
    train, validation = pairs("train", "en", "de"), pairs("val", "en", "de")
    figures = results_file.read("translation_ablations") or {}
    if figures.get("passes") != passes:
        figures = {"passes": passes, "network": NETWORK, "training": TRAINING, "rows": {}}
    kept = pathlib.Path(tempfile.gettempdir(), f"translation_ablations-{passes}.keras")

    def tell(name, row):
        figures["rows"][name] = row
        results_file.write("translation_ablations", figures)
        print(f"{name:36} {row}", flush=True)

    for name, (network, training, share) in CHANGES.items():
        if name in figures["rows"]:
            continue
        model, row, last = trained(train, validation, network, training, round(passes * share))
        tell(name, row)
        if name == BASE:
            model.save(kept)
            model.network.set_weights(last.weights)
            model.forget_graphs()
            tell(WITHOUT_AVERAGE, {"passes": passes, **scored(model)})
    if DISTILLED not in figures["rows"]:
        tell(DISTILLED, trained(train, validation, {}, {}, passes, teacher=ki.load(kept))[1])


if __name__ == "__main__":
    main()
