"""Translators: they learn, search, score, survive their file, and answer bad input within bounds."""

import copy
import dataclasses

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.datasets import ParallelTexts
from keras_i18n.models.translation.bleu import validation_bleu
from keras_i18n.models.translation.search_layers import search_layer
from keras_i18n.models.translation.training_network import disagreement, smoothed_loss

WORDS = {"one": "eins", "two": "zwei", "three": "drei", "four": "vier", "five": "fünf"}
FRENCH = {"one": "un", "two": "deux", "three": "trois", "four": "quatre", "five": "cinq"}
TRAINING = {"epochs": 40, "batch_tokens": 256, "warmup": 40, "learning_rate": 1e-2, "averaging": 0.95, "verbose": 0}


def pairs(count, seed, words=WORDS):
    random = np.random.default_rng(seed)
    rows = [random.choice(list(words), random.integers(1, 6)) for _ in range(count)]
    return [(" ".join(row), " ".join(words[word] for word in row)) for row in rows]


def tiny(data, **options):
    keras.utils.set_random_seed(1)
    return ki.Translator.from_scratch(data, vocabulary_size=300, size="tiny", dropout=0.0, **options)


@pytest.fixture(scope="module")
def trained():
    data = pairs(150, 1)
    model = tiny(data)
    history = model.fit(data, validation=pairs(20, 2), **TRAINING | {"max_validation": 5})
    assert history.history["val_bleu"][-1] > 60
    return model


def test_it_has_learned(trained):
    held_out = pairs(30, 3)
    found = trained.translate([source for source, _ in held_out])
    right = [one == other for one, (_, other) in zip(found, held_out, strict=True)]
    assert np.mean(right) > 0.7, list(zip(found, held_out, strict=True))


def test_beams_and_scores(trained):
    held_out = pairs(12, 4)
    texts = [source for source, _ in held_out]
    greedy = trained.translate(texts, num_best=1)
    scores = trained.score([(text, found[0].text) for text, found in zip(texts, greedy, strict=True)])
    best = trained.translate(texts, beam=4, num_best=3)
    for text, found, nats, versions in zip(texts, greedy, scores, best, strict=True):
        count = len(trained.target_ids([found[0].text])[0]) - 1
        # the text may be cut into other pieces than those that were written
        assert found[0].score == pytest.approx(nats / count, abs=1e-4), text
        assert [one.score for one in versions] == sorted((one.score for one in versions), reverse=True)
        assert versions[0].score >= found[0].score - 1e-5
        assert len(versions) == 3
    assert trained.translate(texts, beam=4) == [versions[0].text for versions in best]


@pytest.fixture
def searching(trained):
    yield trained
    trained.beam, trained.length_penalty, trained.shortlist = 1, 1.0, None


@pytest.mark.parametrize("length_penalty", [0.0, 1.0, 1.6])
def test_a_beam_in_the_graph_finds_what_translate_finds(searching, length_penalty):
    """A text alone and in a batch, empty ones too; more than one version ends at once, and the limit is reached."""
    texts = ["", *(source for source, _ in pairs(25, 11)), "👩🏽‍🚀 zażółć", "one " * 30]
    searching.beam, searching.length_penalty = 3, length_penalty
    expected = searching.translate(texts)
    layer = search_layer(searching)
    for rows in (texts, texts[5:6]):
        ids = layer(searching.tokenizer.pad(searching.source_ids(rows))).numpy()
        found = searching.target_tokenizer.detokenize([row[row >= 0] for row in ids])
        assert found == (expected if len(rows) > 1 else expected[5:6])


def test_a_text_translates_alone_as_in_a_batch(trained):
    texts = [source for source, _ in pairs(9, 5)]
    assert [trained.translate([text])[0] for text in texts] == trained.translate(texts)


def test_saved_and_loaded(searching, tmp_path):
    trained, texts = searching, [source for source, _ in pairs(9, 6)]
    trained.beam = 2
    trained.save(tmp_path / "model.keras")
    loaded = ki.load(tmp_path / "model.keras")
    assert isinstance(loaded, ki.Translator)
    assert loaded.beam == 2
    assert loaded.translate(texts) == trained.translate(texts)
    # two graphs of the same weights may differ in the last bit of a score
    scores = [[found[0].score for found in model.translate(texts, num_best=1)] for model in (loaded, trained)]
    np.testing.assert_allclose(*scores, atol=1e-6)


