"""Functional builders: token ids -> numbers. They know no text and no language names."""

from keras_i18n.networks.added_rows import pretrained_part, with_added_rows
from keras_i18n.networks.building import build
from keras_i18n.networks.convolution import convolution
from keras_i18n.networks.copying import copy_network, uncompiled
from keras_i18n.networks.few_bit_tables import few_bit_tables, refuse_few_bits, tables_in_few_bits
from keras_i18n.networks.filled_inputs import with_filled_inputs
from keras_i18n.networks.gru import gru
from keras_i18n.networks.language_model import language_model
from keras_i18n.networks.language_rows import token_embedding, with_language_rows
from keras_i18n.networks.lstm import lstm
from keras_i18n.networks.next_token_step import next_token_step
from keras_i18n.networks.ngram_bag import bag_encoder, bag_repeats, is_ngram_bag, ngram_bag
from keras_i18n.networks.ngram_sentence_encoder import (
    gate_of,
    inner_encoder,
    is_ngram_sentence_encoder,
    ngram_sentence_encoder,
    other_preset,
)
from keras_i18n.networks.packed_sentence_encoder import PackedSentenceEncoder, pack_sequences
from keras_i18n.networks.pooling import pooling
from keras_i18n.networks.portable import portable
from keras_i18n.networks.scored_vector import scored_vector
from keras_i18n.networks.selected_rows import (
    TokenTable,
    table_rows,
    token_rows,
    token_tables,
    with_other_rows,
    with_selected_rows,
)
from keras_i18n.networks.sentence_encoder_halves import without_inner_encoder, without_ngrams
from keras_i18n.networks.sentence_transformer import sentence_transformer
from keras_i18n.networks.simple_rnn import simple_rnn
from keras_i18n.networks.split_network import split_at_token_vectors
from keras_i18n.networks.token_sensitivity import token_sensitivity
from keras_i18n.networks.traced import traced
from keras_i18n.networks.transformer import transformer
from keras_i18n.networks.translation import translation
from keras_i18n.networks.translation_tokens import with_added_language, with_kept_tokens
from keras_i18n.networks.universal_sentence_encoder import universal_sentence_encoder
from keras_i18n.networks.zero_padding import padded_with_zero

__all__ = [
    "PackedSentenceEncoder",
    "TokenTable",
    "bag_encoder",
    "bag_repeats",
    "build",
    "convolution",
    "copy_network",
    "few_bit_tables",
    "gate_of",
    "gru",
    "inner_encoder",
    "is_ngram_bag",
    "is_ngram_sentence_encoder",
    "language_model",
    "lstm",
    "next_token_step",
    "ngram_bag",
    "ngram_sentence_encoder",
    "other_preset",
    "pack_sequences",
    "padded_with_zero",
    "pooling",
    "portable",
    "pretrained_part",
    "refuse_few_bits",
    "scored_vector",
    "sentence_transformer",
    "simple_rnn",
    "split_at_token_vectors",
    "table_rows",
    "tables_in_few_bits",
    "token_embedding",
    "token_rows",
    "token_sensitivity",
    "token_tables",
    "traced",
    "transformer",
    "translation",
    "uncompiled",
    "universal_sentence_encoder",
    "with_added_language",
    "with_added_rows",
    "with_filled_inputs",
    "with_kept_tokens",
    "with_language_rows",
    "with_other_rows",
    "with_selected_rows",
    "without_inner_encoder",
    "without_ngrams",
]


def __dir__():
    return sorted(__all__)
