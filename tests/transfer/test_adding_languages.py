"""Adding a language: the new one is learned, the old ones are what they were."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import networks, transfer
from keras_i18n.datasets import ParallelTexts
from keras_i18n.tokenizers import PieceGroups, train_unigram
from keras_i18n.transfer.adding import language_addition, row_training
from keras_i18n.transfer.adding.extended_vocabulary import extend_vocabulary
from keras_i18n.transfer.adding.training_examples import fit_bridge, mixed_texts, random_spans
from keras_i18n.transfer.adding.unchanged import compare_unseen

ENGLISH = [
    "the sun is over the sea",
    "my mother cooks fish in the kitchen",
    "the teacher reads a book at school",
    "we travel by train to the city",
    "the child drinks milk in the morning",
    "a doctor works in the hospital",
    "the farmer sells maize at the market",
    "birds sing in the tree",
]
SWAHILI = [
    "jua liko juu ya bahari",
    "mama yangu anapika samaki jikoni",
    "mwalimu anasoma kitabu shuleni",
    "tunasafiri kwa treni kwenda mjini",
    "mtoto anakunywa maziwa asubuhi",
    "daktari anafanya kazi hospitalini",
    "mkulima anauza mahindi sokoni",
    "ndege wanaimba mtini",
]
GREEK = [
    "ο ήλιος είναι πάνω από τη θάλασσα",
    "η μητέρα μου μαγειρεύει ψάρι στην κουζίνα",
    "ο δάσκαλος διαβάζει ένα βιβλίο στο σχολείο",
    "ταξιδεύουμε με τρένο στην πόλη",
    "το παιδί πίνει γάλα το πρωί",
    "ένας γιατρός εργάζεται στο νοσοκομείο",
    "ο αγρότης πουλά καλαμπόκι στην αγορά",
    "τα πουλιά κελαηδούν στο δέντρο",
]
FEW = "ignore:.*sentence pairs"


def tiny_encoder(seed=0):
    keras.utils.set_random_seed(seed)
    tokenizer = train_unigram(ENGLISH * 20, vocabulary_size=90, begin=True, end=True)
    network = networks.universal_sentence_encoder(
        vocabulary_size=tokenizer.vocabulary_size, dim=16, ngram_dim=8, hidden_dim=12
    )
    return ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en"])


@pytest.fixture(scope="module")
def encoder():
    return tiny_encoder()


def pairs_in(language, target, source=ENGLISH):
    return ParallelTexts(source, target, source_language="en", target_language=language)


@pytest.fixture(scope="module")
def added(encoder):
    with pytest.warns(UserWarning, match="8 sentence pairs"):
        return transfer.add_language(
            encoder, "sw", parallel=pairs_in("sw", SWAHILI), epochs=60, pack_tokens=40, learning_rate=0.03, alpha=0.5
        )


def test_translations_get_the_vectors_of_what_they_translate(encoder, added):
    model, report = added
    wanted = encoder.encode(ENGLISH)
    before, after = (
        float((vectors * wanted).sum(1).mean()) for vectors in (encoder.encode(SWAHILI), model.encode(SWAHILI))
    )
    assert 1 - after < (1 - before) / 4
    assert report.rows[0].after == pytest.approx(after, abs=1e-5)
    assert report.rows[0].before == pytest.approx(before, abs=1e-5)
    assert min(report.losses[-3:]) < report.losses[0] / 3  # each round spells the words in other pieces


def test_old_languages_are_what_they_were_bit_for_bit(encoder, added):
    model, report = added
    assert all(map(np.array_equal, encoder.tokenize(ENGLISH), model.tokenize(ENGLISH)))
    assert np.array_equal(encoder.encode(ENGLISH), model.encode(ENGLISH))
    for weight in encoder.network.weights:
        other = next(w for w in model.network.weights if w.path == weight.path)
        assert np.array_equal(weight.numpy(), other.numpy())
    assert report.old_digest == language_addition.weights_digest(encoder.network)
    assert model.languages == ("en", "sw")
    assert encoder.languages == ("en",)


def test_the_new_model_is_saved_and_loaded_whole(added, tmp_path):
    model, _ = added
    model.save(tmp_path / "encoder.keras")
    loaded = ki.load(tmp_path / "encoder.keras")
    assert loaded.tokenizer.digest == model.tokenizer.digest
    assert np.array_equal(loaded.encode(SWAHILI), model.encode(SWAHILI))


def test_the_new_model_is_text_in(added):
    model, _ = added
    text_in = model.to_keras()
    longest = max(map(len, SWAHILI))
    codepoints = np.array([[*map(ord, text), *[0] * (longest - len(text))] for text in SWAHILI], "int32")
    assert np.abs(np.asarray(text_in(codepoints)) - model.encode(SWAHILI)).max() < 1e-5


def test_the_table_tells_what_was_done(added):
    table = str(added[1])
    assert "Swahili" in table
    assert "old texts unchanged" in table
    assert sum(added[1].classes.values()) == added[1].pieces


@pytest.mark.filterwarnings(FEW)
def test_a_classifier_keeps_its_labels_and_its_head(encoder):
    classifier = ki.TextClassifier.on_encoder(encoder, labels=["home", "away"])
    train = ki.datasets.from_lists(
        ENGLISH, ["away", "home", "home", "away", "home", "away", "away", "away"], language="en"
    )
    classifier.fit(train, epochs=2, verbose=0)
    test = train + ki.datasets.from_lists(GREEK, train.label, language="el")
    model, report = transfer.add_language(classifier, "el", parallel=pairs_in("el", GREEK), epochs=2, test=test)
    assert [(row.language, row.count) for row in report.scores] == [("el", 8), ("en", 8)]
    assert "right before" in str(report)
    assert model.labels == classifier.labels
    assert np.array_equal(model.predict(ENGLISH), classifier.predict(ENGLISH))
    assert not np.array_equal(model.predict(GREEK), classifier.predict(GREEK))


@pytest.mark.filterwarnings(FEW)
def test_languages_one_after_another_and_at_once(encoder, added):
    second, report = transfer.add_language(added[0], "el", parallel=pairs_in("el", GREEK), keep_texts=SWAHILI, epochs=3)
    assert second.languages == ("en", "sw", "el")
    assert np.array_equal(second.encode(SWAHILI), added[0].encode(SWAHILI))
    resources = {
        "sw": transfer.LanguageResources(parallel=pairs_in("sw", SWAHILI)),
        "el": transfer.LanguageResources(parallel=pairs_in("el", GREEK)),
    }
    both, report = transfer.add_languages(encoder, resources, epochs=20, learning_rate=0.02, pack_tokens=60)
    assert [row.language for row in report.rows] == ["sw", "el"]
    assert all(row.after > row.before for row in report.rows)
    assert networks.token_embedding(both.network).language_rows == {"el+sw": report.pieces}


@pytest.mark.parametrize(("count", "percent"), [(10, 10), (11, 15)])
def test_many_languages_at_once_must_cover_more_of_a_text(encoder, count, percent):
    texts = {
        f"qa{chr(97 + place)}": [f"{chr(0x1000 + 9 * place + i)}\u1000jua" for i in range(9)] for place in range(count)
    }
    found = extend_vocabulary(encoder.tokenizer, texts, num_pieces=30, keep_texts=ENGLISH)
    assert found.tokenizer.groups == PieceGroups((encoder.tokenizer.vocabulary_size,), percent)
    fewer, _ = found.without_changes(ENGLISH)
    assert fewer.tokenizer.groups == found.tokenizer.groups


@pytest.mark.filterwarnings(FEW)
def test_a_teacher_carries_words_over_a_bridge(encoder):
    teacher = tiny_encoder(seed=3)  # another space, and it reads Swahili as English: only the way is tested
    source = [" ".join(words) for words in np.random.default_rng(0).permutation([t.split()[-3:] for t in ENGLISH])]
    model, report = transfer.add_language(
        encoder,
        "sw",
        parallel=pairs_in("sw", SWAHILI * 2, ENGLISH + source),
        words=["samaki", "bahari", "kitabu"],
        texts=["mwalimu anapika samaki"],
        teacher=teacher,
        spans=5,
        epochs=2,
    )
    assert (report.rows[0].words, report.rows[0].texts) == (3, 1)
    assert np.isfinite(model.encode(SWAHILI)).all()


class ByTable:
    """A teacher that was told the vector of each text."""

    def __init__(self, table):
        self.table = table

    def encode(self, texts):
        return np.array([self.table[text] for text in texts], np.float32)


def test_words_get_the_vectors_of_what_their_teacher_holds_for_the_same(encoder):
    known = sorted({word for text in ENGLISH for word in text.split()})
    random = np.random.default_rng(0).standard_normal((len(known), 24)).astype("float32")
    words = [word[::-1] + "ki" for word in known]
    # every word of the new language lies as far from its translation, and in the same direction: its language's own
    teacher = ByTable(dict(zip(known, random, strict=True)) | dict(zip(words, random + 3.0, strict=True)))
    bridge = fit_bridge(teacher, encoder, known, known_words=known, spans=0)
    wanted = encoder.encode(known)
    vectors = teacher.encode(words)
    carried = bridge.carry_words(vectors, transfer.WordVectors.centred(words, vectors))
    cosine = (carried * wanted).sum(axis=1).mean()
    assert cosine > 0.8
    assert cosine > (bridge(words) * wanted).sum(axis=1).mean()
    with pytest.raises(ValueError, match="both spaces"):
        transfer.NeighbourBridge.fit(known, random, wanted[:-1])


def test_a_lexicon_alone_is_enough(encoder):
    lexicon = [("sun", "jua"), ("sea", "bahari"), ("fish", "samaki"), ("book", "kitabu"), ("milk", "maziwa")] * 4
    model, report = transfer.add_language(encoder, "sw", lexicon=lexicon, epochs=80, learning_rate=0.03)
    cosine = (model.encode(["jua", "samaki"]) * encoder.encode(["sun", "fish"])).sum(1)
    assert cosine.min() > 0.8
    assert report.rows[0].after is None


@pytest.mark.filterwarnings(FEW)
def test_a_killed_addition_goes_on_to_the_same_model(encoder, tmp_path):
    class KilledError(Exception):
        pass

    told = []

    def kill(now):
        told.append(now)
        if (now.stage, now.done) == ("epochs", 1):
            raise KilledError

    options = {"parallel": pairs_in("sw", SWAHILI), "epochs": 2, "pack_tokens": 40}
    whole, _ = transfer.add_language(encoder, "sw", **options)
    with pytest.raises(KilledError):
        transfer.add_language(encoder, "sw", **options, backup_dir=str(tmp_path / "backup"), progress=kill)
    resumed, report = transfer.add_language(encoder, "sw", **options, backup_dir=str(tmp_path / "backup"))
    assert np.array_equal(resumed.encode(SWAHILI), whole.encode(SWAHILI))
    assert len(report.losses) == 2
    assert [now.stage for now in told] == [
        "check", "grow vocabulary", "initialize", "make examples", "train", "epochs"
    ]  # fmt: skip
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize(
    ("language", "options", "message"),
    [
        (
            "en",
            {"parallel": ParallelTexts(SWAHILI, ENGLISH, source_language="sw", target_language="en")},
            "one of its 1",
        ),
        ("sw", {}, "needs something to learn from"),
        ("sw", {"words": ["jua"]}, "needs something to learn from"),
        ("el", {"parallel": pairs_in("sw", SWAHILI)}, "must have 'el' on one side"),
        ("el", {"parallel": pairs_in("el", SWAHILI)}, "must be in the script Greek. Received: .* LATIN"),
        ("sw", {"parallel": pairs_in("sw", SWAHILI), "lexicon": [("jua", "sun")]}, "must share words .* swapped"),
        ("sw", {"parallel": pairs_in("sw", SWAHILI), "keep_texts": SWAHILI}, "pieces of its own"),
        ("swahili!", {"parallel": pairs_in("sw", SWAHILI)}, "BCP-47"),
    ],
)
@pytest.mark.filterwarnings(FEW)
def test_bad_input_is_refused_and_the_model_is_untouched(encoder, language, options, message):
    before = language_addition.weights_digest(encoder.network)
    with pytest.raises(ValueError, match=message):
        transfer.add_language(encoder, language, **options)
    assert language_addition.weights_digest(encoder.network) == before


@pytest.mark.parametrize(("known", "asked"), [("ar", "arb"), ("sw", "swh_Latn"), ("zh", "cmn_Hans"), ("no", "nb")])
def test_a_language_under_another_tag_is_refused(encoder, known, asked):
    model = ki.TextEncoder(tokenizer=encoder.tokenizer, network=encoder.network, languages=[known])
    with pytest.raises(ValueError, match=f"the same as its '{known}'"):
        transfer.add_language(model, asked, parallel=pairs_in(asked, SWAHILI))
    both = {tag: transfer.LanguageResources(words=["jua"]) for tag in (known, asked)}
    with pytest.raises(ValueError, match="must name each language once"):
        transfer.add_languages(encoder, both, teacher=encoder)


@pytest.mark.filterwarnings(FEW)
def test_pairs_under_the_tag_of_flores_belong_to_the_language(encoder):
    model, _ = transfer.add_language(encoder, "sw", parallel=pairs_in("swh_Latn", SWAHILI), epochs=1)
    assert model.languages == ("en", "sw")


@pytest.mark.filterwarnings(FEW)
def test_a_language_that_the_model_reads_already_is_told(encoder):
    texts = [*ENGLISH[:-1], f"{ENGLISH[-1]} xoxo"]
    with pytest.warns(UserWarning, match=r"reads 'sco' \(Scots\) already: .* is 1\.00"):
        transfer.add_language(encoder, "sco", parallel=pairs_in("sco", texts), epochs=1)


def test_models_that_cannot_grow_are_refused(encoder):
    token_ids = keras.Input((None,), dtype="int32")
    mask = ki.layers.PaddingMask()(token_ids)
    pooled = ki.layers.MaskedMean()(ki.layers.HashEmbedding(50, 8)(token_ids), mask=mask)
    plain = ki.TextEncoder(tokenizer=encoder.tokenizer, network=keras.Model(token_ids, pooled), languages=["en"])
    with pytest.raises(ValueError, match="whose rows belong to token ids"):
        transfer.add_language(plain, "sw", parallel=pairs_in("sw", SWAHILI))
    with pytest.raises(ValueError, match="must be a TextEncoder"):
        transfer.add_language(object(), "sw", parallel=pairs_in("sw", SWAHILI))


@pytest.mark.filterwarnings(FEW)
def test_a_changed_old_weight_is_found(encoder, monkeypatch):
    """The fault is planted where a training that is not confined to its rows would do it."""
    run = language_addition.RowTraining.run

    def run_and_harm(training):
        losses = run(training)
        kernel = harmed[0].network.get_layer("dense_1").kernel
        kernel.assign(kernel + 1e-6)
        return losses

    harmed, from_saved = [], type(encoder).from_saved
    monkeypatch.setattr(language_addition.RowTraining, "run", run_and_harm)
    monkeypatch.setattr(type(encoder), "from_saved", lambda **a: harmed.append(from_saved(**a)) or harmed[-1])
    with pytest.raises(ValueError, match="Weights that all languages share were changed"):
        transfer.add_language(encoder, "sw", parallel=pairs_in("sw", SWAHILI), epochs=1)


def test_no_new_piece_cuts_a_kept_text(encoder):
    kept = ["jua and bahari are words that an English text may hold"]
    found = transfer.extend_vocabulary(encoder.tokenizer, {"sw": SWAHILI * 10}, keep_texts=kept)
    assert found.dropped > 0
    assert np.array_equal(found.tokenizer.tokenize(kept)[0], encoder.tokenizer.tokenize(kept)[0])
    assert found.tokenizer.tokenize(SWAHILI[1:2])[0].max() >= encoder.tokenizer.vocabulary_size


def test_words_of_old_languages_keep_their_pieces_in_texts_that_were_never_seen(encoder):
    """Texts too short for the share of the new pieces to tell: their words are kept, whatever stands beside them."""
    words = ["anapiki", "bahariki", "sokon"]
    unseen = ["Sokon bahariki", '"anapiki Bahariki"', "sokon"]
    found = transfer.extend_vocabulary(encoder.tokenizer, {"sw": SWAHILI * 10})
    assert any(map(np.not_equal, *map(len_of, (found.tokenizer, encoder.tokenizer), [unseen] * 2)))
    kept = transfer.extend_vocabulary(encoder.tokenizer, {"sw": SWAHILI * 10}, keep_texts=words)
    assert all(map(np.array_equal, kept.tokenizer.tokenize(unseen), encoder.tokenizer.tokenize(unseen)))
    assert kept.dropped > found.dropped
    assert len(kept.pieces) > 10


def test_a_text_that_holds_a_new_word_by_accident_is_tokenized_as_before(encoder):
    """No text with these words was kept; after a second language the first one's share is judged as before."""
    first = transfer.extend_vocabulary(encoder.tokenizer, {"sw": SWAHILI * 10}, keep_texts=ENGLISH).tokenizer
    second = transfer.extend_vocabulary(first, {"el": GREEK * 10}, keep_texts=ENGLISH).tokenizer
    words = " ".join(SWAHILI).split()
    unseen = [f"{text} {word} {text} {text} {text}" for text, word in zip(ENGLISH, words, strict=False)]
    free = type(first)(first.model_bytes, begin=True, end=True)
    assert sum(map(np.not_equal, len_of(free, unseen), len_of(encoder.tokenizer, unseen))) > 4
    assert second.groups.starts == (encoder.tokenizer.vocabulary_size, first.vocabulary_size)
    for tokenizer in (first, second):
        assert all(map(np.array_equal, tokenizer.tokenize(unseen), encoder.tokenizer.tokenize(unseen)))
    assert all(map(np.array_equal, second.tokenize(SWAHILI), first.tokenize(SWAHILI)))
    assert max(second.tokenize(GREEK[:1])[0]) >= first.vocabulary_size


