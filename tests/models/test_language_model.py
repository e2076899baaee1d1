"""Language models: probabilities that add up, training from lists and files, files that are refused."""

import functools
import itertools

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import networks
from keras_i18n.datasets import Dataset
from keras_i18n.models.decoding.sequence_scores import SequenceScores
from keras_i18n.models.language_model import LanguageModel
from keras_i18n.tokenizers import CharacterTokenizer, train_unigram

KINDS = ("rnn", "lstm", "gru", "transformer", "n-grams")
TEXTS = ["كتاب جديد", "नमस्ते दुनिया", "Iğdır'da İzmir", "日本語の本", "สวัสดีครับ", "👩‍👩‍👧 ok", ""]


def model_of(kind, *, tokenizer=None, seed=0, weights=0.4, **options):
    """A model with random weights, far from uniform."""
    keras.utils.set_random_seed(seed)
    if kind == "n-grams":
        kind, options = "gru", {"ngrams": (2, 3), "ngram_rows": 50, "ngram_dim": 4, **options}
    options = {"size": "tiny", "units": 16, "max_tokens": 8, **options}
    model = LanguageModel.create(tokenizer or CharacterTokenizer.train(TEXTS, compose=False), kind=kind, **options)
    generator = np.random.default_rng(seed)
    model.network.set_weights([generator.normal(0, weights, value.shape) for value in model.network.get_weights()])
    return model


def log_softmax(logits):
    logits = np.asarray(logits, "float64")
    return (
        logits
        - np.log(np.exp(logits - logits.max(-1, keepdims=True)).sum(-1, keepdims=True))
        - logits.max(-1, keepdims=True)
    )


