"""Functional builders: token ids -> numbers. They know no text and no language names."""

from keras_i18n.networks.packed_sentence_encoder import PackedSentenceEncoder
from keras_i18n.networks.universal_sentence_encoder import universal_sentence_encoder

__all__ = ["PackedSentenceEncoder", "universal_sentence_encoder"]