def len_of(tokenizer, texts):
    return [len(ids) for ids in tokenizer.tokenize(texts)]


def test_numbers_and_marks_bring_no_pieces(encoder):
    texts = [f"{text}, 1912: 1912, ({text})!?" for text in SWAHILI] * 10
    old = train_unigram([*ENGLISH, "1 9 2 , : ( ) ! ?"] * 20, vocabulary_size=100)
    pieces = transfer.extend_vocabulary(old, {"sw": texts}).pieces
    assert pieces
    assert all(piece.replace("\u2581", "").isalpha() for piece in pieces)


@pytest.mark.filterwarnings(FEW)
def test_the_report_tells_how_unseen_old_texts_fare(encoder, monkeypatch):
    """A tenth of the kept texts is kept apart until the rows are trained; in the model that is given they are unchanged."""
    held = []
    compare = language_addition.compare_unseen
    monkeypatch.setattr(
        language_addition, "compare_unseen", lambda old, new, texts: held.extend(texts) or compare(old, new, texts)
    )
    classifier = ki.TextClassifier.on_encoder(encoder, labels=["home", "away"])
    options = {"parallel": pairs_in("sw", SWAHILI * 10, ENGLISH * 10), "epochs": 1}
    names = [f"{chr(97 + place % 26)}anauza{place}" for place in range(60)]  # each text has a word of its own
    keep = [f"the {name} is over the sea" for name in names]
    model, report = transfer.add_language(classifier, "sw", keep_texts=keep, **options)
    assert 0 < report.unseen.count == len(held) <= len(keep)
    assert set(held) & set(keep)
    assert all(map(np.array_equal, model.tokenize(keep), classifier.tokenize(keep)))
    assert np.array_equal(model.predict(held), classifier.predict(held))
    assert str(report.unseen) in str(report)
    assert report.pieces == model.tokenizer.vocabulary_size - classifier.tokenizer.vocabulary_size


