import dataclasses

import numpy as np
import pytest
import scipy.sparse

import keras_i18n as ki
from keras_i18n.models.convex.bag_fitting import bag_beside, fit_bag, new_bag, solve
from keras_i18n.models.convex.choosing import choose, temperature_of
from keras_i18n.models.convex.logistic_regression import logistic_regression, probabilities
from keras_i18n.models.convex.ngram_factors import label_factors, language_factors
from keras_i18n.models.convex.ngram_weights import NgramWeights, bag_of
from keras_i18n.models.convex.training_features import TrainingFeatures
from keras_i18n.models.convex.translations import translated_rows
from keras_i18n.models.fitting.bag_training import labelled_features
from keras_i18n.models.padded_inference import PaddedForward
from keras_i18n.training.options import TrainingOptions
from tests.export.test_every_kind import encoder


def problem(texts=60, features=40, labels=3, seed=0):
    generator = np.random.default_rng(seed)
    matrix = generator.normal(size=(texts, features))
    targets = np.eye(labels)[generator.integers(0, labels, texts)]
    return matrix, targets


@pytest.mark.parametrize("multi_label", [False, True])
def test_the_gradient_is_zero_at_what_is_found(multi_label):
    matrix, targets = problem()
    weights = np.linspace(0.5, 2, len(matrix))
    found = logistic_regression([matrix], targets, strength=3.0, multi_label=multi_label, weights=weights)
    slope = (probabilities(found.logits([matrix]), multi_label=multi_label) - targets) * weights[:, None]
    assert np.abs(slope.sum(axis=0)).max() < 0.05
    assert np.abs(matrix.T @ slope + found.blocks[0] / 3.0).max() < 0.05


def test_scikit_learn_finds_the_same():
    linear_model = pytest.importorskip("sklearn.linear_model")
    matrix, targets = problem()
    peer = linear_model.LogisticRegression(C=0.7, max_iter=2000, tol=1e-8).fit(matrix, targets.argmax(axis=1))
    found = logistic_regression([matrix], targets, strength=0.7)
    np.testing.assert_allclose(probabilities(found.logits([matrix])), peer.predict_proba(matrix), atol=5e-3)


def test_over_texts_and_over_features_is_one_optimum(monkeypatch):
    from keras_i18n.models.convex import logistic_regression as module

    matrix, targets = problem()
    blocks = [scipy.sparse.csr_matrix(matrix[:, :30]), matrix[:, 30:]]
    over_texts = logistic_regression(blocks, targets, strength=3.0).logits(blocks)
    monkeypatch.setattr(module, "_FEW", 0)
    over_features = logistic_regression(blocks, targets, strength=3.0).logits(blocks)
    np.testing.assert_allclose(over_texts, over_features, atol=0.03)


def test_weights_are_inverse_document_frequencies():
    bag = bag_of([np.array([0, 1, 1]), np.array([1, 2]), np.array([7])], 5)
    is_word = np.array([True, False, False, False, False])
    weights = NgramWeights.of(bag, is_word, counts_new=False)
    rare, common = (np.log(4 / 2) + 1) ** 2, (np.log(4 / 3) + 1) ** 2
    np.testing.assert_allclose(weights.known[[1, 2, 3]], [common, rare, 0])
    # the word has half the weight of all characters together, each counted as often as it comes
    np.testing.assert_allclose(weights.known[0], 0.5 * (3 * common + rare))
    # what came twice counts twice, over the square root of the text's weight
    lengths = [weights.known[0] + 2 * common, common + rare]
    wanted = [weights.known[0] + 4 * common, common + rare]
    np.testing.assert_allclose(weights.features(bag[:2]).power(2).sum(axis=1).ravel(), [np.divide(wanted, lengths)])
    np.testing.assert_allclose(weights.features(bag)[2].sum(), 0)
    new = bag_of([np.array([1, 4])], 5)
    np.testing.assert_allclose(weights.familiar_share(new), common / (common + (np.log(4) + 1) ** 2))


