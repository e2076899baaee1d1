"""SIB-200 and NTREX-128 as data sets of one or a few languages."""

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


def news_pairs(target, *, source="en"):
    """The sentences of NTREX-128 in two languages, as `ParallelTexts`."""
    sides = {source: {}, target: {}}
    for row in open_data.rows("ntrex128/ntrex128.tsv.xz"):
        if row["lang"] in sides:
            sides[row["lang"]][int(row["id"])] = row["text"]
    shared = sorted(sides[source].keys() & sides[target].keys())
    return ki.datasets.ParallelTexts(
        [sides[source][key] for key in shared],
        [sides[target][key] for key in shared],
        source_language=source,
        target_language=target,
    )
