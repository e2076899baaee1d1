"""The SentencePiece unigram tokenizer as data, with the C++ library underneath."""

import functools
import secrets
from collections.abc import Iterable, Sequence

import numpy as np

from keras_i18n.protocols import Config, Texts, TokenIds
from keras_i18n.shown import shown
from keras_i18n.tokenizers import sentencepiece_model
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer

MAGIC = b"keras_i18n unigram tokenizer 1\n"


class UnigramTokenizer(SentencePieceTokenizer):
    """Text to token ids by a SentencePiece unigram model: the very ids of the sentencepiece library.

    Args:
        model: bytes of a SentencePiece unigram `.model` file.
        begin: piece put before each text: False for none, True for the model's own, or a piece such as "<s>".
        end: piece put after each text, in the same way.
        prefix: text put before each text, as some encoders were trained with ("query: ").
        max_tokens: longest result of `tokenize` and of the compiled tokenizer; None for any length.
        threads: number of threads that `tokenize` uses.
        groups: `PieceGroups`, or their config, a dict: pieces that a text may use only where they cover enough of it. A
            `.model` file has no place for them: `save` keeps them, `model_bytes` alone does not.

    Raises:
        ValueError: for a file that is damaged or of another kind, a begin or end piece that it lacks, a prefix with the
            code point 0, groups that the vocabulary does not have, or a `max_tokens` below the number of begin and end
            pieces. The whole file is checked at once, its normaliser too: what opens works. A piece or a score that has
            become another valid one cannot be told from the file alone: files of `save` carry a digest, and `from_file`
            takes one.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> tokenizer = train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20, end=True)
    >>> tokenizer.pad(tokenizer.tokenize(["to be", ""])).shape[0]
    2
    >>> tokenizer.detokenize(tokenizer.tokenize(["to be"]))
    ['to be']
    """

    KIND = "unigram"
    MAGIC = MAGIC
    OPTIONS = SentencePieceTokenizer.OPTIONS | {"groups"}

    def __init__(
        self,
        model: bytes,
        *,
        begin: bool | str = False,
        end: bool | str = False,
        prefix: str = "",
        max_tokens: int | None = None,
        threads: int | None = None,
        groups: PieceGroups | Config | None = None,
    ) -> None:
        self.groups = PieceGroups.of(groups)
        super().__init__(
            model, begin=begin, end=end, prefix=prefix, max_tokens=max_tokens, threads=threads, groups=self.groups
        )

    @functools.cached_property
    def scores(self) -> np.ndarray:
        """Log probabilities of the pieces, float32 by token id."""
        return np.asarray(self.model.scores, np.float32)

    def cut_with_all_pieces(self, texts: Texts) -> TokenIds:
        """Token ids of texts before it is asked which groups they may use, without begin and end pieces: a list of arrays."""
        return self._library.with_all_pieces([self._given(text) for text in texts], self.threads)

    def sample(self, texts: Texts, *, alpha: float = 0.2, seed: int | None = None) -> TokenIds:
        """Token ids of texts cut at random into pieces, likelier cuts more often; begin and end pieces included.

        A text is cut into pieces of the groups that its best cut may use, and of no others.

        Args:
            texts: sequence of str.
            alpha: smoothing; 0 makes all cuts alike, 1 follows the scores.
            seed: integer from 0 to 2**31 - 1; the same seed cuts the same texts alike. None cuts differently each time.

        Returns:
            A list of int32 arrays, one a text.

        Raises:
            ValueError: for a seed out of its range.

        Source: Kudo 2018, "Subword Regularization" (arXiv 1804.10959).
        """
        if seed is None:
            seed = secrets.randbits(31)
        elif isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**31:
            raise ValueError(f"`seed` must be an integer from 0 to 2**31 - 1, or None. Received: {shown(seed)}.")
        cleaned = [self._given(text) for text in texts]
        found = self._library.drawn(cleaned, float(alpha), int(seed), self.threads)
        before = [] if self.begin_id is None else [self.begin_id]
        after = [] if self.end_id is None else [self.end_id]
        return [np.array([*before, *ids, *after], np.int32) for ids in found]

    def extended(
        self,
        pieces: Sequence[str],
        scores: Iterable[float],
        *,
        group_sizes: Sequence[int] = (),
        least_percent: int | None = None,
    ) -> "UnigramTokenizer":
        """A tokenizer with more pieces; those of this one keep their ids and scores.

        Args:
            pieces: list of str that the vocabulary lacks, U+2581 for the space; their ids follow its own.
            scores: their log probabilities. A score below that of every piece would make unknown characters cost
                something else in old texts, so it is raised to the lowest there is.
            group_sizes: the pieces, in their order, form groups of so many: see `PieceGroups`. Without, any text may use
                them.
            least_percent: of a text, for these groups; unless given, as for those that are there, or 10.

        Raises:
            ValueError: a piece that is there already, comes twice, or is empty; groups of another number of pieces, or
                none for a tokenizer that has some.
        """
        if sum(group_sizes) != len(pieces) and (group_sizes or self.groups.starts):
            raise ValueError(
                f"`group_sizes` must tell the group of each piece. Received: {len(pieces)} pieces, sizes "
                f"{shown(list(group_sizes))}."
            )
        groups = self.groups.joined(self.vocabulary_size, group_sizes, least_percent)
        lowest = self.model.min_score
        scores = [max(float(score), lowest) for score in scores]
        return type(self)(
            sentencepiece_model.with_pieces(self.model_bytes, pieces, scores),
            begin=self.begin_piece or False,
            end=self.end_piece or False,
            prefix=self.prefix,
            max_tokens=self.max_tokens,
            threads=self.threads,
            groups=groups,
        )

    def get_config(self) -> Config:
        """The plain options beside the model's bytes."""
        config = super().get_config()
        if self.groups.starts:
            config["groups"] = self.groups.get_config()
        return config
