"""Adds languages to a trained model; what it did before, it does bit for bit."""

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n import datasets, networks
from keras_i18n import languages as tags
from keras_i18n.models import TextClassifier, TextEncoder
from keras_i18n.models.two_halves import has_two_halves
from keras_i18n.progress import Progress
from keras_i18n.protocols import Encoder
from keras_i18n.shown import shown
from keras_i18n.training.digest import weights_digest
from keras_i18n.transfer.adding.extended_vocabulary import extend_vocabulary
from keras_i18n.transfer.adding.growing_part import growing_part
from keras_i18n.transfer.adding.initial_rows import initial_rows
from keras_i18n.transfer.adding.label_scores import checked_test, label_scores
from keras_i18n.transfer.adding.model_checks import (
    checked_resources,
    encoder_of,
    warn_of_known,
)
from keras_i18n.transfer.adding.report import AddedLanguage, AddedLanguages
from keras_i18n.transfer.adding.row_training import RowTraining, RowTrainingOptions
from keras_i18n.transfer.adding.training_examples import examples_of, fit_bridge
from keras_i18n.transfer.adding.unchanged import check_answers, check_weights, compare_unseen
from keras_i18n.transfer.adding.unseen_pairs import kept_apart
from keras_i18n.transfer.language_resources import LanguageResources

_MEASURED = 200
_MOST_HELD_OUT, _HELD_OUT_SHARE = 1000, 0.1


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddingOptions:
    """What is learned, and from what, where languages are added.

    Attributes:
        known_words: words of a language that both the model and the teacher know, the most frequent first; at most
            10,000 are used. Words of the parallel texts unless given.
        known_texts: texts of a language that the model knows, of the kind that it will be asked, such as the texts that
            a classifier's labels came with: they are put into the new language word by word, by what the lexicon, the
            sentence pairs and the teacher's vectors of `words` say, and should get the vectors that they have.
        keep_texts: texts of the old languages, list of str: new pieces by which one of them or a word of theirs would be
            tokenized differently are dropped, and the model's answers on them are compared bit for bit. The known side of the parallel texts and
            the sample data of the model's languages are always among them. A tenth of them, at most 1,000, are first
            kept apart: the report tells how unseen texts fare by them.
        test: labelled texts of a classifier, a `Dataset` with languages: the report tells by language how many of their
            labels the model gets right before and after. Nothing is learned from them.
        num_pieces: learned for each language; short texts give fewer.
        method: a key of `transfer.METHODS`.
        spans: parts of sentences that the teacher sees, for each language.
        mixed: sentences of the known language with words that the lexicon translates, for each language.
        glosses: texts of `known_texts` put into the new language, for each language; each text several times, as its
            words are drawn among their translations. So many of their words as a text of the language has unknown
            ones are replaced by made-up words: unknown words learn to tell nothing.
        sentence_share: of the sentence pairs and glosses, drawn anew in each round; words are all seen. Where time is
            short and languages are many: a sentence costs ten words' time.
        name: of the new rows' weight; the tags joined unless given.
        seed: decides what is sampled.

    >>> AddingOptions(num_pieces=5000).method
    'best'
    """

    known_words: tuple = ()
    known_texts: tuple = ()
    keep_texts: tuple = ()
    test: Any = None
    num_pieces: int = 12_000
    method: str = "best"
    spans: int = 4000
    mixed: int = 4000
    glosses: int = 4000
    sentence_share: float = 1.0
    name: str | None = None
    seed: int = 0

    def __post_init__(self):
        for name in ("known_words", "known_texts", "keep_texts"):
            given = getattr(self, name)
            if isinstance(given, str):
                raise TypeError(f"`{name}` must be a list of str. Received: {shown(given)}. Put it into a list.")
            object.__setattr__(self, name, list(given))


