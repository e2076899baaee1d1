"""Words of the languages that a model knows: new pieces must leave each of them as it is.

No piece goes over a space, so a text is cut word by word: what leaves every word of a list as it is leaves every text
of these words as it is, however short it is.
"""

import collections
import unicodedata
from collections.abc import Iterable

from keras_i18n.tokenizers import BytePairTokenizer, UnigramTokenizer, WordPieceTokenizer
from keras_i18n.tokenizers.piece_tokenizer import SPECIAL

_SPACE = "\u2581"
_MARKS = ".,;:!?()[]\"'«»“”’‘…-–—„"


def words_of_texts(tokenizer: UnigramTokenizer, texts: Iterable[str]) -> list[str]:
    """The different words of texts, with the marks that stand at them, as the vocabulary sees them; sorted.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> words_of_texts(train_unigram(["to be or not"] * 9, vocabulary_size=20), ["to be, to be"])
    ['be', 'be,', 'to']
    """
    found = {word for text in tokenizer.normalize(list(texts)) for word in text.split(_SPACE)}
    return sorted(found - {""})


def words_of_vocabulary(tokenizer: UnigramTokenizer) -> list[str]:
    """Words of known languages that the vocabulary itself holds: its pieces that begin a word."""
    return [piece[1:] for piece in tokenizer.pieces if len(piece) > 1 and piece.startswith(_SPACE)]


def own_words(tokenizer: WordPieceTokenizer | BytePairTokenizer, texts: Iterable[str]) -> collections.Counter[str]:
    """The words into which a tokenizer itself cuts texts, special tokens left out: word -> how often it stands.

    >>> sorted(own_words(WordPieceTokenizer(["[UNK]", "[SEP]"]), ["To be, to be[SEP]"]).items())
    [(',', 1), ('be', 2), ('to', 2)]
    """
    found = collections.Counter(word for words in tokenizer.words(list(texts)) for word in words)
    for number in range(len(tokenizer.special_tokens)):
        del found[chr(SPECIAL + number)]
    return found


def forms_to_keep(
    tokenizer: WordPieceTokenizer | BytePairTokenizer, texts: Iterable[str], vocabulary: Iterable[str]
) -> list[str]:
    """The words of texts and those that a vocabulary holds, as the tokenizer cuts them, however they are written; sorted.

    >>> forms_to_keep(WordPieceTokenizer(["[UNK]", "sea"], lowercase=False), ["the sun."], ["sea"])
    ['"', '.', 'Sea', 'Sun', 'The', 'sea', 'sun', 'the']
    """
    stood = own_words(tokenizer, texts)
    forms = as_written(without_marks([*(word.strip() for word in stood), *vocabulary]))
    return sorted({*stood, *own_words(tokenizer, forms), *own_words(tokenizer, [f" {form}" for form in forms])})


def without_marks(words: Iterable[str]) -> list[str]:
    """The words without the marks at their ends, each once; sorted."""
    return sorted({word.strip(_MARKS) for word in words} - {""})


def as_written(words: Iterable[str]) -> list[str]:
    """Words as they stand in texts: at the beginning of a sentence as well, and behind a mark, where no space is before them.

    >>> as_written(["sun"])
    ['sun', 'Sun', '"sun', '"Sun']
    """
    words = [form for word in words for form in dict.fromkeys((word, word[:1].upper() + word[1:]))]
    return [*words, *(f'"{word}' for word in words)]


def is_spelled(piece: str, known: frozenset[str]) -> bool:
    """Whether a piece is made of letters, their marks, and signs that only the new language has.

    Numbers and punctuation are the same in all languages: a piece of them helps none and changes all.

    Args:
        piece: U+2581 stands for the space.
        known: all characters of the old vocabulary.

    >>> is_spelled("▁jua", frozenset("jua,1")), is_spelled("jua,", frozenset("jua,1")), is_spelled("ነው።", frozenset(","))
    (True, False, True)
    """
    signs = piece.replace(_SPACE, "")
    return bool(signs) and all(unicodedata.category(sign)[0] in "LM" or sign not in known for sign in signs)
