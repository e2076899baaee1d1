"""Functional builders: token ids -> numbers. They know no text and no language names."""

from keras_i18n.networks.building import build
from keras_i18n.networks.convolution import convolution
from keras_i18n.networks.copying import copy_network, uncompiled
from keras_i18n.networks.gru import gru
from keras_i18n.networks.language_model import language_model
from keras_i18n.networks.language_rows import token_embedding, with_language_rows
from keras_i18n.networks.lstm import lstm
from keras_i18n.networks.next_token_step import next_token_step
from keras_i18n.networks.packed_sentence_encoder import PackedSentenceEncoder, pack_sequences
from keras_i18n.networks.pooling import pooling
from keras_i18n.networks.sentence_transformer import sentence_transformer
from keras_i18n.networks.simple_rnn import simple_rnn
from keras_i18n.networks.transformer import transformer
from keras_i18n.networks.universal_sentence_encoder import universal_sentence_encoder
from keras_i18n.networks.zero_padding import padded_with_zero

__all__ = [
    "PackedSentenceEncoder",
    "build",
    "convolution",
    "copy_network",
    "gru",
    "language_model",
    "lstm",
    "next_token_step",
    "pack_sequences",
    "padded_with_zero",
    "pooling",
    "sentence_transformer",
    "simple_rnn",
    "token_embedding",
    "transformer",
    "uncompiled",
    "universal_sentence_encoder",
    "with_language_rows",
]
