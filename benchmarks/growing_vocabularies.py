"""What WordPiece and byte-level BPE vocabularies become when a language joins: its unknown words, its tokens, and old texts.

Vocabularies of 32,000 pieces are trained with `tokenizers` on NTREX in 16 languages. A language joins from its own NTREX sentences; the 16
languages' are kept. Then: the language's SIB-200 dev texts by the old and the new vocabulary (unknown tokens, tokens a word), and how many
SIB-200 dev texts of the 16 languages, which nothing was fitted to, get other ids.
"""

import argparse
import json

import numpy as np
import open_data
import results_file
from foreign_tokenizers import SPECIAL

from keras_i18n import transfer
from keras_i18n.tokenizers import BytePairTokenizer, WordPieceTokenizer
from keras_i18n.tokenizers.byte_pair import pieces_by_id

OLD = ("ar", "bn", "de", "el", "en", "es", "fr", "he", "id", "ja", "pl", "pt", "ru", "th", "tr", "vi")
NEW = ("am", "ka", "fi", "sw", "hi")
SIZE = 32_000


def word_pieces(texts):
    """A cased `WordPieceTokenizer` of the texts."""
    from tokenizers import BertWordPieceTokenizer

    trained = BertWordPieceTokenizer(lowercase=False)
    trained.train_from_iterator(texts, vocab_size=SIZE, limit_alphabet=6000, show_progress=False)
    found = trained.get_vocab()
    return WordPieceTokenizer(sorted(found, key=found.get), lowercase=False)


def byte_pairs(texts):
    """A `BytePairTokenizer` of the texts, with the words of GPT-2."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    trained.train_from_iterator(texts, trainer)
    model = json.loads(trained.to_str())["model"]
    return BytePairTokenizer(pieces_by_id(model["vocab"]), model["merges"], special_tokens=SPECIAL)


KINDS = {"WordPiece": word_pieces, "byte-level BPE": byte_pairs}


def texts_of(path, languages):
    """dict, language -> its texts."""
    found = open_data.by_language(path)
    return {language: [row["text"] for row in found[language]] for language in languages}


def measured(tokenizer, texts):
    """(share of unknown tokens, tokens a white-space word) of texts."""
    ids = np.concatenate(tokenizer.tokenize(texts))
    unknown = getattr(tokenizer, "unknown_id", -1)
    return float((ids == unknown).mean()), len(ids) / sum(len(text.split()) for text in texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--languages", nargs="*", default=list(NEW))
    options = parser.parse_args()
    train = texts_of("ntrex128/ntrex128.tsv.xz", (*OLD, *NEW))
    dev = texts_of("sib200/dev.tsv.xz", (*OLD, *NEW))
    old_train = [text for language in OLD for text in train[language]]
    old_dev = [text for language in OLD for text in dev[language]]
    results = results_file.read("growing_vocabularies") or []
    for kind in options.kinds:
        old = KINDS[kind](old_train)
        wanted = old.tokenize(old_dev)
        for language in options.languages:
            found = transfer.extend_vocabulary(old, {language: train[language]}, keep_texts=old_train)
            new = found.tokenizer.tokenize(old_dev)
            changed = sum(not np.array_equal(*pair) for pair in zip(wanted, new, strict=True))
            before, after = (measured(one, dev[language]) for one in (old, found.tokenizer))
            row = {
                "kind": kind,
                "language": language,
                "new pieces": len(found.pieces),
                "dropped": found.dropped,
                "unknown before": before[0],
                "unknown after": after[0],
                "tokens a word before": before[1],
                "tokens a word after": after[1],
                "unseen old texts": len(old_dev),
                "of them changed": changed,
            }
            print(row, flush=True)
            results = [one for one in results if (one["kind"], one["language"]) != (kind, language)] + [row]
            results_file.write("growing_vocabularies", results)


if __name__ == "__main__":
    main()
