"""Trains a SentencePiece unigram vocabulary."""

import collections
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from keras_i18n.shown import shown
from keras_i18n.tokenizers.sentencepiece_tokenizer import clean_text
from keras_i18n.tokenizers.unigram import UnigramTokenizer


def train_unigram(
    texts: Iterable[str],
    *,
    languages: Sequence[str] | None = None,
    vocabulary_size: int = 8000,
    character_coverage: float | Mapping[str | None, float] = 0.9995,
    byte_fallback: bool = False,
    normalizer: str = "nmt_nfkc",
    user_defined_symbols: Sequence[str] = (),
    max_piece_length: int = 16,
    lower_case: bool = False,
    begin: bool = False,
    end: bool = False,
    threads: int | None = None,
) -> UnigramTokenizer:
    """Trains a `UnigramTokenizer` on texts with the sentencepiece library.

    Args:
        texts: iterable of str. Languages of unlike size are balanced by sampling first:
            `dataset.sample(n, alpha=0.3).text`.
        languages: language of each text, for `character_coverage` by language.
        vocabulary_size: number of pieces wanted; small texts give fewer.
        character_coverage: share of the texts' characters that get a piece of their own; with `languages`, of each
            language's characters: one number for all, or a dict by language whose key None is for all others.
        byte_fallback: spell unknown characters by their UTF-8 bytes.
        normalizer: "nmt_nfkc", "nfkc" or "identity".
        lower_case: whether the normaliser folds case too (nmt_nfkc_cf, nfkc_cf).
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
    sentences = [clean_text(text) for text in texts]
    if languages is not None:
        sentences = _covered(sentences, list(languages), character_coverage)
        character_coverage = 1.0
    elif not isinstance(character_coverage, (float, int)) or not 0.98 <= character_coverage <= 1.0:
        raise ValueError(f"`character_coverage` must be 0.98 to 1. Received: {shown(character_coverage)}.")
    sentences = [text for text in sentences if text.strip()]
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
        raise ValueError(_refusal(str(error), vocabulary_size)) from error
    return UnigramTokenizer(written.getvalue(), begin=begin, end=end)


def _refusal(told, vocabulary_size):
    """The library's word for the commonest mistake, in words of the option that mends it."""
    found = re.search(r"smaller than required_chars\. \d+ vs (\d+)", told)
    if found is None:
        return f"The sentencepiece library refused to train: {told}"
    return (
        f"`vocabulary_size` must be at least {found[1]} for these texts: a piece for each of their characters, and for each "
        f"byte where bytes spell what is unknown. Received: {shown(vocabulary_size)}."
    )


def _covered(sentences, languages, coverage):
    """The sentences without the characters that no language covers, which so get no piece."""
    if len(sentences) != len(languages):
        raise ValueError(
            f"`languages` must name a language for each text. Received: {len(languages)} for {len(sentences)} texts."
        )
    shares = coverage if isinstance(coverage, dict) else {None: coverage}
    sentences = [unicodedata.normalize("NFKC", text) for text in sentences]
    counts = collections.defaultdict(collections.Counter)
    for text, language in zip(sentences, languages, strict=True):
        counts[language].update(text)
    kept = {" "}
    for language, counter in counts.items():
        share = shares.get(language, shares.get(None, 0.9995))
        if not 0 < share <= 1:
            raise ValueError(
                f"`character_coverage` must be above 0, at most 1. Received: {shown(share)} for {shown(language)}."
            )
        room = share * counter.total()
        for character, count in sorted(counter.items(), key=lambda pair: (-pair[1], pair[0])):
            kept.add(character)
            room -= count
            if room <= 0:
                break
    gaps = {ord(character): " " for counter in counts.values() for character in counter if character not in kept}
    return [text.translate(gaps) for text in sentences]
