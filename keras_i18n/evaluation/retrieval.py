"""Whether vectors find their translations: words in a lexicon, sentences among sentences."""

import collections
import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.evaluation.nearest_neighbours import Scorer
from keras_i18n.protocols import Array, Encoder, LabelledTexts
from keras_i18n.shown import shown
from keras_i18n.text_table import preformatted, text_table


@dataclasses.dataclass(frozen=True)
class RetrievalScore:
    """How high the right answers stand; shares from 0 to 1.

    Attributes:
        count: number of queries.
        precision_at_1, precision_at_5: share of queries with a right answer at the first place, among the first five.
        mean_reciprocal_rank: mean of 1 / place of the best right answer.

    Example:

    >>> RetrievalScore.of_ranks([1, 2, 10]).precision_at_5.__round__(3)
    0.667
    """

    count: int
    precision_at_1: float
    precision_at_5: float
    mean_reciprocal_rank: float

    @classmethod
    def of_ranks(cls, ranks: Array) -> Self:
        """The score of places, int `(queries,)`, counted from 1."""
        ranks = np.asarray(ranks)
        if not ranks.size or ranks.min() < 1:
            raise ValueError(f"`ranks` must be at least one place of 1 or more. Received: {shown(ranks)}.")
        return cls(
            len(ranks), float((ranks <= 1).mean()), float((ranks <= 5).mean()), float((1 / ranks.astype(float)).mean())
        )


def ranks_of(queries: Array, candidates: Array, answers: Sequence[Any] | np.ndarray, **options: Any) -> np.ndarray:
    """The place of the best right answer of each query.

    Args:
        queries: float `(queries, dim)`.
        candidates: float `(candidates, dim)`.
        answers: for each query its right places in `candidates`: an int, or a list of them.
        options: of `nearest`: scoring ("csls", "cosine", "margin"), num_neighbours, pool.

    Returns:
        int64 `(queries,)`, counted from 1. A wrong candidate with the score of the right one stands before it, so that
        vectors that are all alike gain nothing.

    Example:

    >>> ranks_of(np.eye(2), np.eye(2)[::-1], [1, [0, 1]], scoring="cosine").tolist()
    [1, 1]
    """
    answers = [np.unique(places) for places in answers]
    if len(answers) != len(queries) or not all(len(places) for places in answers):
        raise ValueError(
            f"`answers` must hold at least one right place a query ({len(queries)}). Received: {len(answers)}."
        )
    ranks = np.empty(len(answers), np.int64)
    for start, scores in Scorer(queries, candidates, **options).blocks():
        for row, of_query in enumerate(scores):
            right = answers[start + row]
            best = of_query[right].max()
            ranks[start + row] = 1 + (of_query >= best).sum() - (of_query[right] >= best).sum()
    return ranks


def word_retrieval(
    pairs: Iterable[tuple[str, str]],
    source_words: Sequence[str],
    source_vectors: Array,
    target_words: Sequence[str],
    target_vectors: Array,
    *,
    scoring: str = "csls",
    **options: Any,
) -> RetrievalScore:
    """Whether words find their translations.

    Args:
        pairs: (source word, target word) of a lexicon; a source word with several translations is one query.
        source_words: str, a word a vector; it may hold more words than are asked: "csls" knows hubs by all of them.
        source_vectors: float `(source words, dim)`.
        target_words: str, the candidates.
        target_vectors: float `(target words, dim)`.
        scoring, options: as in `nearest`.

    Returns:
        `RetrievalScore` over the distinct source words of the pairs.

    Raises:
        ValueError: a pair with a word that has no vector, or no pairs.

    Example:

    >>> word_retrieval([("sun", "jua")], ["sun"], [[1, 0]], ["mji", "jua"], [[0, 1], [1, 0]]).precision_at_1
    1.0
    """
    place_of_source = {word: place for place, word in enumerate(source_words)}
    place_of_target = {word: place for place, word in enumerate(target_words)}
    answers = collections.defaultdict(list)
    for source, target in pairs:
        if source not in place_of_source or target not in place_of_target:
            raise ValueError(f"Both words of a pair must have a vector. Received: {shown(source)}, {shown(target)}.")
        answers[place_of_source[source]].append(place_of_target[target])
    if not answers:
        raise ValueError("`pairs` must hold at least one pair. Received: none.")
    source_vectors = np.asarray(source_vectors, np.float32)
    ranks = ranks_of(
        source_vectors[list(answers)],
        target_vectors,
        list(answers.values()),
        scoring=scoring,
        **({} if scoring == "cosine" else {"pool": source_vectors}),
        **options,
    )
    return RetrievalScore.of_ranks(ranks)


