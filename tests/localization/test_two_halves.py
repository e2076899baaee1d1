"""An encoder of hashed n-grams and a pretrained one, as `universal`: cut to languages, with the same answers or in few bytes."""

import functools

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers, networks
from keras_i18n.localization import compact, inspect, localize
from keras_i18n.localization.idle_half import without_idle_half
from keras_i18n.models.two_halves import has_two_halves
from keras_i18n.tokenizers import JoinedTokenizer, NgramTokenizer, UnigramTokenizer
from tests.localization.conftest import ENGLISH, LABELS, RUSSIAN

BUCKETS, DIM = 20_000, 16


def stored(rows, dim, piece_dim):
    table = np.random.default_rng(rows).normal(size=(rows, dim)).astype("float32")
    return layers.ProductQuantizedRows.of(table, piece_dim=piece_dim)


@functools.cache
def two_halves(tokenizer, gate):
    """A classifier whose gate is as open as it is told, by a number before the sigmoid."""
    pieces = tokenizer.vocabulary_size
    inner = networks.universal_sentence_encoder(
        vocabulary_size=pieces, dim=DIM, ngram_dim=8, hidden_dim=12, stored_rows=stored(pieces, DIM, 4)
    )
    network = networks.ngram_sentence_encoder(
        vocabulary_size=BUCKETS, encoder=inner, dim=8, hidden_dim=12, stored_rows=stored(BUCKETS, 8, 8)
    )
    kernel, bias = network.get_layer("gate").get_weights()
    network.get_layer("gate").set_weights([kernel * 0, bias * 0 + gate])
    joined = JoinedTokenizer([NgramTokenizer(num_buckets=BUCKETS, word_lengths=(1,)), tokenizer])
    encoder = ki.TextEncoder(tokenizer=joined, network=network, languages=["en", "ru"])
    model = ki.TextClassifier.on_encoder(encoder, labels=["alarm", "music", "weather"], num_anchors=16)
    model.fit(ki.datasets.from_lists(ENGLISH + RUSSIAN, LABELS * 2, language=["en"] * 6 + ["ru"] * 6), verbose=0)
    return model


def test_kept_texts_get_the_very_outputs_in_every_file(tokenizer, tmp_path):
    full = two_halves(tokenizer, 0.3)
    assert has_two_halves(full)
    english, report = localize(full, ["en"], texts=ENGLISH)
    ngrams, pieces = english.tokenizer.tokenizers
    assert 0 < ngrams.vocabulary_size < BUCKETS / 2
    assert pieces.vocabulary_size < tokenizer.vocabulary_size
    assert report.parts.rows < report.parts_before.rows / 2
    assert report.proven >= len(ENGLISH)
    np.testing.assert_array_equal(english.predict(ENGLISH), full.predict(ENGLISH))
    english.save(tmp_path / "english.keras")
    np.testing.assert_array_equal(ki.load(tmp_path / "english.keras").predict(ENGLISH), full.predict(ENGLISH))
    path = ki.export(english, tmp_path, formats=["onnx"]) / "model.onnx"
    np.testing.assert_allclose(ki.load_exported(path).predict(ENGLISH), full.predict(ENGLISH), atol=1e-5)


def test_hashes_belong_to_no_script(tokenizer):
    full = two_halves(tokenizer, 0.3)
    english, _ = localize(full, ["en"], keep="script")
    assert english.tokenizer.tokenizers[0].vocabulary_size == BUCKETS
    covered, _ = localize(full, ["en"], texts=ENGLISH, keep="coverage:0.8")
    all_used, _ = localize(full, ["en"], texts=ENGLISH, keep="texts")
    for one, other in zip(covered.tokenizer.tokenizers, all_used.tokenizer.tokenizers, strict=True):
        assert one.vocabulary_size < other.vocabulary_size
    found = inspect(full, {"en": ENGLISH})
    assert found.scripts["hashed n-grams"] == BUCKETS
    assert sum(found.script_bytes.values()) == pytest.approx(found.parts.rows)
    # eight numbers in a byte and two of the length; a piece has four such bytes, and shares larger centres
    assert found.script_bytes["hashed n-grams"] / BUCKETS < 0.6 * found.script_bytes["LATIN"] / found.scripts["LATIN"]
    assert "Hashed N-Grams" in str(found)


def test_the_pretrained_half_goes_where_nobody_reads_it(tokenizer, tmp_path):
    full = two_halves(tokenizer, -9.0)
    small, report = compact(full, ["en"], max_bytes=400_000, texts=ENGLISH)
    assert isinstance(small.tokenizer, NgramTokenizer)
    assert report.plan.tiers == (("n-grams", small.tokenizer.vocabulary_size),)
    assert report.rows[0].tokens_kept > 0.9
    np.testing.assert_allclose(small.predict(ENGLISH), full.predict(ENGLISH), atol=2e-3)
    path = ki.export(small, tmp_path, formats="tflite", precision="int8") / "model.tflite"
    assert path.stat().st_size <= 400_000
    np.testing.assert_allclose(ki.load_exported(path).predict(ENGLISH), small.predict(ENGLISH), atol=0.01)
    with pytest.raises(ValueError, match="`max_bytes` must be at least"):
        compact(full, ["en"], max_bytes=100_000, texts=ENGLISH)


