"""Networks that translate: a source and what was written so far in, scores of the token to come next out."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.networks.text_network import choose
from keras_i18n.shown import shown

# size -> dim, hidden dim of the feed-forward nets, heads, blocks of the encoder, blocks of the decoder
SIZES = {
    "tiny": (32, 64, 2, 1, 1),
    "small": (128, 256, 4, 6, 2),
    "medium": (192, 512, 4, 6, 2),
    "base": (256, 1024, 8, 6, 2),
}


def translation(
    vocabulary_size: int,
    *,
    target_vocabulary_size: int | None = None,
    decoder: str = "ssru",
    size: str = "small",
    dim: int | None = None,
    hidden_dim: int | None = None,
    num_heads: int | None = None,
    encoder_layers: int | None = None,
    decoder_layers: int | None = None,
    dropout: float = 0.1,
    added_languages: Sequence[str] = (),
    adapter_dim: int = 64,
    name: str | None = None,
) -> keras.Model:
    """An encoder-decoder network: a deep Transformer reads, a shallow decoder writes, normalisation first.

    The decoder's table of vectors is also its output projection, and with one vocabulary for both languages the
    encoder's table too. See Kasai et al. 2021, "Deep Encoder, Shallow Decoder".

    Args:
        vocabulary_size: tokens of the source, or of both languages.
        target_vocabulary_size: tokens of a target vocabulary of its own; None for one that both languages share.
        decoder: "ssru", a recurrent unit whose state has one size however long the text, "attention", a Transformer, or
            "lstm", which trains step after step and reads the source by attention as the others do.
        size: "tiny", "small", "medium" or "base": what the sizes below are unless given.
        dim, hidden_dim, num_heads: of a vector, of the feed-forward nets, of the attention.
        encoder_layers, decoder_layers: numbers of blocks.
        dropout: share that training drops.
        added_languages: target languages that joined later: their tokens are the last of the vocabulary, which is one for
            both sides, and behind each block they have a net of their own (`layers.LanguageAdapter`).
        adapter_dim: size of its bottleneck.
        name: of the model; by default that of its decoder, such as "ssru_translation".

    Returns:
        Functional `keras.Model`: `source_ids` int32 `(batch, source_tokens)` and `target_ids` int32 `(batch, tokens)`,
        both padded with -1 on the right, -> logits float32 `(batch, tokens, target vocabulary)`.

    >>> translation(50, size="tiny").output_shape
    (None, None, 50)
    """
    refuse_forked()
    given = (dim, hidden_dim, num_heads, encoder_layers, decoder_layers)
    sizes = [own or default for own, default in zip(given, choose(SIZES, size, "size"), strict=True)]
    dim, hidden_dim, num_heads, encoder_layers, decoder_layers = sizes
    if dim % 2 or dim % num_heads:
        raise ValueError(f"`dim` must be even and a multiple of num_heads={num_heads}. Received: {shown(dim)}.")
    joint = target_vocabulary_size is None
    if added_languages and not joint:
        raise ValueError(
            "`added_languages` need one vocabulary for both sides. Received: a target vocabulary of its own."
        )
    source_ids = keras.Input((None,), dtype="int32", name="source_ids")
    target_ids = keras.Input((None,), dtype="int32", name="target_ids")
    mask = layers.PaddingMask(name="source_mask")(source_ids)

    def table(rows, name):
        initializer = keras.initializers.RandomNormal(stddev=dim**-0.5)
        return layers.MultilingualEmbedding(rows, dim, embeddings_initializer=initializer, name=name)

    if added_languages:
        language = layers.AddedLanguage(vocabulary_size - len(added_languages), name="added_language")(source_ids)

    def adapted(vectors, block):
        if not added_languages:
            return vectors
        return layers.LanguageAdapter(added_languages, adapter_dim, name=adapter_of(block))(vectors, language=language)

    source_table = table(vocabulary_size, "embedding" if joint else "source_embedding")
    target_table = source_table if joint else table(target_vocabulary_size, "embedding")
    vectors = keras.layers.Rescaling(dim**0.5, name="source_scale")(source_table(source_ids))
    vectors = layers.PositionEmbedding(kind="sinusoidal", name="source_positions")(vectors)
    vectors = keras.layers.Dropout(dropout, name="source_dropout")(vectors)
    for number in range(1, encoder_layers + 1):
        options: dict[str, Any] = {"activation": "relu", "dropout": dropout, "name": f"encoder_{number}"}
        vectors = adapted(
            layers.TransformerBlock(num_heads, hidden_dim, **options)(vectors, mask=mask), options["name"]
        )
    memory = keras.layers.LayerNormalization(epsilon=1e-5, name="memory")(vectors)
    vectors = keras.layers.Rescaling(dim**0.5, name="target_scale")(target_table(target_ids))
    if decoder == "attention":  # a recurrent unit knows where it is
        vectors = layers.PositionEmbedding(kind="sinusoidal", name="target_positions")(vectors)
    vectors = keras.layers.Dropout(dropout, name="target_dropout")(vectors)
    for number in range(1, decoder_layers + 1):
        options = {"memory": decoder, "dropout": dropout, "name": f"decoder_{number}"}
        vectors = adapted(
            layers.DecoderBlock(num_heads, hidden_dim, **options)([vectors, memory], mask=mask), options["name"]
        )
    vectors = keras.layers.LayerNormalization(epsilon=1e-5, name="decoder_norm")(vectors)
    logits = target_table(vectors, reverse=True)
    return keras.Model([source_ids, target_ids], logits, name=name or f"{decoder}_translation")


def adapter_of(block: str) -> str:
    """The name of the adapter behind a block.

    >>> adapter_of("decoder_1")
    'decoder_1_adapter'
    """
    return f"{block}_adapter"
