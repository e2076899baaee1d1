"""The whole table, kind of model x format x precision: every file is written here and opened in one fresh process.

A kind that joins a table of the package needs a row in `MODELS`; a format or precision is walked without a change.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.export.exportable import KINDS as EXPORTED
from keras_i18n.export.packing import packed
from keras_i18n.export.precisions import FEW_BITS, PRECISIONS, TOLERANCES
from keras_i18n.layers.tokenization import LAYERS as TOKENIZERS
from keras_i18n.models import Classifier
from keras_i18n.models.convex.bag_fitting import new_bag
from keras_i18n.models.saving.kinds import KINDS as SAVED
from keras_i18n.tokenizers import (
    BytePairTokenizer,
    CharacterTokenizer,
    JoinedTokenizer,
    NgramTokenizer,
    SentencePieceBPETokenizer,
    TextVectorizationTokenizer,
    WordPieceTokenizer,
)
from keras_i18n.tokenizers.byte_pair import ALPHABET
from tests.export import open_every_file
from tests.layers.checks import randomise
from tests.tokenizers import vocabularies

LABELS = ("alarm", "music", "weather")
TEXTS = ["Wake me at six", "明日は傘が要りますか？", "cafe\u0301 Ａ１ ﬁ", "👩🏽‍🚀 ok", "", "x"]
LANGUAGES = ["en", "ja", "fr", "en", "ja", "en"]
# Composing letters multiplies the operators of a file, and the time that writing it takes, by four: tokenizers are kinds of
# their own, and what the models' files add to theirs needs no such tokenizer.
TOKENIZER = CharacterTokenizer.train(TEXTS, compose=False)
SIZES = {"vocabulary_size": TOKENIZER.vocabulary_size, "size": "tiny"}


def randomised(model, seed=1):
    randomise(model.network, seed, scale=1.0)
    return model


@functools.cache
def classifier(seed=1):
    found = ki.networks.build("pooling", task="classification", num_labels=3, **SIZES)
    return randomised(ki.TextClassifier(tokenizer=TOKENIZER, network=found, labels=LABELS, languages=["en"]), seed)


@functools.cache
def encoder():
    found = ki.networks.build("pooling", task="encoder", vector_dim=8, **SIZES)
    return randomised(ki.TextEncoder(tokenizer=TOKENIZER, network=found, languages=["en", "ja"]))


@functools.cache
def identifier():
    return randomised(ki.LanguageIdentifier.create(["en", "ja"], num_buckets=50, compose=False), 3)


def on_encoder(head, **options):
    return randomised(ki.TextClassifier.on_encoder(encoder(), labels=LABELS, head=head, **options))


def several_labels():
    """A text may have several labels, or none; thresholds differ by language."""
    model = on_encoder("kernel", num_anchors=8, multi_label=True)
    thresholds = {"und": [0.4, 0.5, 0.6], "ja": [0.7, 0.2, 0.5]}
    return ki.TextClassifier.from_saved(
        tokenizer=model.tokenizer, network=model.network, config={**model.to_config(), "thresholds": thresholds}
    )


def image_classifier():
    image = keras.Input((4, 4, 1))
    scores = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(image))
    return ki.ImageClassifier(keras.Model(image, scores), ki.LocalizedLabels.digits())


def language_model():
    return randomised(ki.LanguageModel.create(TOKENIZER, kind="gru", size="tiny", embedding_dim=4, units=4))


def translator(decoder="ssru", **search):
    tokenizer = ki.tokenizers.train_unigram(TEXTS * 9, vocabulary_size=60, normalizer="identity", begin=True, end=True)
    network = ki.networks.translation(tokenizer.vocabulary_size, size="tiny", dim=8, hidden_dim=4, decoder=decoder)
    return randomised(ki.Translator(tokenizer=tokenizer, network=network, source_language="en", **search))


def translator_with_a_shortlist():
    """It searches with a beam among a third of its tokens."""
    model, random = translator(beam=2, length_penalty=0.6), np.random.default_rng(4)
    always = np.union1d(random.integers(0, model.num_target_tokens, 9), [model.target_tokenizer.end_id])
    candidates = random.integers(-1, model.num_target_tokens, (model.tokenizer.vocabulary_size, 3))
    model.shortlist = ki.models.TranslationShortlist(candidates, always)
    return model


def translator_of_more():
    """Into French and German; Finnish was added to it, into which it writes something else."""
    tokenizer = ki.tokenizers.train_unigram(TEXTS * 9, vocabulary_size=60, normalizer="identity", begin=True, end=True)
    network = ki.networks.translation(tokenizer.vocabulary_size + 2, size="tiny", dim=8, hidden_dim=4)
    made = {"source_language": "en", "target_languages": ["fr", "de"]}
    model = randomised(ki.Translator(tokenizer=tokenizer, network=network, **made))
    pairs = ki.datasets.ParallelTexts(
        ["Wake me", "ok"] * 4, ["Herätä", "joo"] * 4, source_language="en", target_language="fi"
    )
    longer, _ = ki.transfer.add_translation_language(model, "fi", pairs, adapter_dim=2, epochs=1, validation=pairs[:2])
    for layer in longer.network.layers:
        if isinstance(layer, layers.LanguageAdapter):
            randomise(layer, 6, scale=3.0)
    french, finnish = (longer.translate(TEXTS[:1], target_language=tag) for tag in ("fr", "fi"))
    assert french != finnish
    return longer


def ngram_bag(beside):
    """Trained: untrained it gives every label the same."""
    _, network = new_bag(num_buckets=300, num_labels=3, encoder=beside)
    tokenizer = NgramTokenizer(num_buckets=300, compose=False)
    if beside is not None:
        tokenizer = JoinedTokenizer([tokenizer, TOKENIZER])
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=LABELS, languages=["en", "ja"])
    data = ki.datasets.from_lists(TEXTS[:4] * 3, [*LABELS, "alarm"] * 3, language=["en", "ja", "fr", "en"] * 3)
    model.fit(data, verbose=0)
    return model


def unigram_tokenizer():
    """Its normaliser leaves texts alone: one with 20,000 rules takes four times as long to write, in every file."""
    texts = ["wake me at six", "wake up"] * 9
    return ki.tokenizers.train_unigram(texts, vocabulary_size=20, normalizer="identity")


def trained():
    """Compiled, its optimizer with slots."""
    model = ki.TextClassifier.on_encoder(encoder(), labels=LABELS, head="mlp", hidden_dim=4)
    data = ki.datasets.from_lists(TEXTS[:4] * 2, ["alarm", "music"] * 4, language="en")
    model.fit(data, epochs=1, trainable="all", verbose=0)
    return model


# what is written: a row a kind of model, or a way in which a kind can be made
MODELS = {
    "TextClassifier": classifier,
    "kernel head": lambda: on_encoder("kernel", num_anchors=8),
    "several labels": several_labels,
    "trained": trained,
    "n-grams": lambda: ngram_bag(None),
    "encoder and n-grams": lambda: ngram_bag(encoder()),
    "TextEncoder": encoder,
    "LanguageIdentifier": identifier,
    "LanguageModel": language_model,
    "Translator": translator,
    "Translator, beam search": lambda: translator(beam=2, length_penalty=0.6),
    "Translator, shortlist": translator_with_a_shortlist,
    "Translator, LSTM": lambda: translator("lstm"),
    "Translator, added language": translator_of_more,
    "Ensemble": lambda: ki.Ensemble([classifier(), classifier(2)], weights=[1, 3]),
    "Router": lambda: ki.Router({"en": classifier(), "ja": classifier(2)}, identifier=identifier()),
    "ImageClassifier": image_classifier,
    "NgramTokenizer": lambda: NgramTokenizer(num_buckets=50),
    "JoinedTokenizer": lambda: JoinedTokenizer([TOKENIZER, NgramTokenizer(num_buckets=50, compose=False)]),
    "CharacterTokenizer": lambda: CharacterTokenizer.train(TEXTS),
    "UnigramTokenizer": unigram_tokenizer,
    "TextVectorizationTokenizer": lambda: TextVectorizationTokenizer(["wake", "me", "at"]),
    "BytePairTokenizer": lambda: BytePairTokenizer([*ALPHABET, "Ġm", "Ġme"], [("Ġ", "m"), ("Ġm", "e")]),
    "SentencePieceBPETokenizer": lambda: SentencePieceBPETokenizer(
        vocabularies.written([("▁", -3.0), ("m", -4.0), ("e", -5.0), ("me", -1.0), ("▁me", -2.0)], kind=2)
    ),
    "WordPieceTokenizer": lambda: WordPieceTokenizer(["[UNK]", "wake", "me", "at", "##s"]),
}


@functools.cache
def made(name):
    """A model of the table: some are trained, so each is made once."""
    return MODELS[name]()


def network_of(body):
    """Token ids -> vectors -> body -> scores."""
    keras.utils.set_random_seed(1)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    vectors = layers.MultilingualEmbedding(TOKENIZER.vocabulary_size, 8, embeddings_initializer="normal", name="table")(
        token_ids
    )
    vector = layers.MaskedMean(name="mean")(vectors, mask=layers.PaddingMask(name="mask")(token_ids))
    return keras.Model(token_ids, keras.layers.Dense(3, activation="softmax", name="scores")(body(vector)))


class NotRegistered(keras.layers.Layer):
    def call(self, x):
        return 2.0 * x


@keras.saving.register_keras_serializable(package="tests")
class Forgetful(keras.layers.Layer):
    """Its config lacks an argument."""

    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return self.factor * x

    def get_config(self):
        return {"name": self.name}


# networks of other people's building blocks: each file is refused when it is written, or answers in a fresh process
FOREIGN = {
    "Lambda": lambda x: keras.layers.Lambda(lambda v: 2.0 * v, name="twice")(x),
    "activation lambda": lambda x: keras.layers.Dense(4, activation=lambda v: 2.0 * v, name="twice")(x),
    "not registered": lambda x: NotRegistered(name="twice")(x),
    "forgetful": lambda x: Forgetful(3.0, name="twice")(x),
    "operators": lambda x: keras.ops.tanh(x) * 0.5 + 1.0,
    "sum of two": lambda x: x + x,
    "slice": lambda x: x[:, 1:5],
    "concatenate": lambda x: keras.ops.concatenate([x, x], axis=-1),
    "named activation": lambda x: keras.layers.Dense(4, activation="gelu")(x),
}
# what none of the writers may keep; the layer is named
REFUSED = {"Lambda", "activation lambda", "not registered", "forgetful"}


# their networks are those of others with other weights or another search, which float32 shows in every format
SAME_GRAPH = {
    "several labels": "kernel head",
    "trained": "TextClassifier",
    "TextEncoder": "TextClassifier",
    "Translator, beam search": "Translator",
    "Translator, shortlist": "Translator",
}


# their graphs are others, their weights are kept as those of the first
SAME_WEIGHTS = {"Translator, LSTM": "Translator", "Translator, added language": "Translator"}


def precisions_of(name):
    """All for the first kind; of those in few bits one for each of the others, in turn, or the walk takes hours."""
    if name == next(iter(MODELS)):
        return list(PRECISIONS)
    # a tokenizer has no weights that a precision could change: one of them shows it
    if name in {*SAME_GRAPH, *SAME_WEIGHTS} or name in {kind.__name__ for kind in TOKENIZERS} - {"CharacterTokenizer"}:
        return ["float32"]
    return ["float32", "float16", FEW_BITS[list(MODELS).index(name) % len(FEW_BITS)]]


class Written:
    """The files of the models and what they must answer; each model is written once."""

    def __init__(self, folder):
        self.folder = folder
        self.cells, self.expected, self.classifiers = {}, {}, set()

    def expect(self, name, model, inputs):
        self.expected[name] = open_every_file.answers(model, inputs)
        if isinstance(model, Classifier):
            self.classifiers.add(name)
        if getattr(model, "multi_label", False):
            self.expected[f"{name}/passed"] = model.thresholds.passed(self.expected[name], LANGUAGES)
        if not isinstance(inputs, list):
            self.expected[f"{name}/inputs"] = inputs

    def add(self, name, path, opener, precision="float32"):
        texts = None if f"{name}/inputs" in self.expected else TEXTS
        self.cells[path] = {
            "model": name,
            "path": path,
            "opener": opener,
            "texts": texts,
            "precision": precision,
            "classifies": name in self.classifiers,
            "languages": LANGUAGES if f"{name}/passed" in self.expected else None,
        }

    def write(self, name):
        if name in self.expected:
            return
        model = made(name)
        images = isinstance(model, ki.ImageClassifier)
        inputs = np.random.default_rng(1).random((3, 4, 4, 1), "float32") if images else TEXTS
        self.expect(name, model, inputs)
        for precision in precisions_of(name):
            formats = [key for key, row in ki.export.FORMATS.items() if precision in row.precisions]
            expected = name
            if PRECISIONS[precision].of_twin and hasattr(model, "with_networks"):
                expected = f"{name} in {precision}"
                self.expect(expected, packed(model, precision), inputs)
            ki.export(model, self.folder / name / precision, formats=formats, precision=precision)
            for key in formats:
                self.add(expected, f"{name}/{precision}/{ki.export.FORMATS[key].file}", "load_exported", precision)
        if hasattr(model, "save") and not hasattr(model, "vocabulary_size"):
            model.save(self.folder / name / "saved.keras")
            self.add(name, f"{name}/saved.keras", "load")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return Written(tmp_path_factory.mktemp("every kind"))


def test_every_row_of_the_tables_is_written():
    assert {precision for name in MODELS for precision in precisions_of(name)} == set(PRECISIONS)
    kinds = {type(made(name)) for name in MODELS}
    assert set(SAVED.values()) <= kinds
    assert set(TOKENIZERS) <= kinds
    for same in (SAME_GRAPH, SAME_WEIGHTS):
        assert {*same, *same.values()} <= set(MODELS)
    for kind in EXPORTED:
        assert any(issubclass(one, kind) for one in kinds)


@pytest.mark.parametrize("name", MODELS)
def test_written(written, name):
    written.write(name)
    assert not [path for path in (written.folder / name).rglob(".*")]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_network_is_refused_or_read_again(written, name):
    model = ki.TextClassifier(tokenizer=TOKENIZER, network=network_of(FOREIGN[name]), labels=LABELS)
    written.expect(f"foreign {name}", model, TEXTS)
    folder = written.folder / f"foreign {name}"
    folder.mkdir()
    writers = {
        "saved.keras": ("load", model.save),
        "model.keras": ("load_exported", lambda path: ki.export(model, path.parent, formats="keras")),
        "model.h5": ("load_exported", lambda path: ki.export(model, path.parent, formats="h5")),
    }
    for file, (opener, write) in writers.items():
        try:
            write(folder / file)
        except ValueError as error:
            assert not list(folder.glob(f"*{file}")), "a refused file was left behind"
            way_out = r"register_keras_serializable|leave 'h5' out|lacks one of its arguments|get_config"
            assert any(word in str(error) for word in way_out.split("|")), error  # noqa: PT017
            if name in REFUSED - {"forgetful"}:
                assert "'twice'" in str(error)  # noqa: PT017
            else:
                assert name == "forgetful" or file.endswith(".h5"), error  # noqa: PT017
        else:
            assert name not in REFUSED, f"{file} was written"
            written.add(f"foreign {name}", f"foreign {name}/{file}", opener)


@pytest.mark.parametrize("part", [0, 1])
def test_all_open_in_a_fresh_process(written, part, capsys):
    """Every second file, and the others: the two parts are all."""
    for name in MODELS:
        written.write(name)
    cells = dict(list(written.cells.items())[part::2])
    (written.folder / "cells.json").write_text(json.dumps(list(cells.values())))
    np.savez(written.folder / "expected.npz", **written.expected)
    root = pathlib.Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(pathlib.Path(open_every_file.__file__)), str(written.folder)],
        capture_output=True,
        text=True,
        cwd=written.folder,
        env={**os.environ, "PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found) == set(cells)
    wrong = {
        path: told
        for path, told in found.items()
        if not isinstance(told, float) or not told <= TOLERANCES[cells[path]["precision"]]
    }
    with capsys.disabled():
        print(
            f"\n{len(found)} of {len(written.cells)} files of {len(MODELS)} models opened in a fresh process, {len(wrong)} wrong"
        )
    assert not wrong
    few = [path for path, cell in cells.items() if PRECISIONS[cell["precision"]].of_twin]
    with capsys.disabled():
        print(f"in 4 bits and fewer: {len(few)} files, at most {max(found[path] for path in few):.1e} from Keras")