def test_log_probability_of_a_model_computed_by_hand():
    tokenizer = CharacterTokenizer("ab")
    model = model_of("rnn", tokenizer=tokenizer, units=2, embedding_dim=2)
    table, kernel, recurrent, bias, out, out_bias = (weight.numpy() for weight in model.network.weights)
    state, total = np.zeros(2), 0.0
    ids = [0, 3, 4, 4, 1]  # begin a b b end
    for token, following in itertools.pairwise(ids):
        state = np.tanh(table[token] @ kernel + state @ recurrent + bias)
        scores = state @ out + out_bias
        total += scores[following] - np.log(np.exp(scores).sum())
    assert model.log_probability(["abb"]) == pytest.approx(total, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_to_one_over_all_continuations(kind):
    model = model_of(kind, tokenizer=CharacterTokenizer("xy"))
    score = SequenceScores(model.network, context=model.context, padding_id=-1)
    continuations = [np.array([0, *rest], "int32") for rest in itertools.product(range(5), repeat=3)]
    assert np.exp([nats.sum() for nats in score(continuations)]).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_batch_does_not_matter(kind):
    model = model_of(kind)
    texts = [*TEXTS, TEXTS[0] * 40]
    together = model.log_probability(texts)
    assert np.isfinite(together).all()
    assert (together < 0).all()
    np.testing.assert_allclose(together, [model.log_probability([text])[0] for text in texts], atol=1e-3)
    np.testing.assert_allclose(together[::-1], model.log_probability(texts[::-1]), atol=1e-3)


def test_a_long_text_is_read_in_chunks_as_in_one():
    model = model_of("gru")
    ids = model.token_ids(["नमस्ते " * 100])[0]
    nats = log_softmax(model.network(ids[None, :-1]))[0]
    expected = nats[np.arange(len(ids) - 1), ids[1:]].sum()
    assert model.log_probability(["नमस्ते " * 100])[0] == pytest.approx(expected, rel=1e-4)


def test_a_transformer_reads_windows_of_its_context():
    model = model_of("transformer", max_tokens=4)
    ids = model.token_ids(["नमस्ते "])[0]
    expected = []
    for place in range(1, len(ids)):
        # windows of 4 tokens that begin at 0, 2, 4, ...: the first that reaches this place
        start = 0 if place <= 4 else 2 * ((place - 4 + 1) // 2)
        window = ids[start : start + 4]
        expected.append(log_softmax(model.network(window[None]))[0, place - 1 - start, ids[place]])
    np.testing.assert_allclose(model.token_log_probabilities(["नमस्ते "])[0], expected, atol=1e-4)


def test_perplexity_and_bits_by_language():
    data = Dataset({"text": ["ab", "", "ba"], "language": ["sw", "sw", "fi"]})
    model = model_of("lstm", tokenizer=CharacterTokenizer("ab"), language_tags=["sw"])
    swahili = model.log_probability(["ab", ""], language="sw").sum()
    finnish = model.log_probability(["ba"]).sum()
    assert model.perplexity(data) == pytest.approx({"fi": np.exp(-finnish / 3), "sw": np.exp(-swahili / 4)})
    bits = {"fi": -finnish / 2 / np.log(2), "sw": -swahili / 2 / np.log(2)}
    assert model.bits_per_character(data) == pytest.approx(bits)
    assert model.log_probability(["ab"]) != pytest.approx(model.log_probability(["ab"], language="sw"))


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_learns_and_survives_a_file(kind, tmp_path):
    texts = ["mimi na wewe", "wewe na mimi", "jambo"] * 12
    model = LanguageModel.create(CharacterTokenizer.train(texts), kind=kind, size="tiny", max_tokens=32)
    before = model.perplexity(Dataset({"text": texts, "language": "sw"}))["sw"]
    history = model.fit(texts, validation_data=texts[:3], epochs=12, batch_size=6, early_stopping=9, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.perplexity(Dataset({"text": texts, "language": "sw"}))["sw"] < before / 2
    model.save(tmp_path / "model.keras")
    loaded = ki.load(tmp_path / "model.keras")
    assert loaded.context == model.context
    np.testing.assert_array_equal(loaded.log_probability(texts[:3]), model.log_probability(texts[:3]))
    assert loaded.generate("m", temperature=0) == model.generate("m", temperature=0)


def test_subwords():
    texts = ["habari za asubuhi", "habari za jioni", "asubuhi na jioni"] * 20
    tokenizer = train_unigram(texts, vocabulary_size=30, begin=True, end=True)
    model = LanguageModel.create(tokenizer, kind="gru", size="tiny")
    model.fit(texts, epochs=25, batch_size=8, learning_rate=1e-2, verbose=0)
    likely, unlikely = model.log_probability(["habari za jioni", "jioni za habari"])
    assert likely > unlikely + 2
    assert model.generate("habari za", temperature=0) in ("habari za asubuhi", "habari za jioni")
    words = [suggestion.text.strip() for suggestion in model.suggest("habari za", top=2)]
    assert set(words) == {"asubuhi", "jioni"}


def test_the_same_seed_gives_the_same_weights():
    weights = []
    for seed in (3, 3, 4):
        model = model_of("rnn")
        model.fit(TEXTS, epochs=2, batch_size=3, seed=seed, verbose=0)
        weights.append(np.concatenate([weight.ravel() for weight in model.network.get_weights()]))
    np.testing.assert_array_equal(weights[0], weights[1])
    assert np.abs(weights[0] - weights[2]).max() > 1e-6


TRAINED_IN_16_BITS = {"gru": TEXTS, "transformer": TEXTS, "lstm": ["abcd" * 300]}


@functools.cache
def trained_in(precision, kind):
    """The model and the loss of each epoch."""
    texts = TRAINED_IN_16_BITS[kind]
    model = model_of(kind, weights=0.1, tokenizer=CharacterTokenizer.train(texts))
    options = {"epochs": 6, "batch_size": 2, "window": 16, "learning_rate": 1e-2, "verbose": 0}
    return model, np.array(model.fit(texts, mixed_precision=precision, **options).history["loss"])


@pytest.mark.parametrize("mixed_precision", ["bfloat16", "float16"])
@pytest.mark.parametrize("kind", TRAINED_IN_16_BITS)
def test_mixed_precision_learns_about_the_same(kind, mixed_precision):
    _, plain = trained_in(None, kind)
    model, mixed = trained_in(mixed_precision, kind)
    assert mixed[-1] < mixed[0] - 0.05
    assert 0 < np.abs(plain - mixed).max() < 0.1 * plain[0]
    assert {layer.compute_dtype for layer in model.network.layers} == {"float32"}


def test_sampling_temperature_shows_small_languages_more_often():
    texts, languages = ["aaaa"] * 40 + ["bbbb"] * 4, ["fi"] * 40 + ["sw"] * 4
    data = Dataset({"text": texts, "language": languages})
    found = {}
    for temperature in (1, float("inf")):
        model = model_of("gru", tokenizer=CharacterTokenizer("ab"), weights=0.1)
        model.fit(data, epochs=6, batch_size=4, sampling_temperature=temperature, verbose=0)
        found[temperature] = model.perplexity(data)["sw"]
    assert found[float("inf")] < found[1] - 0.1


def test_by_the_clock():
    model = model_of("rnn")
    history = model.fit(TEXTS, minutes=0.02, verbose=0)
    assert len(history.history["loss"]) >= 1
    assert float(model.network.optimizer.learning_rate) < 3e-3


def test_a_loss_that_is_no_number_keeps_good_weights():
    model = model_of("gru")
    with pytest.raises(ValueError, match="weights with a finite loss were kept"):
        model.fit(TEXTS * 4, epochs=3, optimizer=keras.optimizers.SGD(float("nan")), verbose=0)
    assert np.isfinite(model.log_probability(TEXTS)).all()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda model: model.log_probability("one str"), "list of str"),
        (lambda model: model.log_probability([None]), "list of str"),
        (lambda model: model.log_probability(["a"], language="sw"), "one of the model's tags"),
        (lambda model: model.log_probability(["a"], language=["sw", "fi"]), "one tag a text"),
        (lambda model: model.fit([], verbose=0), "at least one text"),
        (lambda model: model.fit(["a"], epochs=0), "`epochs`"),
        (lambda model: model.fit(["a"], minutes=-1), "`minutes`"),
        (lambda model: model.fit(["a"], early_stopping=2), "validation_data"),
        (lambda model: model.fit(["a"], mixed_precision="int8"), "`mixed_precision` must be one of"),
        (lambda model: model.fit(["a"], sampling_temperature=0), "`sampling_temperature` must be"),
        (lambda model: model.fit(["a"], sampling_temperature=2), "needs a `Dataset` with languages"),
        (lambda model: model.fit(["a" * 2000], sampling_temperature=2), "read in windows"),
        (lambda model: model.fit(["a"], device="gpu:9"), "`device` must be"),
        (lambda model: model.fit(["a"], speed=2), "Training options are"),
        (lambda model: model.perplexity(["a"]), "Dataset"),
    ],
)
def test_refuses(call, told):
    with pytest.raises((TypeError, ValueError), match=told):
        call(model_of("gru"))


def test_refuses_a_network_or_tokenizer_that_does_not_fit():
    tokenizer = CharacterTokenizer("ab")
    with pytest.raises(ValueError, match="5 scores a token"):
        LanguageModel(tokenizer=tokenizer, network=networks.language_model(6, size="tiny"))
    with pytest.raises(ValueError, match="begin and an end"):
        LanguageModel(tokenizer=CharacterTokenizer("ab", end=False), network=networks.language_model(5, size="tiny"))
    with pytest.raises(ValueError, match="`kind` must be one of"):
        networks.language_model(5, kind="markov")
