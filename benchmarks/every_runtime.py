"""Certifies each kind of exported file in every runtime that is installed: `make clients debian` installs them.

The models are small (a unigram vocabulary of 8,000 pieces of the embedded sample, 28 languages) and made anew, but for the
preset that `create` begins with; the texts are the training part's, 36 a language, and the edges. The small classifier of
205 languages learns topics of SIB-200, and reads five sentences of its dev part in each. Token ids are compared on the tokenizers alone: they are the ones inside
the other files. Exports take most of the time, half an hour on two cores; with --folder they stay, and a run that was
broken off goes on from them.
"""

import argparse
import copy
import dataclasses
import functools
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

import hashed_text_model
import keras
import numpy as np
import open_data
import parallel_data
import results_file

import keras_i18n as ki

LABELS = ("alarm", "music", "weather")
EVERY, SMALL = ("keras", "saved_model", "h5", "tflite", "onnx"), ("tflite", "onnx")


@functools.cache
def texts():
    """The embedded sample's training part, and of it the texts with the labels of the classifiers."""
    train, _ = ki.datasets.sample("assistant")
    return train, train.select(labels=LABELS)


def encoder(_):
    """Random weights: what is compared are runtimes."""
    train = texts()[1]
    keras.utils.set_random_seed(7)
    tokenizer = ki.tokenizers.train_unigram(train.text, vocabulary_size=8000, begin=True, end=True, threads=1)
    network = ki.networks.universal_sentence_encoder(
        vocabulary_size=tokenizer.vocabulary_size, dim=64, ngram_dim=32, hidden_dim=48
    )
    return ki.TextEncoder(tokenizer=tokenizer, network=network, languages=train.languages)


def classifier(model_of):
    """A classifier on the encoder."""
    made = ki.TextClassifier.on_encoder(model_of("encoder"), labels=LABELS, num_anchors=256, gamma=4.0)
    chosen = texts()[1].select(languages=["en", "am", "ja", "ar", "th", "hi", "de"])
    made.fit(chosen, epochs=10, verbose=0)
    return made


def localized(model_of):
    """The classifier with the pieces that three languages use."""
    train, languages = texts()[1], ["fr", "ja", "ar"]
    return ki.localization.localize(model_of("classifier"), languages, texts=train.select(languages=languages))[0]


def ngrams(_):
    """A classifier on hashed n-grams, no loop in its graph."""
    train = texts()[1]
    made = ki.TextClassifier.from_scratch(LABELS, languages=train.languages, num_buckets=5000)
    made.fit(train.select(languages=["en", "ja", "ar", "de"]), epochs=3, verbose=0)
    return made


def small_205(_):
    """The small classifier of `small_model_205.py`, on a tenth of the rows, trained for a moment."""
    rows = list(open_data.rows("sib200/train.tsv.xz"))[::4]
    labels = sorted({row["label"] for row in rows})
    targets = np.eye(len(labels), dtype="float32")[[labels.index(row["label"]) for row in rows]]
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=120_000, word_lengths=(1,), ngram_lengths=(3, 4, 5))
    network, _ = hashed_text_model.train_scores(
        tokenizer, [row["text"] for row in rows], targets, times=1, epochs=2, learning_rate=0.6
    )
    languages = sorted({row["lang"] for row in rows})
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=labels, languages=languages)


def on_universal(_):
    """A classifier on the encoder that lies in the package."""
    made = ki.TextClassifier.from_preset("universal", labels=LABELS)
    made.fit(texts()[1].select(languages=["en", "am", "ja", "ar", "th", "hi", "de"]), verbose=0)
    return made


def universal_longer(model_of):
    """The same with Finnish added: its pieces, and a gate that opens for them."""
    return ki.transfer.add_language(
        model_of("universal"), "fi", parallel=parallel_data.news_pairs("fi")[:300], num_pieces=2000, epochs=2
    )[0]


def translator(_):
    """English to German, trained for a moment: what is compared is what it writes, sense or none."""
    captions = ([row[side] for row in open_data.rows("multi30k/train.tsv.xz")][:4000] for side in ("en", "de"))
    pairs = ki.datasets.ParallelTexts(*captions, source_language="en", target_language="de")
    made = ki.Translator.from_scratch(pairs, vocabulary_size=1500, size="tiny")
    made.fit(pairs, epochs=5, verbose=0)
    return made


def with_beam(made):
    """The same translator, which keeps four beginnings."""
    made = copy.deepcopy(made)
    made.beam = 4
    return made


def next_words(_):
    """A step of a recurrent language model over characters, trained for a moment."""
    keras.utils.set_random_seed(7)
    train = texts()[1].select(languages=["en", "ja", "ar", "de"])
    tokenizer = ki.tokenizers.CharacterTokenizer.train(texts()[0].text, compose=False)
    model = ki.LanguageModel.create(tokenizer, kind="gru", size="tiny", languages=train.languages)
    model.fit(train, epochs=2, learning_rate=0.01, verbose=0)
    return model


@dataclasses.dataclass(frozen=True)
class File:
    """A kind of exported file: whose model, in which precision and formats, and what it is to read."""

    model: str
    precision: str = "float32"
    formats: tuple[str, ...] = SMALL
    target: str | None = None
    read: Callable[[], Any] = lambda: texts()[0]
    most: int = 36  # texts of a language


