"""Turns a SentencePiece BPE model into flat tables that a graph can look things up in."""

import dataclasses

import numpy as np

from keras_i18n.shown import shown
from keras_i18n.tokenizers import merge_tables, unigram_tables
from keras_i18n.tokenizers.merge_tables import MergeTables
from keras_i18n.tokenizers.sentencepiece_bpe import SentencePieceBPETokenizer
from keras_i18n.tokenizers.sentencepiece_model import PieceType

PAGE_BITS = 7
_NUM_PAGES = 0x110000 >> PAGE_BITS
_REFUSED = {PieceType.USER_DEFINED: "user-defined symbols", PieceType.UNUSED: "unused pieces"}


@dataclasses.dataclass(frozen=True)
class SentencePieceBPETables:
    """`letters[pages[c >> 7] + c]` is what a code point begins as, -1 for an unknown one; `byte_ids` of bytes, or none."""

    pages: np.ndarray
    letters: np.ndarray
    byte_ids: np.ndarray
    merges: MergeTables


def build(tokenizer: SentencePieceBPETokenizer) -> SentencePieceBPETables:
    """Builds the tables of a `SentencePieceBPETokenizer`.

    Raises:
        ValueError: for a model with user-defined symbols or unused pieces, different pieces of one score, or more than
            fits.
    """
    model = tokenizer.model
    for kind, name in _REFUSED.items():
        found = [piece for piece, other in zip(model.pieces, model.types, strict=True) if other == kind]
        if found:
            raise ValueError(
                f"A compiled BPE model takes no {name}. Received: {shown(found)}. Ids of `tokenize` have them; a network "
                "can be given these."
            )
    cells = np.full(_NUM_PAGES << PAGE_BITS, -1, np.int32)
    for character, number in tokenizer.letters.items():
        cells[ord(character)] = number
    pages, page_of = np.unique(cells.reshape(_NUM_PAGES, -1), axis=0, return_inverse=True)
    offsets = (page_of.reshape(-1) - np.arange(_NUM_PAGES)) << PAGE_BITS
    return SentencePieceBPETables(
        offsets.astype(np.int32),
        pages.reshape(-1),
        unigram_tables.byte_ids(model),
        merge_tables.build(tokenizer.ranks),
    )
