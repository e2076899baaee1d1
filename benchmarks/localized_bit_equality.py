"""Localised models beside the full one: every text of NTREX-128 and SIB-200 dev whose pieces are kept, bit for bit.

Each of the encoder's 16 languages is cut out twice: all pieces that its script spells, and the pieces of its word list
(where there is one) and of this package's sample; the texts choose nothing. Two languages are also put together from packs and compared with the
model that is localised to them, weights and answers.
"""

import argparse
import json
import pathlib
import tempfile

import encoder_languages
import numpy as np
import open_data
import parallel_data
import results_file

import keras_i18n as ki
from keras_i18n import localization
from keras_i18n.localization.proof import compared


def trained():
    train = parallel_data.topics("train", {"en"})
    classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
    classifier.fit(train, verbose=0)
    return classifier


def texts_of(tags):
    found = {tag: [] for tag in tags}
    # the two data sets do not write all tags alike
    called = {ki.languages.normalize(tag): tag for tag in tags} | {tag: tag for tag in tags}
    for file in ("ntrex128/ntrex128.tsv.xz", "sib200/dev.tsv.xz"):
        for row in open_data.rows(file):
            tag = called.get(row["lang"])
            if tag is not None:
                found[tag].append(row["text"])
    return found


def ids_in(full, small):
    return np.array([full.tokenizer.piece_id(piece) for piece in small.tokenizer.pieces])


def kept(full, tag, texts, **options):
    """How many texts there are, and how many have all their pieces; an answer of one of these that differs raises."""
    small, report = localization.localize(full, [tag], **options)
    (row,) = compared(full, small, ids_in(full, small), {tag: texts})
    return {"texts": row.texts, "equal": row.whole, "pieces": report.pieces}


def assembled(full, tags, texts):
    """Whether weights and answers of packs put together are those of the model localised to these languages."""
    given = {tag: texts[tag] for tag in tags}
    with tempfile.TemporaryDirectory() as folder:
        packs = localization.make_packs(full, tags, pathlib.Path(folder), texts=given)
        found, report = localization.assemble(packs.body, [pack.path for pack in packs.packs])
        sizes = {pack.language: pack.bytes for pack in packs.packs} | {"body": packs.body_bytes}
    local, _ = localization.localize(full, tags, texts=given)
    told = {"languages": tags, "bytes": sizes, "pieces": report.pieces, "shared_pieces": report.shared_pieces}
    return told | compared_models(found, local, [text for tag in tags for text in texts[tag][::4]])


def compared_models(found, local, texts):
    weights = zip(found.network.weights, local.network.weights, strict=True)
    return {
        "same_tokenizer": found.tokenizer.digest == local.tokenizer.digest,
        "same_weights": all(np.array_equal(one.numpy(), other.numpy()) for one, other in weights),
        "texts": len(texts),
        "same_answers": int((found.predict(texts) == local.predict(texts)).all(axis=1).sum()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=list(encoder_languages.TAGS))
    parser.add_argument("--packs", nargs="+", default=["en", "fr"])
    parser.add_argument("--more", action="store_true", help="keep what an earlier run measured of other languages")
    arguments = parser.parse_args()
    full = trained()
    texts = texts_of(dict.fromkeys([*arguments.languages, *arguments.packs]))
    figures = {"script": {}, "words": {}}
    if arguments.more:
        before = json.loads((pathlib.Path(__file__).parent / "results" / "localized_bit_equality.json").read_text())
        figures = {way: before[way] for way in figures}
    figures["assembled"] = assembled(full, arguments.packs, texts)
    print(figures["assembled"], flush=True)
    for tag in arguments.languages:
        figures["script"][tag] = kept(full, tag, texts[tag], keep="script")
        words = localization.frequent_words(tag)
        if words:
            figures["words"][tag] = kept(full, tag, texts[tag], words={tag: words})
        print(tag, figures["script"][tag], figures["words"].get(tag), flush=True)
    for way in ("script", "words"):
        total = {name: sum(row[name] for row in figures[way].values()) for name in ("texts", "equal")}
        figures[f"{way}_total"] = total
        print(way, total, flush=True)
    results_file.write("localized_bit_equality", figures)


if __name__ == "__main__":
    main()
