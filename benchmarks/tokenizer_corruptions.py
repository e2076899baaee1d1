"""What happens to damaged tokenizer files: refused, the same answers, other answers without a word, or a late failure?

Seeded corruptions (bytes changed, ends cut, stretches cleared, doubled, or swapped) of the files of all tokenizers and
of SentencePiece's `.model`. First use is: token ids and text of a few sentences, and the tables of the compiled layer.
"""

import argparse
import collections
import dataclasses
import json
import pathlib
import time

import numpy as np
import open_data

from keras_i18n.tokenizers import CharacterTokenizer, NgramTokenizer, UnigramTokenizer, train_unigram

_COMPILED = set()  # charsmaps that were found to compile


def corrupted(data, chance):
    """The bytes with one to three faults of a kind."""
    data = bytearray(data)
    kind = chance.integers(6)
    first, size = int(chance.integers(len(data))), int(chance.integers(1, 40))
    if kind == 0:
        return bytes(data[:first])
    if kind == 1:
        data[first : first + size] = bytes(len(data[first : first + size]))
    elif kind == 2:
        data[first:first] = data[first : first + size]
    elif kind == 3:
        other = int(chance.integers(len(data)))
        data[first], data[other] = data[other], data[first]
    else:
        # options and headers are short: half of the faults go where they are
        area = len(data) if kind == 4 else min(len(data), 400)
        for _ in range(int(chance.integers(1, 4))):
            data[int(chance.integers(area))] ^= 1 << int(chance.integers(8))
    return bytes(data)


def answers(tokenizer, texts):
    """All that decides answers, and what first use gives, as something that can be compared."""
    ids = tokenizer.tokenize(texts)
    found = [row.tolist() for row in ids]
    if isinstance(tokenizer, UnigramTokenizer):
        from keras_i18n.tokenizers import normalizer_tables, unigram_tables
        from keras_i18n.tokenizers.charsmap import read_charsmap

        found += [*tokenizer.detokenize(ids), tokenizer.get_config(), dataclasses.astuple(tokenizer.model)]
        unigram_tables.build(tokenizer.model)
        if tokenizer.model.charsmap not in _COMPILED:
            normalizer_tables.build(read_charsmap.__wrapped__(tokenizer.model.charsmap))
            _COMPILED.add(tokenizer.model.charsmap)
    return found


def outcome(data, open_bytes, texts, expected):
    try:
        tokenizer = open_bytes(data)
    except ValueError:
        return "refused"
    except Exception as error:
        return f"error {type(error).__name__}"
    try:
        found = answers(tokenizer, texts)
    except Exception:
        return "fails at first use"
    return "same" if found == expected else "otherwise"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="corruptions of each file")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts = [row["text"] for row in open_data.rows("sib200/dev.tsv.xz")][::40]
    unigram = train_unigram(texts, vocabulary_size=2000, character_coverage=0.999, begin=True)
    kinds = {
        "unigram": (unigram.to_bytes(), UnigramTokenizer.from_bytes),
        "n-grams": (NgramTokenizer(num_buckets=5000).to_bytes(), NgramTokenizer.from_bytes),
        "characters": (CharacterTokenizer.train(texts).to_bytes(), CharacterTokenizer.from_bytes),
        ".model": (unigram.model_bytes, UnigramTokenizer),
    }
    results = {}
    for name, (data, open_bytes) in kinds.items():
        chance = np.random.default_rng(options.seed)
        expected = answers(open_bytes(data), texts[::10])
        start, counts = time.perf_counter(), collections.Counter()
        for _ in range(options.count):
            damaged = corrupted(data, chance)
            counts["unchanged" if damaged == data else outcome(damaged, open_bytes, texts[::10], expected)] += 1
        results[name] = dict(counts)
        print(f"{name}: {json.dumps(results[name])} in {time.perf_counter() - start:.0f} s", flush=True)
    file = pathlib.Path(__file__).parent / "results" / "tokenizer_corruptions.json"
    file.write_text(json.dumps({"count": options.count, "seed": options.seed, **results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
