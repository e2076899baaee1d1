"""A model cut to languages answers as the full one, bit for bit, where a text has all its pieces."""

import functools

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.localization import compact, localize
from keras_i18n.localization.kept_pieces import kept_pieces
from keras_i18n.localization.piece_use import uses_by_language
from keras_i18n.localization.proof import compared
from keras_i18n.tokenizers.unigram_subset import indispensable_pieces, with_selected_pieces
from tests.localization.conftest import ENGLISH, RUSSIAN


def test_kept_texts_get_the_very_outputs(classifier):
    english, report = localize(classifier, ["en"], texts=ENGLISH[:3])
    assert english.languages == ("en",)
    assert english.tokenizer.vocabulary_size < classifier.tokenizer.vocabulary_size
    assert not [piece for piece in english.tokenizer.pieces if "у" in piece]
    np.testing.assert_array_equal(english.predict(ENGLISH[:3]), classifier.predict(ENGLISH[:3]))
    (row,) = report.rows
    assert row.texts == 3 + 128 + 144  # those given, and the sample's
    assert row.whole >= 3
    assert report.proven == row.whole
    assert "texts have all their pieces, and the same outputs bit for bit" in str(report)
    # nothing is shared
    before = classifier.predict(RUSSIAN)
    english.network.set_weights([np.zeros_like(weight) for weight in english.network.get_weights()])
    np.testing.assert_array_equal(classifier.predict(RUSSIAN), before)


def test_any_text_whose_pieces_are_kept_is_cut_as_before(classifier):
    """Random parts of the vocabulary, random texts with unknown characters, ligatures and emoji among them."""
    old = classifier.tokenizer
    generator = np.random.default_rng(0)
    letters = [*"wakemtorin ,?", "ﬁ", "é", "ｱ", "ß", "😀", "у", "Å", "½"]
    words = [word for text in ENGLISH for word in text.split()]
    whole = 0
    for _ in range(12):
        drawn = np.flatnonzero(generator.random(old.vocabulary_size) < 0.6)
        ids = np.array(sorted({*drawn.tolist(), *indispensable_pieces(old.model)}))
        new = with_selected_pieces(old, ids)
        place = {old_id: place for place, old_id in enumerate(ids.tolist())}
        texts = ["".join(generator.choice(letters, 12)) for _ in range(60)]
        texts += [" ".join(generator.choice(words, 3)) for _ in range(60)]
        for before, after in zip(old.tokenize(texts), new.tokenize(texts), strict=True):
            if all(int(i) in place for i in before):
                assert [place[int(i)] for i in before] == after.tolist()
                whole += 1
    assert whole > 40


def test_the_score_of_unknown_characters_stays(tokenizer):
    lowest = int(np.argmin(np.where(np.array(tokenizer.model.types) == 1, tokenizer.scores, 0)))
    assert lowest in indispensable_pieces(tokenizer.model)
    ids = [i for i in range(tokenizer.vocabulary_size) if i != lowest]
    with pytest.raises(ValueError, match=r"with all indispensable pieces\. Received"):
        with_selected_pieces(tokenizer, ids)
    smaller = with_selected_pieces(tokenizer, indispensable_pieces(tokenizer.model))
    assert smaller.model.min_score == tokenizer.model.min_score


def test_the_proof_finds_another_row_and_another_cut(classifier):
    english, _ = localize(classifier, ["en"], texts=ENGLISH)
    ids = np.array([classifier.tokenizer.piece_id(piece) for piece in english.tokenizer.pieces])
    compared(classifier, english, ids, {"en": ENGLISH})
    table = english.network.get_layer("token_embedding").embeddings
    rows = table.numpy()
    table.assign(rows + 1e-3)
    with pytest.raises(ValueError, match=r"keep their answers bit for bit\. Received: another answer for"):
        compared(classifier, english, ids, {"en": ENGLISH})
    table.assign(rows)
    with pytest.raises(ValueError, match=r"must keep their tokens\. Received: another cut"):
        compared(classifier, english, np.roll(ids, 1), {"en": ENGLISH})


def test_how_much_is_kept(tokenizer):
    uses = uses_by_language(tokenizer, {"en": ENGLISH}, {})
    kept = {keep: kept_pieces(tokenizer, ["en"], uses, keep=keep) for keep in ("script", "texts", "coverage:0.8", 45)}
    sizes = {keep: len(ids) for keep, ids in kept.items()}
    assert sizes["coverage:0.8"] < sizes["texts"] <= sizes["script"] < tokenizer.vocabulary_size
    assert sizes[45] == 45
    characters = {tokenizer.piece_id(sign) for sign in "aemt?"} - {tokenizer.unknown_id}
    assert len(characters) > 3
    for ids in kept.values():
        assert characters <= set(ids.tolist())
    # the pieces that are used most come first
    most = np.argsort(-uses["en"])[:5].tolist()
    assert set(most) <= set(kept["coverage:0.8"].tolist()) & set(kept[45].tolist())


