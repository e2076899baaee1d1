"""Tokenizer and network of a classifier in which nothing is pretrained, by kind."""

from typing import Any

from keras_i18n import networks
from keras_i18n.models.convex.bag_fitting import new_bag
from keras_i18n.shown import shown
from keras_i18n.tokenizers import NgramTokenizer

NGRAMS = "ngrams"
KINDS = (NGRAMS, "pooling", "lstm", "gru", "simple_rnn", "convolution", "transformer")
# a recurrent or convolutional network reads words in their order: n-grams of characters would stand behind them
_LENGTHS: dict[str, Any] = {"word_lengths": (1,), "ngram_lengths": ()}
_BAG_LENGTHS: dict[str, Any] = {"word_lengths": (1, 2), "ngram_lengths": (2, 3, 4, 5)}


def new_network(
    kind: str, *, num_labels: int, num_buckets: int, multi_label: bool = False, **options: Any
) -> tuple[Any, Any]:
    """(tokenizer, network) of a kind; see `TextClassifier.from_scratch`.

    Raises:
        ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(map(repr, KINDS))}. Received: {shown(kind)}.")
    if kind == NGRAMS:
        return new_bag(num_buckets=num_buckets, num_labels=num_labels, multi_label=multi_label, **options)
    lengths = dict(_BAG_LENGTHS if kind == "pooling" else _LENGTHS)
    lengths |= {name: options.pop(name) for name in tuple(lengths) if name in options}
    tokenizer = NgramTokenizer(num_buckets=num_buckets, **lengths)
    network = networks.build(
        kind,
        vocabulary_size=num_buckets,
        num_labels=num_labels,
        output_activation="sigmoid" if multi_label else "softmax",
        **options,
    )
    return tokenizer, network
