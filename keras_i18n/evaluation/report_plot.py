"""The picture of a report: every language with its accuracy and interval."""

import collections
import itertools
import math
import re
from typing import Any

from keras_i18n import languages as tags
from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path

# Colours that people with colour-blindness tell apart (Okabe and Ito 2008); a further marker each time they run out.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F6A00", "#8B3FB0")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_ROWS_OF_A_PANEL = 52
_INK, _FAINT, _SOURCE = "#222222", "#767676", "#FFE9A8"
# Inches: the picture grows with its languages, so that type and spacing stay the same.
_ROW, _MARGIN, _HEAD, _AXIS, _VALUE, _LEGEND_ROW, _NOTE = 0.23, 0.22, 1.0, 0.58, 0.62, 0.19, 0.42


def plot_report(report: Any, path: Path, *, title: str) -> None:
    """Draws a `LanguageReport` into `path`; panels stand side by side when languages are many."""
    figure = report_figure(report, title=title)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150)


def report_figure(report: Any, *, title: str = "Accuracy by language") -> Any:
    """The matplotlib `Figure` of a report."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("Plots need matplotlib. Install it with: pip install 'keras_i18n[plot]'") from error

    figure = Figure(facecolor="white")
    renderer = FigureCanvasAgg(figure).get_renderer()
    ordered = sorted(report.rows, key=lambda row: (-row.accuracy, row.name))
    num_panels = math.ceil(len(ordered) / _ROWS_OF_A_PANEL)
    height = math.ceil(len(ordered) / num_panels)
    names = [_shown_name(row, short=num_panels > 1) for row in ordered]
    names_width = max(_inches(figure, renderer, name) for name in names) + 0.12
    plot_width = 5.0 if num_panels == 1 else 2.0
    panel_width = names_width + plot_width + _VALUE
    heading = max(_inches(figure, renderer, report.headline()), _inches(figure, renderer, title) * 13 / 8.5)
    width = 2 * _MARGIN + max(num_panels * panel_width, heading)

    styles = _styles(ordered)
    handles = _handles(styles, report)
    entry_width = max(_inches(figure, renderer, handle.get_label()) for handle in handles) + 0.45
    columns = max(1, int((width - 2 * _MARGIN) / entry_width))
    foot = _NOTE + _LEGEND_ROW * math.ceil(len(handles) / columns)
    rows_height = _ROW * max(height, 3)
    total = _HEAD + rows_height + _AXIS + foot
    figure.set_size_inches(width, total)

    left_end = _left_end(ordered)
    for number in range(num_panels):
        rows = slice(number * height, (number + 1) * height)
        left = _MARGIN + number * panel_width + names_width
        box = (left / width, (foot + _AXIS) / total, plot_width / width, rows_height / total)
        panel = figure.add_axes(box)
        _draw_rows(panel, ordered[rows], names[rows], report, styles)
        _draw_mean(panel, report)
        _dress(panel, max(height, 3), left_end)
    figure.text(_MARGIN / width, 1 - 0.2 / total, title, fontsize=13, fontweight="bold", color=_INK, va="top")
    figure.text(_MARGIN / width, 1 - 0.5 / total, report.headline(), fontsize=9, color=_INK, va="top")
    figure.text(_MARGIN / width, 0.14 / total, _note(report), fontsize=8, color=_FAINT, va="bottom")
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(_MARGIN / width, _NOTE / total),
        ncols=columns,
        fontsize=8.5,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=1,
        handletextpad=0.4,
        labelspacing=0.35,
        labelcolor=_INK,
    )
    return figure


def _shown_name(row, *, short):
    """English name and tag; `short` leaves out a script that the tag tells, and cuts what is left."""
    name = row.name
    if short:
        name = re.sub(r" \([^()]*\)$", "", name) if "-" in row.language else name
        name = name if len(name) <= 24 else name[:23].rstrip() + "…"
    return f"{name}  {row.language}"


def _inches(figure, renderer, text):
    shown = figure.text(0, 0, text, fontsize=8.5, fontweight="bold")
    width = shown.get_window_extent(renderer).width / figure.dpi
    shown.remove()
    return width


def _styles(rows):
    """Script -> (colour, marker, languages), the most frequent script first."""
    counts = collections.Counter(row.script for row in rows)
    marks = itertools.cycle([(color, marker) for marker in _MARKERS for color in _COLORS])
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {script: (*next(marks), count) for script, count in ordered}


def _left_end(rows):
    """Where the axis begins, in percent: the ten below the lowest interval, and never above 60."""
    return min(60, 10 * math.floor(min(row.low for row in rows) * 10))


def _draw_rows(panel, rows, names, report, styles):
    for position, (row, name) in enumerate(zip(rows, names, strict=True)):
        color, marker, _ = styles[row.script]
        weight = "normal"
        if row.language == report.source_language:
            weight = "bold"
            panel.axhspan(position - 0.5, position + 0.5, color=_SOURCE, linewidth=0, zorder=0)
        line = {"color": color, "linewidth": 2.4, "alpha": 0.45, "solid_capstyle": "butt", "clip_on": False}
        panel.plot([100 * row.low, 100 * row.high], [position, position], **line)
        dot = {"color": color, "markersize": 6, "markeredgecolor": "white", "markeredgewidth": 0.5, "clip_on": False}
        panel.plot([100 * row.accuracy], [position], marker, zorder=3, **dot)
        side = {"va": "center", "fontsize": 8.5, "color": _INK, "fontweight": weight, "textcoords": "offset points"}
        at = ("axes fraction", "data")
        panel.annotate(name, (0, position), xycoords=at, xytext=(-6, 0), ha="right", **side)
        panel.annotate(f"{100 * row.accuracy:.1f}", (1, position), xycoords=at, xytext=(34, 0), ha="right", **side)


def _draw_mean(panel, report):
    mean = 100 * report.mean
    panel.axvline(mean, color=_FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=0.5)
    at = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    panel.annotate(f"mean {mean:.1f}", (mean, 1), xytext=(0, 3), ha="center", fontsize=8, color=_FAINT, **at)


def _dress(panel, height, left_end):
    panel.set_ylim(height - 0.4, -0.6)
    panel.set_xlim(left_end, 100)
    panel.set_yticks([])
    panel.set_xticks(range(100, left_end - 1, -10 if left_end > 40 else -20))
    panel.set_xlabel("accuracy in %", fontsize=8.5, color=_FAINT)
    panel.tick_params(axis="x", length=0, labelsize=8, labelcolor=_FAINT)
    panel.grid(axis="x", color="#E4E4E4", linewidth=0.8)
    panel.set_axisbelow(True)
    for side in panel.spines.values():
        side.set_visible(False)


def _handles(styles, report):
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = []
    for code, (color, marker, count) in styles.items():
        label = f"{tags.script_name(code)} ({count})"
        handles.append(Line2D([], [], color=color, marker=marker, linestyle="", markersize=6, label=label))
    if report.source_language is not None:
        handles.append(Patch(color=_SOURCE, label="source language"))
    return handles


def _note(report):
    counts = sorted({row.count for row in report.rows})
    texts = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{texts} texts a language; lines: {report.confidence:.0%} bootstrap interval; colour and shape: script (languages)"