def test_lengths_are_of_frequencies_alone_and_count_what_is_new():
    bag = bag_of([np.array([0, 1, 1]), np.array([1, 2]), np.array([], int)], 5)
    weights = NgramWeights.of(bag, np.array([True, False, False, False, False]), targets=np.eye(2)[[0, 1, 1]])
    rare, common, new = (np.log(4 / 2) + 1) ** 2, (np.log(4 / 3) + 1) ** 2, (np.log(4) + 1) ** 2
    np.testing.assert_allclose(weights.length / weights.length[1], np.array([rare, common, rare, new, new]) / common)
    # squared weights of a text's n-grams over its squared length are 1 in the mean of the texts that have some
    np.testing.assert_allclose(((bag[:2] @ weights.known) / (bag[:2] @ weights.length)).mean(), 1.0)
    half_new = bag_of([np.array([1, 3])], 5)
    share = common / (common + new)
    np.testing.assert_allclose(weights.familiar_share(half_new), share)
    np.testing.assert_allclose(
        weights.features(half_new).power(2).sum(), weights.known[1] / weights.length[[1, 3]].sum()
    )
    assert weights.familiar_share(bag)[2] == 0
    # of many texts an n-gram of one counts in the length, and says nothing
    many = NgramWeights.of(bag_of([np.array([0, 1])] * 499 + [np.array([0, 2])], 5), np.zeros(5, bool))
    assert (many.known > 0).tolist() == [True, True, False, False, False]
    assert 0 < many.length[0] < many.length[2] < many.length[3]


def test_what_tells_labels_apart_and_is_of_one_language_weighs_more():
    """Bucket 0 is of one label in both languages, 1 of one language, 2 in all texts; what all weigh together stays."""
    language = np.array(["en", "en", "sw", "sw"] * 500)
    targets = np.eye(2)[[0, 1, 0, 1] * 500]
    bag = bag_of([np.array([0, 1, 2]), np.array([1, 2]), np.array([0, 2]), np.array([2])] * 500, 4)
    plain = NgramWeights.of(bag, np.zeros(4, bool))
    labels = NgramWeights.of(bag, np.zeros(4, bool), targets=targets)
    both = NgramWeights.of(bag, np.zeros(4, bool), targets=targets, language=language)
    counts = np.asarray(bag.sum(axis=0)).ravel()
    assert plain.known[0] == plain.known[1] > plain.known[2]
    assert labels.known[0] > 3 * labels.known[1]
    assert both.known[0] / both.known[1] < 0.8 * labels.known[0] / labels.known[1]
    for weights in (labels, both):
        np.testing.assert_allclose(counts @ weights.known, counts @ plain.known)
        assert weights.known[3] == 0
    # of few texts neither says much
    few = NgramWeights.of(bag[:20], np.zeros(4, bool), targets=targets[:20], language=language[:20])
    np.testing.assert_allclose(few.known[0] / few.known[1], 1, atol=0.1)
    one = NgramWeights.of(bag, np.zeros(4, bool), targets=targets, language=np.array(["en"] * 2000))
    np.testing.assert_array_equal(one.known, labels.known)


@pytest.mark.parametrize("count", [1, 3, 40])
def test_factors_of_labels_and_languages_are_those_computed_by_hand(count):
    generator = np.random.default_rng(count)
    dense = generator.integers(0, 3, (30, 12))
    bag, targets = scipy.sparse.csr_matrix(dense), (generator.random((30, count)) < 0.4).astype(float)
    within = dense.T @ targets + 1.0
    without = dense.T @ (1 - targets) + max(1, count - 1)
    ratios = np.log(within / within.sum(0) / (without / without.sum(0)))
    np.testing.assert_allclose(label_factors(bag, targets), np.sqrt((ratios**2).mean(axis=1)))
    language = np.array(["en", "sw", "am"])[generator.integers(0, 3, 30)]
    has = dense > 0
    pairs = has.T[:, :, None] & has.T[:, None, :] & ~np.eye(30, dtype=bool)
    alike = (pairs & (language[:, None] == language)).sum(axis=(1, 2))
    mean = alike.sum() / pairs.sum()
    np.testing.assert_allclose(language_factors(bag, language), (alike + 2 * mean) / (pairs.sum(axis=(1, 2)) + 2))


