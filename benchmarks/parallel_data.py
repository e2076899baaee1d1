"""SIB-200 and NTREX-128 as data sets of one or a few languages."""

import numpy as np
import open_data

import keras_i18n as ki


def topics(split, languages):
    """Labelled sentences of SIB-200, with their ids; tags as the file writes them."""
    rows = [row for row in open_data.rows(f"sib200/{split}.tsv.xz") if row["lang"] in languages]
    return ki.datasets.from_lists(
        [row["text"] for row in rows],
        [row["label"] for row in rows],
        language=[row["lang"] for row in rows],
        id=[row["id"] for row in rows],
    )


def accuracy(model, rows):
    """Share of labelled rows of SIB-200 that a classifier tells right."""
    best = model.predict([row["text"] for row in rows]).argmax(axis=1)
    return float(np.mean([model.labels[place] == row["label"] for place, row in zip(best, rows, strict=True)]))


def news_pairs(target, *, source="en"):
    """The sentences of NTREX-128 in two languages, as `ParallelTexts`."""
    sides = {source: [], target: []}
    for row in open_data.rows("ntrex128/ntrex128.tsv.xz"):
        if row["lang"] in sides:
            sides[row["lang"]].append(row)
    return pairs_of(sides[source], sides[target], source=source, target=target)


def pairs_of(source_rows, target_rows, *, source="en", target):
    """Rows of NTREX-128 in two languages, joined by sentence id."""
    sides = [{int(row["id"]): row["text"] for row in rows} for rows in (source_rows, target_rows)]
    shared = sorted(sides[0].keys() & sides[1].keys())
    return ki.datasets.ParallelTexts(
        *([side[key] for key in shared] for side in sides), source_language=source, target_language=target
    )
