"""A small byte-level BPE vocabulary for tests, made without a library: merges of the texts of the other vocabularies."""

import collections
import functools
import itertools

from keras_i18n.tokenizers.byte_pair import ALPHABET, BytePairTokenizer
from tests.tokenizers.vocabularies import TEXTS

SPECIAL = ("<s>", "</s>", "<|endoftext|>")


@functools.cache
def trained(pattern="gpt2", merges=400):
    """(pieces, merges) of the most frequent pairs, as Sennrich, Haddow and Birch find them."""
    plain = BytePairTokenizer(ALPHABET, [], pattern=pattern)
    texts = [*TEXTS, "aaaa aaaaaaa xxxxx", "I'll don't we've", "to be or not to be", "\n\n\n  \n", "2024 1999 12345678"]
    counts = collections.Counter(word for words in plain.words(texts * 2) for word in words)
    words = {word: [ALPHABET[byte] for byte in word.encode()] for word in counts}
    pieces, found = list(ALPHABET), []
    for _ in range(merges):
        pairs = collections.Counter()
        for word, parts in words.items():
            for pair in itertools.pairwise(parts):
                pairs[pair] += counts[word]
        if not pairs:
            break
        left, right = max(pairs, key=lambda pair: (pairs[pair], pair))
        found.append((left, right))
        if left + right not in pieces:
            pieces.append(left + right)
        for parts in words.values():
            place = 0
            while place < len(parts) - 1:
                if parts[place : place + 2] == [left, right]:
                    parts[place : place + 2] = [left + right]
                place += 1
    return [*SPECIAL, *pieces], found