MODELS: dict[str, Callable[..., Any]] = {
    "encoder": encoder,
    "classifier": classifier,
    "localized": localized,
    "n-grams": ngrams,
    "205 languages": small_205,
    "universal": on_universal,
    "universal, Finnish added": universal_longer,
    "next words": next_words,
    "translator": translator,
    "translator, beam": lambda model_of: with_beam(model_of("translator")),
    "tokenizer": lambda model_of: model_of("encoder").tokenizer,
    "characters": lambda model_of: model_of("next words").tokenizer,
}


def sentences():
    """Sentences of 205 languages."""
    rows = list(open_data.rows("sib200/dev.tsv.xz"))
    told = ([row[name] for row in rows] for name in ("text", "label"))
    return ki.datasets.from_lists(*told, language=[row["lang"] for row in rows])


OF_205 = functools.partial(File, "205 languages", read=sentences, most=5)
FILES = {
    "tokenizer": File("tokenizer"),
    "tokenizer of characters": File("characters"),
    "classifier": File("classifier", formats=EVERY),
    "classifier, int8": File("classifier", "int8"),
    "classifier, int4": File("classifier", "int4"),
    "localized classifier": File("localized"),
    "classifier of n-grams": File("n-grams", formats=EVERY),
    "classifier of n-grams, int8": File("n-grams", "int8"),
    "classifier of n-grams, int4": File("n-grams", "int4"),
    "classifier of n-grams for MediaPipe": File("n-grams", target="mediapipe", formats=("tflite",)),
    "small classifier of 205 languages": OF_205(),
    "small classifier of 205 languages, int8": OF_205("int8"),
    "small classifier of 205 languages, int4": OF_205("int4"),
    "classifier on `universal`": File("universal"),
    "classifier on `universal`, int8": File("universal", "int8"),
    "classifier on `universal`, int4": File("universal", "int4"),
    "classifier on `universal`, Finnish added": File("universal, Finnish added", formats=EVERY),
    "encoder": File("encoder"),
    "next words": File("next words", formats=EVERY),
    "next words, int8": File("next words", "int8"),
    "translator": File("translator", most=10),
    "translator, int8": File("translator", "int8", most=10),
    "translator, beam search": File("translator, beam", most=10),
}


class Kept:
    """Models and exported files in a folder: what lies there is not made again."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.model_of = functools.cache(self._model_of)

    def _model_of(self, name):
        path = self.folder / f"{name}.keras"
        if path.exists():
            return ki.load(path)
        model = MODELS[name](self.model_of)
        if hasattr(model, "save"):
            model.save(path)
        return model

    def exported(self, name):
        """Folder of the files of a row of `FILES`."""
        row, folder = FILES[name], self.folder / name.replace(", ", "_").replace(" ", "_").replace("`", "")
        for format in row.formats:
            file = "mediapipe.tflite" if row.target else ki.export.FORMATS[format].file
            if not (folder / file).exists():
                options = {"target": row.target, "formats": [format], "precision": row.precision}
                ki.export(self.model_of(row.model), folder, **options)
        return folder


def figures_of(certificate, before):
    """What of a certificate is kept, and of the result before it the runs that were not made again."""
    kept = ("file", "runtime", "version", "precision", "status", "told", "texts", "ids_equal", "largest_difference",
            "label_agreement", "p50_ms", "memory_mb")  # fmt: skip
    runs = [{name: getattr(run, name) for name in kept} for run in certificate.runs]
    made = {(run["file"], run["runtime"]) for run in runs}
    runs += [run for run in before.get("runs", ()) if (run["file"], run["runtime"]) not in made]
    return {
        "ok": certificate.ok and before.get("ok", True),
        "texts": max(certificate.texts["count"], before.get("texts", 0)),
        "languages": len(certificate.texts["languages"]) - 1,  # the edges are in none
        "runs": runs,
    }


def main():
    """Certifies each, prints the tables, writes the figures as they come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, help="of each language; by default 36, of 205 languages five")
    parser.add_argument(
        "--folder", type=pathlib.Path, help="keep models and exported files here, and take what lies here"
    )
    parser.add_argument("--pages", type=pathlib.Path, help="write a page for each certificate into this folder")
    parser.add_argument("--files", nargs="+", choices=[*FILES], default=[*FILES], help="these kinds of files only")
    parser.add_argument("--runtimes", nargs="+", help="these only; the figures of others stay")
    options = parser.parse_args()
    figures = results_file.read("every_runtime") or {}
    with tempfile.TemporaryDirectory() as temporary:
        kept = Kept(options.folder or temporary)
        for name in options.files:
            folder, model = kept.exported(name), kept.model_of(FILES[name].model)
            certificate = ki.certify(
                folder,
                model=model,
                dataset=FILES[name].read(),
                max_texts=options.texts or FILES[name].most,
                tokenizer=False,
                runtimes=options.runtimes,
            )
            print(f"{name}: {'certified' if certificate.ok else 'NOT certified'}, {certificate.texts['count']} texts")
            print(certificate, flush=True)
            if options.pages is not None:
                options.pages.mkdir(parents=True, exist_ok=True)
                certificate.to_html(options.pages / f"{folder.name}.html")
            figures[name] = figures_of(certificate, figures.get(name, {}) if options.runtimes else {})
            results_file.write("every_runtime", figures)


if __name__ == "__main__":
    main()
