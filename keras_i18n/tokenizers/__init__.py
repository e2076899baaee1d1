"""Vocabularies as plain data: text to token ids, without TensorFlow."""

from keras_i18n.tokenizers.byte_pair import BytePairTokenizer
from keras_i18n.tokenizers.character import CharacterTokenizer
from keras_i18n.tokenizers.joined import JoinedTokenizer
from keras_i18n.tokenizers.keras_hub import from_keras_hub
from keras_i18n.tokenizers.ngram import NgramTokenizer
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.tokenizers.sentencepiece_bpe import SentencePieceBPETokenizer
from keras_i18n.tokenizers.sentencepiece_model import PieceType, SentencePieceModel
from keras_i18n.tokenizers.sentencepiece_tokenizer import clean_text
from keras_i18n.tokenizers.text_vectorization import TextVectorizationTokenizer, from_text_vectorization
from keras_i18n.tokenizers.tokenizer import Tokenizer
from keras_i18n.tokenizers.tokenizer_json import from_tokenizer_json
from keras_i18n.tokenizers.tokenizer_json_writing import to_tokenizer_json
from keras_i18n.tokenizers.training import train_unigram
from keras_i18n.tokenizers.unigram import UnigramTokenizer
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer

__all__ = [
    "BytePairTokenizer",
    "CharacterTokenizer",
    "JoinedTokenizer",
    "NgramTokenizer",
    "PieceGroups",
    "PieceType",
    "SentencePieceBPETokenizer",
    "SentencePieceModel",
    "TextVectorizationTokenizer",
    "Tokenizer",
    "UnigramTokenizer",
    "WordPieceTokenizer",
    "clean_text",
    "from_keras_hub",
    "from_text_vectorization",
    "from_tokenizer_json",
    "to_tokenizer_json",
    "train_unigram",
]


def __dir__():
    return sorted(__all__)