def test_the_ngrams_go_where_the_pretrained_half_says_all(tokenizer):
    full = two_halves(tokenizer, 9.0)
    small, report = compact(full, ["en"], max_bytes=800_000, texts=ENGLISH)
    assert isinstance(small.tokenizer, UnigramTokenizer)
    assert [name for name, _ in report.plan.tiers] == ["as they are"]
    assert report.rows[0].tokens_kept > 0.4
    np.testing.assert_allclose(small.predict(ENGLISH), full.predict(ENGLISH), atol=0.02)


def test_the_pretrained_half_stays_where_it_speaks(tokenizer, tmp_path):
    full = two_halves(tokenizer, 0.3)
    small, report = compact(full, ["en"], max_bytes=1_200_000, texts=ENGLISH)
    assert has_two_halves(small)
    assert dict(report.plan.tiers).keys() >= {"n-grams"}
    assert sum(count for _, count in report.plan.tiers) == small.tokenizer.vocabulary_size
    np.testing.assert_allclose(small.predict(ENGLISH), full.predict(ENGLISH), atol=0.1)
    path = ki.export(small, tmp_path, formats="tflite", precision="int8") / "model.tflite"
    assert path.stat().st_size <= 1_200_000
    np.testing.assert_allclose(ki.load_exported(path).predict(ENGLISH), small.predict(ENGLISH), atol=0.02)
    with pytest.raises(ValueError, match=r"`max_bytes` must be at least [\d,]+ for en: "):
        compact(full, ["en"], max_bytes=100_000, texts=ENGLISH)


def test_a_classifier_over_hashed_ngrams():
    """The kind of model that `from_scratch` makes: rows are float, and trained."""
    full = ki.TextClassifier.from_scratch(["alarm", "music", "weather"], num_buckets=3000, languages=["en", "ru"])
    full.fit(ki.datasets.from_lists(ENGLISH * 4, LABELS * 4, language=["en"] * 24), epochs=3, verbose=0)
    english, report = localize(full, ["en"], texts=ENGLISH)
    assert english.tokenizer.vocabulary_size < 3000
    assert report.proven >= 6
    np.testing.assert_array_equal(english.predict(ENGLISH), full.predict(ENGLISH))


def test_the_encoder_of_the_package():
    full = ki.TextEncoder.from_preset("universal")
    texts = ["Hali ya hewa ikoje leo?", "Niamshe saa kumi na mbili asubuhi."]
    swahili, report = localize(full, ["sw"], texts=texts)
    assert swahili.tokenizer.vocabulary_size < 20_000
    np.testing.assert_array_equal(swahili.encode(texts), full.encode(texts))
    small, report = compact(full, ["sw"], max_bytes=4_000_000)  # chosen by half of the sample's sentences
    assert isinstance(small.tokenizer, NgramTokenizer)
    assert report.rows[0].texts == 64
    assert report.rows[0].cosine > 0.9
    # a language that the pretrained half was made for keeps it, or is refused with the least that will do
    with pytest.raises(ValueError, match=r"must be at least [\d,]+ for fr: [\d,]+ for all but the pieces"):
        compact(full, ["fr"], max_bytes=2_000_000, texts=["Quel temps fait-il ?"] * 5)


def test_a_half_stays_that_texts_of_another_kind_need(tokenizer):
    """A gate that is open in English and shut in Russian: by English alone the n-grams would go."""
    made = two_halves(tokenizer, 0.3)
    model = type(made).from_saved(
        tokenizer=made.tokenizer, network=networks.copy_network(made.network), config=made.to_config()
    )
    gate = model.network.get_layer("gate")
    ids = model.tokenizer.pad(model.tokenize(ENGLISH + RUSSIAN))
    seen = keras.Model(model.network.inputs[0], gate.input).predict(ids, verbose=0)
    wanted = np.repeat([9.0, -9.0], len(ENGLISH))
    weights = np.linalg.lstsq(np.c_[seen, np.ones(len(seen))], wanted, rcond=None)[0].astype("float32")
    gate.set_weights([weights[:-1, None], weights[-1:]])
    english, russian = {"en": ENGLISH}, {"en": RUSSIAN}
    assert isinstance(without_idle_half(model, english).tokenizer, UnigramTokenizer)
    assert isinstance(without_idle_half(model, english, english).tokenizer, UnigramTokenizer)
    assert without_idle_half(model, english, russian) is model