def add_language(
    model: TextEncoder | TextClassifier,
    language: str,
    *,
    parallel: datasets.ParallelTexts | None = None,
    texts: Sequence[str] = (),
    words: Sequence[str] = (),
    lexicon: Sequence[tuple[str, str]] = (),
    **options: Any,
) -> tuple[Any, AddedLanguages]:
    """Adds a language to a model that knows others.

    New pieces join the vocabulary, their rows start from what they translate, and are trained so that a text gets
    the vector that the model itself gives its translation. The network's body and all old rows stay as they are.

    Args:
        model: `TextEncoder`, or `TextClassifier` on one or taken over from KerasHub (see `networks.scored_vector`); it is left
            untouched.
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
    model: TextEncoder | TextClassifier,
    resources: dict[str, LanguageResources],
    *,
    teacher: Encoder | None = None,
    **options: Any,
) -> tuple[Any, AddedLanguages]:
    """Adds several languages at once, with one vocabulary and one training.

    Args:
        model: as in `add_language`; it is left untouched.
        resources: dict, BCP-47 tag -> `LanguageResources`.
        teacher: an encoder that knows the new languages (anything with `encode(texts)`), such as
            `TextEncoder.from_preset("multilingual_e5_small")`. Its vectors are carried into the model's space by a
            bridge, fitted on the known side of the parallel texts and on `known_words`: a linear map, for words together
            with the vectors of the known words that are nearest to them.
        options: of `AddingOptions` and of `RowTrainingOptions`.

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
    return LanguageAddition(model, resources, teacher, **options).run()


