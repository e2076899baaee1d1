"""Models of KerasHub, taken over with what reads their texts: scores, files, formats and what is refused."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.keras_privates import all_layers
from keras_i18n.tokenizers import WordPieceTokenizer
from keras_i18n.tokenizers.byte_pair import ALPHABET
from tests.tokenizers.vocabularies import TEXTS as SCRIPTS
from tests.tokenizers.vocabularies import trained, written

keras_hub = pytest.importorskip("keras_hub")
models = keras_hub.models

TEXTS = [*SCRIPTS, "", "It's 2024, [PAD] <pad> <s> again", "cafe\u0301 \u00a0ＡＢ", "x" * 120, "so long " * 40]
LABELS = ["alarm", "weather", "music"]
SIZES = {"num_layers": 2, "num_heads": 2, "hidden_dim": 16, "intermediate_dim": 20, "max_sequence_length": 40}
LENGTH = 36
CHARACTERS = list(dict.fromkeys("".join(SCRIPTS).replace(" ", "")))


def word_piece(kind, **options):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*special, *CHARACTERS, *(f"##{character}" for character in CHARACTERS), "weather", "##morrow"]
    return kind(vocabulary=pieces, **options)


def byte_pairs(kind, special, **options):
    merges = [("t", "h"), ("th", "e"), ("Ġ", "w"), ("Ġw", "e"), ("Ð", "°")]
    pieces = [*special, *ALPHABET, *("".join(pair) for pair in merges)]
    ids = {piece: number for number, piece in enumerate(pieces)}
    return kind(vocabulary=ids, merges=[" ".join(pair) for pair in merges], **options)


def sentence_pieces(kind, symbols):
    pieces = [(character, -2.0) for character in ("\u2581", *CHARACTERS)] + [("\u2581w", -2.5), ("the", -3.0)]
    return kind(proto=written([row for row in pieces if row[0] not in symbols], symbols=symbols))


def classifier(name, tokenizer, **options):
    """Strings -> three scores, with random weights."""
    keras.utils.set_random_seed(1)
    sizes = {**SIZES, **options, "vocabulary_size": tokenizer.vocabulary_size()}
    preprocessor = getattr(models, f"{name}TextClassifierPreprocessor")(tokenizer, sequence_length=LENGTH)
    backbone = getattr(models, f"{name}Backbone")(**sizes)
    task = getattr(models, f"{name}TextClassifier")(backbone, num_classes=3, preprocessor=preprocessor)
    return randomised(task)


def randomised(model):
    chance = np.random.default_rng(1)
    for weight in model.weights:
        if "float" in weight.dtype:
            weight.assign_add(chance.normal(0, 0.5, weight.shape))
    return model


def scores_of(task):
    """What the model of KerasHub gives by itself."""
    if hasattr(task.preprocessor.tokenizer, "proto"):  # its `predict` loses the SentencePiece model inside of tf.data
        scores = task(task.preprocessor(TEXTS))
    else:
        scores = task.predict(TEXTS, verbose=0)
    return keras.ops.convert_to_numpy(keras.ops.softmax(scores))


ROBERTA = ("<s>", "<pad>", "</s>", "<mask>")
ALBERT = ("[CLS]", "[SEP]", "<pad>", "[MASK]")
DEBERTA = ("[CLS]", "[SEP]", "[PAD]")
MODELS = {
    "BERT": lambda: classifier("Bert", word_piece(models.BertTokenizer, strip_accents=True)),
    "DistilBERT": lambda: classifier("DistilBert", word_piece(models.DistilBertTokenizer)),
    "RoBERTa": lambda: classifier("Roberta", byte_pairs(models.RobertaTokenizer, ROBERTA)),
    "XLM-R": lambda: classifier("XLMRoberta", models.XLMRobertaTokenizer(proto=trained().model_bytes)),
    "ALBERT": lambda: classifier("Albert", sentence_pieces(models.AlbertTokenizer, ALBERT), embedding_dim=8),
    "DeBERTa-v3": lambda: classifier("DebertaV3", sentence_pieces(models.DebertaV3Tokenizer, DEBERTA), bucket_size=8),
}


@pytest.fixture(scope="module", params=MODELS)
def row(request):
    """The model of KerasHub, its scores, the model that was taken over."""
    task = MODELS[request.param]()
    return task, scores_of(task), ki.TextClassifier.from_keras(task, labels=LABELS)


def test_scores_are_those_of_the_model(row):
    _, expected, taken = row
    assert np.ptp(expected, axis=0).max() > 0.05
    np.testing.assert_allclose(taken.predict(TEXTS), expected, atol=1e-5)


def test_its_file_needs_no_keras_hub(row, tmp_path):
    _, expected, taken = row
    taken.save(tmp_path / "own.keras")
    loaded = ki.load(tmp_path / "own.keras")
    np.testing.assert_allclose(loaded.predict(TEXTS), expected, atol=1e-5)
    assert not any("keras_hub" in type(layer).__module__ for layer in all_layers(loaded.network))


@pytest.fixture(scope="module")
def bert():
    return MODELS["BERT"]()


def test_from_its_file_into_a_format(bert, tmp_path):
    bert.save(tmp_path / "theirs.keras")
    taken = ki.TextClassifier.from_keras(tmp_path / "theirs.keras", labels=LABELS, languages=["en"])
    ki.export(taken, tmp_path, formats=["tflite"])
    runner = ki.load_exported(tmp_path / "model.tflite")
    np.testing.assert_allclose(runner.predict(TEXTS), scores_of(bert), atol=1e-5)


@pytest.fixture(scope="module")
def with_letters_as_they_are():
    """Folding and composing letters takes most of a file's operators, and bits do not concern it."""
    task = classifier("Bert", word_piece(models.BertTokenizer, lowercase=False))
    return ki.TextClassifier.from_keras(task, labels=LABELS, languages=["en"])


