"""A whole English model, converted to German and Swahili: its file in, a model of the language out.

A language model (LSTM, bits a character on SIB-200 dev) and a topic classifier (accuracy on SIB-200 dev), both made from
scratch on English. Converted with 1,997 sentence pairs: `source` (no data of the language but the pairs), `target` (its
rows trained on the language's 701 texts, the body frozen), `joint` (one model for both), `adjusted` (the converted model
on its own answers, or, for the language model, on the texts, everything trained). Beside them the same network made from
scratch on the 701 texts, with the same vocabulary and the same number of passes.
"""

import argparse
import pathlib
import tempfile
import time

import keras
import parallel_data
import results_file

import keras_i18n as ki
from keras_i18n.transfer.conversion import adjust, compare_methods, convert_language
from keras_i18n.transfer.conversion.new_vocabulary import train_like


class LanguageModels:
    """Bits a character: less is better."""

    name, measure = "LSTM language model", "bits a character"
    training = {"epochs": 8, "batch_size": 32, "verbose": 0}  # noqa: RUF012

    @staticmethod
    def create(vocabulary, language, labels):
        keras.utils.set_random_seed(0)
        return ki.LanguageModel.create(vocabulary, languages=[language], kind="lstm", embedding_dim=64, units=128)

    @staticmethod
    def vocabulary(texts):
        return ki.tokenizers.train_unigram(texts, vocabulary_size=1000, begin=True, end=True)

    @staticmethod
    def source_data(train, pairs):
        return ki.datasets.from_lists([*train.text, *pairs.source], language="en")

    @staticmethod
    def score(model, dev):
        (bits,) = model.bits_per_character(dev).values()
        return bits

    @staticmethod
    def adjusted(converted, trained, train):
        return adjust(trained, train.text, learning_rate=1e-3, epochs=4, batch_size=32, verbose=0)[0]


class Classifiers:
    """Accuracy: more is better."""

    name, measure = "topic classifier", "accuracy"
    training = {"epochs": 40, "learning_rate": 2e-3, "label_smoothing": 0.1, "verbose": 0}  # noqa: RUF012

    @staticmethod
    def create(vocabulary, language, labels):
        keras.utils.set_random_seed(0)
        network = ki.networks.build(
            "pooling", vocabulary_size=vocabulary.vocabulary_size, num_labels=len(labels), size="medium", dropout=0.3
        )
        return ki.TextClassifier(tokenizer=vocabulary, network=network, labels=labels, languages=[language])

    @staticmethod
    def vocabulary(texts):
        return ki.tokenizers.train_unigram(texts, vocabulary_size=8000, lower_case=True)

    @staticmethod
    def source_data(train, pairs):
        return train

    @staticmethod
    def score(model, dev):
        return ki.evaluate_by_language(model, dev, num_bootstrap=1).mean

    @staticmethod
    def adjusted(converted, trained, train):
        return adjust(converted, train.text, rounds=4, threshold=0.3, epochs=10, learning_rate=1e-3, verbose=0)[0]


def whole_training(kind):
    return {"trainable": "all", **kind.training} if kind is Classifiers else kind.training


def english_model(kind, train, pairs, file):
    """The source model, and its file."""
    vocabulary = kind.vocabulary([*train.text, *pairs.source])
    source = kind.create(vocabulary, "en", train.labels)
    source.fit(kind.source_data(train, pairs), **whole_training(kind))
    source.save(file)
    return source


def convert(kind, language, source, file, english, target, pairs):
    """Figures of one kind of model in one language."""
    (train, _), (own, dev) = english, target
    vocabulary = source.tokenizer
    figures = {"english": kind.score(source, english[1])}

    tokenizer = train_like(vocabulary, [*pairs.target, *own.text])
    options = {"parallel": pairs, "tokenizer": tokenizer}
    comparison = compare_methods(
        file, language, dev, methods=["random", "mean", "parts", "sparsemax", "best"], **options
    )
    figures["before_training_by_method"] = comparison.scores
    converted, report = convert_language(file, language, **options)
    figures["rows"] = report.counts
    figures["source"] = kind.score(converted, dev)
    on_target, _ = convert_language(file, language, training_method="target", train=own, **options, **kind.training)
    figures["target"] = kind.score(on_target, dev)
    joint, _ = convert_language(
        file,
        language,
        training_method="joint",
        train=own,
        source_train=train,
        parallel=pairs,
        vocabulary_size=2 * vocabulary.vocabulary_size,
        **kind.training,
    )
    figures["joint"] = kind.score(joint, dev)
    figures["joint_english"] = kind.score(joint, english[1])
    figures["adjusted"] = kind.score(kind.adjusted(converted, on_target, own), dev)
    scratch = kind.create(tokenizer, language, train.labels)
    scratch.fit(own, **whole_training(kind))
    figures["from_scratch"] = kind.score(scratch, dev)
    converted_file = file.with_name(f"{kind.__name__}-{language}.keras")
    on_target.save(converted_file)
    assert kind.score(ki.load(converted_file), dev) == figures["target"]
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=["de", "sw"])
    parser.add_argument("--kinds", nargs="+", default=["LanguageModels", "Classifiers"])
    arguments = parser.parse_args()
    both = {split: parallel_data.topics(split, {"en", *arguments.languages}) for split in ("train", "dev")}
    assert not ki.datasets.shared_ids(both["train"], both["dev"])
    english = tuple(both[split].select(languages="en") for split in ("train", "dev"))
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in (LanguageModels, Classifiers):
            if kind.__name__ not in arguments.kinds:
                continue
            file = pathlib.Path(folder) / f"{kind.__name__}-en.keras"
            source = english_model(kind, english[0], parallel_data.news_pairs(arguments.languages[0]), file)
            for language in arguments.languages:
                began = time.perf_counter()
                target = tuple(both[split].select(languages=language) for split in ("train", "dev"))
                pairs = parallel_data.news_pairs(language)  # the English side is the same for all
                found = convert(kind, language, source, file, english, target, pairs)
                figures.setdefault(kind.name, {"measure": kind.measure})[language] = found
                print(f"\n{kind.name}, en -> {language}, {kind.measure} ({time.perf_counter() - began:.0f} s)")
                for name, value in found.items():
                    print(
                        f"  {name:28} {value:.3f}" if isinstance(value, float) else f"  {name:28} {value}", flush=True
                    )
    if len(arguments.kinds) == 2 and set(arguments.languages) == {"de", "sw"}:
        results_file.write("convert_language", figures)


if __name__ == "__main__":
    main()
