"""The certificate as one HTML page: pictures in SVG, no script, nothing from a network."""

import html
import math
from collections.abc import Callable
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --faint: #5c5c5c; --line: #d5d5d5; --back: #fff; --good: #00724f;
  --bad: #b3261e; --bar: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --faint: #aaa; --line: #444; --back: #161616; --good: #4fd1a1;
  --bad: #ff8a80; --bar: #56b4e9; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 70rem; margin: 0 auto;
  padding: 1.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: start; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: end; } code { overflow-wrap: anywhere; }
.same { white-space: nowrap; } .passed { color: var(--good); font-weight: 600; } .failed { color: var(--bad); font-weight: 600; }
.not { color: var(--faint); } svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
@media print { body { max-width: none; padding: 0; } .scroll { overflow: visible; } table { font-size: .75rem; } }
"""


def page_of(certificate: Any, verdict: Callable[[Any], str]) -> str:
    """The page of a `Certificate`.

    Args:
        certificate: of a `Certificate`.
        verdict: a run -> its verdict in words.
    """
    checked = [run for run in certificate.runs if run.status == "checked"]
    missing = len(certificate.not_checked)
    unproven = f" {missing} runs were not checked: they prove nothing." if missing else ""
    told = "certified" if certificate.ok else "NOT certified"
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{told}: {_text(', '.join(file['name'] for file in certificate.files))}</title><style>{_STYLE}</style>",
        f"<main><h1 class={'passed' if certificate.ok else 'failed'}>{told.capitalize()}</h1>",
        f"<p>{len(checked)} runs on {certificate.texts['count']:,} texts in {len(certificate.texts['languages']) - 1} "
        f"languages and the edges, compared with {_text(certificate.reference)}.{unproven}</p>",
        _runs(certificate.runs, verdict),
        "<h2>Largest difference to the reference</h2>",
        _bars(checked, "largest_difference", "tolerance", logarithmic=True, unit=""),
        "<h2>Median time of one text</h2>",
        _bars(checked, "p50_ms", None, logarithmic=False, unit=" ms"),
        "<h2>By language</h2>",
        _languages(checked),
        "<h2>Files</h2>",
        _files(certificate.files),
        f"<h2>Made by</h2><p>{_text(', '.join(f'{name} {value}' for name, value in certificate.machine.items()))}</p>",
        f"<p>Digest of this certificate: <code>{certificate.sha256}</code>. Check it and the files again with "
        "<code>keras-i18n certify FOLDER --check certificate.json</code>. A digest tells of changes; it does not tell who "
        "made the certificate.</p></main></html>",
    ]
    return "\n".join(parts) + "\n"


def _text(value):
    return html.escape(str(value))


def _table(header, rows, numeric=()):
    cells = "".join(
        f"<th scope=col{' class=n' if place in numeric else ''}>{name}</th>" for place, name in enumerate(header)
    )
    return (
        f"<div class=scroll tabindex=0><table><thead><tr>{cells}</tr></thead><tbody>"
        + "".join(rows)
        + "</tbody></table></div>"
    )


def _row(cells, numeric=(), kind=""):
    told = "".join(f"<td{' class=n' if place in numeric else ''}>{cell}</td>" for place, cell in enumerate(cells))
    return f"<tr class='{kind}'>{told}</tr>"


def _runs(runs, verdict):
    numeric = (3, 4, 5, 6, 7, 8)
    rows = []
    for run in runs:
        words, ids, largest = verdict(run), run.ids_equal, run.largest_difference
        kind = "passed" if words == "passed" else "not" if run.status == "not checked" else "failed"
        cells = [
            _text(run.file), run.precision, f"{_text(run.runtime)}<br><small>{_text(run.version)}</small>",
            run.texts or "-", "-" if ids is None else f"{ids[0]:,} of {ids[1]:,}",
            "-" if largest is None else f"{largest:.1e}", f"{run.label_agreement:.2%}" if run.texts else "-",
            "-" if run.p50_ms is None else f"{run.p50_ms:.2f}", "-" if run.memory_mb is None else f"{run.memory_mb:.0f}",
            f"<span class={kind}>{_text(words)}</span>",
        ]  # fmt: skip
        rows.append(_row(cells, numeric, "not" if kind == "not" else ""))
    header = (
        "file",
        "precision",
        "runtime",
        "texts",
        "ids equal",
        "largest difference",
        "labels agree",
        "p50, ms",
        "MB",
        "",
    )
    return _table(header, rows, numeric)


def _bars(runs, field, limit, *, logarithmic, unit):
    """Horizontal bars, a run each; on a logarithmic scale from 1e-9 with the allowed difference as a line."""
    runs = [run for run in runs if getattr(run, field) is not None]
    if not runs:
        return "<p>No such number.</p>"
    name_width, width, row = 290, 430, 24
    top = max(getattr(run, field) for run in runs if math.isfinite(getattr(run, field))) or 1.0

    def length(value):
        if not math.isfinite(value):
            return width
        return width * (max(0.0, min(1.0, (math.log10(max(value, 1e-9)) + 9) / 9)) if logarithmic else value / top)

    parts = []
    for place, run in enumerate(runs):
        value, y = getattr(run, field), place * row + 4
        beside = length(getattr(run, limit)) if limit else 0
        shown = f"{value:.1e}" if logarithmic else f"{value:.2f}"
        parts.append(
            f"<text x={name_width - 8} y={y + 13} text-anchor=end>{_text(run.runtime)} ({run.format})</text>"
            f"<rect x={name_width} y={y} width={max(length(value), 1):.1f} height=16 fill='var(--bar)'/>"
            f"<text x={name_width + max(length(value), beside) + 6:.1f} y={y + 13}>{shown}{unit}</text>"
        )
        if limit:
            x = name_width + beside
            parts.append(f"<path d='M{x:.1f} {y - 3}v22' stroke='var(--bad)' stroke-width=2 />")
    told = ", ".join(f"{run.runtime} ({run.format}) {getattr(run, field):.3g}{unit}" for run in runs)
    legend = "<p><small>Logarithmic, from 1e-9 to 1; the line is what is allowed.</small></p>" if limit else ""
    size = f"0 0 {name_width + width + 90} {len(runs) * row + 8}"
    return f"<svg role=img viewBox='{size}' aria-label='{_text(told)}'>{''.join(parts)}</svg>{legend}"


def _languages(runs):
    tags = list(dict.fromkeys(row.language for run in runs for row in run.languages))
    header = ("language", *(f"{_text(run.runtime)}<br><small>{run.format}</small>" for run in runs))
    rows = []
    for tag in tags:
        cells = [_text(tag)]
        for run in runs:
            found = [row for row in run.languages if row.language == tag]
            cells.append(_cell(found[0], run.tolerance) if found else "-")
        rows.append(_row(cells))
    return _table(header, rows)


def _cell(row, tolerance):
    same = row.largest_difference is None or row.largest_difference <= tolerance
    same = same and row.ids_equal in (None, row.texts)
    told = [] if row.largest_difference is None else [f"{row.largest_difference:.0e}"]
    told += [] if row.ids_equal in (None, row.texts) else [f"ids {row.ids_equal}/{row.texts}"]
    told += [f"labels {row.label_agreement:.0%}"] if row.label_agreement < 1 else []
    return f"<span class={'same' if same else 'failed'}>{', '.join(told) or 'equal'}</span>"


def _files(files):
    rows = [
        _row(
            [
                _text(file["name"]),
                file["task"],
                file["precision"],
                f"{file['bytes']:,}",
                f"<code>{file['sha256']}</code>",
            ],
            (3,),
        )
        for file in files
    ]
    return _table(("file", "task", "precision", "bytes", "SHA-256"), rows, (3,))
