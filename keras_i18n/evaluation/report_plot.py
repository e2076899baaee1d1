"""The picture of a report: every language with its accuracy and interval."""

import collections
import io
import itertools
import math
import re
from typing import Any

from keras_i18n import languages as tags
from keras_i18n.files import atomic_path
from keras_i18n.plot_fonts import can_draw, drawn_by, shown_or
from keras_i18n.protocols import Path

TITLE = "Accuracy by language"
# Colours that people with colour-blindness tell apart (Okabe and Ito 2008); a further marker each time they run out.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F6A00", "#8B3FB0")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_ROWS_OF_A_PANEL = 52
_FILLED, _HOLLOW = {"markeredgewidth": 0.5}, {"markeredgewidth": 1.4, "markerfacecolor": "white"}
_MAJORITY = {"marker": "|", "markersize": 8, "markeredgewidth": 1.2, "color": "#8A8A8A", "linestyle": ""}
_BASELINE = {"marker": "x", "markersize": 5, "markeredgewidth": 1.2, "color": "#222222", "linestyle": ""}
_CHANCE = "#B0493A"
_INK, _FAINT, _SOURCE = "#222222", "#767676", "#FFE9A8"
# Inches: the picture grows with its languages, so that type and spacing stay the same.
_ROW, _MARGIN, _HEAD, _AXIS, _VALUE, _LEGEND_ROW, _NOTE = 0.23, 0.22, 1.0, 0.58, 0.62, 0.19, 0.42


def plot_report(report: Any, path: Path | None, *, title: str) -> Any:
    """Draws a `LanguageReport`, into `path` if there is one; panels stand side by side when languages are many."""
    with drawn_by([title, *(row.name for row in report.rows)]):
        figure = report_figure(report, title=shown_or(title, TITLE))
    if path is not None:
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=150)
    figure._repr_png_ = lambda: _png(figure)  # by which notebooks show what they display
    return figure


