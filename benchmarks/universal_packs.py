"""Packs of the encoder `universal`: size of body and packs, and two of them put together beside the model localised to both.

Packs hold the pieces and n-grams of NTREX-128 and of word lists (wordfreq) where there is one; what is compared are weights, and the
vectors of SIB-200 dev. The same as exported files, a body and a pack for each language, in float32 and int8, beside the one file of
each language: megabytes, and the largest difference of a vector's numbers between the two.
"""

import pathlib
import tempfile
import time

import localized_bit_equality
import numpy as np
import open_data
import results_file

import keras_i18n as ki
from keras_i18n import localization

LANGUAGES = ("fr", "sw", "ja", "am")
FORMATS, PRECISIONS = ("tflite", "onnx"), ("float32", "int8")


def exported(encoder, texts, words, dev):
    """Megabytes of the exported files, and how far a pair is from the one file, by precision and format."""
    found = {precision: {format: {"packs": {}} for format in FORMATS} for precision in PRECISIONS}
    with tempfile.TemporaryDirectory() as folder:
        for precision in PRECISIONS:
            ki.export.export_body(encoder, folder, formats=FORMATS, precision=precision)
            for tag in LANGUAGES:
                given = {name: {tag: some[tag]} for name, some in (("texts", texts), ("words", words)) if tag in some}
                local, _ = localization.localize(encoder, [tag], **given)
                ki.export.export_pack(local, folder, name=tag, formats=FORMATS, precision=precision)
                ki.export(local, folder, formats=FORMATS, precision=precision)
                for format in FORMATS:
                    body, pack, whole = (pathlib.Path(folder) / f"{name}.{format}" for name in ("body", tag, "model"))
                    rows = [row["text"] for row in dev[tag]]
                    apart = ki.export.load_pair(body, pack).predict(rows) - ki.load_exported(whole).predict(rows)
                    row = found[precision][format]
                    row["body"] = body.stat().st_size
                    row["packs"][tag] = {
                        "bytes": pack.stat().st_size,
                        "one_file_bytes": whole.stat().st_size,
                        "largest_difference": float(np.abs(apart).max()),
                    }
                    print(precision, format, tag, row["body"], row["packs"][tag], flush=True)
    return found


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
    figures["exported"] = exported(encoder, texts, words, dev)
    print(figures)
    results_file.write("universal_packs", figures)


if __name__ == "__main__":
    main()
