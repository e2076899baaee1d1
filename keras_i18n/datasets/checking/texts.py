"""Texts that teach nothing, or teach the same twice: near-empty, of markup, repeated, longer than what is read."""

import re
import sys
from collections.abc import Iterator

from keras_i18n import languages as tags
from keras_i18n.datasets.checking.finding import Checked, Finding, in_rows
from keras_i18n.datasets.checking.text_key import bare, text_keys

_FEW_LETTERS = 3
# scripts of which a single sign can be a word
_SIGNS = {"Hans", "Hant", "Hani", "Jpan", "Kore"}
_MARKUP = re.compile(
    r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>|&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});|\bhttps?://\S|\bwww\.\w|\\[nrt]\b",
    re.IGNORECASE,
)


def near_empty(checked: Checked) -> Iterator[Finding]:
    """Texts of fewer than three letters and digits."""
    for part, data in checked.parts():
        least = {tag: 1 if tags.script(tag) in _SIGNS else _FEW_LETTERS for tag in data.languages}
        pairs = enumerate(zip(data.text, data.language, strict=True))
        rows = [row for row, (text, tag) in pairs if len(bare(text)) < least[tag]]
        if rows:
            yield in_rows(
                "near-empty text", data, part, rows,
                told="{count} of {total} {part} texts have fewer than three letters or digits",
                advice="Leave them out: what they teach about their labels is chance.",
            )  # fmt: skip


def duplicates(checked: Checked) -> Iterator[Finding]:
    """Texts that stand in one part again, in the same language."""
    for part, data in checked.parts():
        first: dict[tuple, int] = {}
        rows, alike = [], 0
        for row, key in enumerate(zip(data.language, text_keys(data.text), strict=True)):
            if key in first:
                rows.append(row)
                alike += data.text[row] != data.text[first[key]]
            else:
                first[key] = row
        if rows:
            how = f", {alike:,} of them but for case, spaces or punctuation" if alike else ""
            yield in_rows(
                "duplicate", data, part, rows,
                told="{count} of {total} {part} texts stand there before" + how,
                advice="Keep each once: repeated texts count more than others, and a split puts them on both sides.",
            )  # fmt: skip


def conflicting_labels(checked: Checked) -> Iterator[Finding]:
    """The same text with different labels, in the same language."""
    for part, data in checked.parts():
        if data.label is None:
            continue
        labels: dict[tuple, set] = {}
        keys = list(zip(data.language, text_keys(data.text), strict=True))
        for key, label in zip(keys, data.label, strict=True):
            labels.setdefault(key, set()).add(tuple(map(bare, label)) if data.multi_label else bare(label) or label)
        rows = [row for row, key in enumerate(keys) if len(labels[key]) > 1]
        if rows:
            told = [f"{data.text[row]} ({_shown(data.label[row])})" for row in rows[:4]]
            yield in_rows(
                "conflicting labels", data, part, rows, severity="error", examples=tuple(told),
                told="{count} {part} rows give a text a label that another row of the same text has not",
                advice="Decide on one label a text, or give a text several (--label-separator).",
            )  # fmt: skip


def markup(checked: Checked) -> Iterator[Finding]:
    """Tags and entities of HTML, addresses of pages, line ends that were written out."""
    for part, data in checked.parts():
        rows = [row for row, text in enumerate(data.text) if _MARKUP.search(text)]
        if rows:
            yield in_rows(
                "markup", data, part, rows, severity="note",
                told="{count} of {total} {part} texts hold HTML, addresses of pages or escaped signs",
                advice="Take them out (html.unescape, a regular expression), here and in what the model will be asked.",
            )  # fmt: skip


def too_long(checked: Checked) -> Iterator[Finding]:
    """Texts of which the model does not read the end."""
    opened = getattr(checked.model, "metadata", checked.model)
    most: int = getattr(opened, "max_codepoints", None) or sys.maxsize
    for part, data in checked.parts():
        rows = [row for row, text in enumerate(data.text) if len(text) > most]
        if rows:
            yield in_rows(
                "longer than the model reads", data, part, rows,
                told="{count} of {total} {part} texts are longer than the " + f"{most:,} code points that the model reads",
                advice="Cut them into parts that have the label each, or make the model with a larger `max_codepoints`.",
                examples=(),
            )  # fmt: skip


def _shown(label):
    return "|".join(label) if isinstance(label, tuple) else label