@pytest.mark.parametrize("multi_label", [False, True])
def test_what_is_too_sure_is_made_less_so(multi_label):
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(800, 3))
    chances = probabilities(logits, multi_label=multi_label)
    if multi_label:
        targets = (generator.random((800, 3)) < chances).astype(float)
    else:
        targets = np.eye(3)[[generator.choice(3, p=row) for row in chances]]
    assert temperature_of(8 * logits, targets, multi_label=multi_label) == pytest.approx(1 / 8, rel=0.2)
    assert temperature_of(logits / 3, targets, multi_label=multi_label) == pytest.approx(3, rel=0.2)
    assert temperature_of(8 * logits[:0], targets[:0], multi_label=multi_label) == 1


def test_a_model_is_as_sure_as_it_is_right_where_labels_are_noise(fitted):
    """Half of the labels are drawn by chance: of new texts, about as many are right as the scores say."""
    generator = np.random.default_rng(0)
    words = generator.integers(0, 40, (400, 6))
    label = np.where(generator.random(400) < 0.5, generator.integers(0, 2, 400), (words < 20).sum(axis=1) > 3)
    text = [" ".join(f"w{word}x" for word in row) for row in words]
    rows = ki.datasets.from_lists(text, [str(int(one)) for one in label], language="en")
    model = ki.TextClassifier.from_scratch(["0", "1"], num_buckets=5000)
    model.fit(rows[:200], verbose=0)
    scores = model.predict(rows[200:].text)
    right = scores.argmax(axis=1) == label[200:]
    assert abs(scores.max(axis=1).mean() - right.mean()) < 0.12


def test_an_ngram_counts_once_more_from_each_repeat_on():
    ids = np.concatenate([[2] * count + [count + 10] for count in (1, 2, 3, 4)])  # 2 comes ten times
    assert bag_of([ids, []], 20).toarray()[0, 2] == 5
    assert bag_of([ids], 20, repeats=()).toarray().max() == 1


@pytest.mark.parametrize("counts_new", [True, False])
def test_a_network_gives_the_log_odds_that_were_solved(counts_new):
    """Of texts half of whose n-grams are new too, with and without these in the length."""
    tokenizer, _ = new_bag(num_buckets=2000, num_labels=2)
    network = ki.networks.ngram_bag(vocabulary_size=2000, num_labels=2, counts_new=counts_new)
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["alarm", "music"])
    train = data() + data(SWAHILI, "sw")
    features = labelled_features(model, train, TrainingOptions())
    choice = dataclasses.replace(choose(features, counts_new=counts_new), strength=20.0, temperature=1.0)
    known = {"targets": features.targets, "language": features.language}
    weights = NgramWeights.of(features.bag, features.is_word, **known, counts_new=counts_new)
    # the folds that choose have the same lengths: a text that was held out has new n-grams
    other = choose(features, counts_new=not counts_new)
    assert np.abs(choice.held_out - other.held_out).max() > 1e-4
    np.testing.assert_array_equal(fit_bag(model, features).held_out, choice.held_out)
    solve(network, features, choice)
    found = logistic_regression([weights.features(features.bag)], features.targets, strength=20.0)
    texts = ["wake me", "play it again, if you would be so kind", "cheza muziki wa kisasa"]
    bag = bag_of(tokenizer.tokenize(texts), 2000)
    assert weights.familiar_share(bag).min() < 0.7
    model.forget_graphs()
    np.testing.assert_allclose(model.predict(texts), probabilities(found.logits([weights.features(bag)])), atol=1e-4)


def test_beside_another_encoder_lengths_stay_as_the_file_has_them():
    for counts_new in (True, False):
        network = ki.networks.ngram_bag(
            vocabulary_size=50, num_labels=2, encoder=encoder().network, counts_new=counts_new
        )
        tokenizer = ki.tokenizers.JoinedTokenizer(
            [ki.tokenizers.NgramTokenizer(num_buckets=50, word_lengths=(1,)), encoder().tokenizer]
        )
        _, twin = bag_beside(network, tokenizer, encoder())
        assert twin.get_layer("logits").counts_new == counts_new


TEXTS = ["wake me at {}", "set an alarm for {}", "play a song by {}", "some music of {}"]
SWAHILI = ["niamshe saa {}", "weka kengele ya {}", "cheza wimbo wa {}", "muziki wa {}"]
NAMES = ["six", "noon", "Asha", "Juma", "seven", "Otis", "dawn", "Bob"]


