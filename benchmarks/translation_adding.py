"""One more language for a translator of four, from news alone: what it learns, and that the others stay as they were.

The translator is that of `translation_many.py`, which knows captions of photographs. The language learns from sentences of
NTREX-128 (news) and English; one in five of them is kept apart, and scored before and after. All twelve old directions are
asked test_2016_flickr again.

    python translation_adding.py many.keras --language uk --minutes 8
"""

import argparse
import itertools
import os
import pathlib

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import numpy as np
import parallel_data
import results_file
from translation_many import LANGUAGES, pairs

import keras_i18n as ki


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, help="the .keras file")
    parser.add_argument("--language", default="uk")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--sentences", type=int, default=200, help="of test_2016_flickr, in each old direction")
    options = parser.parse_args()
    model = ki.load(options.model)
    rows = parallel_data.news_pairs(options.language)
    apart = np.arange(len(rows)) % 5 == 4
    given, held_out = rows[np.flatnonzero(~apart)], rows[np.flatnonzero(apart)]
    longer, report = ki.transfer.add_translation_language(
        model,
        options.language,
        given,
        minutes=options.minutes,
        num_pieces=2000,
        progress=lambda told: print(told, flush=True),
    )
    print(report)
    figures = {"language": options.language, "pairs": len(given), "pieces": report.pieces, "weights": report.weights}
    figures["epochs"], figures["seconds"] = len(report.history["loss"]), round(report.seconds)
    scores = {}
    for one in (held_out, held_out.swap()):
        for name, by in (("before", model), ("after", longer)):
            if one.target_language in by.target_languages:
                found = by.translate(one.source, target_language=one.target_language)
            else:
                found = list(one.source)  # a model that cannot write the language leaves the text as it is
            told = ki.evaluation.translation_scores(found, one.target, target_language=one.target_language, resamples=0)
            row = scores.setdefault(f"{one.source_language}-{one.target_language}", {})
            row[name] = {"bleu": round(told.bleu, 2), "chrf": round(told.chrf, 2)}
    figures["scores"], same, asked = scores, 0, 0
    for source, target in itertools.permutations(LANGUAGES, 2):
        texts = pairs("test_2016_flickr", source, target, most=options.sentences).source
        found = [by.translate(texts, target_language=target) for by in (model, longer)]
        same += sum(one == other for one, other in zip(*found, strict=True))
        asked += len(texts)
    figures["old translations"] = {"asked": asked, "same": same}
    print(figures)
    results_file.write("translation_adding", figures)


if __name__ == "__main__":
    main()
