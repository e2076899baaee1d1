"""The sentences of SIB-200 in the languages of the encoder `use_multilingual_v3`."""

import numpy as np
import open_data

# as SIB-200 writes them
TAGS = ("ar", "de", "en", "es", "fr", "it", "ja", "ko-Hang", "nl", "pl", "pt", "ru", "th", "tr", "zh-Hans", "zh-Hant")


def sentences(count, *, split="train", seed=0):
    """`count` sentences, drawn over all of the encoder's languages."""
    texts = [row["text"] for row in open_data.rows(f"sib200/{split}.tsv.xz") if row["lang"] in TAGS]
    return [texts[place] for place in np.random.default_rng(seed).permutation(len(texts))[:count]]
