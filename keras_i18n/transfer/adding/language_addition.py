"""Adds languages to a trained model; what it did before, it does bit for bit."""

import hashlib
import time
import warnings

import numpy as np

from keras_i18n import datasets, networks
from keras_i18n import languages as tags
from keras_i18n.models import TextClassifier, TextEncoder
from keras_i18n.tokenizers import UnigramTokenizer
from keras_i18n.transfer.adding.extended_vocabulary import extend_vocabulary
from keras_i18n.transfer.adding.report import AddedLanguage, AddedLanguages
from keras_i18n.transfer.adding.row_training import RowTraining, RowTrainingOptions
from keras_i18n.transfer.adding.training_examples import examples_of, fit_bridge
from keras_i18n.transfer.initialization import InitializationContext, initialize_rows
from keras_i18n.transfer.initialization.initializing import CLASSES
from keras_i18n.transfer.language_resources import LanguageResources

_MEASURED, _COMPARED = 200, 2000
# of NTREX-128's languages the 16-language encoder agrees so well with Indonesian alone of those that it was not trained
# on; with new pieces its topics fell from 83 to 74 %, where Galician (0.72) rose from 80 to 84
_READ_ALREADY = 0.75


def add_language(model, language, *, parallel=None, texts=(), words=(), lexicon=(), **options):
    """Adds a language to a model that knows others.

    New pieces join the vocabulary, their rows start from what they translate, and are trained so that a text gets
    the vector that the model itself gives its translation. The network's body and all old rows stay as they are.

    Args:
        model: `TextEncoder`, or `TextClassifier` on one; it is left untouched.
        language: BCP-47 tag.
        parallel: `datasets.ParallelTexts` between a language that the model knows and the new one. A few thousand
            pairs are enough.
        texts: texts of the new language, list of str, for the `teacher`.
        words: words of the new language, the most frequent first, for the `teacher` and for the vocabulary.
        lexicon: pairs (word of a known language, its translation).
        options: as in `add_languages`.

    Returns:
        (the new model, `AddedLanguages`: what was done and how the old languages were compared).

    Raises:
        ValueError: the language is there already; its texts are in another script; there is nothing to learn from; the
            network has no `MultilingualEmbedding`; an old language would change.

    Example:

    >>> import keras_i18n as ki
    >>> from keras_i18n import networks, tokenizers, transfer
    >>> tokenizer = tokenizers.train_unigram(["the sun is over the sea", "we read a book"] * 10, vocabulary_size=40)
    >>> network = networks.universal_sentence_encoder(
    ...     vocabulary_size=tokenizer.vocabulary_size, dim=8, ngram_dim=4, hidden_dim=6
    ... )
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en"])
    >>> lexicon = [("sun", "jua"), ("book", "kitabu"), ("sea", "bahari")]
    >>> model, report = transfer.add_language(encoder, "sw", lexicon=lexicon, epochs=2)
    >>> model.languages
    ('en', 'sw')
    """
    resources = LanguageResources(parallel=parallel, texts=texts, words=words, lexicon=lexicon)
    return add_languages(model, {language: resources}, **options)


