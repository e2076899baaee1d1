"""Words find their translations (xling_bli, 2,000 test pairs a language pair), before and after alignment.

Candidates, before and after, are all words of the target language in the pair's lexicons (training and test); a source
word with several translations is one query. Before: the vectors that the encoder gives to the words, by cosine. After,
step by step: CSLS in place of the cosine; maps learned from the 5,000 training pairs; vectors that are the mean over
four spellings of a word ("sun", "sun.", "Sun", "sun sun"); hashed character n-grams beside them, for names and
cognates; and the mean of the rows of a word's pieces in the encoder's table, aligned by themselves. Weights were chosen on the last 1,000 training pairs of five language pairs, not on the test pairs.
"""

import argparse
import collections
import unicodedata
import zlib

import numpy as np
import open_data
import results_file

import keras_i18n as ki
from keras_i18n.evaluation import word_retrieval
from keras_i18n.networks.language_rows import token_embedding
from keras_i18n.transfer.alignment import align

COVERED = ("de", "en", "fr", "it", "ru", "tr")
SPELLINGS = (lambda word: word, lambda word: word + ".", str.capitalize, lambda word: f"{word} {word}")
CHARACTERS, PIECES = 0.3, 0.3  # weights of the character n-grams and of the table's rows


def lexicons(languages):
    """(source, target) -> {"train5k": pairs, "test2k": pairs}"""
    found = collections.defaultdict(dict)
    for name in ("train5k", "test2k"):
        for row in open_data.rows(f"xling_bli/{name}.tsv.xz"):
            if {row["src_lang"], row["tgt_lang"]} <= set(languages):
                pair = found[row["src_lang"], row["tgt_lang"]]
                pair.setdefault(name, []).append((row["source"], row["target"]))
    return dict(found)


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def characters(words, dim=512):
    """Hashed n-grams of 2 to 4 characters, without case and accents."""
    vectors = np.zeros((len(words), dim), "float32")
    for row, word in enumerate(words):
        plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
        plain = f"^{plain}$"
        for size in (2, 3, 4):
            for start in range(len(plain) - size + 1):
                vectors[row, zlib.crc32(plain[start : start + size].encode()) % dim] += 1
    return unit(np.log1p(vectors))


def mean_rows(encoder, words):
    """The mean of the rows of each word's pieces."""
    table = token_embedding(encoder.network)
    rows = np.concatenate([weights.numpy() for weights in (table.embeddings, *table._own_rows)])
    special = {encoder.tokenizer.begin_id, encoder.tokenizer.end_id}
    found = [[i for i in ids.tolist() if i not in special] for ids in encoder.tokenizer.tokenize(words)]
    return np.stack([rows[ids].mean(0) if ids else rows[:1].mean(0) for ids in found])


def compare(source, target, pairs):
    """P@1 of one language pair, step by step."""
    words, vectors, spelled, letters, static = zip(source, target, strict=True)
    place_of = [{word: place for place, word in enumerate(side)} for side in words]
    rows = [(place_of[0][a], place_of[1][b]) for a, b in pairs["train5k"]]

    def score(x, y, scoring="csls"):
        return word_retrieval(pairs["test2k"], words[0], x, words[1], y, scoring=scoring)

    def mapped(sides, **options):
        found = align(*sides, rows, **options)
        return found.source(sides[0]), found.target(sides[1])

    best = mapped(spelled, method="ridge")
    joined = [
        np.concatenate([unit(side), CHARACTERS * n_grams], axis=1) for side, n_grams in zip(best, letters, strict=True)
    ]
    pieces = mapped(static, method="correlated", steps=("unit", "centre"))
    joined_all = [
        np.concatenate([side, PIECES * unit(rows)], axis=1) for side, rows in zip(joined, pieces, strict=True)
    ]
    return {
        "before: cosine": score(*vectors, "cosine"),
        "CSLS": score(*vectors),
        "Procrustes, CSLS": score(*mapped(vectors)),
        "ridge, CSLS": score(*mapped(vectors, method="ridge")),
        "four spellings, ridge, CSLS": score(*best),
        "and characters": score(*joined),
        "and rows of pieces": score(*joined_all),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a saved encoder or classifier, such as one with Finnish added")
    parser.add_argument("--languages", nargs="+", default=[*COVERED, "fi"])
    arguments = parser.parse_args()
    found = lexicons(arguments.languages)
    words = collections.defaultdict(dict)
    for (source, target), parts in found.items():
        for pairs in parts.values():
            words[source].update((word, None) for word, _ in pairs)
            words[target].update((word, None) for _, word in pairs)
    model = ki.load(arguments.model) if arguments.model else ki.TextEncoder.from_preset("use_multilingual_v3")
    encoder = getattr(model, "encoder", model)
    sides = {}
    for language, known in sorted(words.items()):
        known = list(known)
        by_spelling = [encoder.encode([spell(word) for word in known]) for spell in SPELLINGS]
        sides[language] = (known, by_spelling[0], sum(by_spelling), characters(known), mean_rows(encoder, known))
        print(f"{language}: {len(known)} words", flush=True)
    figures = {}
    for source, target in sorted(found):
        scores = compare(sides[source], sides[target], found[source, target])
        figures[f"{source}-{target}"] = scores
        print(
            f"{source}-{target}", "  ".join(f"{name} {s.precision_at_1:.3f}" for name, s in scores.items()), flush=True
        )
    names = list(next(iter(figures.values())))
    covered = [pair for pair in figures if set(pair.split("-")) <= set(COVERED)]
    result = {"candidates": "all words of the target language in the lexicons of xling_bli"}
    for title, chosen in (
        (f"{len(figures)} pairs", list(figures)),
        (f"{len(covered)} pairs of {', '.join(COVERED)}", covered),
    ):
        result[title] = {
            name: {
                measure: round(float(np.mean([getattr(figures[pair][name], measure) for pair in chosen])), 4)
                for measure in ("precision_at_1", "precision_at_5", "mean_reciprocal_rank")
            }
            for name in names
        }
        print(f"\nMean of {title}")
        for name in names:
            print(f"  {name:30} P@1 {result[title][name]['precision_at_1']:.4f}")
    result["precision_at_1_by_pair"] = {
        pair: {name: round(score.precision_at_1, 4) for name, score in scores.items()}
        for pair, scores in figures.items()
    }
    if not arguments.model and set(arguments.languages) == {*COVERED, "fi"}:
        results_file.write("word_retrieval", result)


if __name__ == "__main__":
    main()