def data(templates=TEXTS, language="en"):
    text = [template.format(name) for template in templates for name in NAMES]
    label = ["alarm"] * 16 + ["music"] * 16
    return ki.datasets.from_lists(text, label, language=language)


@pytest.fixture(scope="module")
def fitted():
    tokenizer, network = new_bag(num_buckets=2000, num_labels=2, encoder=encoder())
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["alarm", "music"])
    history = model.fit(data() + data(SWAHILI, "sw"), validation_data=data(), verbose=0)
    return model, history


def heard(model):
    """The same classifier solved with its encoder heard, which cross validation leaves out where n-grams tell all."""
    features = labelled_features(model, data() + data(SWAHILI, "sw"), TrainingOptions())
    choice = dataclasses.replace(choose(features), scale_of={"en": 1.0, "sw": 0.5})
    tokenizer, network = bag_beside(model.network, model.tokenizer, model.bag_encoder)
    solve(network, features, choice)
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=model.labels, languages=model.languages)


def test_fit_finds_the_optimum_at_once(fitted):
    model, history = fitted
    assert history.history["accuracy"] == [1.0]
    assert set(history.history) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert [found.label for found in model.classify(["set an alarm for Mary", "cheza muziki"])] == ["alarm", "music"]


def test_without_padding_the_numbers_are_the_networks(fitted):
    model, _ = fitted
    texts = ["wake me", "", "muziki wa Juma " * 40, "😀", "quite another thing"]
    padded = PaddedForward(model.network, padding_id=-1)(model.tokenize(texts))
    np.testing.assert_allclose(model.predict(texts), padded, atol=1e-5)


def test_saved_and_loaded_it_answers_alike_and_learns_on(fitted, tmp_path):
    model, _ = fitted
    model.save(tmp_path / "model.keras")
    again = ki.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(NAMES), model.predict(NAMES))
    again.fit(data(), verbose=0)
    assert again.classify(["play a song by Mary"])[0].label == "music"


def test_beside_rows_in_few_bits_it_is_solved_anew_and_not_trained():
    """As what `create` makes on `universal`: the optimum over n-grams changes no row of the encoder."""
    size = {"vocabulary_size": encoder().tokenizer.vocabulary_size, "dim": 64, "ngram_dim": 4, "hidden_dim": 6}
    network = ki.networks.few_bit_tables(ki.networks.universal_sentence_encoder(**size), "int8")
    assert ki.networks.token_embedding(network).stored_rows is not None
    beside = ki.TextEncoder(tokenizer=encoder().tokenizer, network=network)
    tokenizer, network = new_bag(num_buckets=2000, num_labels=2, encoder=beside)
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["alarm", "music"])
    model.fit(data() + data(SWAHILI, "sw"), verbose=0)
    assert model.classify(["play a song by Mary"])[0].label == "music"
    with pytest.raises(ValueError, match="needs tables of float32 weights"):
        model.fit(data(), epochs=1, verbose=0)


def test_another_encoder_beside_the_same_ngrams(fitted):
    model = heard(fitted[0])
    same = model.with_encoder(model.bag_encoder)
    np.testing.assert_allclose(same.predict(NAMES), model.predict(NAMES), atol=1e-6)
    network = ki.networks.copy_network(model.bag_encoder.network)
    network.set_weights([weight * 0 + 0.1 for weight in network.get_weights()])
    other = model.with_encoder(ki.TextEncoder(tokenizer=encoder().tokenizer, network=network, languages=["ka"]))
    assert "ka" in other.languages
    assert np.abs(other.predict(["quite new"]) - model.predict(["quite new"])).max() > 1e-4
    with pytest.raises(ValueError, match=r"take `model\.with_encoder"):
        ki.transfer.add_language(model, "hi", parallel=None)
    with pytest.raises(ValueError, match="must give the vectors that the old one gave"):
        ki.TextClassifier.from_scratch(["a", "b"], num_buckets=50).with_encoder(encoder())


def test_with_epochs_it_is_trained_by_gradients():
    model = ki.TextClassifier.from_scratch(["alarm", "music"], num_buckets=2000)
    history = model.fit(data(), epochs=30, learning_rate=0.05, verbose=0)
    assert len(history.history["loss"]) == 30
    assert history.history["accuracy"][-1] == 1.0
    assert model.classify(["set an alarm for Mary"])[0].label == "alarm"