def test_many_languages(tmp_path):
    directions = [
        ParallelTexts(*zip(*pairs(50, 8, words), strict=True), source_language="en", target_language=tag)
        for tag, words in (("de", WORDS), ("fr", FRENCH))
    ]
    model = tiny(directions)
    assert (model.source_language, model.target_languages) == ("en", ("de", "fr"))
    model.fit(directions, **TRAINING | {"epochs": 30})
    assert model.translate(["two", "two"], target_language=["fr", "de"]) == ["deux", "zwei"]
    model.save(tmp_path / "model.keras")
    assert ki.load(tmp_path / "model.keras").translate(["five"], target_language="fr-CA") == ["cinq"]
    for tag in ("sw", None):
        with pytest.raises(ValueError, match=r"`target_language` must be one that the model writes \(de, fr\)"):
            model.translate(["two"], target_language=tag)
    with pytest.raises(ValueError, match=r"one tag a text \(2\)\. Received: 1"):
        model.translate(["two", "one"], target_language=["fr"])


def test_a_recurrent_decoder_learns_and_searches():
    data = pairs(150, 1)
    model = tiny(data, decoder="lstm", encoder_layers=1, decoder_layers=1)
    model.fit(data, **TRAINING)
    texts = [source for source, _ in pairs(20, 3)]
    found = model.translate(texts)
    assert sum(one == target for one, (_, target) in zip(found, pairs(20, 3), strict=True)) > 12
    assert len(model.translate(texts[:2], beam=3, num_best=2)[0]) == 2


