"""A language gets pieces of its own in an encoder like `universal`; all other texts keep their vectors to the bit."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers, networks, transfer
from keras_i18n.tokenizers import JoinedTokenizer, NgramTokenizer, train_unigram
from keras_i18n.transfer.adding.row_training import RowTraining
from tests.transfer.test_adding_languages import ENGLISH, FEW, GREEK, SWAHILI, pairs_in

BUCKETS, DIM = 300, 16
OLD = [*ENGLISH, "the sea", "", "42"]
QUICK = {"num_pieces": 150, "learning_rate": 0.05, "alpha": 0, "spans": 0, "mixed": 0}
LABELS = ["sky", "home", "school", "trip", "home", "trip", "school", "sky"]


def stored(rows, dim):
    table = np.random.default_rng(rows).normal(0, 0.05, (rows, dim)).astype("float32")
    return layers.ProductQuantizedRows.of(table, piece_dim=4)


def make_encoder(gate=-0.1):
    """As `universal`: tables in few bits, and a gate that stands so for every text, before the sigmoid."""
    keras.utils.set_random_seed(5)
    pieces = train_unigram(ENGLISH * 20, vocabulary_size=90, begin=True, end=True)
    inner = networks.universal_sentence_encoder(
        vocabulary_size=pieces.vocabulary_size,
        dim=DIM,
        ngram_dim=8,
        hidden_dim=12,
        stored_rows=stored(pieces.vocabulary_size, DIM),
    )
    network = networks.ngram_sentence_encoder(
        vocabulary_size=BUCKETS, encoder=inner, dim=8, hidden_dim=12, stored_rows=stored(BUCKETS, 8)
    )
    kernel, bias = network.get_layer("gate").get_weights()
    network.get_layer("gate").set_weights([kernel * 0, bias * 0 + gate])
    tokenizer = JoinedTokenizer([NgramTokenizer(num_buckets=BUCKETS), pieces])
    return ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "sw", "el"])


@pytest.fixture(scope="module")
def encoder():
    return make_encoder()


@pytest.fixture(scope="module")
def added(encoder):
    with pytest.warns(UserWarning, match="8 sentence pairs"):
        return transfer.add_language(encoder, "sw", parallel=pairs_in("sw", SWAHILI), epochs=60, **QUICK)


def cosine(model, texts, wanted):
    return float((model.encode(texts) * wanted).sum(axis=1).mean())


def test_translations_come_nearer_and_old_texts_stay(encoder, added):
    model, report = added
    wanted = encoder.encode(ENGLISH)
    assert cosine(model, SWAHILI, wanted) > cosine(encoder, SWAHILI, wanted) + 0.15
    np.testing.assert_array_equal(model.encode(OLD), encoder.encode(OLD))
    assert model.languages == ("en", "el", "sw")  # it was named before: hashed n-grams read it
    assert report.rows[0].new_tokens > 0.1
    assert report.rows[0].after > report.rows[0].before
    np.testing.assert_array_equal(np.array(encoder.encode(SWAHILI)), make_encoder().encode(SWAHILI))  # left untouched


def test_the_network_says_what_its_fast_way_says(added):
    model, _ = added
    ids = model.tokenizer.pad(model.tokenize([*SWAHILI, *OLD]))
    np.testing.assert_allclose(np.array(model.network(ids)), model.encode([*SWAHILI, *OLD]), atol=1e-5)


def test_it_is_saved_and_leaves_in_files(added, tmp_path):
    model, _ = added
    texts = [*SWAHILI, *OLD]
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(ki.load(tmp_path / "model.keras").encode(texts), model.encode(texts))
    folder = ki.export(model, tmp_path, formats=["tflite", "onnx"])
    for name in ("model.tflite", "model.onnx"):
        np.testing.assert_allclose(ki.load_exported(folder / name).predict(texts), model.encode(texts), atol=2e-5)


@pytest.mark.filterwarnings(FEW)
def test_a_second_language_leaves_the_first_as_it_is(added):
    model, _ = added
    both, _ = transfer.add_language(model, "el", parallel=pairs_in("el", GREEK), epochs=60, **QUICK)
    np.testing.assert_array_equal(both.encode([*SWAHILI, *OLD]), model.encode([*SWAHILI, *OLD]))
    wanted = model.encode(ENGLISH)
    assert cosine(both, GREEK, wanted) > cosine(model, GREEK, wanted) + 0.15
    assert list(networks.token_embedding(both.network).language_rows) == ["sw", "el"]
    assert [layer.name for layer in both.network.layers].count("opened_gate") == 1


@pytest.mark.filterwarnings(FEW)
def test_a_classifier_gets_the_language_through_its_encoder(encoder, added):
    classifier = ki.TextClassifier.on_encoder(encoder, labels=sorted(set(LABELS)), num_anchors=16)
    classifier.fit(ki.datasets.from_lists(ENGLISH, LABELS, language="en"), verbose=0)
    model, _ = transfer.add_language(classifier, "sw", parallel=pairs_in("sw", SWAHILI), epochs=60, **QUICK)
    assert isinstance(model, ki.TextClassifier)
    np.testing.assert_array_equal(model.predict(OLD), classifier.predict(OLD))
    np.testing.assert_allclose(model.encoder.encode(SWAHILI), added[0].encode(SWAHILI), atol=1e-5)
    assert not np.allclose(model.predict(SWAHILI), classifier.predict(SWAHILI), atol=1e-2)


MORE, MORE_SWAHILI = ([f"{text} {number}" for number in range(25) for text in some] for some in (ENGLISH, SWAHILI))


def with_many_pairs(encoder, **options):
    return transfer.add_language(encoder, "sw", parallel=pairs_in("sw", MORE_SWAHILI, source=MORE), **QUICK, **options)


def test_pairs_kept_apart_say_how_far_the_gate_opens(encoder):
    model, report = with_many_pairs(encoder, epochs=6)
    assert report.unseen_pairs.count == 20
    assert report.unseen_pairs.after > report.unseen_pairs.before
    assert "Of 20 sentence pairs kept apart" in str(report)
    assert report.rows[0].pairs == 180
    gate = model.network.get_layer("opened_gate")
    assert gate.openness > 0
    # what was tried on the way there is left behind
    ids = model.tokenizer.pad(model.tokenize(SWAHILI))
    np.testing.assert_allclose(np.array(model.network(ids)), model.encode(SWAHILI), atol=1e-5)


def test_pieces_that_bring_nothing_nearer_are_told(encoder, monkeypatch):
    """Their rows are the very opposite of what they were to learn."""
    run = RowTraining.run

    def turned(training):
        losses = run(training)
        training.rows.assign(-20.0 * training.rows)
        return losses

    monkeypatch.setattr(RowTraining, "run", turned)
    with pytest.warns(UserWarning, match="'sw' bring 20 sentence pairs that were kept apart no nearer"):
        with_many_pairs(encoder, epochs=2)


def test_it_is_cut_to_the_new_language_with_the_same_answers(added):
    model, _ = added
    swahili, _ = ki.localization.localize(model, ["sw"], texts=SWAHILI)
    assert swahili.tokenizer.vocabulary_size < model.tokenizer.vocabulary_size
    np.testing.assert_array_equal(swahili.encode(SWAHILI), model.encode(SWAHILI))


def test_a_language_of_the_pretrained_half_has_pieces():
    with pytest.raises(ValueError, match=r"pieces of its own yet.*'sw' \(Swahili\).*gives 95 %"):
        transfer.add_language(make_encoder(gate=3.0), "sw", parallel=pairs_in("sw", SWAHILI))


def test_rows_of_another_network_and_twice_the_same_name(encoder, added):
    with pytest.raises(ValueError, match="ngram_sentence_encoder"):
        networks.with_added_rows(networks.inner_encoder(encoder.network), "sw", np.zeros((2, DIM), "float32"))
    with pytest.raises(ValueError, match="'sw' has rows already"):
        networks.with_added_rows(added[0].network, "sw", np.zeros((2, DIM), "float32"))
    with pytest.raises(ValueError, match=r"shape \(rows, 16\)"):
        networks.with_added_rows(encoder.network, "fi", np.zeros((2, DIM + 1), "float32"))