def test_several_labels_a_text():
    rows = data()
    labels = [[label, "name"] if "Asha" in text else [label] for text, label in zip(rows.text, rows.label, strict=True)]
    train = ki.datasets.from_lists(rows.text, labels, language="en")
    model = ki.TextClassifier.from_scratch(train.labels, num_buckets=2000, multi_label=True)
    model.fit(train, verbose=0)
    scores = model.predict(["some music of Asha", "wake me at six"])
    assert (scores > 0.5).tolist() == [[False, True, True], [True, False, False]]


@pytest.mark.parametrize("kind", ["pooling"])
def test_other_kinds_from_scratch(kind):
    model = ki.TextClassifier.from_scratch(["alarm", "music"], kind=kind, num_buckets=300, size="tiny")
    model.fit(data(), trainable="all", epochs=1, verbose=0)
    assert model.predict(["wake me"]).shape == (1, 2)


def test_what_is_refused():
    with pytest.raises(ValueError, match="`kind` must be one of 'ngrams', 'pooling'"):
        ki.TextClassifier.from_scratch(["a", "b"], kind="forest")
    with pytest.raises(ValueError, match="`num_buckets` must be an integer of at least 1"):
        ki.TextClassifier.from_scratch(["a", "b"], num_buckets=0)
    model = ki.TextClassifier.from_scratch(["alarm", "music"], num_buckets=50)
    with pytest.raises(ValueError, match="at least two labels"):
        model.fit(data().select(labels=["alarm"]), verbose=0)


def test_the_encoder_is_heard_in_the_languages_that_it_knows():
    """Vectors tell the label in one language and are noise in the other, where n-grams tell it."""
    generator = np.random.default_rng(0)
    language = np.repeat(["en", "am"], 240)
    label = generator.integers(0, 2, 480)
    vectors = generator.normal(size=(480, 30)) * 0.5
    known = language == "en"
    vectors[known, 0] += 4 * (label[known] - 0.5)
    told = np.where(generator.random(480) < 0.85, label, 1 - label)  # as in real texts, not always
    ids = [
        np.array([100 * int(en) + 10 + one if not en else 200, 20 * int(en) + 1])
        for one, en in zip(told, known, strict=True)
    ]
    ids = [np.concatenate([row, 300 + generator.integers(0, 50, 3)]) for row in ids]
    features = TrainingFeatures(bag_of(ids, 400), np.zeros(400, bool), vectors, np.eye(2)[label], language)
    choice = choose(features)
    assert choice.scale_of["en"] > choice.scale_of["am"]
    right = choice.held_out.argmax(axis=1) == label
    assert right[known].mean() > 0.9
    assert right[~known].mean() > 0.8


def test_a_language_borrows_from_those_that_the_encoder_knows_as_it_knows_it():
    """Few texts in a language where vectors are noise, many in one where they tell all; n-grams tell nothing."""
    generator = np.random.default_rng(1)
    language = np.repeat(["en", "am"], [200, 16])
    label = generator.integers(0, 2, len(language))
    vectors = generator.normal(size=(len(language), 8)) * 0.3
    vectors[language == "en", 0] += 4 * (label[language == "en"] - 0.5)
    bag = bag_of([np.array([0, 10 + row % 20]) for row in range(len(language))], 40)
    features = TrainingFeatures(bag, np.zeros(40, bool), vectors, np.eye(2)[label], language)
    told = dataclasses.replace(features, encoder_languages=("en-US",))
    assert choose(features).scale_of["am"] > 0  # all languages alike
    assert choose(told).scale_of == {"en": choose(told).scale_of["en"], "am": 0.0}
    assert choose(told).scale_of["en"] > 0.1


def test_an_encoder_that_only_makes_long_texts_surer_is_not_heard_more():
    """N-grams tell the label of long texts, in what little differs between them; vectors tell it two times in three."""
    generator = np.random.default_rng(0)
    label = np.tile([0, 1], 300)
    common = np.arange(200)  # which every long text has
    ids = [np.concatenate([common, 200 + 60 * one + generator.integers(0, 60, 4)]) for one in label]
    seen = np.where(generator.random(600) < 2 / 3, label, 1 - label)
    vectors = np.eye(2)[seen]
    features = TrainingFeatures(bag_of(ids, 320), np.zeros(320, bool), vectors, np.eye(2)[label], np.repeat("en", 600))
    choice = choose(features)
    assert choice.scale_of["en"] < 0.2
    assert (choice.held_out.argmax(axis=1) == label).mean() > 0.99


