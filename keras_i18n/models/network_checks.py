"""What a network must do to be one of texts: a text answers alone as in a batch, and scores are probabilities."""

from typing import Any

import keras
import numpy as np

from keras_i18n import networks
from keras_i18n.shown import cut

_WIDTHS = (4, 12)  # tokens of the probe, without padding and with it
_SAME = 1e-3  # of the largest number; sums of another order make 1e-4 of scores where a head is sharp
_SUM = 2e-2  # sums of 16-bit probabilities differ from 1 by so much


def probe(network: keras.Model, tokenizer: Any) -> np.ndarray | None:
    """Sends one text through a network at two padding widths, and the empty text.

    Args:
        network: token ids -> numbers.
        tokenizer: whose `padding_id` fills the batch.

    Returns:
        The answers to the text, `(1, ...)`; None where the network cannot be run on it or its weights are no numbers.

    Raises:
        ValueError: padding changes the answer, or the empty text has none.
    """
    # made so that neither happens
    if networks.PackedSentenceEncoder.fits(network) or networks.is_ngram_sentence_encoder(network):
        return None
    text = np.arange(_WIDTHS[0]) % min(_WIDTHS[0], int(getattr(tokenizer, "vocabulary_size", _WIDTHS[0])))
    batch = np.full((2, _WIDTHS[1]), tokenizer.padding_id, "int32")
    batch[0, : len(text)] = text
    try:
        alone, padded = (_numbers(network, given) for given in (batch[:1, : len(text)], batch))
    except Exception:  # a table of too few rows, say: it is told where the network is used
        return None
    if not np.isfinite(alone).all():
        return None
    if alone.ndim > 2 and padded.shape[1] == _WIDTHS[1]:  # an answer for each token
        padded = padded[:, : len(text)]
        return alone if _same(alone, padded[:1]) else _refuse(network, tokenizer, alone, padded)
    if not _same(alone, padded[:1]):
        _refuse(network, tokenizer, alone, padded)
    if not np.isfinite(padded[1:]).all():
        raise ValueError(
            f"The empty text must have an answer: `network` '{network.name}' gives {padded[1].flatten()[:3]} for nothing "
            "but padding. A mean over no token is one cause: use keras_i18n.layers.MaskedMean, or keras_i18n.layers."
            "GlobalAveragePooling1D in place of Keras' own."
        )
    return alone


def check_probabilities(network: keras.Model, scores: np.ndarray | None, *, multi_label: bool = False) -> None:
    """Refuses a classifier's network whose scores are no probabilities of labels.

    Args:
        network: the network.
        scores: float `(texts, labels)`, what it answered; None where that is not known.
        multi_label: whether a text may have several labels; else they exclude each other.

    Raises:
        ValueError: the scores of a text do not sum to 1; where it may have several, they do not lie in 0 .. 1, or the
            last layer makes them sum to 1.
    """
    last = network.layers[-1]
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    told = f"activation '{activation}'" if activation else type(last).__name__
    if multi_label:
        outside = scores is not None and not ((scores >= -_SUM) & (scores <= 1 + _SUM)).all()
        if outside or activation == "softmax" or isinstance(last, keras.layers.Softmax):
            raise ValueError(
                "With multi_label=True `network` must give each label a score of its own in 0 .. 1. Received: "
                f"'{cut(network.name)}', which ends in '{cut(last.name)}' ({told}). Let its last layer have "
                'activation="sigmoid"; leave multi_label out where a text has one label.'
            )
        return
    sums = None if scores is None else scores.sum(axis=-1)
    fits = (
        scores is None
        or sums is None
        or (np.abs(sums - 1).max(initial=0.0) <= _SUM and scores.min(initial=0.0) >= -_SUM)
    )
    if activation == "sigmoid" or not fits:
        raise ValueError(
            "`network` must give a probability for each label, and those of a text must sum to 1. Received: "
            f"'{cut(network.name)}', which ends in '{cut(last.name)}' ({told})"
            + (f" and gives scores that sum to {sums.flatten()[0]:.3g}" if sums is not None else "")
            + '. Let its last layer have activation="softmax", or put one on it: '
            "keras.Model(network.input, keras.layers.Softmax()(network.output)). Where a text may have several labels: "
            "multi_label=True."
        )


def _numbers(network, token_ids):
    return keras.ops.convert_to_numpy(network(token_ids, training=False)).astype("float64")


def _same(one, other):
    return one.shape == other.shape and np.abs(one - other).max(initial=0.0) <= _SAME * np.abs(one).max(initial=1e-6)


def _refuse(network, tokenizer, alone, padded):
    difference = np.abs(alone - padded[:1]).max() if alone.shape == padded[:1].shape else np.nan
    raise ValueError(
        f"`network` must answer a text alone as in a batch of longer texts, padded with {tokenizer.padding_id}. Received: "
        f"'{cut(network.name)}', whose answer changes by {difference:.2g} when padding is added: a layer of it takes padding "
        "for text. Tell its layers what is text: mask = keras_i18n.layers.PaddingMask()(token_ids), then "
        "keras_i18n.layers.MaskedMean()(vectors, mask=mask). Where 0 is the padding, as in "
        "Embedding(tokens + 1, dim, mask_zero=True): keras_i18n.networks.padded_with_zero(network)."
    )
