"""WordPiece and byte-level BPE take pieces of a new language; words of old ones are cut as before."""

import json
import random

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import networks, transfer
from keras_i18n.datasets import ParallelTexts
from keras_i18n.tokenizers import BytePairTokenizer, WordPieceTokenizer, to_tokenizer_json
from keras_i18n.tokenizers.byte_pair import ALPHABET
from keras_i18n.transfer.adding.byte_pair_growth import BytePairGrowth
from keras_i18n.transfer.adding.wordpiece_growth import WordPieceGrowth
from tests.tokenizers import byte_pairs
from tests.transfer.test_adding_languages import ENGLISH, FEW, GREEK, SWAHILI

AMHARIC = [
    "ፀሐይ ከባሕር በላይ ናት።",
    "እናቴ በማእድ ቤት ዓሣ ታበስላለች።",
    "መምህሩ በትምህርት ቤት መጽሐፍ ያነባል።",
    "በባቡር ወደ ከተማ እንሄዳለን።",
    "ልጁ ጠዋት ወተት ይጠጣል።",
    "ሐኪም በሆስፒታል ይሠራል።",
    "ገበሬው በገበያ በቆሎ ይሸጣል።",
    "ወፎች በዛፍ ላይ ይዘምራሉ።",
]
TRANSLATED = {"sw": SWAHILI, "el": GREEK, "am": AMHARIC}


