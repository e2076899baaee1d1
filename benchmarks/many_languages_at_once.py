"""What all other languages of NTREX, added in one call, do to unseen texts of the 16 old ones: the vocabulary, without training.

`extend_vocabulary` learns pieces of each language from its NTREX side, as one group of pieces; `keep_texts` are NTREX in the
old languages. For several least percents of the group (`PieceGroups`; the library's rule is 15 where more than ten languages
join at once): how many of SIB-200 train's texts in the old languages are tokenized differently, and what share of the code
points that new pieces cover in SIB-200 dev's texts of the new languages is lost, the mean over the languages. The library's
15 percent was chosen on such counts of the same texts.

    python benchmarks/many_languages_at_once.py
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import old_texts_after_adding as one_by_one
import open_data
import results_file

import keras_i18n as ki
from keras_i18n.tokenizers import PieceGroups, UnigramTokenizer
from keras_i18n.tokenizers.piece_groups import piece_lengths
from keras_i18n.transfer.adding.extended_vocabulary import extend_vocabulary

VARIETIES = {"en-GB", "en-IN", "en-US", "es-MX", "fr-CA", "pt-BR"}


def covered(tokenizer, first, texts):
    """Code points that new pieces cover in texts."""
    lengths = piece_lengths(tokenizer.model)
    lengths[:first] = 0
    return int(sum(lengths[ids].sum() for ids in tokenizer.tokenize(texts)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=3000, help="learned for each language")
    parser.add_argument("--texts", type=int, default=25, help="of each new language")
    parser.add_argument("--percents", type=int, nargs="+", default=[1, 10, 15, 20])
    options = parser.parse_args()
    train, dev, ntrex = (
        open_data.by_language(f"{name}.tsv.xz") for name in ("sib200/train", "sib200/dev", "ntrex128/ntrex128")
    )
    old = {one_by_one._IN_NTREX.get(tag, tag) for tag in one_by_one.OLD}
    new = sorted(set(ntrex) - old - VARIETIES)
    unseen = [row["text"] for tag in one_by_one.OLD for row in train[one_by_one._IN_SIB.get(tag, tag)]]
    tokenizer = ki.TextEncoder.from_preset("use_multilingual_v3").tokenizer
    grown = extend_vocabulary(
        tokenizer,
        {tag: [row["text"] for row in ntrex[tag]] for tag in new},
        num_pieces=options.pieces,
        keep_texts=[row["text"] for tag in sorted(old) for row in ntrex[tag]],
    )
    figures = {"languages": len(new), "new_pieces": len(grown.pieces), "unseen_old_texts": len(unseen), "percents": {}}
    texts = {tag: [row["text"] for row in dev[tag][: options.texts]] for tag in new if tag in dev}
    first, longer = tokenizer.vocabulary_size, grown.tokenizer
    whole = UnigramTokenizer(longer.model_bytes)
    most = {tag: covered(whole, first, some) for tag, some in texts.items()}
    for percent in options.percents:
        ruled = UnigramTokenizer(longer.model_bytes, groups=PieceGroups((first,), percent))
        plain = UnigramTokenizer(tokenizer.model_bytes)
        lost = {tag: 1 - covered(ruled, first, some) / max(most[tag], 1) for tag, some in texts.items()}
        worst = sorted(lost, key=lost.get)[-5:]
        figures["percents"][percent] = {
            "unseen_old_tokenized_differently": one_by_one.tokenized_differently(plain, ruled, unseen),
            "lost_of_new_pieces": round(float(np.mean(list(lost.values()))), 4),
            "most_lost": {tag: round(lost[tag], 4) for tag in reversed(worst)},
        }
        print(percent, figures["percents"][percent], flush=True)
        results_file.write("many_languages_at_once", figures)


if __name__ == "__main__":
    main()
