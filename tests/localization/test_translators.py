"""A translator cut to languages translates as the full one, where a text and its translation have all their pieces."""

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import networks
from keras_i18n.localization import localize
from tests.layers.checks import randomise
from tests.models.test_translator import FRENCH, WORDS, pairs

RUSSIAN = {"one": "один", "two": "два", "three": "три", "four": "четыре", "five": "пять"}
ENGLISH = [source for source, _ in pairs(30, 1)]
TEXTS = {"en": ENGLISH, **{
    tag: [target for _, target in pairs(30, 1, words)] for tag, words in (("de", WORDS), ("fr", FRENCH), ("ru", RUSSIAN))
}}  # fmt: skip


def translator(targets, source=None, **options):
    texts = [text for some in TEXTS.values() for text in some]
    tokenizer = ki.tokenizers.train_unigram(texts, vocabulary_size=330, byte_fallback=True, begin=True, end=True)
    size = tokenizer.vocabulary_size + (len(targets) if len(targets) > 1 else 0)
    network = ki.networks.translation(size, size="tiny", dim=8, num_heads=2, hidden_dim=4)
    randomise(network, 3, scale=1.0)
    made = {"source_language": source, "target_languages": targets, "max_tokens": 60, **options}
    return ki.Translator(tokenizer=tokenizer, network=network, **made)


@pytest.fixture(scope="module")
def of_four():
    return translator(["en", "de", "fr", "ru"])


def given(*languages):
    return {tag: TEXTS[tag] for tag in languages}


def test_directions_between_the_languages_stay(of_four):
    smaller, report = localize(of_four, ["ru", "en"], texts=given("en", "ru"))
    assert smaller.target_languages == ("en", "ru")
    assert smaller.tokenizer.vocabulary_size == report.pieces < of_four.tokenizer.vocabulary_size
    assert report.parts.rows < report.parts_before.rows
    assert [(row.language, row.target_language) for row in report.rows] == [("ru", "en"), ("en", "ru")]
    assert all(row.whole == row.same_whole > 0 for row in report.rows)
    assert "translated the same" in str(report)
    for texts, into in ((TEXTS["en"], "ru"), (TEXTS["ru"], "en")):
        known = of_four.translate(texts, target_language=into)
        assert smaller.translate(texts, target_language=into) == known
        np.testing.assert_allclose(smaller.network.get_layer("memory").gamma, of_four.network.get_layer("memory").gamma)
    with pytest.raises(ValueError, match=r"one that the model writes \(en, ru\)"):
        smaller.translate(["one"], target_language="de")


def test_a_single_language_keeps_its_token_and_the_file_asks_for_none(tmp_path):
    full = translator(["de", "ru"], "en", beam=2)
    length = full.tokenizer.vocabulary_size
    candidates = np.random.default_rng(1).integers(-1, length, (length, 9))
    full.shortlist = ki.models.TranslationShortlist(candidates, [full.target_tokenizer.end_id, *range(260, 300)])
    smaller, report = localize(full, ["en", "ru"], texts=given("en", "ru"))
    assert (smaller.target_languages, smaller.language_tags, smaller.beam) == (("ru",), ("ru",), 2)
    expected = full.translate(ENGLISH, target_language="ru", beam=1)
    assert smaller.translate(ENGLISH, beam=1) == smaller.translate(ENGLISH, target_language="ru", beam=1) == expected
    smaller.save(tmp_path / "model.keras")
    loaded = ki.load(tmp_path / "model.keras")
    assert loaded.translate(ENGLISH) == smaller.translate(ENGLISH)
    folder = ki.export(smaller, tmp_path / "files", formats=["tflite", "onnx"])
    for file in ("model.tflite", "model.onnx"):
        runner = ki.load_exported(folder / file)
        assert runner.metadata.target_languages == ("ru",)
        assert runner.translate(ENGLISH[:5]) == smaller.translate(ENGLISH[:5])
    texts = ki.datasets.from_lists(ENGLISH[:9], language=["en"] * 9)
    assert ki.verify(smaller, folder, texts).ok
    assert report.languages == ("en", "ru")


def test_what_was_cut_wrongly_is_refused(of_four, monkeypatch):
    cut = networks.with_kept_tokens

    def shifted(network, ids):
        return cut(network, np.concatenate([ids[:250], ids[251:260], ids[250:251], ids[260:]]))

    monkeypatch.setattr(networks, "with_kept_tokens", shifted)
    with pytest.raises(ValueError, match=r"must keep their translations\. Received: another translation of"):
        localize(of_four, ["en", "ru"], texts=given("en", "ru"))


def test_what_leaves_nothing_to_translate_is_refused(of_four):
    with pytest.raises(ValueError, match=r"one of en, de, fr, ru beside it\. Received: \['ru'\]"):
        localize(of_four, ["ru"], texts=given("ru"))
    with pytest.raises(ValueError, match="must hold en and one of de, ru beside it"):
        localize(translator(["de", "ru"], "en"), ["de", "ru"], texts=given("de", "ru"))
    with pytest.raises(ValueError, match="must be some of the model's"):
        localize(of_four, ["en", "fi"], texts=given("en"))
    separate = ki.Translator.from_scratch(
        [("one", "eins"), ("two", "zwei")] * 9, vocabulary_size=290, joint=False, size="tiny"
    )
    separate = ki.Translator(
        tokenizer=separate.tokenizer,
        network=separate.network,
        target_tokenizer=separate.target_tokenizer,
        source_language="en",
        target_languages=["de"],
    )
    with pytest.raises(ValueError, match="must have one vocabulary for both sides"):
        localize(separate, ["en", "de"], texts=given("en", "de"))
    with pytest.raises(ValueError, match=r"`localize` takes translators too"):
        ki.localization.compact(of_four, ["en", "ru"], max_bytes=10**6, texts=given("en", "ru"))