def test_unseen_texts_are_compared_one_by_one(encoder):
    longer = transfer.extend_vocabulary(encoder.tokenizer, {"sw": SWAHILI * 10}, keep_texts=ENGLISH)
    random = np.random.default_rng(0).standard_normal((len(longer.pieces), 16)).astype("float32")
    network = networks.with_language_rows(encoder.network, "sw", random)
    other = ki.TextEncoder(tokenizer=longer.tokenizer, network=network, languages=["en", "sw"])
    found = compare_unseen(encoder, other, [*ENGLISH, *SWAHILI[:2]])
    assert (found.count, found.tokenized_differently, found.changed_labels) == (10, 0.2, None)
    assert found.lowest_cosine < 0.99
    assert compare_unseen(encoder, other, ENGLISH).lowest_cosine == 1.0
    assert compare_unseen(encoder, other, []) is None


def test_labelled_texts_must_suit_the_model(encoder):
    rows = ki.datasets.from_lists(ENGLISH[:2], ["home", "sea"], language="en")
    with pytest.raises(ValueError, match="for a classifier, which has labels"):
        transfer.add_language(encoder, "sw", lexicon=[("sun", "jua")], test=rows)
    classifier = ki.TextClassifier.on_encoder(encoder, labels=["home", "away"])
    with pytest.raises(ValueError, match="labels of the model alone"):
        transfer.add_language(classifier, "sw", lexicon=[("sun", "jua")], test=rows)