def add_languages(
    model,
    resources,
    *,
    teacher=None,
    known_words=(),
    known_texts=(),
    keep_texts=(),
    pieces=12_000,
    initialization="best",
    spans=4000,
    mixed=4000,
    glosses=4000,
    sentence_share=1.0,
    name=None,
    seed=0,
    **training,
):
    """Adds several languages at once, with one vocabulary and one training.

    Args:
        model: `TextEncoder`, or `TextClassifier` on one; it is left untouched.
        resources: dict, BCP-47 tag -> `LanguageResources`.
        teacher: an encoder that knows the new languages (anything with `encode(texts)`), such as
            `TextEncoder.from_preset("multilingual_e5_small")`. Its vectors are carried into the model's space by a
            bridge, fitted on the known side of the parallel texts and on `known_words`: a linear map, for words together
            with the vectors of the known words that are nearest to them.
        known_words: words of a language that both the model and the teacher know, the most frequent first; at most
            10,000 are used. Words of the parallel texts unless given.
        known_texts: texts of a language that the model knows, of the kind that it will be asked, such as the texts that
            a classifier's labels came with: they are put into the new language word by word, by what the lexicon, the
            sentence pairs and the teacher's vectors of `words` say, and should get the vectors that they have.
        keep_texts: texts of the old languages, list of str: new pieces that would cut one of them in another way are
            dropped, and the model's answers on them are compared bit for bit. The known side of the parallel texts and
            the sample data of the model's languages are always among them.
        pieces: learned for each language; short texts give fewer.
        initialization: a key of `transfer.METHODS`.
        spans: parts of sentences that the teacher sees, for each language.
        mixed: sentences of the known language with words that the lexicon translates, for each language.
        glosses: texts of `known_texts` put into the new language, for each language; each text several times, as its
            words are drawn among their translations. So many of their words as a text of the language has unknown
            ones are replaced by made-up words: unknown words learn to tell nothing.
        sentence_share: of the sentence pairs and glosses, drawn anew in each round; words are all seen. Where time is
            short and languages are many: a sentence costs ten words' time.
        name: of the new rows' weight; the tags joined unless given.
        seed: decides what is sampled.
        training: of `RowTrainingOptions`: epochs, minutes, learning_rate, pack_tokens, alpha, backup_dir, progress.

    Returns, raises: as `add_language`.

    Source: Reimers, Gurevych 2020, "Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation"
    (arXiv 2004.09813); rows only: Artetxe et al. 2020, "On the Cross-lingual Transferability of Monolingual
    Representations" (arXiv 1910.11856).

    Example:

    >>> import keras_i18n as ki
    >>> from keras_i18n import networks, tokenizers, transfer
    >>> tokenizer = tokenizers.train_unigram(["the sun is over the sea", "we read a book"] * 10, vocabulary_size=40)
    >>> network = networks.universal_sentence_encoder(
    ...     vocabulary_size=tokenizer.vocabulary_size, dim=8, ngram_dim=4, hidden_dim=6
    ... )
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en"])
    >>> resources = {"sw": transfer.LanguageResources(lexicon=[("sun", "jua"), ("book", "kitabu")]),
    ...              "fi": transfer.LanguageResources(lexicon=[("sun", "aurinko"), ("book", "kirja")])}
    >>> model, report = transfer.add_languages(encoder, resources, epochs=2)
    >>> [row.name for row in report.rows]
    ['Swahili', 'Finnish']
    """
    began = time.monotonic()
    options = RowTrainingOptions(seed=seed, **training)
    resources = _checked(model, resources, teacher)
    encoder = model if isinstance(model, TextEncoder) else model.encoder
    before = {language: _agreement(encoder, encoder, found) for language, found in resources.items()}
    for language, agreement in before.items():
        _warn_of_known(language, agreement)
    old_digest = weights_digest(model.network)
    keep_texts = _texts_to_keep(model, resources, keep_texts)
    vocabulary = extend_vocabulary(
        model.tokenizer,
        {language: found.sentences() for language, found in resources.items()},
        words={language: [*found.words, *(new for _, new in found.lexicon)] for language, found in resources.items()},
        size=pieces,
        keep_texts=keep_texts,
    )
    initialized, classes = _initial_rows(encoder, vocabulary, resources, initialization, seed)
    name = name or "+".join(sorted(resources))
    network = networks.with_language_rows(model.network, name, initialized)
    config = {**model.to_config(), "languages": [*model.languages, *resources]}
    new_model = type(model).from_saved(tokenizer=vocabulary.tokenizer, network=network, config=config)
    new_encoder = new_model if isinstance(new_model, TextEncoder) else new_model.encoder

    known_texts = list(known_texts)
    known_targets = encoder.encode(known_texts) if known_texts else ()  # the same for every language
    bridge = None
    if teacher is not None:
        known = [text for found in resources.values() for text in found.sides()[0]]
        known = sorted(set(known)) or list(keep_texts)
        bridge = fit_bridge(teacher, encoder, known, known_words=known_words, glossed_texts=known_texts, seed=seed)
    examples = []
    for number, found in enumerate(resources.values()):
        examples += examples_of(
            found,
            encoder,
            bridge,
            known_texts=(known_texts, known_targets),
            spans=spans,
            mixed=mixed,
            glosses=glosses,
            sentence_share=sentence_share,
            seed=[seed, number],
        )
    losses = RowTraining(new_encoder.network, name, new_model.tokenizer, examples, options).run()

    _compare(model, new_model, name, keep_texts, old_digest)
    rows = [
        AddedLanguage(
            language=language,
            name=tags.name(language),
            pairs=len(found.sides()[0]),
            texts=len(found.texts),
            words=len(found.words),
            new_tokens=_share_of_new(model, new_model, found.sentences()),
            before=before[language],
            after=_agreement(new_encoder, encoder, found),
        )
        for language, found in resources.items()
    ]
    report = AddedLanguages(
        rows=tuple(rows),
        pieces=len(vocabulary.pieces),
        shared=vocabulary.shared,
        dropped=vocabulary.dropped,
        classes=classes,
        kept_texts=len(keep_texts),
        old_digest=old_digest,
        losses=tuple(losses),
        seconds=time.monotonic() - began,
    )
    return new_model, report


