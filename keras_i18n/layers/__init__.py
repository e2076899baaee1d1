"""One Keras layer a file. Masks are explicit: `mask = PaddingMask()(token_ids)`, then `layer(x, mask=mask)`."""

from keras_i18n.layers.bidirectional import Bidirectional
from keras_i18n.layers.gru import GRU
from keras_i18n.layers.lstm import LSTM
from keras_i18n.layers.masked_mean import MaskedMean
from keras_i18n.layers.multilingual_embedding import MultilingualEmbedding
from keras_i18n.layers.ngram_convolutions import NgramConvolutions
from keras_i18n.layers.ngram_tokenization import NgramTokenization
from keras_i18n.layers.padding_mask import PaddingMask
from keras_i18n.layers.projected_sum import ProjectedSum
from keras_i18n.layers.simple_rnn import SimpleRNN

__all__ = [
    "GRU",
    "LSTM",
    "Bidirectional",
    "MaskedMean",
    "MultilingualEmbedding",
    "NgramConvolutions",
    "NgramTokenization",
    "PaddingMask",
    "ProjectedSum",
    "SimpleRNN",
]