def test_few_texts_leave_the_encoder_near_its_usual_weight():
    """Chance says of a few texts that vectors tell all, or nothing."""

    def weight(texts, share, **told):
        generator = np.random.default_rng(3)
        label = np.tile([0, 1], texts // 2)
        seen = np.where(generator.random(texts) < share, label, 1 - label)
        vectors = 0.6 * np.eye(2)[seen] + generator.normal(size=(texts, 2)) * 0.1
        bag = bag_of([np.array([0, 1 + row % 7]) for row in range(texts)], 10)
        language = np.repeat("sw", texts)
        features = TrainingFeatures(bag, np.zeros(10, bool), vectors, np.eye(2)[label], language, **told)
        return choose(features).scale_of["sw"]

    assert weight(20, 0.95) == weight(20, 0.4) == 0.5
    assert weight(20, 0.4, encoder_languages=("en",)) <= 0.15  # it was not made for Swahili


def test_translations_of_held_out_texts_do_not_train():
    """Vectors tell which text it is, in any language, and nothing of its label, which n-grams tell four times in five."""
    generator = np.random.default_rng(0)
    text = np.tile(np.arange(300), 2)
    label = generator.integers(0, 2, 300)[text]
    vectors = np.eye(300)[text] * 2.0
    heard = np.where(generator.random(600) < 0.8, label, 1 - label)
    bag = bag_of([np.array([0, 1 + one]) for one in heard], 10)
    language = np.repeat(["de", "en"], 300)
    features = TrainingFeatures(bag, np.zeros(10, bool), vectors, np.eye(2)[label], language)
    assert choose(features).scale_of["en"] > 1
    told = dataclasses.replace(features, same_text=text)
    assert choose(told).scale_of["en"] <= 0.5  # the usual one, which does no harm here
    folds = told.folds(3, seed=0)
    assert (folds[:300] == folds[300:]).all()
    assert np.bincount(folds).tolist() == [200, 200, 200]
    assert 70 < len(told.sample(80, seed=0)) <= 80


def test_which_rows_are_translations():
    def rows(label, **columns):
        text = [f"text {place}" for place in range(6)]
        return ki.datasets.from_lists(text, label, language=["en"] * 3 + ["sw"] * 3, **columns)

    assert translated_rows(rows(["a", "b", "b", "b", "a", "b"], id=[1, 2, 3, 3, 1, 7])).tolist() == [0, 1, 2, 2, 0, 3]
    assert translated_rows(rows(["a", "b", "b", "a", "b", "b"])).tolist() == [0, 1, 2, 0, 1, 2]
    assert translated_rows(rows(["a", "b", "b", "b", "a", "a"])) is None  # other labels: other texts
    assert translated_rows(rows(["a", "b", "b", "a", "b", "b"], id=list("uvwxyz"))) is None
    assert translated_rows(rows(["a", "b", "b", "a", "b", "b"])[:5]) is None
    assert translated_rows(rows(["a"] * 6, id=["the same"] * 6)) is None


def test_a_text_without_ngrams_has_the_shares_beside_an_encoder_and_others_answer_as_before(fitted):
    model, _ = fitted
    texts = ["", "\u0000", "play Mary", "ኣማርኛ"]
    scores = model.predict(texts)
    np.testing.assert_allclose(scores[:2], 0.5, atol=1e-6)
    np.testing.assert_allclose(PaddedForward(model.network, padding_id=-1)(model.tokenize(texts)), scores, atol=1e-6)
    logits = model.network.get_layer("logits")
    prior = logits.prior.numpy()
    try:
        logits.prior.assign(prior + np.array([3.0, 0.0]))
        moved = model.predict(texts)
    finally:
        logits.prior.assign(prior)
    assert (moved[:2].argmax(axis=1) == 0).all()
    assert moved[0].max() > 0.9
    np.testing.assert_array_equal(moved[2:], scores[2:])