@pytest.mark.parametrize("precision", ["int8", "int4_blocks", "mixed3", "pq1"])
def test_it_leaves_in_few_bits(with_letters_as_they_are, precision, tmp_path):
    taken = with_letters_as_they_are
    folder = ki.export(taken, tmp_path, formats=["tflite", "onnx"], precision=precision)
    texts = ki.datasets.from_lists(TEXTS, [LABELS[0]] * len(TEXTS), language="en")
    report = ki.verify(taken, folder, texts)
    assert report.ok, report
    # bits were saved: the rows of the file are not those of the model
    files = [ki.load_exported(folder / f"model.{suffix}").predict(TEXTS) for suffix in ("tflite", "onnx")]
    np.testing.assert_allclose(*files, atol=1e-4)
    assert np.abs(files[0] - taken.predict(TEXTS)).max() > 1e-5


def test_a_backbone_is_an_encoder(bert):
    pooled = ki.TextEncoder.from_keras(bert.backbone, tokenizer=bert.preprocessor, output="pooled_output")
    given = bert.preprocessor(TEXTS)
    theirs = bert.backbone(given)
    expected = keras.ops.convert_to_numpy(theirs["pooled_output"])
    np.testing.assert_allclose(pooled.encode(TEXTS), expected, atol=1e-5)
    mask = keras.ops.convert_to_numpy(given["padding_mask"])[..., None]
    mean = (keras.ops.convert_to_numpy(theirs["sequence_output"]) * mask).sum(1) / mask.sum(1)
    encoder = ki.TextEncoder.from_keras(bert.backbone, tokenizer=bert.preprocessor)
    np.testing.assert_allclose(encoder.encode(TEXTS), mean, atol=1e-5)


def test_a_causal_model():
    tokenizer = byte_pairs(models.GPT2Tokenizer, ("<|endoftext|>",))
    sizes = {**SIZES, "max_sequence_length": 200, "vocabulary_size": tokenizer.vocabulary_size()}
    preprocessor = models.GPT2CausalLMPreprocessor(tokenizer, sequence_length=150)
    task = randomised(models.GPT2CausalLM(models.GPT2Backbone(**sizes), preprocessor=preprocessor))
    taken = ki.LanguageModel.from_keras(task)
    found = taken.token_log_probabilities(SCRIPTS[:3])
    for text, nats in zip(SCRIPTS[:3], found, strict=True):
        ids = taken.token_ids([text])[0]
        given = {"token_ids": ids[None, :-1], "padding_mask": np.ones((1, len(ids) - 1), "int32")}
        scores = keras.ops.convert_to_numpy(keras.ops.log_softmax(task(given)))[0]
        np.testing.assert_allclose(nats, scores[np.arange(len(ids) - 1), ids[1:]], atol=1e-4)
    assert taken.generate("the w", max_tokens=3).startswith("the w")
    assert taken.end_id not in taken.never_next


def own_network(*names, length=None):
    """A network of plain Keras layers with inputs of these names."""
    inputs = [keras.Input((length,), dtype="int32", name=name) for name in names]
    vectors = keras.layers.Embedding(60, 8)(inputs[0])
    for tensor in inputs[2:]:
        vectors = keras.layers.Add()([vectors, keras.layers.Embedding(2, 8)(tensor)])
    pooled = ki.layers.GlobalAveragePooling1D()(vectors, mask=inputs[1] if len(inputs) > 1 else None)
    return randomised(keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(pooled)))


@pytest.mark.parametrize("length", [None, 12])
def test_inputs_are_filled_by_their_names(length):
    network = own_network("input_ids", "attention_mask", "token_type_ids", length=length)
    tokenizer = WordPieceTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdef", "##g"], begin=True, end=True)
    texts = ["a bg c", "", "ag f"]
    taken = ki.TextClassifier.from_keras(network, tokenizer=tokenizer, labels=LABELS)
    ids = np.zeros((3, 12), "int32")
    mask = np.zeros((3, 12), "int32")
    for place, found in enumerate(tokenizer.tokenize(texts)):
        ids[place, : len(found)], mask[place, : len(found)] = found, 1
    expected = keras.ops.convert_to_numpy(network([ids, mask, np.zeros_like(ids)]))
    np.testing.assert_allclose(taken.predict(texts), expected, atol=1e-6)


def without_preprocessor():
    task = MODELS["XLM-R"]()
    return models.XLMRobertaTextClassifier(task.backbone, num_classes=3), {}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (without_preprocessor, "without a preprocessor.*tokenizer=preprocessor"),
        (lambda: (own_network("input_ids", "attention_mask", "positions"), {}), "nobody fills.*'positions'"),
        (lambda: (own_network("input_ids", "attention_mask", "input_mask"), {}), "one each"),
    ],
)
def test_refused(make, message):
    model, options = make()
    if "preprocessor" not in message:
        options["tokenizer"] = WordPieceTokenizer(["[UNK]", "a"])
    with pytest.raises(ValueError, match=message):
        ki.TextClassifier.from_keras(model, labels=LABELS, **options)
