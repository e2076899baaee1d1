"""A translation network for other tokens: with those of one more language, or some of those it has."""

import keras
import numpy as np

from keras_i18n.layers import DecoderBlock, LanguageAdapter, TransformerBlock
from keras_i18n.networks.translation import translation
from keras_i18n.networks.translation_steps import TranslationSteps
from keras_i18n.shown import cut, shown

_TABLE = "embedding"


def with_added_language(
    network: keras.Model, language: str, pieces: np.ndarray, tag: np.ndarray, *, num_tags: int, adapter_dim: int = 64
) -> keras.Model:
    """A copy of a translation network for a vocabulary with more pieces, and one more language to write.

    Behind each block the new language has a net of its own, which does nothing yet. What other languages get is what it was.

    Args:
        network: as `networks.translation` builds it, with one vocabulary for both sides.
        language: its name.
        pieces: float32 `(new pieces, dim)`, whose ids follow those of the old ones; tokens of languages move behind them.
        tag: float32 `(dim,)`, the row of the language's own token, the last one.
        num_tags: tokens of languages that there are, the last rows of the table.
        adapter_dim: size of a new net's bottleneck; that of languages added before, where there are some.

    Raises:
        ValueError: a network of two vocabularies, rows of another size, a language that was added before.

    >>> from keras_i18n import networks
    >>> network = networks.translation(50, size="tiny")
    >>> longer = networks.with_added_language(network, "uk", np.zeros((3, 32)), np.zeros(32), num_tags=2)
    >>> longer.output_shape, network.output_shape
    ((None, None, 54), (None, None, 50))
    """
    TranslationSteps(network)
    _check_joint(network)
    table = network.get_layer(_TABLE).embeddings.numpy()
    if pieces.ndim != 2 or pieces.shape[1] != table.shape[1] or tag.shape != table.shape[1:]:
        raise ValueError(
            f"Rows must have {table.shape[1]} numbers. Received: {cut(pieces.shape)} and {cut(tag.shape)}."
        )
    added, adapter_dim = _added(network, adapter_dim)
    if language in added:
        raise ValueError(f"A language is added once. Received: '{cut(language)}', which was added before.")
    first_tag = len(table) - num_tags
    rows = np.concatenate([table[:first_tag], pieces, table[first_tag:], tag[None]]).astype("float32")
    longer = translation(
        len(rows), added_languages=(*added, language), adapter_dim=adapter_dim, name=network.name, **_sizes(network)
    )
    longer.get_layer(_TABLE).embeddings.assign(rows)
    copy_what_was(network, longer)
    return longer


def with_kept_tokens(network: keras.Model, ids: np.ndarray) -> keras.Model:
    """A copy of a translation network for some of its tokens: that of `ids[i]` becomes token `i`.

    Every other weight is copied bit for bit; the two networks share none.

    Args:
        network: as `networks.translation` builds it, with one vocabulary for both sides.
        ids: int `(tokens,)`, pieces and behind them tokens of languages; those of languages that were added are the last.

    Raises:
        ValueError: a network of two vocabularies, ids that are not there.

    >>> from keras_i18n import networks
    >>> networks.with_kept_tokens(networks.translation(50, size="tiny"), np.arange(9)).output_shape
    (None, None, 9)
    """
    TranslationSteps(network)
    _check_joint(network)
    ids, table = np.asarray(ids), network.get_layer(_TABLE).embeddings.numpy()
    if ids.ndim != 1 or not len(ids) or ids.min() < 0 or ids.max() >= len(table):
        raise ValueError(f"`ids` must be tokens below {len(table)}. Received: {shown(ids.tolist())}.")
    added, adapter_dim = _added(network, 64)
    shorter = translation(
        len(ids), added_languages=added, adapter_dim=adapter_dim, name=network.name, **_sizes(network)
    )
    shorter.get_layer(_TABLE).embeddings.assign(table[ids])
    copy_what_was(network, shorter)
    return shorter


def _check_joint(network):
    if any(layer.name == "source_embedding" for layer in network.layers):
        raise ValueError("`network` must have one vocabulary for both sides. Received: one with two tables of vectors.")


def copy_what_was(network: keras.Model, longer: keras.Model) -> None:
    """Gives a longer network the weights of the one that it was made from, all but rows: changes `longer` in place."""
    weights = {weight.path: weight for weight in network.weights}
    for weight in longer.weights:
        old = weights.get(weight.path)
        if old is None or weight.path.startswith(f"{_TABLE}/"):
            continue
        values, kept = weight.numpy(), old.numpy()
        values[: len(kept)] = kept  # nets of languages lie one behind another; all else has one length
        weight.assign(values)


def _added(network, adapter_dim):
    found = [layer for layer in network.layers if isinstance(layer, LanguageAdapter)]
    return (found[0].languages, found[0].bottleneck_dim) if found else ((), adapter_dim)


def _sizes(network):
    """The options of `networks.translation` that built it."""
    encoder = [layer for layer in network.layers if isinstance(layer, TransformerBlock)]
    decoder = [layer for layer in network.layers if isinstance(layer, DecoderBlock)]
    return {
        "decoder": decoder[0].memory,
        "dim": network.get_layer(_TABLE).embeddings.shape[1],
        "hidden_dim": decoder[0].hidden_dim,
        "num_heads": decoder[0].num_heads,
        "encoder_layers": len(encoder),
        "decoder_layers": len(decoder),
        "dropout": decoder[0].dropout,
    }
