"""SentencePiece BPE as data, as Llama 2 and Mistral have it, with the C++ library underneath."""

import functools

import numpy as np

from keras_i18n.shown import shown
from keras_i18n.tokenizers.pair_merges import Ranks
from keras_i18n.tokenizers.sentencepiece_model import PieceType
from keras_i18n.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer


class SentencePieceBPETokenizer(SentencePieceTokenizer):
    """Text to token ids by a SentencePiece BPE model: the very ids of the sentencepiece library.

    A text is normalised as the file says; neighbouring pieces that spell a piece together become it, that of the highest
    score first. What no piece spells becomes its bytes, where the model has them (byte fallback), or the unknown piece.

    The arguments are those of `SentencePieceTokenizer`, without groups; `from_file` reads a `.model` file.

    >>> from keras_i18n.tokenizers import SentencePieceBPETokenizer, UnigramTokenizer, train_unigram
    >>> SentencePieceBPETokenizer(train_unigram(["to be"] * 9, vocabulary_size=9).model_bytes)
    Traceback (most recent call last):
    ValueError: A SentencePiece model must be of kind BPE here. Received: a model of kind unigram. `UnigramTokenizer` reads it.
    """

    KIND = "BPE"
    MAGIC = b"keras_i18n sentencepiece bpe tokenizer 1\n"

    @functools.cached_property
    def letters(self) -> dict[str, int]:
        """What a text begins as: each character of the pieces, with its token id; numbers from the size of the vocabulary on
        for those that are no piece, which are unknown where they stay alone."""
        normal = self._normal
        found = {piece: number for piece, number in normal.items() if len(piece) == 1}
        for character in sorted({character for piece in normal for character in piece} - set(found)):
            found[character] = self.vocabulary_size + len(found)
        return found

    @functools.cached_property
    def _normal(self):
        kinds = zip(self.pieces, self.model.types, strict=True)
        return {piece: number for number, (piece, kind) in enumerate(kinds) if kind == PieceType.NORMAL}

    @property
    def ranks(self) -> Ranks:
        """(left piece, right piece) -> (rank, piece that they become); the rank is the place of the piece by its score.

        Raises:
            ValueError: for different pieces of one score.
        """
        normal, letters = self._normal, self.letters
        longer = [piece for piece in normal if len(piece) > 1]
        scores = np.array([self.model.scores[normal[piece]] for piece in longer])
        order = np.argsort(-scores, kind="stable")
        same = np.flatnonzero(np.diff(scores[order]) == 0)
        if len(same):
            raise ValueError(
                "Pieces of a BPE model must differ in their scores. Received: "
                f"{shown([longer[order[place]] for place in (same[0], same[0] + 1)])} of one score."
            )
        parts = {**normal, **letters}
        found = {}
        for rank, place in enumerate(order.tolist()):
            piece = longer[place]
            for size in range(1, len(piece)):
                left, right = parts.get(piece[:size]), parts.get(piece[size:])
                if left is not None and right is not None:
                    found[left, right] = rank, normal[piece]
        return found