def word_pieces():
    """Characters and halves of the words of two languages, as a multilingual BERT has them; no Amharic."""
    words = sorted({word for text in ENGLISH + SWAHILI[:2] for word in text.split()})
    pieces = [*"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    pieces += [piece for word in words for piece in (word[:3], f"##{word[3:]}", f"##{word[2:4]}")]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    return WordPieceTokenizer(list(dict.fromkeys([*special, *pieces, *"024,.!"])), begin=True, end=True)


def byte_level(**options):
    pieces, merges = byte_pairs.trained(merges=120)
    return BytePairTokenizer(pieces, merges, begin=True, end=True, special_tokens=byte_pairs.SPECIAL, **options)


KINDS = {"WordPiece": word_pieces, "BPE": byte_level, "BPE of whole words": lambda: byte_level(whole_words=True)}


@pytest.fixture(scope="module")
def classifier():
    """BERT-like: WordPiece, a Transformer, labels."""
    keras.utils.set_random_seed(1)
    tokenizer = word_pieces()
    network = networks.build("transformer", vocabulary_size=tokenizer.vocabulary_size, task="encoder", size="tiny")
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en"])
    found = ki.TextClassifier.on_encoder(encoder, labels=["home", "away"])
    labels = ["away", "home", "home", "away", "home", "away", "away", "away"]
    found.fit(ki.datasets.from_lists(ENGLISH, labels, language="en"), epochs=1, verbose=0)
    return found


def unknown_share(model, texts):
    ids = np.concatenate([row[1:-1] for row in model.tokenize(texts)])
    return float((ids == model.tokenizer.unknown_id).mean())


@pytest.mark.filterwarnings(FEW)
def test_a_multilingual_wordpiece_classifier_gets_a_language(classifier):
    pairs = ParallelTexts(ENGLISH, AMHARIC, source_language="en", target_language="am")
    model, report = transfer.add_language(
        classifier, "am", parallel=pairs, epochs=5, learning_rate=0.01, num_pieces=150
    )
    assert np.array_equal(model.predict(ENGLISH), classifier.predict(ENGLISH))
    assert all(map(np.array_equal, model.tokenize(ENGLISH), classifier.tokenize(ENGLISH)))
    assert unknown_share(classifier, AMHARIC) == 1.0
    assert unknown_share(model, AMHARIC) == 0.0
    assert report.rows[0].after > report.rows[0].before
    assert min(report.losses[1:]) < report.losses[0]
    assert model.tokenizer.pieces[: classifier.tokenizer.vocabulary_size] == classifier.tokenizer.pieces
    again = type(model).from_saved(tokenizer=model.tokenizer, network=model.network, config=model.to_config())
    assert np.array_equal(again.predict(AMHARIC), model.predict(AMHARIC))


def imported(name):
    """A classifier of KerasHub with its preprocessor, taken over; it has learned little."""
    models = pytest.importorskip("keras_hub").models
    keras.utils.set_random_seed(1)
    tokenizer = getattr(models, f"{name}Tokenizer")(vocabulary=[*word_pieces().pieces, "[MASK]"])
    preprocessor = getattr(models, f"{name}TextClassifierPreprocessor")(tokenizer, sequence_length=40)
    sizes = {"num_layers": 2, "num_heads": 2, "hidden_dim": 32, "intermediate_dim": 48, "max_sequence_length": 40}
    backbone = getattr(models, f"{name}Backbone")(vocabulary_size=tokenizer.vocabulary_size(), **sizes)
    task = getattr(models, f"{name}TextClassifier")(backbone, num_classes=2, preprocessor=preprocessor)
    chance = np.random.default_rng(1)
    for weight in task.weights:
        if "float" in weight.dtype:
            weight.assign_add(chance.normal(0, 0.3, weight.shape))
    return ki.TextClassifier.from_keras(task, labels=["home", "away"], languages=["en"])


@pytest.mark.filterwarnings("error:.*already")  # all vectors lie close: it reads none
@pytest.mark.filterwarnings(FEW)
@pytest.mark.parametrize("name", ["Bert", "DistilBert"])
def test_a_classifier_of_keras_hub_gets_a_language(name, tmp_path):
    old = imported(name)
    pairs = ParallelTexts(ENGLISH, AMHARIC, source_language="en", target_language="am")
    model, report = transfer.add_language(old, "am", parallel=pairs, epochs=8, learning_rate=0.01, num_pieces=150)
    assert np.ptp(old.predict(ENGLISH), axis=0).max() > 0.01
    assert np.array_equal(model.predict(ENGLISH), old.predict(ENGLISH))
    assert (unknown_share(old, AMHARIC), unknown_share(model, AMHARIC)) == (1.0, 0.0)
    assert report.rows[0].after > report.rows[0].before
    assert report.losses[-1] < 0.8 * report.losses[0]
    assert (
        np.abs(model.predict(AMHARIC) - old.predict(ENGLISH)).mean()
        < np.abs(old.predict(AMHARIC) - old.predict(ENGLISH)).mean()
    )
    model.save(tmp_path / "longer.keras")
    again = ki.load(tmp_path / "longer.keras")
    assert np.array_equal(again.predict([*ENGLISH, *AMHARIC]), model.predict([*ENGLISH, *AMHARIC]))


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("name", KINDS)
def test_old_texts_and_words_keep_their_ids(name, language):
    old, texts = KINDS[name](), {language: TRANSLATED[language] * 3}
    found = transfer.extend_vocabulary(old, texts, num_pieces=200, keep_texts=ENGLISH)
    assert found.tokenizer.pieces == (*old.pieces, *found.pieces)
    words = [form for text in ENGLISH for word in text.split() for form in (word, word.title(), f'"{word}', f" {word}")]
    for text, one, other in zip(
        [*ENGLISH, *words], old.tokenize([*ENGLISH, *words]), found.tokenizer.tokenize([*ENGLISH, *words]), strict=True
    ):
        assert np.array_equal(one, other), text
    before, after = (sum(map(len, one.tokenize(TRANSLATED[language]))) for one in (old, found.tokenizer))
    new = [
        number
        for ids in found.tokenizer.tokenize(TRANSLATED[language])
        for number in ids
        if number >= old.vocabulary_size
    ]
    assert len(set(new)) > 20
    if name != "WordPiece":
        assert after < before


@pytest.mark.parametrize("name", KINDS)
def test_what_is_dropped_is_what_changes_a_text(name):
    """Pieces made at random: all that stay leave the texts as they are, each that went would change one."""
    chance, old = random.Random(3), KINDS[name]()
    parts = [text[at : at + chance.randint(2, 5)] for text in ENGLISH for at in range(len(text) - 5)]
    parts = [part for part in dict.fromkeys(parts) if part.strip() == part and " " not in part]
    if name == "WordPiece":
        growth, inside = WordPieceGrowth(old), "##"
        entries = [(piece, 1) for part in parts for piece in (part, inside + part) if piece not in old.pieces]
    else:
        growth = BytePairGrowth(old)
        letters = [part for part in parts if len(part) == 2 and part not in old.pieces]
        entries = [(pair, (pair[0], pair[1])) for pair in [*letters, "zq", "qz", "xv"] if pair not in old.pieces]
    kept = growth.without_changes(entries, ENGLISH)
    wanted = [ids.tolist() for ids in old.tokenize(ENGLISH)]
    assert [ids.tolist() for ids in growth.extended(kept).tokenize(ENGLISH)] == wanted
    assert len(entries) - len(kept) > 3
    for entry in set(entries) - set(kept):
        assert [ids.tolist() for ids in growth.extended([*kept, entry]).tokenize(ENGLISH)] != wanted, entry


def test_a_word_that_was_unknown_stays_so_if_it_is_kept():
    old = word_pieces()
    kept = [*ENGLISH, "a word ፀሐይ of others"]
    found = transfer.extend_vocabulary(old, {"am": AMHARIC * 3}, num_pieces=200, keep_texts=kept)
    assert all(map(np.array_equal, old.tokenize(kept), found.tokenizer.tokenize(kept)))
    assert old.unknown_id not in found.tokenizer.tokenize([AMHARIC[5]])[0]


@pytest.mark.parametrize("name", KINDS)
def test_the_grown_vocabulary_goes_back_to_the_library(name, tmp_path):
    library = pytest.importorskip("tokenizers")
    found = transfer.extend_vocabulary(KINDS[name](), {"am": AMHARIC * 3, "sw": SWAHILI * 3}, keep_texts=ENGLISH)
    to_tokenizer_json(found.tokenizer, tmp_path / "tokenizer.json")
    theirs = library.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    texts = [*ENGLISH, *AMHARIC, *SWAHILI, *GREEK, "", "jua ፀሐይ sun"]
    assert [one.ids for one in theirs.encode_batch(texts)] == [ids.tolist() for ids in found.tokenizer.tokenize(texts)]
    assert (
        len(json.loads((tmp_path / "tokenizer.json").read_text())["model"]["vocab"]) == found.tokenizer.vocabulary_size
    )


def test_numbers_and_marks_are_nobodys_pieces():
    texts = {"sw": ["mwaka 2024, 2024 na 2024!!"] * 9}
    for name in KINDS:
        pieces = transfer.extend_vocabulary(KINDS[name](), texts, keep_texts=ENGLISH).pieces
        assert pieces
        assert not any(sign in piece for piece in pieces for sign in "024,!")


def test_without_a_language_of_its_own_nothing_is_left():
    with pytest.raises(ValueError, match="must bring pieces of its own"):
        transfer.extend_vocabulary(BytePairTokenizer(ALPHABET, []), {"sw": ENGLISH * 3}, keep_texts=ENGLISH)


def test_a_tokenizer_that_cannot_grow_is_refused():
    tokenizer = ki.tokenizers.CharacterTokenizer("abc")
    network = networks.build("pooling", vocabulary_size=tokenizer.vocabulary_size, task="encoder", size="tiny")
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en"])
    with pytest.raises(
        ValueError, match=r"UnigramTokenizer, WordPieceTokenizer, BytePairTokenizer\. Received: Character"
    ):
        transfer.add_language(encoder, "sw", lexicon=[("sun", "jua")])
