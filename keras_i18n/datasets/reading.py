"""Reading labelled texts from a file."""

import difflib
import os
from collections.abc import Sequence

from keras_i18n import languages as tags
from keras_i18n.datasets.dataset import Dataset
from keras_i18n.datasets.formats import READERS
from keras_i18n.datasets.formats.records import Records
from keras_i18n.datasets.labels import (
    is_label_set,
    label_set,
    look_alikes,
    problem_of_label,
    problem_of_label_set,
    problem_of_look_alikes,
)
from keras_i18n.datasets.missing import is_missing
from keras_i18n.datasets.opening import plain_suffix
from keras_i18n.datasets.problems import DataError, Problems
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown


def read(
    path: Path,
    *,
    text: str = "text",
    label: str | None = "label",
    language: str = "language",
    label_separator: str | None = None,
    labels_may_lack: bool = False,
    encoding: str = "utf-8",
    max_bytes: int | None = None,
) -> Dataset:
    """Reads a data set.

    Args:
        path: `.tsv` (no quoting), `.csv` (quoted; where its header has no comma, a semicolon or a TAB parts the
            fields), `.jsonl` (an object a line) or `.parquet`; the first three also as
            `.gz` or `.xz`. The first line of TSV and CSV names the columns.
        text: name of the column of texts.
        label: name of the column of labels (text or whole numbers), or None for texts without labels.
        language: name of the column of BCP-47 tags, or one tag for the whole file, such as `"sw"`. Where a name is
            both a column and a tag (`id`), the column is taken if it holds tags.
        label_separator: where a text may have several labels, what stands between them, such as "|"; an empty cell has
            none. Not needed where every row of a `.jsonl` or `.parquet` has a list of labels.
        labels_may_lack: whether a file without that column is one of texts without labels.
        encoding: of TSV, CSV and JSONL.
        max_bytes: int, the most that the file may hold once decompressed; by default 4 GiB, and 100 times its size if
            that is less.

    Returns: `Dataset`; the file's other columns are kept by their names.

    Raises:
        DataError: a column is missing, the encoding is another one, a line is ragged, a label is empty or several
            lines or a list where another row has one label, two labels differ by blanks only, a language is
            no BCP-47 tag, the file is damaged or holds no rows. It names the line of the first problem, tells the next
            ones and counts all.
        FileNotFoundError: there is no such file.

    Example:

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "reviews.tsv"
    >>> _ = file.write_text("review\\tstars\\nNzuri sana\\t5\\nMbaya\\t1\\n")
    >>> data = read(file, text="review", label="stars", language="sw")
    >>> data.text, data.label, data.languages
    (('Nzuri sana', 'Mbaya'), ('5', '1'), ('sw',))
    """
    path = os.fspath(path)
    problems = Problems(path)
    records = read_records(path, problems, encoding=encoding, max_bytes=max_bytes)
    if labels_may_lack and label not in records.columns:
        label = None
    return dataset_of(records, problems, text=text, label=label, language=language, label_separator=label_separator)


def dataset_of(
    records: Records,
    problems: Problems,
    *,
    text: str,
    label: str | None,
    language: str,
    label_separator: str | None = None,
) -> Dataset:
    """The `Dataset` of named columns, all values checked.

    Args:
        records: `Records` with at least one row.
        problems: what is wrong is added here, and raised.
        text, label, language, label_separator: as in `read`.

    Raises:
        DataError: as in `read`.
    """
    if label_separator is not None and not label_separator.strip():
        raise ValueError(f"`label_separator` must be a sign such as '|'. Received: {shown(label_separator)}.")
    constant = _constant_language(records, language)
    wanted = {"text": text, "label": label, "language": language if constant is None else None}
    wanted = {argument: name for argument, name in wanted.items() if name is not None}
    taken = {argument: _column(records, wanted, argument, problems) for argument in wanted}
    columns = {
        "text": _texts(records.columns[taken["text"]], records.lines, problems),
        "label": label and _labels(records.columns[taken["label"]], records.lines, problems, label_separator),
        "language": constant or _languages(records.columns[taken["language"]], records.lines, problems),
    }
    problems.raise_if_any()
    others = {name: values for name, values in records.columns.items() if name not in {*taken.values(), *columns}}
    return Dataset({**columns, **others})