def test_a_killed_training_goes_on_to_the_same_end(tmp_path):
    """With two vocabularies and attention, whose file is read again."""
    data, ends = pairs(20, 9), []
    options = TRAINING | {"epochs": 2, "subword_sampling": 0.2}

    class Killed(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    layers = {"joint": False, "decoder": "attention", "encoder_layers": 1, "decoder_layers": 1}
    for killed in (False, True):
        model = tiny(data, **layers)
        if killed:
            with pytest.raises(KeyboardInterrupt):
                model.fit(data, backup_dir=tmp_path / "backup", callbacks=[Killed()], **options)
            model = tiny(data, **layers)
            model.fit(data, backup_dir=tmp_path / "backup", **options)
        else:
            model.fit(data, **options)
        ends.append(model.network.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert model.tokenizer.pieces != model.target_tokenizer.pieces
    model.save(tmp_path / "model.keras")
    loaded = ki.load(tmp_path / "model.keras")
    assert loaded.translate(["two one"], num_best=1) == model.translate(["two one"], num_best=1)
    np.testing.assert_allclose(loaded.score(data[:3]), model.score(data[:3]), atol=1e-5)


def test_the_learning_rate_falls_to_nothing_in_the_end():
    seen = []

    class Rates(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((int(self.model.optimizer.iterations), float(self.model.optimizer.learning_rate)))

    data = [("one two", "eins zwei")] * 20  # one width, one graph
    options = {"learning_rate": 1e-2, "warmup": 2, "batch_tokens": 32, "averaging": 0.0, "verbose": 0}
    tiny(data, encoder_layers=1).fit(data, epochs=4, cooldown=0.5, callbacks=[Rates()], **options)
    steps, rates = np.array(seen).T
    shares = rates / (1e-2 * np.minimum(steps / 2, np.sqrt(2 / steps)))
    np.testing.assert_allclose(shares, np.minimum(1, 2 - 2 * np.arange(len(shares)) / len(shares)), atol=1e-5)


@pytest.mark.parametrize("mixed_precision", ["bfloat16", "float16"])
def test_mixed_precision_computes_in_16_bits_and_leaves_a_float32_model(mixed_precision, tmp_path):
    data, seen = pairs(150, 1), set()
    model = tiny(data)

    class Note(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.update((layer.name, layer.compute_dtype) for layer in model.network.layers)

    history = model.fit(data, mixed_precision=mixed_precision, callbacks=[Note()], **TRAINING)
    assert {("memory", mixed_precision), ("embedding", "float32")} <= seen
    assert {layer.compute_dtype for layer in model.network.layers} == {"float32"}
    assert history.history["loss"][-1] < 0.5 * history.history["loss"][0]
    texts = [source for source, _ in pairs(20, 3)]
    found = model.translate(texts)
    assert sum(one == target for one, (_, target) in zip(found, pairs(20, 3), strict=True)) > 12
    model.save(tmp_path / "model.keras")
    assert ki.load(tmp_path / "model.keras").translate(texts) == found


def test_two_readings_of_a_pair_learn_to_agree():
    data, told = pairs(150, 1), {}
    for weight in (0.0, 5.0):
        keras.utils.set_random_seed(1)
        model = ki.Translator.from_scratch(data, vocabulary_size=300, size="tiny", dropout=0.3)
        model.fit(data, consistency=weight, **TRAINING | {"epochs": 10, "averaging": 0.0})
        source, target = (
            model.tokenizer.pad(ids) for ids in (model.source_ids(["one two"]), model.target_ids(["eins zwei"]))
        )
        twice = [np.repeat(ids, 100, axis=0) for ids in (source, target[:, :-1])]
        logits = model.network(twice, training=True)
        told[weight] = float(disagreement(np.repeat(target[:, 1:], 100, axis=0), logits))
    assert 0 < told[5.0] < 0.5 * told[0.0]


def test_a_loss_that_is_no_number_is_refused():
    data = pairs(40, 10)
    model = tiny(data)
    with pytest.raises(ValueError, match=r"The loss became (nan|inf) in epoch \d"):
        model.fit(data, optimizer=keras.optimizers.SGD(1e30), **TRAINING)
    assert all(np.isfinite(weight).all() for weight in model.network.get_weights())


@pytest.mark.parametrize("text", ["", "   ", "👩🏽‍🚀 12,345.67 zażółć", "one " * 60, "a\ud800b"])
def test_any_text_has_a_bounded_answer(trained, text):
    (found,) = trained.translate([text])
    limit = 2 * len(trained.source_ids([text])[0]) + 10
    assert len(trained.target_ids([found])[0]) <= limit + 2
    if not text.strip():
        assert found == ""
        assert trained.translate([text], beam=3) == [""]


def test_a_text_beyond_the_limit_is_told_and_split(trained):
    text = "one two. " * 300
    with pytest.warns(UserWarning, match="1 texts have more than the 256 tokens"):
        found = trained.translate([text, "two"])
    assert len(found[0].split()) >= 300
    assert found[1] == trained.translate(["two"])[0]


BAD_PAIRS = {
    "no pair": ([], "must have at least one pair"),
    "an empty side": ([("one", "eins"), ("two", " ")], r"Both sides of a pair in `pairs` must have text.*row 1"),
    "no pairs of texts": (["one", "two"], r"list of \(source, target\) texts. Received: 'one' in row 0"),
}


@pytest.mark.parametrize("name", BAD_PAIRS)
def test_bad_pairs(trained, name):
    data, told = BAD_PAIRS[name]
    with pytest.raises((ValueError, TypeError), match=told):
        trained.fit(data)


def test_wrong_arguments(trained):
    for options, told in (
        ({"beam": 0}, "`beam` must be a whole number"),
        ({"beam": 2, "num_best": 3}, r"1 to 2 \(`beam`\)"),
        ({"length_penalty": -1}, "`length_penalty` must be a number from 0 to 10"),
    ):
        with pytest.raises(ValueError, match=told):
            trained.translate(["one"], **options)
    with pytest.raises(ValueError, match="`beam` must be a whole number"):
        trained.beam = 0
    network = ki.networks.translation(trained.num_target_tokens, size="tiny")
    with pytest.raises(ValueError, match=r"at most half of the \d+ tokens"):
        ki.Translator(tokenizer=trained.tokenizer, network=network, beam=trained.num_target_tokens).to_keras()
    with pytest.raises(ValueError, match="`averaging` must be a number of at least 0 and below 1"):
        trained.fit(pairs(3, 1), averaging=1)
    with pytest.raises(ValueError, match="A translation network must be one of"):
        ki.Translator(
            tokenizer=trained.tokenizer, network=ki.networks.build("gru", vocabulary_size=9, num_labels=2, size="tiny")
        )
    with pytest.raises(ValueError, match=r"a score for each of \d+ target tokens"):
        ki.Translator(tokenizer=trained.tokenizer, network=ki.networks.translation(9, size="tiny"))
    with pytest.raises(ValueError, match="must be a UnigramTokenizer with begin=True, end=True"):
        ki.Translator(tokenizer=ki.tokenizers.NgramTokenizer(num_buckets=9), network=trained.network)


def test_bleu_by_hand():
    # 6 of 7 words, 4 of 6 pairs, 2 of 5 threes, 1 of 4 fours; one length
    expected = 100 * (6 / 7 * 4 / 6 * 2 / 5 * 1 / 4) ** 0.25
    assert validation_bleu(["a man sits on the bench ."], ["a man sits on a bench ."]) == pytest.approx(expected)
    assert validation_bleu(["nothing"], ["right here, you know"]) == 0


def test_smoothed_loss_and_its_gradient():
    import tensorflow as tf

    random = np.random.default_rng(3)
    token_ids, logits = np.array([[1, 4, -1], [0, -1, -1]]), tf.constant(random.normal(size=(2, 3, 5)), "float32")
    even = 0.2 / 5 + 0.8 * np.eye(5)[token_ids]
    found = []
    for loss in (
        lambda: smoothed_loss(tf.constant(token_ids), logits, 0.2),
        lambda: (
            tf.reduce_sum(keras.losses.categorical_crossentropy(even, logits, from_logits=True)[token_ids >= 0]) / 3
        ),
    ):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss()
        found.append((value, tape.gradient(value, logits)))
    for received, expected in zip(*found, strict=True):
        np.testing.assert_allclose(received, expected, atol=1e-6)


def test_a_shortlist_of_all_tokens_changes_nothing(searching):
    texts = ["", *(source for source, _ in pairs(9, 12))]
    expected = [searching.translate(texts, beam=beam, num_best=1) for beam in (1, 3)]
    no_candidates = np.full((searching.tokenizer.vocabulary_size, 1), -1)
    searching.shortlist = ki.models.TranslationShortlist(no_candidates, np.arange(searching.num_target_tokens))
    for beam, known in zip((1, 3), expected, strict=True):
        found = searching.translate(texts, beam=beam, num_best=1)
        assert [one[0].text for one in found] == [one[0].text for one in known]
        np.testing.assert_allclose([one[0].score for one in found], [one[0].score for one in known], atol=1e-4)


def test_a_shortlist_is_that_of_each_text_and_stays_with_the_model(searching, tmp_path):
    data = pairs(150, 1)
    texts = [source for source, _ in pairs(12, 13)]
    without, scores = searching.translate(texts), searching.score(data[:5])
    searching.shortlist = ki.transfer.lexical_shortlist(searching, data, candidates=8, always=4)
    with_it = searching.translate(texts)
    np.testing.assert_array_equal(searching.score(data[:5]), scores)
    assert np.mean([one == other for one, other in zip(with_it, without, strict=True)]) > 0.7
    assert [searching.translate([text])[0] for text in texts] == with_it  # what stands beside a text changes nothing
    end = searching.target_tokenizer.end_id
    searching.shortlist = shortlist = dataclasses.replace(searching.shortlist, always=[end])
    source = searching.source_ids(texts)
    written = search_layer(searching)(searching.tokenizer.pad(source)).numpy()
    for given, ids in zip(source, written, strict=True):
        assert set(ids[ids >= 0]) <= set(shortlist.candidates[given].ravel())
    searching.save(tmp_path / "model.keras")
    loaded = ki.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.shortlist.candidates, shortlist.candidates)
    assert loaded.translate(texts) == searching.translate(texts)
    assert copy.deepcopy(searching).translate(texts) == searching.translate(texts)
    with pytest.raises(
        ValueError, match=r"A beam of 2 needs a shortlist with at least 4 tokens in `always`\. Received: 1"
    ):
        searching.translate(texts, beam=2)


@pytest.mark.parametrize(
    ("message", "candidates", "always"),
    [
        ("must have a row for each of", [[1]], [2]),
        ("must hold ids from 0 to", "all", [10_000]),
        ("must have the end piece", "all", [5]),
        ("must be whole numbers of 2 dimension", [1], [2]),
        ("must be whole numbers of 1 dimension", "all", [0.5]),
    ],
)
def test_a_shortlist_of_another_model_is_refused(searching, message, candidates, always):
    if candidates == "all":
        candidates = np.full((searching.tokenizer.vocabulary_size, 1), -1)
    with pytest.raises(ValueError, match=message):
        searching.shortlist = ki.models.TranslationShortlist(candidates, always)
    assert searching.shortlist is None


def test_the_shortest_list_still_has_the_end(searching):
    """The end piece stands once in a pair, where other tokens stand more often."""
    told = [("one one one", "eins eins eins eins")] * 3
    shortlist = ki.transfer.lexical_shortlist(searching, told, candidates=1, always=1)
    assert shortlist.always.tolist() == [searching.target_tokenizer.end_id]


def test_what_no_shortlist_is_made_of_is_told(searching):
    with pytest.raises(ValueError, match="`candidates` must be a whole number, at least 1"):
        ki.transfer.lexical_shortlist(searching, pairs(3, 1), candidates=0)
    with pytest.raises(ValueError, match="must have at least one pair"):
        ki.transfer.lexical_shortlist(searching, [])
    with pytest.raises(TypeError, match="must be a Translator"):
        ki.transfer.lexical_shortlist("en-de.keras", pairs(3, 1))


def test_a_saved_shortlist_is_as_large_as_it_says():
    shortlist = ki.models.TranslationShortlist(np.arange(600).reshape(200, 3), [1, 2])
    config = shortlist.to_config()
    np.testing.assert_array_equal(ki.models.TranslationShortlist.from_config(config).candidates, shortlist.candidates)
    for shape in ([199, 3], [201, 3], [10**9, 3], [0, 3], [-200, -3]):
        with pytest.raises(ValueError, match="A saved shortlist"):
            ki.models.TranslationShortlist.from_config({**config, "shape": shape})
