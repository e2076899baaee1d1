"""Trains a SentencePiece unigram vocabulary."""

import io
import os

from keras_i18n.tokenizers.unigram import UnigramTokenizer, clean_text


def train_unigram(
    texts,
    *,
    vocabulary_size=8000,
    character_coverage=0.9995,
    byte_fallback=False,
    normalizer="nmt_nfkc",
    user_defined_symbols=(),
    max_piece_length=16,
    lower_case=False,
    begin=False,
    end=False,
    threads=None,
):
    """Trains a `UnigramTokenizer` on texts with the sentencepiece library.

    Args:
        texts: iterable of str.
        vocabulary_size: number of pieces wanted; small texts give fewer.
        character_coverage: share of the texts' characters that get a piece of their own.
        byte_fallback: spell unknown characters by their UTF-8 bytes.
        normalizer: "nmt_nfkc", "nfkc" or "identity"; `lower_case=True` folds case (nmt_nfkc_cf, nfkc_cf).
        user_defined_symbols: pieces that are kept whole wherever they stand in a text.
        max_piece_length: longest piece in code points.
        begin, end: as in `UnigramTokenizer`.
        threads: threads of the training.

    Returns:
        A `UnigramTokenizer`.

    >>> train_unigram(["one two", "two three"] * 9, vocabulary_size=20).vocabulary_size > 5
    True
    """
    import sentencepiece

    if lower_case and normalizer == "identity":
        raise ValueError("`lower_case` needs a normaliser that folds. Received: normalizer='identity'.")
    sentences = [text for text in map(clean_text, texts) if text.strip()]
    if not sentences:
        raise ValueError("Training needs at least one text that is not empty. Received: none.")
    written = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences),
            model_writer=written,
            model_type="unigram",
            vocab_size=vocabulary_size,
            hard_vocab_limit=False,
            character_coverage=character_coverage,
            byte_fallback=byte_fallback,
            normalization_rule_name=normalizer + ("_cf" if lower_case else ""),
            user_defined_symbols=list(user_defined_symbols),
            max_sentencepiece_length=max_piece_length,
            max_sentence_length=1 << 20,
            num_threads=threads or min(8, os.cpu_count() or 1),
            minloglevel=2,
        )
    except RuntimeError as error:
        raise ValueError(f"The sentencepiece library refused to train: {error}") from error
    return UnigramTokenizer(written.getvalue(), begin=begin, end=end)