def read_records(path: Path, problems: Problems, *, encoding: str, max_bytes: int | None) -> Records:
    """The `Records` of a file with at least one row; what is wrong with its lines is added to `problems`."""
    suffix = plain_suffix(path)
    if suffix not in READERS:
        endings = ", ".join(READERS)
        raise DataError(
            f"The name must end in one of {endings}, the first three also with .gz or .xz. Received: '{cut(suffix)}'. "
            "Rename or convert the file.",
            path=path,
        )
    records = READERS[suffix](path, problems, encoding=encoding, max_bytes=max_bytes)
    if not records.lines:
        problems.raise_if_any()
        what = f"only a header ({', '.join(records.columns)})" if records.columns else "an empty file"
        raise DataError(f"A data set needs at least one row. Received: {cut(what)}. Is this the right file?", path=path)
    return records


def column_of_texts(records: Records, text: str, problems: Problems) -> Sequence[str]:
    """The column of texts, each of them a str.

    Raises:
        DataError: there is no such column, or a text is missing.
    """
    found = _texts(records.columns[_column(records, {"text": text}, "text", problems)], records.lines, problems)
    problems.raise_if_any()
    return found


def _column(records, wanted, argument, problems):
    """The name of the column for an argument. wanted: dict from each argument to the name that was given."""
    name = wanted[argument]
    if name in records.columns:
        return name
    has = list(records.columns)
    free = [column for column in has if column not in wanted.values()]
    close = difflib.get_close_matches(str(name), free, n=1, cutoff=0.4)
    way_out = {
        "text": "Name the column of texts: `text=`.",
        "label": "Name the column of labels: `label=`, or pass label=None for texts without labels.",
        "language": "Name the column of tags: `language=`, or pass one tag for the whole file, such as language='sw', or language='und' where it is not known.",
    }[argument]
    if len(has) == 1 and argument == "text":
        way_out += " A single column often means that another character parts the fields."
    guess = f" Did you mean {argument}='{close[0]}'?" if close else ""
    message = f"The table must have a column {name!r}. Received: {cut(', '.join(map(repr, has)))}.{guess} {way_out}"
    raise DataError(message, path=problems.path, line=1 if problems.unit == "line" else None)


def _constant_language(records, language):
    """The tag for all rows, or None where `language` is a column."""
    if not tags.is_valid(language):
        return None
    if language in records.columns and tags.is_valid(records.columns[language][0]):
        return None
    return tags.normalize(language)


def _texts(values, lines, problems):
    for value, line in zip(values, lines, strict=True):
        if not isinstance(value, str):
            what = " (missing)" if is_missing(value) and value is not None else ""
            way_out = "Leave the row out." if is_missing(value) else "Write it as text."
            problems.add(line, f"A text must be a string. Received: {shown(value)}{cut(what)}. {way_out}")
    return values


def _labels(values, lines, problems, separator):
    if separator is not None or all(map(is_label_set, values)):
        return _label_sets(values, lines, problems, separator)
    values = [str(value) if type(value) is int else value for value in values]
    first = {}
    for value, line in zip(values, lines, strict=True):
        if isinstance(value, str) and value in first:
            continue
        problem = problem_of_label(value)
        if problem:
            problems.add(line, problem)
        else:
            first[value] = line
    pair = look_alikes(first)
    if pair:
        problems.add(first[pair[1]], problem_of_look_alikes(pair))
    return values


def _label_sets(values, lines, problems, separator):
    first, rows = {}, []
    for value, line in zip(values, lines, strict=True):
        given = isinstance(value, str) or type(value) is int or is_label_set(value)
        rows.append(label_set(value, separator) if given else ())
        problem = problem_of_label_set(rows[-1]) if given else problem_of_label(value)
        if problem:
            problems.add(line, problem)
            continue
        for label in rows[-1]:
            first.setdefault(label, line)
    pair = look_alikes(first)
    if pair:
        problems.add(first[pair[1]], problem_of_look_alikes(pair))
    return rows


def _languages(values, lines, problems):
    known = {}
    for value, line in zip(values, lines, strict=True):
        hashable = value if isinstance(value, str) else repr(value)
        if hashable not in known:
            known[hashable] = tags.is_valid(value)
        if not known[hashable]:
            problems.add(line, lambda value=value: _no_tag(value))
    return values


def _no_tag(value):
    try:
        tags.normalize(value)
    except ValueError as error:
        return str(error)