def weights_digest(network, without=None):
    """Hex SHA-256 of all weights of a network, by name, leaving out the rows named `without`."""
    digest = hashlib.sha256()
    for weight in network.weights:
        if weight.path.endswith(f"/rows_{without}"):
            continue
        digest.update(f"{weight.path.split('/')[-1]} {tuple(weight.shape)} {weight.dtype}".encode())
        digest.update(np.ascontiguousarray(weight.numpy()).tobytes())
    return digest.hexdigest()


def _checked(model, resources, teacher):
    if not isinstance(model, (TextEncoder, TextClassifier)) or getattr(model, "encoder", model) is None:
        raise ValueError(
            "`model` must be a TextEncoder, or a TextClassifier on one. Received: "
            f"{type(model).__name__}. For a model without an encoder: `transfer.convert_language`."
        )
    if not isinstance(model.tokenizer, UnigramTokenizer):
        raise ValueError(
            "`model` must have a UnigramTokenizer, whose vocabulary can grow. Received: "
            f"{type(model.tokenizer).__name__}."
        )
    networks.token_embedding(model.network)
    if not resources:
        raise ValueError("`resources` must name a language. Received: an empty dict.")
    _check_different(list(resources))
    checked = {}
    for tag, found in resources.items():
        language = tags.normalize(tag)
        known = next((other for other in model.languages if tags.equivalent(language, other)), None)
        if known is not None:
            which = "which is" if known == language else f"which is the same as its '{known}',"
            raise ValueError(
                f"The model must not know the language yet. Received: '{language}' ({tags.name(language)}), {which} "
                f"one of its {len(model.languages)}. To teach it more, train the model."
            )
        checked[language] = found.checked(language, has_teacher=teacher is not None)
    return checked


def _check_different(languages):
    for place, language in enumerate(languages):
        twice = next((other for other in languages[:place] if tags.equivalent(language, other)), None)
        if twice is not None:
            raise ValueError(
                f"`resources` must name each language once. Received: '{twice}' and '{language}', which name the same "
                f"({tags.name(twice)}). Put both under '{twice}'."
            )


def _texts_to_keep(model, resources, given):
    if isinstance(given, str):
        raise TypeError(f"`keep_texts` must be a list of str. Received: {given[:60]!r}. Put it into a list.")
    sample = datasets.concatenate(*datasets.sample("assistant"))
    old = {tag for language in model.languages for tag in tags.matches(language, sample.languages)}
    known = [text for text, tag in zip(sample.text, sample.language, strict=True) if tag in old]
    sources = (text for found in resources.values() for text in found.sides()[0])
    return list(dict.fromkeys([*given, *sources, *known]))


