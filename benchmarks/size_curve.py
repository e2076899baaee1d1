"""How much accuracy a file of so many megabytes keeps: SIB-200 topics from English labels, the 16 languages of use_multilingual_v3.

One classifier leaves as .tflite: whole in ever fewer bits a number, and cut by `compact` to the pieces and bits that fit so many
bytes, for all 16 languages in one file and for one language alone. Pieces are chosen by NTREX-128 and word lists, accuracy is of
SIB-200 dev. Peers: a vocabulary trimmed to its most frequent pieces with rows in int8, and fastText .ftz of the same labels.

    python size_curve.py --plot docs/pictures/size_curve.png

Points that are there are not made again; `--lines` names some lines.
"""

import argparse
import pathlib
import tempfile

import encoder_languages
import numpy as np
import open_data
import results_file
from one_small_file import NEWS, fasttext_peer, trained

import keras_i18n as ki
from keras_i18n import localization

# name of a line -> its points: precisions, or megabytes
LINES = {
    "whole, fewer bits": ("float32", "float16", "int8", "int4", "mixed3", "pq2", "pq1"),
    "16 languages, compact": (24, 10, 16),
    "16 languages, trimmed, int8": (24, 38),
    "one language alone, compact (mean of 2)": (8, 5, 14),
}
ALONE = ("de", "ja")
FASTTEXT = "fastText .ftz"
_BEFORE_ROWS = 4.6e6  # bytes of body, head and normaliser in int8
_PIECE = 513 + 17  # bytes of a row in int8 and of its piece


class Curve:
    """What every point is made from."""

    def __init__(self):
        self.full, self.train = trained()
        self.tags = list(encoder_languages.TAGS)
        self.rows = [row for row in open_data.rows("sib200/dev.tsv.xz") if row["lang"] in self.tags]
        self.news = {}
        for row in open_data.rows(NEWS):
            if (tag := ki.languages.lookup(row["lang"], self.tags)) is not None:
                self.news.setdefault(tag, []).append(row["text"])
        self.words = {tag: found for tag in self.tags if (found := localization.frequent_words(tag))}

    def point(self, line, size):
        with tempfile.TemporaryDirectory() as folder:
            if line.startswith("whole"):
                return self.scored(self.full, folder, self.tags, precision=size)
            if line.startswith("one language"):
                told = [self.compacted([tag], size, f"{folder}/{tag}") for tag in ALONE]
                by_language = {tag: one["by_language"][tag] for tag, one in zip(ALONE, told, strict=True)}
                return {
                    "megabytes": round(float(np.mean([one["megabytes"] for one in told])), 2),
                    "by_language": by_language,
                }
            if line.endswith("compact"):
                return self.compacted(self.tags, size, folder)
            pieces = int((size * 1e6 - _BEFORE_ROWS) / _PIECE)
            small, _ = localization.localize(self.full, self.tags, texts=self.news, words=self.words, keep=pieces)
            return self.scored(small, folder, self.tags, precision="int8")

    def compacted(self, tags, megabytes, folder):
        given = {
            "texts": {tag: self.news[tag] for tag in tags},
            "words": {tag: self.words[tag] for tag in tags if tag in self.words},
        }
        small, _ = localization.compact(self.full, tags, max_bytes=round(megabytes * 1e6), **given)
        return self.scored(small, folder, tags, precision="int8")

    def scored(self, model, folder, tags, *, precision):
        path = ki.export(model, folder, formats=["tflite"], precision=precision) / "model.tflite"
        runner = ki.load_exported(path)
        by_language = {}
        for tag in tags:
            some = [row for row in self.rows if row["lang"] == tag]
            best = runner.predict([row["text"] for row in some]).argmax(axis=1)
            by_language[tag] = float(
                np.mean([runner.labels[place] == row["label"] for place, row in zip(best, some, strict=True)])
            )
        return {"megabytes": round(path.stat().st_size / 1e6, 2), "by_language": by_language}


def share(point, full):
    """Accuracy in % of the full model's, mean and worst over the point's languages."""
    shares = [100 * accuracy / full["by_language"][tag] for tag, accuracy in point["by_language"].items()]
    return float(np.mean(shares)), float(min(shares))


def draw(figures, path):
    from matplotlib import pyplot as plt

    full = figures["lines"]["whole, fewer bits"]["float32"]
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for (line, points), marker in zip(figures["lines"].items(), "os^vD", strict=False):
        found = sorted((point["megabytes"], share(point, full)[0]) for point in points.values())
        axes.plot(*zip(*found, strict=True), marker=marker, label=line)
    axes.set(
        xscale="log", xlabel="megabytes of the .tflite, the tokenizer inside", ylabel="accuracy, % of the full model's"
    )
    axes.set_ylim(0, 105)
    axes.set_xticks([2, 5, 10, 20, 50, 100, 200], ["2", "5", "10", "20", "50", "100", "200"])
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", nargs="*", default=list(LINES), choices=LINES)
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    figures = results_file.read("size_curve") or {"alone": ALONE, "lines": {}}
    curve = Curve()
    for line in options.lines:
        for size in LINES[line]:
            points = figures["lines"].setdefault(line, {})
            if str(size) in points:
                continue
            points[str(size)] = curve.point(line, size)
            full = figures["lines"]["whole, fewer bits"]["float32"]
            print(
                f"{line:42} {size!s:8} {points[str(size)]['megabytes']:7.2f} MB  {share(points[str(size)], full)}",
                flush=True,
            )
            results_file.write("size_curve", figures)
    if FASTTEXT not in figures["lines"]:
        told = fasttext_peer(curve.train, curve.rows)
        figures["lines"][FASTTEXT] = {
            "ftz": {"megabytes": round(told["bytes"] / 1e6, 2), "by_language": told["accuracy"]}
        }
        results_file.write("size_curve", figures)
    if options.plot is not None:
        draw(figures, options.plot)


if __name__ == "__main__":
    main()
