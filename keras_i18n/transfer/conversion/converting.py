"""`convert_language`: the new vocabulary, its rows, and how the model is then trained."""

import dataclasses
from typing import Any

from keras_i18n import languages as tags
from keras_i18n import models
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Texts
from keras_i18n.shown import cut, shown
from keras_i18n.transfer.conversion.new_rows import TokenWeights
from keras_i18n.transfer.conversion.new_vocabulary import bare_ids, train_like
from keras_i18n.transfer.conversion.training_methods import check_training_method, train_by_method
from keras_i18n.transfer.initialization import InitializationContext, initialize_rows
from keras_i18n.transfer.language_resources import LanguageResources


@dataclasses.dataclass(frozen=True)
class ConversionReport:
    """What became of a model's vocabulary.

    Attributes:
        language: tag of the new language.
        method, training_method: as they were asked for.
        counts: dict, "copied", "combined", "random" -> number of rows.
        pieces_before, pieces_after: sizes of the vocabularies.
        tied: whether the scores of tokens are read from the table itself; None where the model scores no tokens.
        history: Keras' `History` of the training, None for the training method "source".
    """

    language: str
    method: str
    training_method: str
    counts: dict
    pieces_before: int
    pieces_after: int
    tied: bool | None
    history: object = None

    def __str__(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        return (
            f"{tags.name(self.language)} by '{self.method}', training '{self.training_method}': {self.pieces_before} pieces before, "
            f"{self.pieces_after} after ({told})"
        )


def convert_language(
    model: Any,
    language: str,
    *,
    tokenizer: Any = None,
    texts: Texts = (),
    parallel: Any = None,
    lexicon: Any = (),
    method: str = "best",
    training_method: str = "source",
    train: Any = None,
    source_train: Any = None,
    vocabulary_size: int | None = None,
    seed: int = 0,
    method_options: Any = None,
    progress: ProgressOption = None,
    **training: Any,
) -> tuple[Any, ConversionReport]:
    """Makes a model of another language of a model, which stays as it is.

    The vocabulary is replaced: a piece that the old one has keeps its row, the others get theirs by `method`, in the
    table and in the scores of a language model. The rest of the network is kept.

    Args:
        model: `LanguageModel` or `TextClassifier` with a row a token, or the path of its file.
        language: BCP-47 tag of the new language.
        tokenizer: the new vocabulary; by default one like the model's is trained on `texts` and `parallel`.
        texts: texts of the new language, list of str.
        parallel: `ParallelTexts` of a language that the model knows and the new one.
        lexicon: pairs (word that the model knows, its translation).
        method: of `initialize_rows`.
        training_method: "source" (rows only: no labels of the new language), "target" (its rows are then trained on `train`, the
            body frozen), "joint" (one vocabulary for both languages, everything trained on `train` and
            `source_train`).
        train: `Dataset` of the new language, with labels for a classifier.
        source_train: `Dataset` of the old language, for "joint".
        vocabulary_size: pieces of the new vocabulary; by default the old one's number.
        seed: of random rows and of the training.
        method_options: dict of further options of `InitializationContext`, such as `vectors`.
        progress: True to show it, or a function that is called with a `Progress`: the stages, then the epochs of the training
            and their loss.
        training: options of the model's `fit`: epochs, batch_size, learning_rate, ...

    Returns:
        The new model and a `ConversionReport`.

    Raises:
        ValueError: a language that the model has already, texts in the wrong script, a lexicon that shares no word, a
            network without a table, `train` or `source_train` missing. UserWarning: few sentence pairs.

    Example:

    >>> import keras_i18n as ki
    >>> english = ["the sun is red", "the house is big", "a red house"] * 8
    >>> vocabulary = ki.tokenizers.train_unigram(english, vocabulary_size=40, begin=True, end=True)
    >>> model = ki.LanguageModel.create(vocabulary, languages=["en"], kind="gru", size="tiny")
    >>> converted, report = convert_language(model, "sw", texts=["jua ni jekundu", "nyumba ni kubwa"] * 8, method="parts")
    >>> converted.languages, report.counts["copied"] > 3
    (('sw',), True)
    """
    model = models.load(model) if not hasattr(model, "network") else model
    language = tags.normalize(language)
    _check_model(model, language)
    found = _checked_resources(language, texts, parallel, lexicon)
    check_training_method(training_method, train, source_train)
    counter = Counter(progress, "vocabulary", total=3)
    counter.add(0)
    own = list(train.text) if train is not None else []
    if tokenizer is None:
        both = list(source_train.text) if training_method == "joint" else []
        tokenizer = train_like(model.tokenizer, [*found.sentences(), *own, *both], vocabulary_size=vocabulary_size)
    counter.next_stage("rows")
    converted, rows, tied = _with_vocabulary(
        model, language, tokenizer, found, own, method, seed, method_options, training_method
    )
    counter.next_stage("training")
    if counter.tell is not None and training_method != "source":
        training = {"progress": counter.tell, "verbose": 0, **training}
    history = train_by_method(training_method, converted, train, source_train, seed=seed, **training)
    counter.next_stage("training")
    report = ConversionReport(
        language=language,
        method=method,
        training_method=training_method,
        counts=rows.counts,
        pieces_before=model.tokenizer.vocabulary_size,
        pieces_after=tokenizer.vocabulary_size,
        tied=tied,
        history=history,
    )
    return converted, report


def _with_vocabulary(model, language, tokenizer, found, own, method, seed, method_options, training_method):
    config = model.to_config()
    pieces, old_pieces = list(tokenizer.pieces), list(model.tokenizer.pieces)
    config["languages"] = [*model.languages, language] if training_method == "joint" else [language]
    if "language_tags" in config:
        kept = config["language_tags"]
        config["language_tags"] = ([*kept, language] if training_method == "joint" else [language]) if kept else []
        pieces += [f"<{tag}>" for tag in config["language_tags"]]
        old_pieces += [f"<{tag}>" for tag in kept]
    scores_tokens = isinstance(model, models.LanguageModel)
    weights = TokenWeights.of(model.network, num_tokens=len(old_pieces), scores_tokens=scores_tokens)
    sources, targets = found.sides()
    context = InitializationContext(
        pieces=pieces,
        source_pieces=old_pieces,
        source_rows=weights.rows,
        tokenize=lambda words: bare_ids(model.tokenizer, words),
        unknown_id=model.tokenizer.unknown_id,
        parallel=list(zip(bare_ids(model.tokenizer, sources), bare_ids(tokenizer, targets), strict=True)),
        lexicon=found.lexicon,
        target_texts=bare_ids(tokenizer, [*found.sentences(), *own]),
        seed=seed,
        **(method_options or {}),
    )
    rows = initialize_rows(method, context)
    network = weights.network_with(model.network, rows.rows)
    converted = type(model).from_saved(tokenizer=tokenizer, network=network, config=config)
    return converted, rows, (weights.output is None) if scores_tokens else None


def _check_model(model, language):
    if not hasattr(model, "tokenizer"):
        raise ValueError(
            f"`model` must be a LanguageModel or TextClassifier, or its file. Received: {type(model).__name__}."
        )
    if language in model.languages:
        raise ValueError(
            f"`language` must be a language that the model lacks. Received: {shown(language)}; the model has "
            f"{cut(', '.join(model.languages))}. Train it further with `fit`."
        )


def _checked_resources(language, texts, parallel, lexicon):
    if isinstance(texts, str):
        raise ValueError(f"`texts` must be a list of str. Received: the str {shown(texts)}.")
    found = LanguageResources(parallel=parallel, texts=tuple(texts), lexicon=tuple(lexicon))
    if parallel is None and not found.lexicon and not found.texts:
        return found
    return found.checked(language, has_teacher=parallel is None)