def test_several_languages_and_words(classifier):
    both, report = localize(classifier, ["ru", "en"], words={"en": ["music", "rain"], "ru": ["дождь"]})
    assert both.languages == ("ru", "en")
    assert {row.language for row in report.rows} == {"en", "ru"}
    assert {"▁music", "▁дождь"} & set(classifier.tokenizer.pieces) <= set(both.tokenizer.pieces)


def test_saved_and_exported(classifier, tmp_path):
    english, _ = localize(classifier, ["en"], texts=ENGLISH)
    english.save(tmp_path / "english.keras")
    again = ki.load(tmp_path / "english.keras")
    np.testing.assert_array_equal(again.predict(ENGLISH), english.predict(ENGLISH))
    runner = ki.load_exported(ki.export(english, tmp_path, formats="tflite") / "model.tflite")
    np.testing.assert_allclose(runner.predict(ENGLISH), classifier.predict(ENGLISH), atol=1e-5)


def test_thresholds_of_other_languages_go(classifier):
    several = ki.TextClassifier.on_encoder(
        classifier.encoder, labels=["alarm", "music"], head="linear", multi_label=True
    )
    several.thresholds = type(several.thresholds)(several.labels, {"en": [0.4, 0.3], "ru": [0.2, 0.1]})
    small, _ = localize(several, ["en"], texts=ENGLISH)
    assert set(small.thresholds.by_language) == {"und", "en"}


@pytest.mark.parametrize(
    ("languages", "options", "told"),
    [
        (["de"], {}, r"must be some of the model's: en, ru\. Received: 'de' \(German\)\. `transfer.add_language`"),
        (["en", "en-US"], {}, "must name each language once"),
        ("en", {}, r"must be a list of BCP-47 tags"),
        ([], {}, r"must be a list of BCP-47 tags"),
        (["en"], {"texts": RUSSIAN}, r"must be in the script Latin. Received: 100 % of the letters in CYRILLIC"),
        (
            ["en"],
            {
                "texts": [
                    "Wie wird das Wetter morgen in Berlin?",
                    "Spiel bitte etwas ruhige Musik.",
                    "Weck mich um sechs Uhr.",
                ]
            },
            r"`texts` for 'en' must be in English\. Received: 3 of 3 .* most in German, .*Give them for 'de'",
        ),
        (["en"], {"texts": {"de": ["ja"]}}, r"`texts` must have texts in \['en'\]"),
        (["en"], {"texts": ["", " "]}, "`texts` must hold something to keep"),
        (["en"], {"texts": [3]}, "`texts` must hold str"),
        (["en"], {"texts": "abc"}, "`texts` must be a list of str or a dict"),
        (["en"], {"keep": "most"}, "`keep` must be 'script', 'texts', 'coverage:SHARE'.*Received: 'most'"),
        (["en"], {"keep": "coverage:1.5"}, "Received: 'coverage:1.5'"),
        (["en"], {"keep": 3}, r"must leave room for the \d+ pieces that are always kept.*Received: 3"),
        (["en"], {"keep": 0}, "Received: 0"),
    ],
)
def test_what_is_refused(classifier, languages, options, told):
    with pytest.raises(ValueError, match=told):
        localize(classifier, languages, **options)


def test_other_models_are_refused():
    identifier = ki.LanguageIdentifier.create(["en", "ru"], num_buckets=50, compose=False)
    with pytest.raises(ValueError, match=r"must be a TextClassifier or a TextEncoder\. Received: LanguageIdentifier"):
        localize(identifier, ["en"])
    tokenizer = ki.tokenizers.CharacterTokenizer("abc", compose=False)
    size = tokenizer.vocabulary_size
    network = ki.networks.build("pooling", vocabulary_size=size, task="encoder", vector_dim=8, size="tiny")
    with pytest.raises(ValueError, match=r"whose ids can be chosen\. Received: CharacterTokenizer"):
        localize(ki.TextEncoder(tokenizer=tokenizer, network=network), ["en"])


@pytest.mark.parametrize("cut", [localize, functools.partial(compact, max_bytes=700_000)])
def test_progress_is_told(classifier, cut):
    told = []
    cut(classifier, ["en"], texts=ENGLISH, progress=told.append)
    assert [(one.stage, one.done, one.total) for one in told] == [
        ("choosing", 0, 3),
        ("cutting", 1, 3),
        ("comparing", 2, 3),
        ("comparing", 3, 3),
    ]