def test_options_that_nobody_knows_are_told(encoder):
    with pytest.raises(TypeError, match=r"Options are alpha, .*keep_texts.* Received: \['keep_text'\]"):
        transfer.add_language(encoder, "sw", lexicon=[("sun", "jua")], keep_text=["sun"])
    with pytest.raises(TypeError, match="`keep_texts` must be a list of str"):
        transfer.add_language(encoder, "sw", lexicon=[("sun", "jua")], keep_texts="sun")


def test_mixed_texts_hold_translations():
    texts, places = mixed_texts(ENGLISH, [("Sun", "jua"), ("sea", "bahari")], 20, np.random.default_rng(0), share=1.0)
    assert set(texts) == {"the jua is over the bahari"}
    assert set(places) == {0}


def test_known_texts_are_put_over_word_by_word(encoder):
    """Glosses alone move a text of their kind towards what it means; the pairs hold its words, never its sense."""
    source, target = ["the sun", "the sea", "the fish", "the book"] * 60, ["jua", "bahari", "samaki", "kitabu"] * 60
    options = {"epochs": 6, "learning_rate": 0.02, "sentence_share": 1.0, "parallel": pairs_in("sw", target, source)}
    known_texts = ["the fish is over the book", "the sun is in the sea"]
    cosines = []
    for glosses in (0, 40):
        model, _ = transfer.add_language(encoder, "sw", known_texts=known_texts, glosses=glosses, **options)
        wanted = encoder.encode(known_texts)
        cosines.append((model.encode(["samaki is over kitabu", "jua is in bahari"]) * wanted).sum(axis=1).mean())
    assert 1 - cosines[1] < 0.85 * (1 - cosines[0])


def test_spans_are_parts_of_sentences():
    spans = random_spans(GREEK, 50, np.random.default_rng(0))
    assert all(any(span in text for text in GREEK) for span in spans)
    assert {len(span.split()) for span in spans} <= set(range(2, 9))
    assert len(set(spans)) > 20


def test_a_share_of_the_sentences_is_drawn_anew_in_each_round(encoder, monkeypatch):
    seen = []
    packs = row_training._packs
    monkeypatch.setattr(
        row_training,
        "_packs",
        lambda sequences, order, size: seen.append(order.tolist()) or packs(sequences, order, size),
    )
    pairs, lexicon = pairs_in("sw", SWAHILI * 5, ENGLISH * 5), [("sun", "jua"), ("sea", "bahari")]
    transfer.add_language(encoder, "sw", parallel=pairs, lexicon=lexicon, mixed=0, epochs=2, sentence_share=0.4)
    assert all({40, 41} < set(order) for order in seen)  # the words come after the sentences, and all of them
    assert all(4 < len(order) - 2 < 32 for order in seen)
    assert seen[0] != seen[1]
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        transfer.add_language(encoder, "sw", parallel=pairs, epochs=1, sentence_share=0)