def sentence_retrieval(
    source_vectors: Array, target_vectors: Array, *, scoring: str = "margin", num_neighbours: int = 4
) -> tuple[RetrievalScore, ...]:
    """Whether sentences find their translations, in both directions; row i of both sides is a pair.

    Args:
        source_vectors: float `(sentences, dim)`.
        target_vectors: float `(sentences, dim)`.
        scoring, num_neighbours: as in `nearest`.

    Returns:
        (`RetrievalScore` source to target, `RetrievalScore` target to source).

    Example:

    >>> there, back = sentence_retrieval([[1, 0], [0, 1]], [[1, 0.2], [0.1, 1]])
    >>> there.precision_at_1, back.mean_reciprocal_rank
    (1.0, 1.0)
    """
    if len(source_vectors) != len(target_vectors):
        raise ValueError(
            f"Every sentence needs its translation. Received: {len(source_vectors)} and {len(target_vectors)} vectors."
        )
    own = np.arange(len(source_vectors))
    sides = ((source_vectors, target_vectors), (target_vectors, source_vectors))
    return tuple(
        RetrievalScore.of_ranks(ranks_of(*side, own, scoring=scoring, num_neighbours=num_neighbours)) for side in sides
    )


@dataclasses.dataclass(frozen=True, eq=False)
class RetrievalReport:
    """Sentence retrieval language by language; `str(report)` is a table.

    Attributes:
        target_language: the language that the others are paired with.
        rows: dict, language -> (`RetrievalScore` to the target, `RetrievalScore` from the target).
    """

    target_language: str
    rows: dict

    @property
    def mean(self) -> float:
        """Precision at 1, averaged over directions and languages."""
        return float(np.mean([score.precision_at_1 for pair in self.rows.values() for score in pair]))

    def __getitem__(self, language: str | None) -> Any:
        return self.rows[language]

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        target = self.target_language
        header = ["language", "sentences", f"to {target}", f"from {target}", "MRR to", "MRR from"]
        lines = [
            [
                language,
                there.count,
                *(f"{100 * score.precision_at_1:.1f}" for score in (there, back)),
                *(f"{score.mean_reciprocal_rank:.3f}" for score in (there, back)),
            ]
            for language, (there, back) in sorted(
                self.rows.items(), key=lambda row: (-row[1][0].precision_at_1, row[0])
            )
        ]
        return f"{text_table(header, lines)}\nMean of both directions {100 * self.mean:.1f} %"


def retrieval_by_language(
    encoder: Encoder,
    dataset: LabelledTexts,
    *,
    target_language: str = "en",
    by: str = "id",
    scoring: str = "margin",
    num_neighbours: int = 4,
) -> RetrievalReport:
    """Sentence retrieval between one language and each other of an n-way parallel data set.

    Args:
        encoder: anything with `encode(texts)`, list of str -> float `(texts, dim)`.
        dataset: `Dataset` whose column `by` tells which rows are translations of each other.
        target_language: tag of the language that the others are paired with.
        by: name of that column.
        scoring, num_neighbours: as in `sentence_retrieval`.

    Returns:
        `RetrievalReport`.

    Raises:
        ValueError: the target language is missing, or shares no sentence with another.

    Example:

    >>> from keras_i18n import datasets
    >>> class Lengths:
    ...     def encode(self, texts):
    ...         return np.array([[len(text), 3.0] for text in texts])
    >>> data = datasets.from_lists(["a", "bbb", "x", "yyy"], language=["en", "en", "sw", "sw"], id=[1, 2, 1, 2])
    >>> retrieval_by_language(Lengths(), data).mean
    1.0
    """
    target = dataset.select(languages=target_language)
    if len(target.languages) != 1:
        raise ValueError(
            f"`target_language` must name one language. Received: {shown(target_language)}: {shown(target.languages)}."
        )
    target_tag = target.languages[0]
    target_vectors = np.asarray(encoder.encode(list(target.text)))
    place_of = {key: place for place, key in enumerate(target[by])}
    rows = {}
    for language in dataset.languages:
        if language == target_tag:
            continue
        side = dataset.select(languages=language)
        own = [place for place, key in enumerate(side[by]) if key in place_of]
        if not own:
            raise ValueError(f"'{language}' and '{target_tag}' must share values of '{by}'. Received: none shared.")
        vectors = np.asarray(encoder.encode([side.text[place] for place in own]))
        partners = target_vectors[[place_of[side[by][place]] for place in own]]
        rows[language] = sentence_retrieval(vectors, partners, scoring=scoring, num_neighbours=num_neighbours)
    return RetrievalReport(target_tag, rows)