def _png(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()


def report_figure(report: Any, *, title: str = TITLE) -> Any:
    """The matplotlib `Figure` of a report."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("Plots need matplotlib. Install it with: pip install 'keras_i18n[plot]'") from error

    figure = Figure(facecolor="white")
    renderer = FigureCanvasAgg(figure).get_renderer()
    ordered = sorted(report.rows, key=lambda row: (-row.accuracy, row.name))
    headline = _headline(report)
    num_panels = math.ceil(len(ordered) / _ROWS_OF_A_PANEL)
    height = math.ceil(len(ordered) / num_panels)
    names = [_shown_name(row, short=num_panels > 1) for row in ordered]
    names_width = max(_inches(figure, renderer, name) for name in names) + 0.12
    plot_width = 5.0 if num_panels == 1 else 2.0
    panel_width = names_width + plot_width + _VALUE
    heading = max(_inches(figure, renderer, headline), _inches(figure, renderer, title) * 13 / 8.5)
    width = 2 * _MARGIN + max(num_panels * panel_width, heading)

    styles = _styles(ordered)
    handles = _handles(styles, report)
    entry_width = max(_inches(figure, renderer, handle.get_label()) for handle in handles) + 0.45
    columns = max(1, int((width - 2 * _MARGIN) / entry_width))
    foot = _NOTE + _LEGEND_ROW * math.ceil(len(handles) / columns)
    rows_height = _ROW * max(height, 3)
    total = _HEAD + rows_height + _AXIS + foot
    figure.set_size_inches(width, total)

    for number in range(num_panels):
        rows = slice(number * height, (number + 1) * height)
        left = _MARGIN + number * panel_width + names_width
        box = (left / width, (foot + _AXIS) / total, plot_width / width, rows_height / total)
        panel = figure.add_axes(box)
        _draw_rows(panel, ordered[rows], names[rows], report, styles)
        _draw_mean(panel, report)
        _draw_chance(panel, report)
        _dress(panel, max(height, 3))
    figure.text(_MARGIN / width, 1 - 0.2 / total, title, fontsize=13, fontweight="bold", color=_INK, va="top")
    figure.text(_MARGIN / width, 1 - 0.5 / total, headline, fontsize=9, color=_INK, va="top")
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


def _headline(report):
    """The line below the title, with tags in place of names that cannot be drawn."""
    told = report.headline()
    for row in report.rows:
        if not can_draw(row.name):
            told = told.replace(row.name, row.language)
    return told


def _shown_name(row, *, short):
    """English name and tag; `short` leaves out a script that the tag tells, and cuts what is left."""
    name = shown_or(row.name, "")
    if short:
        name = re.sub(r" \([^()]*\)$", "", name) if "-" in row.language else name
        name = name if len(name) <= 24 else name[:23].rstrip() + "…"
    return f"{name}  {row.language}".lstrip()


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


def _draw_rows(panel, rows, names, report, styles):
    for position, (row, name) in enumerate(zip(rows, names, strict=True)):
        color, marker, _ = styles[row.script]
        weight = "normal"
        if row.language == report.source_language:
            weight = "bold"
            panel.axhspan(position - 0.5, position + 0.5, color=_SOURCE, linewidth=0, zorder=0)
        line = {"color": color, "linewidth": 2.4, "alpha": 0.45, "solid_capstyle": "butt", "clip_on": False}
        panel.plot([100 * row.low, 100 * row.high], [position, position], **line)
        dot = {"color": color, "markersize": 6, "clip_on": False, **(_HOLLOW if row.made_for is False else _FILLED)}
        dot["markeredgecolor"] = color if row.made_for is False else "white"
        panel.plot([100 * row.accuracy], [position], marker, zorder=3, **dot)
        for share, sign in ((row.majority, _MAJORITY), (row.baseline, _BASELINE)):
            if share is not None:
                panel.plot([100 * share], [position], zorder=2.5, clip_on=False, **sign)
        side = {"va": "center", "fontsize": 8.5, "color": _INK, "fontweight": weight, "textcoords": "offset points"}
        at = ("axes fraction", "data")
        panel.annotate(name, (0, position), xycoords=at, xytext=(-6, 0), ha="right", **side)
        panel.annotate(f"{100 * row.accuracy:.1f}", (1, position), xycoords=at, xytext=(34, 0), ha="right", **side)


def _draw_chance(panel, report):
    panel.axvline(100 / len(report.labels), color=_CHANCE, linewidth=1, linestyle=(0, (1, 2)), zorder=0.5)


def _draw_mean(panel, report):
    mean = 100 * report.mean
    panel.axvline(mean, color=_FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=0.5)
    at = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    panel.annotate(f"mean {mean:.1f}", (mean, 1), xytext=(0, 3), ha="center", fontsize=8, color=_FAINT, **at)


def _dress(panel, height):
    panel.set_ylim(height - 0.4, -0.6)
    panel.set_xlim(0, 100)
    panel.set_yticks([])
    panel.set_xticks(range(0, 101, 20))
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
    chance = {"color": _CHANCE, "linewidth": 1, "linestyle": (0, (1, 2))}
    handles.append(Line2D([], [], label=f"chance ({len(report.labels)} labels)", **chance))
    if any(row.majority is not None for row in report.rows):
        handles.append(Line2D([], [], label="most frequent label", **_MAJORITY))
    if any(row.baseline is not None for row in report.rows):
        handles.append(Line2D([], [], label="baseline", **_BASELINE))
    if any(row.made_for is False for row in report.rows):
        mark = {"color": _FAINT, "markeredgecolor": _FAINT, "marker": "o", "markersize": 6, "linestyle": ""}
        handles.append(Line2D([], [], label="the model was not made for it", **mark, **_HOLLOW))
    return handles


def _note(report):
    counts = sorted({row.count for row in report.rows})
    texts = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{texts} texts a language; lines: {report.confidence:.0%} bootstrap interval; colour and shape: script (languages)"
