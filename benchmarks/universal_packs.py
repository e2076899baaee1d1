"""Packs of the encoder `universal`: size of body and packs, and two of them put together beside the model localised to both.

Packs hold the pieces and n-grams of NTREX-128 and of word lists (wordfreq) where there is one; what is compared are weights, and the
vectors of SIB-200 dev.
"""

import pathlib
import tempfile
import time

import localized_bit_equality
import open_data
import results_file

import keras_i18n as ki
from keras_i18n import localization

LANGUAGES = ("fr", "sw", "ja", "am")


def main():
    encoder = ki.TextEncoder.from_preset("universal")
    news, dev = (open_data.by_language(name) for name in ("ntrex128/ntrex128.tsv.xz", "sib200/dev.tsv.xz"))
    texts = {tag: [row["text"] for row in news[tag]] for tag in LANGUAGES}
    words = {tag: found for tag in LANGUAGES if (found := localization.frequent_words(tag))}
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        packs = localization.make_packs(encoder, LANGUAGES, pathlib.Path(folder), texts=texts, words=words)
        print(packs, f"{time.monotonic() - began:.0f} s")
        found, _ = localization.assemble(packs.body, [pack.path for pack in packs.packs[:2]])
    two = LANGUAGES[:2]
    local, _ = localization.localize(
        encoder, two, texts={tag: texts[tag] for tag in two}, words={tag: words[tag] for tag in two if tag in words}
    )
    figures = {
        "bytes": {"body": packs.body_bytes} | {pack.language: pack.bytes for pack in packs.packs},
        "assembled": localized_bit_equality.compared_models(
            found, local, [row["text"] for tag in two for row in dev[tag]]
        ),
    }
    print(figures)
    results_file.write("universal_packs", figures)


if __name__ == "__main__":
    main()
