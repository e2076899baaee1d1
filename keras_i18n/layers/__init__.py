"""One Keras layer a file. Masks are explicit: `mask = PaddingMask()(token_ids)`, then `layer(x, mask=mask)`."""

from keras_i18n.layers.added_language import AddedLanguage
from keras_i18n.layers.attention_pooling import AttentionPooling
from keras_i18n.layers.bidirectional import Bidirectional
from keras_i18n.layers.byte_pair_tokenization import BytePairTokenization
from keras_i18n.layers.byte_words import ByteWords
from keras_i18n.layers.cached_self_attention import CachedSelfAttention
from keras_i18n.layers.canonical_composition import CanonicalComposition
from keras_i18n.layers.character_tokenization import CharacterTokenization
from keras_i18n.layers.choose_by_language import ChooseByLanguage
from keras_i18n.layers.convolution_block import ConvolutionBlock
from keras_i18n.layers.counted_tokens import CountedTokens
from keras_i18n.layers.cross_attention import CrossAttention
from keras_i18n.layers.decoder_block import DecoderBlock
from keras_i18n.layers.disentangled_block import DisentangledBlock
from keras_i18n.layers.distinct_tokens import DistinctTokens
from keras_i18n.layers.few_bit_rows import FewBitRows
from keras_i18n.layers.filled_input import FilledInput
from keras_i18n.layers.gated_sum import GatedSum
from keras_i18n.layers.gaussian_kernel import GaussianKernel
from keras_i18n.layers.global_average_pooling import GlobalAveragePooling1D
from keras_i18n.layers.gru import GRU
from keras_i18n.layers.hash_embedding import HashEmbedding
from keras_i18n.layers.joined_tokenization import JoinedTokenization
from keras_i18n.layers.joined_tokens import JoinedTokens
from keras_i18n.layers.language_adapter import LanguageAdapter
from keras_i18n.layers.lstm import LSTM
from keras_i18n.layers.masked_max import MaskedMax
from keras_i18n.layers.masked_mean import MaskedMean
from keras_i18n.layers.multilingual_embedding import MultilingualEmbedding
from keras_i18n.layers.ngram_convolutions import NgramConvolutions
from keras_i18n.layers.ngram_embedding import NgramEmbedding
from keras_i18n.layers.ngram_logits import NgramLogits
from keras_i18n.layers.ngram_tokenization import NgramTokenization
from keras_i18n.layers.opened_gate import OpenedGate
from keras_i18n.layers.padding_mask import PaddingMask
from keras_i18n.layers.pair_merging import PairMerging
from keras_i18n.layers.piece_text import PieceText
from keras_i18n.layers.pooled_embedding import PooledEmbedding
from keras_i18n.layers.position_embedding import PositionEmbedding
from keras_i18n.layers.product_quantized_rows import ProductQuantizedRows
from keras_i18n.layers.projected_sum import ProjectedSum
from keras_i18n.layers.relative_positions import RelativePositions
from keras_i18n.layers.sentencepiece_bpe_tokenization import SentencePieceBPETokenization
from keras_i18n.layers.sentencepiece_merging import SentencePieceMerging
from keras_i18n.layers.shortlist import Shortlist
from keras_i18n.layers.simple_rnn import SimpleRNN
from keras_i18n.layers.source_tokens import SourceTokens
from keras_i18n.layers.split_rows import SplitRows
from keras_i18n.layers.ssru import SSRU
from keras_i18n.layers.text_normalization import TextNormalization
from keras_i18n.layers.text_truncation import TextTruncation
from keras_i18n.layers.text_vectorization import TextVectorizationTokenization
from keras_i18n.layers.token_count import TokenCount
from keras_i18n.layers.token_id_offset import TokenIdOffset
from keras_i18n.layers.token_range import TokenRange
from keras_i18n.layers.tokenization import tokenization_layer
from keras_i18n.layers.transformer_block import TransformerBlock
from keras_i18n.layers.unigram_segmentation import UnigramSegmentation
from keras_i18n.layers.unigram_tokenization import UnigramTokenization
from keras_i18n.layers.unit_length import UnitLength
from keras_i18n.layers.vector_at import VectorAt
from keras_i18n.layers.vectorized_tokens import VectorizedTokens
from keras_i18n.layers.weighted_mean import WeightedMean
from keras_i18n.layers.word_characters import WordCharacters
from keras_i18n.layers.wordpiece_segmentation import WordPieceSegmentation
from keras_i18n.layers.wordpiece_tokenization import WordPieceTokenization

__all__ = [
    "GRU",
    "LSTM",
    "SSRU",
    "AddedLanguage",
    "AttentionPooling",
    "Bidirectional",
    "BytePairTokenization",
    "ByteWords",
    "CachedSelfAttention",
    "CanonicalComposition",
    "CharacterTokenization",
    "ChooseByLanguage",
    "ConvolutionBlock",
    "CountedTokens",
    "CrossAttention",
    "DecoderBlock",
    "DisentangledBlock",
    "DistinctTokens",
    "FewBitRows",
    "FilledInput",
    "GatedSum",
    "GaussianKernel",
    "GlobalAveragePooling1D",
    "HashEmbedding",
    "JoinedTokenization",
    "JoinedTokens",
    "LanguageAdapter",
    "MaskedMax",
    "MaskedMean",
    "MultilingualEmbedding",
    "NgramConvolutions",
    "NgramEmbedding",
    "NgramLogits",
    "NgramTokenization",
    "OpenedGate",
    "PaddingMask",
    "PairMerging",
    "PieceText",
    "PooledEmbedding",
    "PositionEmbedding",
    "ProductQuantizedRows",
    "ProjectedSum",
    "RelativePositions",
    "SentencePieceBPETokenization",
    "SentencePieceMerging",
    "Shortlist",
    "SimpleRNN",
    "SourceTokens",
    "SplitRows",
    "TextNormalization",
    "TextTruncation",
    "TextVectorizationTokenization",
    "TokenCount",
    "TokenIdOffset",
    "TokenRange",
    "TransformerBlock",
    "UnigramSegmentation",
    "UnigramTokenization",
    "UnitLength",
    "VectorAt",
    "VectorizedTokens",
    "WeightedMean",
    "WordCharacters",
    "WordPieceSegmentation",
    "WordPieceTokenization",
    "tokenization_layer",
]


def __dir__():
    return sorted(__all__)
