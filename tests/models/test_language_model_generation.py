"""What a language model writes: greedy, drawn with a seed, by beam search, as suggestions."""

import itertools

import numpy as np
import pytest

from keras_i18n.models.decoding.generation import Sampling
from keras_i18n.models.language_model import LanguageModel
from keras_i18n.tokenizers import CharacterTokenizer
from tests.models.test_language_model import KINDS, model_of


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_takes_the_most_probable_token(kind):
    model = model_of(kind, max_tokens=32)
    text = model.generate("नम", temperature=0, max_tokens=6)
    ids = list(model.token_ids(["नम"])[0][:-1])
    for _ in range(6):
        logits = np.array(model.network(np.array([ids], "int32")))[0, -1]
        logits[[0, 2]] = -np.inf  # begin, unknown
        ids.append(int(np.argmax(logits)))
        if ids[-1] == model.end_id:
            break
    assert text == model.tokenizer.detokenize([ids])[0]


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_drawn_by_seed(kind):
    model = model_of(kind, weights=0.1)
    texts = [model.generate("", max_tokens=30, seed=seed) for seed in (5, 5, 6)]
    assert texts[0] == texts[1] != texts[2]
    assert "\ufffd" not in "".join(texts)
    assert model.generate("日", top_k=1, max_tokens=9) == model.generate("日", temperature=0, max_tokens=9)


@pytest.mark.parametrize("seed", range(4))
def test_beams_find_what_is_at_least_as_probable(seed):
    model = model_of("gru", tokenizer=CharacterTokenizer("abc"), seed=seed, weights=1.0)

    def total(text, max_tokens):
        ids = model.token_ids([text])[0]
        ended = len(text) < max_tokens
        nats = model._next_tokens
        score, continuation = 0.0, nats.start(ids[:1])
        for token in ids[1:] if ended else ids[1:-1]:
            score += continuation.next[0, token]
            continuation.grow([0], [token])
        return score

    greedy = total(model.generate("", temperature=0, max_tokens=4), 4)
    beams = total(model.generate("", num_beams=3, max_tokens=4), 4)
    assert beams >= greedy - 1e-6
    # a beam of all that there is finds the best of all
    every = ["".join(letters) for length in range(5) for letters in itertools.product("abc", repeat=length)]
    best = max(total(text, 4) for text in every)
    assert total(model.generate("", num_beams=200, max_tokens=4), 4) == pytest.approx(best, abs=1e-5)


def test_sampling_keeps_what_it_should():
    chances = np.log([0.5, 0.2, 0.2, 0.1])
    np.testing.assert_allclose(Sampling().probabilities(chances), [0.5, 0.2, 0.2, 0.1])
    np.testing.assert_allclose(Sampling(top_k=2).probabilities(chances), [5 / 7, 2 / 7, 0, 0])
    np.testing.assert_allclose(Sampling(top_p=0.5).probabilities(chances), [1, 0, 0, 0])
    np.testing.assert_allclose(Sampling(top_p=0.6).probabilities(chances), [5 / 7, 2 / 7, 0, 0])
    np.testing.assert_allclose(Sampling(temperature=0.5).probabilities(chances), np.array([25, 4, 4, 1]) / 34)
    np.testing.assert_allclose(Sampling(temperature=0).probabilities(chances), [1, 0, 0, 0])


def test_suggests_words_and_completions():
    texts = ["una casa grande", "una casa rossa", "una cosa", "una casa grande"] * 12
    model = LanguageModel.create(CharacterTokenizer.train(texts), kind="gru", size="tiny")
    model.fit(texts, epochs=25, batch_size=8, learning_rate=1e-2, verbose=0)
    first, second = model.suggest("una ", top=2)
    assert (first.text, second.text) == ("casa", "cosa")
    assert 1 >= first.probability > second.probability > 0
    assert [suggestion.text for suggestion in model.suggest("una casa g", top=1)] == ["rande"]
    assert [suggestion.text for suggestion in model.suggest("una c", top=2, unit="token")] == ["a", "o"]


def test_a_language_piece_decides_the_language():
    texts, tags = ["aaaa", "bbbb"] * 20, ["sw", "fi"] * 20
    from keras_i18n.datasets import Dataset

    model = LanguageModel.create(CharacterTokenizer.train(texts), language_tags=["sw", "fi"], kind="gru", size="tiny")
    model.fit(Dataset({"text": texts, "language": tags}), epochs=15, batch_size=8, learning_rate=1e-2, verbose=0)
    assert model.generate(language="sw", temperature=0) == "aaaa"
    assert model.generate(language="fi", temperature=0) == "bbbb"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_tokens": 0}, "`max_tokens`"),
        ({"temperature": -1}, "`temperature`"),
        ({"temperature": float("nan")}, "`temperature`"),
        ({"top_k": 0}, "`top_k`"),
        ({"top_p": 0.0}, "`top_p`"),
        ({"num_beams": 0}, "`num_beams`"),
        ({"num_beams": 2, "top_k": 3}, "Beam search draws nothing"),
        ({"prompt": b"x"}, "must be a str"),
    ],
)
def test_refuses(options, told):
    with pytest.raises((TypeError, ValueError), match=told):
        model_of("rnn").generate(**options)


def test_suggest_refuses():
    with pytest.raises(ValueError, match="`unit`"):
        model_of("rnn").suggest("a", unit="page")
    with pytest.raises(ValueError, match="`top`"):
        model_of("rnn").suggest("a", top=0)
