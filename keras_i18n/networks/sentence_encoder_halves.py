"""One half of an n-gram sentence encoder: that of the hashed n-grams, or the pretrained encoder."""

import keras

from keras_i18n.networks.copying import copy_with_calls
from keras_i18n.networks.ngram_sentence_encoder import BOTH, PIECES, is_ngram_sentence_encoder
from keras_i18n.shown import cut


def without_inner_encoder(network: keras.Model) -> keras.Model:
    """A copy of a network of `ngram_sentence_encoder`, or of a classifier on one, in which the gate is shut.

    What the pretrained encoder would say is left out, and the encoder with it: texts of languages for which the gate is shut
    anyway keep their vectors. The other weights are copied bit for bit.

    Args:
        network: reads n-grams, and above them pieces; the copy reads n-grams alone.

    Raises:
        ValueError: another network.

    Example:

    >>> from keras_i18n import networks
    >>> pieces = networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> network = networks.ngram_sentence_encoder(vocabulary_size=100, encoder=pieces, dim=4, hidden_dim=6)
    >>> own = without_inner_encoder(network)
    >>> own.count_params() < network.count_params() - pieces.count_params(), own.output_shape
    (True, (None, 8))
    """
    return _half(network, lambda known, own, gate: own)


def without_ngrams(network: keras.Model) -> keras.Model:
    """A copy of such a network in which the gate is wide open: the n-grams are left out.

    Args:
        network: as in `without_inner_encoder`; the copy reads pieces alone, whose ids begin at 0.

    Raises:
        ValueError: another network.

    Example:

    >>> from keras_i18n import networks
    >>> pieces = networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> network = networks.ngram_sentence_encoder(vocabulary_size=100, encoder=pieces, dim=4, hidden_dim=6)
    >>> without_ngrams(network).count_params() == pieces.count_params()
    True
    """
    return _half(network, lambda known, own, gate: known)


def _half(network, chosen):
    if not is_ngram_sentence_encoder(network):
        raise ValueError(f"`network` must be an `ngram_sentence_encoder`. Received: '{cut(network.name)}'.")

    def call(layer, token_ids, *args, **kwargs):
        if layer.name == BOTH:
            return chosen(*args[0])
        if layer.name == PIECES:  # read where n-grams are left out: they are all there is
            return args[0]
        return layer(*args, **kwargs)

    return copy_with_calls(network, call)
