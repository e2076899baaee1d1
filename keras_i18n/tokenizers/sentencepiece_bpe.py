"""SentencePiece BPE as data, as Llama 2 and Mistral have it, with the C++ library underneath."""

import functools
from typing import Any

import numpy as np

from keras_i18n.protocols import Config, TokenIds
from keras_i18n.shown import shown
from keras_i18n.tokenizers.pair_merges import Ranks
from keras_i18n.tokenizers.sentencepiece_model import SPACE_SYMBOL, PieceType
from keras_i18n.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer


class SentencePieceBPETokenizer(SentencePieceTokenizer):
    """Text to token ids by a SentencePiece BPE model: the very ids of the sentencepiece library.

    A text is normalised as the file says; neighbouring pieces that spell a piece together become it, that of the highest
    score first. What no piece spells becomes its bytes, where the model has them (byte fallback), or the unknown piece.

    Args:
        model, options: as in `SentencePieceTokenizer`, without groups; `from_file` reads a `.model` file.
        prefix_space: whether a text that does not begin with a space gets one, as Llama's and Mistral's newer files have it; of
            a model whose own rule puts one before all texts (`add_dummy_prefix`) it must be False.

    Raises:
        ValueError: as `SentencePieceTokenizer`; two rules of a space before a text.

    >>> from keras_i18n.tokenizers import SentencePieceBPETokenizer, UnigramTokenizer, train_unigram
    >>> SentencePieceBPETokenizer(train_unigram(["to be"] * 9, vocabulary_size=9).model_bytes)
    Traceback (most recent call last):
    ValueError: A SentencePiece model must be of kind BPE here. Received: a model of kind unigram. `UnigramTokenizer` reads it.
    """

    KIND = "BPE"
    MAGIC = b"keras_i18n sentencepiece bpe tokenizer 1\n"
    OPTIONS = SentencePieceTokenizer.OPTIONS | {"prefix_space"}

    def __init__(self, model: bytes, *, prefix_space: bool = False, **options: Any) -> None:
        super().__init__(model, **options)
        self.prefix_space = bool(prefix_space)
        if self.prefix_space and self.model.add_dummy_prefix:
            raise ValueError(
                "A text must get a space by one rule. Received: prefix_space=True, and a model that puts one before all texts "
                "(add_dummy_prefix). Leave prefix_space out."
            )

    def _given(self, text):
        text = super()._given(text)
        return f" {text}" if self.prefix_space and text and text[0] not in (" ", SPACE_SYMBOL) else text

    def detokenize(self, sequences: TokenIds) -> list[str]:
        """As in `SentencePieceTokenizer`; a space at the beginning, which any text may have got, goes."""
        texts = super().detokenize(sequences)
        return [text.removeprefix(" ") for text in texts] if self.prefix_space else texts

    def get_config(self) -> Config:
        """As in `SentencePieceTokenizer`."""
        return super().get_config() | ({"prefix_space": True} if self.prefix_space else {})

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
