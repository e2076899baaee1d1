"""Turns the vocabulary of a `TextVectorizationTokenizer` into flat tables that a graph can look things up in.

A token's fingerprints are sums over its code points, each times the factor of its place. Those of a run of tokens are
made from those of the tokens, so that runs of any width are looked up in the same table.
"""

import dataclasses

import numpy as np

from keras_i18n.shown import shown
from keras_i18n.tokenizers import fingerprints, perfect_hash
from keras_i18n.tokenizers.text_vectorization import WHITE_SPACE, TextVectorizationTokenizer

CHAINS = (
    int(fingerprints.FIRST_FACTORS[7]),
    int(fingerprints.SECOND_FACTORS[7]),
)  # of a run: times this, plus the next
MAX_TOKEN_LENGTH = 2**14


@dataclasses.dataclass(frozen=True)
class VocabularyTables:
    """A `PerfectHash` of the tokens that a text can give, their `ids` by slot, and the factors of places in a token.

    The last factor is that of all places behind the longest token.
    """

    bucket_numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    ids: np.ndarray
    first_factors: np.ndarray
    second_factors: np.ndarray


def build(tokenizer: TextVectorizationTokenizer) -> VocabularyTables:
    """Builds the tables of a tokenizer.

    Raises:
        ValueError: for tokens that are too long, or too many of them.
    """
    runs, ids = [], []
    for number, token in enumerate(tokenizer.vocabulary, tokenizer.unknown_id + 1):
        parts = _parts(token, tokenizer)
        if parts is not None:
            runs.append(parts)
            ids.append(number)
    longest = max((len(part) for parts in runs for part in parts), default=1)
    if longest > MAX_TOKEN_LENGTH:
        token = next(token for token in tokenizer.vocabulary if len(token) >= longest)
        raise ValueError(
            f"A compiled vocabulary takes tokens of at most {MAX_TOKEN_LENGTH} code points. Received: {shown(token)}."
        )
    factors = [np.random.default_rng(seed).integers(0, 2**31, longest + 1) * 2 + 1 for seed in (11, 12)]
    factors = [row.astype(np.uint32).astype(np.int32) for row in factors]
    keys = [
        np.array([_run(parts, row, chain) for parts in runs], np.int64).astype(np.int32)
        for row, chain in zip(factors, CHAINS, strict=True)
    ]
    table = perfect_hash.build(*keys)
    by_slot = np.zeros(table.size, np.int32)
    by_slot[table.slots] = ids
    return VocabularyTables(table.bucket_numbers, table.first, table.second, by_slot, *factors)


def _parts(token, tokenizer):
    """The tokens of which one of the vocabulary is made, or None where no text gives it."""
    if tokenizer.split is None:
        return [token]
    if tokenizer.split == "character":
        parts = list(token[::2])
        if set(token[1::2]) - {" "} or len(token) % 2 == 0:
            return None
    else:
        parts = token.split(" ")
        if not all(parts) or any(c in part for part in parts for c in WHITE_SPACE):
            return None
    return parts if len(parts) in (tokenizer.ngrams or (1,)) else None


def _run(parts, factors, chain):
    """One fingerprint of a run of tokens, of a number that wraps at 32 bits."""
    total = 0
    for part in parts:
        codes = fingerprints.symbol_codes(np.array([ord(c) for c in part], np.int32))
        total = total * chain + int((codes * factors[: len(codes)]).sum(dtype=np.int32))
    return (total + 2**31) % 2**32 - 2**31