class LanguageAddition:
    """One addition of languages to a model, stage by stage; `run` goes through all of them.

    Args: as in `add_languages`.

    >>> [name for name in vars(LanguageAddition) if name in LanguageAddition.STAGES]
    ['check', 'grow_vocabulary', 'initialize', 'make_examples', 'train', 'prove_unchanged']
    """

    STAGES = ("check", "grow_vocabulary", "initialize", "make_examples", "train", "prove_unchanged")

    def __init__(self, model: Any, resources: Any, teacher: Any = None, **options: Any) -> None:
        self.began = time.monotonic()
        self.model, self.resources, self.teacher = model, resources, teacher
        self.options, self.training = _options(options)
        self.rng = np.random.default_rng([self.options.seed, 1])

    def run(self) -> tuple[Any, AddedLanguages]:
        """(the new model, its `AddedLanguages`)."""
        for place, stage in enumerate(self.STAGES):
            if self.training.progress is not None:
                self.training.progress(Progress(stage.replace("_", " "), place, len(self.STAGES)))
            getattr(self, stage)()
        return self.new_model, self.report()

    def check(self) -> None:
        """Whether the model can learn these languages, and what must stay as it is."""
        self.resources = checked_resources(self.model, self.resources, self.teacher)
        self.apart: dict[str, datasets.ParallelTexts] = {}
        if has_two_halves(self.model):  # how far its gate opens is chosen on them
            self.resources, self.apart = kept_apart(self.resources, self.rng)
        self.test = checked_test(self.model, self.options.test)
        self.encoder: Any = encoder_of(self.model)
        self.name = self.options.name or "+".join(sorted(self.resources))
        self.growing = growing_part(self.model, self.name)
        agreements = {
            language: _agreements(self.encoder, self.encoder, found) for language, found in self.resources.items()
        }
        for language, (agreement, others) in agreements.items():
            if not has_two_halves(self.model):  # there the gate has told it
                warn_of_known(language, agreement, others)
        self.before = {language: agreement for language, (agreement, _) in agreements.items()}
        self.old_digest = weights_digest(self.model.network)
        self.keep_texts = self._texts_to_keep()

    def _texts_to_keep(self):
        sample = datasets.concatenate(*datasets.sample("assistant"))
        taught = [language for language in self.model.languages if not self._is_new(language)]
        old = {tag for language in taught for tag in tags.matches(language, sample.languages)}
        known = [text for text, tag in zip(sample.text, sample.language, strict=True) if tag in old]
        sources = (text for found in self.resources.values() for text in found.sides()[0])
        return list(dict.fromkeys([*self.options.keep_texts, *sources, *known]))

    def grow_vocabulary(self) -> None:
        """The old vocabulary and the pieces of the new languages; some old texts are kept apart, to see how unseen ones fare."""
        count = min(int(_HELD_OUT_SHARE * len(self.keep_texts)), _MOST_HELD_OUT)
        order = self.rng.permutation(len(self.keep_texts))
        self.held_out = [self.keep_texts[place] for place in sorted(order[:count])]
        self.vocabulary = extend_vocabulary(
            self.growing.reader.tokenizer,
            {language: found.sentences() for language, found in self.resources.items()},
            words={
                language: [*found.words, *(new for _, new in found.lexicon)]
                for language, found in self.resources.items()
            },
            num_pieces=self.options.num_pieces,
            keep_texts=[self.keep_texts[place] for place in sorted(order[count:])],
        )

    def initialize(self) -> None:
        """A model with rows for the new pieces, which begin from what they translate."""
        rows, self.classes = initial_rows(
            self.growing.reader, self.vocabulary, self.resources, self.options.method, self.options.seed
        )
        self._make_model(rows)

    def _is_new(self, language):
        return any(tags.equivalent(language, added) for added in self.resources)

    def _config(self):
        known = [language for language in self.model.languages if not self._is_new(language)]
        return {**self.model.to_config(), "languages": [*known, *self.resources]}

    def _make_model(self, rows):
        self.new_model = self.growing.make(self.vocabulary.tokenizer, rows, self._config())

    def make_examples(self) -> None:
        """Texts of the new languages, and the vectors that they should get."""
        options = self.options
        known_targets = self.encoder.encode(options.known_texts) if options.known_texts else ()  # the same for all
        bridge = self._bridge()
        self.examples = []
        for number, found in enumerate(self.resources.values()):
            self.examples += examples_of(
                found,
                self.encoder,
                bridge,
                known_texts=(options.known_texts, known_targets),
                spans=options.spans,
                mixed=options.mixed,
                glosses=options.glosses,
                sentence_share=options.sentence_share,
                seed=[options.seed, number],
            )

    def _bridge(self):
        if self.teacher is None:
            return None
        known = sorted({text for found in self.resources.values() for text in found.sides()[0]})
        return fit_bridge(
            self.teacher,
            self.encoder,
            known or self.keep_texts,
            known_words=self.options.known_words,
            glossed_texts=self.options.known_texts,
            seed=self.options.seed,
        )

    def train(self) -> None:
        """The new rows, and nothing else."""
        student = self.growing.student
        training = RowTraining(student.network, self.name, student.tokenizer, self.examples, self.training)
        self.losses = training.run()
        self.new_model, self.unseen_pairs = self.growing.trained(self.new_model, self._config(), self.apart)
        check_weights(self.model.network, self.new_model.network, self.name, self.old_digest)

    def prove_unchanged(self) -> None:
        """How unseen old texts fare; then these are kept as well, and all that is kept is compared bit for bit."""
        self.unseen = compare_unseen(self.model, self.new_model, self.held_out)
        self.vocabulary, kept = self.vocabulary.without_changes(self.held_out)
        rows = networks.token_embedding(self.growing.student.network).variable_of(self.name).numpy()
        if len(kept) < len(rows):
            self._make_model(rows[kept])
            check_weights(self.model.network, self.new_model.network, self.name, self.old_digest)
        check_answers(self.model, self.new_model, self.keep_texts)

    def report(self) -> AddedLanguages:
        """`AddedLanguages`."""
        return AddedLanguages(
            rows=tuple(self._row(language, found) for language, found in self.resources.items()),
            pieces=len(self.vocabulary.pieces),
            shared=self.vocabulary.shared,
            dropped=self.vocabulary.dropped,
            classes=self.classes,
            kept_texts=len(self.keep_texts),
            unseen=self.unseen,
            unseen_pairs=self.unseen_pairs,
            scores=() if self.test is None else label_scores(self.model, self.new_model, self.test),
            old_digest=self.old_digest,
            losses=tuple(self.losses),
            seconds=time.monotonic() - self.began,
        )

    def _row(self, language, found):
        ids = np.concatenate([np.zeros(0, int), *self.vocabulary.tokenizer.tokenize(found.sentences()[:_MEASURED])])
        new = ids >= self.growing.reader.tokenizer.vocabulary_size
        return AddedLanguage(
            language=language,
            name=tags.name(language),
            pairs=len(found.sides()[0]),
            texts=len(found.texts),
            words=len(found.words),
            new_tokens=float(np.mean(new)) if len(ids) else 0.0,
            before=self.before[language],
            after=_agreements(encoder_of(self.new_model), self.encoder, found)[0],
        )


def _options(given):
    """(`AddingOptions`, `RowTrainingOptions`) of the options of `add_languages`."""
    kinds = (AddingOptions, RowTrainingOptions)
    names = [{field.name for field in dataclasses.fields(kind)} for kind in kinds]
    known = set.union(*names)
    if not set(given) <= known:
        raise TypeError(f"Options are {', '.join(sorted(known))}. Received: {shown(sorted(set(given) - known))}.")
    return [
        kind(**{name: value for name, value in given.items() if name in own})
        for kind, own in zip(kinds, names, strict=True)
    ]


def _agreements(student, teacher, resources):
    """Mean cosine of the first pairs' two sides, and of each with the next pair's; None without pairs."""
    source, target = (list(side[:_MEASURED]) for side in resources.sides())
    if not source:
        return None, None
    targets, sources = student.encode(target), teacher.encode(source)
    own, others = ((targets * found).sum(axis=1).mean() for found in (sources, np.roll(sources, 1, axis=0)))
    return float(own), float(others)