def _initial_rows(encoder, vocabulary, resources, method, seed):
    """(rows float32 `(pieces, dim)`, dict class -> count): each language's own, averaged by how often it uses a piece."""
    old, new = encoder.tokenizer, vocabulary.tokenizer
    table = _all_rows(encoder.network)
    first, count = old.vocabulary_size, len(vocabulary.pieces)
    total, weight = np.zeros((count, table.shape[1])), np.zeros(count)
    classes = np.full(count, len(CLASSES) - 1)
    for found in resources.values():
        used = np.bincount(
            np.concatenate([np.zeros(0, int), *new.tokenize(found.all_texts())]), minlength=first + count
        )
        places = np.flatnonzero(used[first:])
        if not len(places):
            continue
        source, target = found.sides()
        context = InitializationContext(
            pieces=[vocabulary.pieces[place] for place in places],
            source_pieces=old.pieces,
            source_rows=table,
            piece_ids=first + places,
            tokenize=lambda texts: _without_ends(old, texts),
            unknown_id=old.unknown_id,
            parallel=list(zip(_without_ends(old, source), _without_ends(new, target), strict=True)),
            lexicon=found.lexicon,
            target_texts=_without_ends(new, found.sentences()),
            seed=seed,
        )
        initialized = initialize_rows(method, context)
        share = used[first + places].astype(float)
        total[places] += initialized.rows * share[:, None]
        weight[places] += share
        classes[places] = np.minimum(classes[places], [CLASSES.index(name) for name in initialized.classes])
    unused = weight == 0  # pieces that the best cuts never use: what they stand for is not known
    total[unused], weight[unused] = table.mean(0), 1
    counts = np.bincount(classes, minlength=len(CLASSES)).tolist()
    return (total / weight[:, None]).astype("float32"), dict(zip(CLASSES, counts, strict=True))


def _all_rows(network):
    embedding = networks.token_embedding(network)
    own = [embedding.language_resources(name)["rows"] for name in embedding.language_rows]
    return np.concatenate([embedding.embeddings.numpy(), *own])


def _without_ends(tokenizer, texts):
    ends = {tokenizer.begin_id, tokenizer.end_id}
    return [ids[~np.isin(ids, [token for token in ends if token is not None])] for ids in tokenizer.tokenize(texts)]


def _agreement(student, teacher, resources):
    """Mean cosine of the first pairs' two sides; None without pairs."""
    source, target = (list(side[:_MEASURED]) for side in resources.sides())
    if not source:
        return None
    return float((student.encode(target) * teacher.encode(source)).sum(axis=1).mean())


def _warn_of_known(language, agreement):
    if agreement is not None and agreement >= _READ_ALREADY:
        warnings.warn(
            f"The model reads '{language}' ({tags.name(language)}) already: the mean cosine of its sentences and their "
            f"translations is {agreement:.2f}, as in languages that it was trained on. New pieces take words away from "
            "good old ones; compare the new model with the old one before you use it.",
            stacklevel=3,
        )


def _share_of_new(old, new, texts):
    """Share of the tokens of texts that are new pieces."""
    ids = np.concatenate([np.zeros(0, int), *new.tokenize(texts[:_MEASURED])])
    return float(np.mean(ids >= old.tokenizer.vocabulary_size)) if len(ids) else 0.0


def _compare(old, new, name, keep_texts, old_digest):
    """Refuses a model whose old languages are not what they were."""
    if weights_digest(new.network, without=name) != old_digest or weights_digest(old.network) != old_digest:
        raise ValueError("Weights that all languages share were changed. The model was not made; please report this.")
    for text, one, other in zip(keep_texts, old.tokenize(keep_texts), new.tokenize(keep_texts), strict=True):
        if not np.array_equal(one, other):
            raise ValueError(f"Old texts must keep their token ids. Received: a new cut of {text[:60]!r}.")
    some = keep_texts[:_COMPARED]
    if not np.array_equal(old.predict(some), new.predict(some)):
        raise ValueError("Old texts must keep their answers bit for bit. Received: other answers.")
