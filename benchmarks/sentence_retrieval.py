"""Sentences find their translations (SIB-200 dev, 99 sentences, to and from English), by language.

Without `--model` the figures are those of the preset; with one, both, in the same run.
"""

import argparse

import numpy as np
import open_data
import results_file

import keras_i18n as ki
from keras_i18n.evaluation import retrieval_by_language


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a saved encoder or classifier with languages added")
    parser.add_argument("--languages", nargs="+", help="tags of SIB-200; by default all 205")
    parser.add_argument("--name", default="sentence_retrieval", help="of the results' file")
    arguments = parser.parse_args()
    rows = list(open_data.rows("sib200/dev.tsv.xz"))
    if arguments.languages:
        rows = [row for row in rows if row["lang"] in {"en", *arguments.languages}]
    columns = [[row[name] for row in rows] for name in ("text", "lang", "id")]
    data = ki.datasets.from_lists(columns[0], language=columns[1], id=columns[2])
    models = {"before": ki.TextEncoder.from_preset("use_multilingual_v3")}
    if arguments.model:
        after = ki.load(arguments.model)
        models["after"] = getattr(after, "encoder", after)
    known = set(models["before"].languages) - {"en"}
    figures = {}
    for name, encoder in models.items():
        report = retrieval_by_language(encoder, data, target_language="en")
        print(f"\n{name}\n{report}")
        by_language = {
            language: [round(score.precision_at_1, 4) for score in pair] for language, pair in report.rows.items()
        }
        covered = [np.mean(pair) for language, pair in by_language.items() if language in known]
        figures[name] = {
            "mean_precision_at_1": round(report.mean, 4),
            "num_languages": len(by_language),
            "mean_precision_at_1_of_the_presets_languages": round(float(np.mean(covered)), 4) if covered else None,
            "to_english_and_from_english": by_language,
        }
    results_file.write(arguments.name, figures)


if __name__ == "__main__":
    main()
