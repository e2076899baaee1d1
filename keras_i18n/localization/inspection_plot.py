"""The picture of an inspection: megabytes by part, pieces by script, coverage by language."""

import dataclasses
from typing import Any

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.plot_fonts import drawn_by, shown_or
from keras_i18n.protocols import Path

_BAR, _FAINT = "#0072B2", "#767676"
_SCRIPTS_SHOWN = 10
_LINES_NAMED = 16


def plot_inspection(inspection: Any, path: Path, *, title: str) -> None:
    """Draws an `Inspection` into `path`.

    Raises:
        ImportError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("Plots need matplotlib. Install it with: pip install 'keras_i18n[plot]'") from error

    figure = Figure(figsize=(13, 4.6), facecolor="white", layout="constrained")
    with drawn_by([title]):
        figure.suptitle(shown_or(title, "Inspection"), x=0.01, ha="left", weight="bold")
    parts, scripts, coverage = figure.subplots(1, 3, width_ratios=(1, 1, 1.6))
    sizes = {name: size / 1e6 for name, size in dataclasses.asdict(inspection.parts).items()}
    _bars(parts, list(sizes), list(sizes.values()), "MB in float32", "{:.1f}")
    shown = list(inspection.scripts.items())[:_SCRIPTS_SHOWN]
    _bars(scripts, [name.title() or "no letters" for name, _ in shown], [n for _, n in shown], "pieces", "{:,.0f}")
    for row in inspection.rows:
        counts = np.arange(1, len(row.uses) + 1)
        coverage.plot(counts, np.cumsum(row.uses), label=row.language, linewidth=1.2)
    coverage.set(xscale="log", xlabel="pieces, the most frequent first", ylabel="share of the tokens", ylim=(0, 1.02))
    if inspection.rows:
        coverage.legend(frameon=False, fontsize=7, ncols=1 + len(inspection.rows[:_LINES_NAMED]) // 9, loc="upper left")
    for axes in (parts, scripts, coverage):
        axes.spines[["top", "right"]].set_visible(False)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150)


def _bars(axes, names, values, label, form):
    bars = axes.barh(names, values, color=_BAR)
    axes.bar_label(bars, [form.format(value) for value in values], padding=3, fontsize=8, color=_FAINT)
    axes.invert_yaxis()
    axes.margins(x=0.25)
    axes.set_xlabel(label)
