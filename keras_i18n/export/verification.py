"""Compares every exported file, in its own runtime, with the Keras model: format by format, language by language."""

import dataclasses
import json
import math
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.export.exporting import load_exported
from keras_i18n.export.formats import FORMATS, format_of
from keras_i18n.export.golden_replay import replay
from keras_i18n.export.packing import packed
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.files import atomic_path
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import shown
from keras_i18n.text_table import preformatted, text_table

_SHOWN = 8
_TURNED = 0.02  # share of texts that may get another label, or be translated otherwise, in fewer bits
_SEVERAL = 10  # texts, of which one may


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One format in one language.

    Args:
        largest_difference: of any number to the Keras model's.
        label_agreement: share of texts with the same best label (of several labels a text: with the same ones above
            their thresholds; for vectors: with all numbers within tolerance).
        accuracy_change: of the file against the Keras model (of several labels a text: of exact matches), None without
            labels.
        full_agreement: in few bits, where the numbers above are compared with the model's twin of as few bits: share of
            texts with the label of the model itself; None elsewhere.
    """

    format: str
    precision: str
    language: str
    count: int
    largest_difference: float
    label_agreement: float
    accuracy_change: float | None
    tolerance: float
    full_agreement: float | None = None

    @property
    def same(self) -> bool:
        """The differences are within the tolerance, and labels agree: all at float32, else all but 2 % of the texts or one.

        Of ten to fifty texts one is more than 2 %, and two scores that lie closer than the tolerance may change places.
        """
        others = (1 - self.label_agreement) * self.count
        allowed = 0.0 if self.precision == "float32" else max(float(self.count >= _SEVERAL), _TURNED * self.count)
        return self.largest_difference <= self.tolerance and others <= allowed + 1e-6


@dataclasses.dataclass(frozen=True)
class VerificationReport:
    """What `verify` found: a `Comparison` for each format and language, and problems that have no language."""

    rows: tuple
    problems: tuple = ()

    @property
    def failures(self) -> list[Any]:
        """Sentences that name format and language of each difference."""
        found = [
            f"{row.format} ({row.precision}) differs in '{row.language}': largest difference "
            f"{row.largest_difference:.2g} (allowed {row.tolerance:g}), label agreement {row.label_agreement:.2%}"
            for row in self.rows
            if not row.same
        ]
        return [*self.problems, *found]

    @property
    def ok(self) -> bool:
        """Nothing differs."""
        return not self.failures

    def raise_if_different(self) -> "VerificationReport":
        """Raises a ValueError that names each format and language that differs; returns the report otherwise."""
        if not self.ok:
            raise ValueError("Exported files differ from the Keras model:\n" + "\n".join(self.failures))
        return self

    def by_format(self) -> dict[str, Any]:
        """A dict from format to (texts, largest difference, label agreement) over all languages."""
        result = {}
        for name in dict.fromkeys(row.format for row in self.rows):
            rows = [row for row in self.rows if row.format == name]
            count = sum(row.count for row in rows)
            agreement = sum(row.label_agreement * row.count for row in rows) / count
            result[name] = (count, max(row.largest_difference for row in rows), agreement)
        return result

    def table(self) -> str:
        """A row a format and language, as text."""
        header = (
            "format",
            "precision",
            "language",
            "texts",
            "largest difference",
            "agreement",
            "with all bits",
            "accuracy",
            "",
        )
        return text_table(
            header,
            [
                (
                    row.format,
                    row.precision,
                    row.language,
                    str(row.count),
                    f"{row.largest_difference:.1e}",
                    f"{row.label_agreement:.1%}",
                    "-" if row.full_agreement is None else f"{row.full_agreement:.1%}",
                    "-" if row.accuracy_change is None else f"{row.accuracy_change:+.1%}",
                    "" if row.same else "DIFFERS",
                )
                for row in self.rows
            ],
        )

    def verdict(self) -> str:
        """One line: whether the files answer as the model does, in how many texts and languages, and what was allowed."""
        languages = list(dict.fromkeys(row.language for row in self.rows))
        told = ", ".join(languages[:_SHOWN]) + (
            f" and {len(languages) - _SHOWN} more" if len(languages) > _SHOWN else ""
        )
        noun = "language" if len(languages) == 1 else "languages"
        what = f"{len(self.by_format())} files, {len(languages)} {noun} ({told})"
        if not self.ok:
            return f"DIFFERENT: {what}: {len(self.failures)} differences."
        texts = max(count for count, _, _ in self.by_format().values())
        largest = max(row.largest_difference for row in self.rows)
        allowed = ", ".join(sorted({f"{row.tolerance:g} for {row.precision}" for row in self.rows}))
        return f"THE SAME: {what}, {texts} texts each: largest difference {largest:.1e}, allowed {allowed}."

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data that JSON can hold; a number that is none is None."""
        rows = [dataclasses.asdict(row) | {"same": row.same} for row in self.rows]
        for row in rows:
            for name, value in row.items():
                row[name] = None if isinstance(value, float) and not math.isfinite(value) else value
        head = {"ok": self.ok, "verdict": self.verdict(), "failures": self.failures}
        return {**head, "rows": rows, "problems": list(self.problems)}

    def to_json(self, path: Path) -> None:
        """Writes everything, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(self.to_dict(), indent=1, ensure_ascii=False), encoding="utf-8")

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        return "\n".join(
            [self.table(), *self.problems, self.verdict()] if self.rows else [*self.problems, self.verdict()]
        )


def verify(
    model: Any,
    folder: Path,
    dataset: Any,
    *,
    formats: Sequence[str] | None = None,
    max_texts: int = 50,
    progress: ProgressOption = None,
) -> VerificationReport:
    """Sends the same raw texts through the Keras model and through each exported file in its real runtime.

    Args:
        model: what was exported, with `predict(texts)`.
        folder: what `export` returned, or one exported file.
        dataset: `Dataset` of texts; with labels the change of accuracy is told too. For an `ImageClassifier` an array
            of images, all of which are compared; their row's language is "-".
        formats: keys of `FORMATS` to check; by default those that lie in the folder.
        max_texts: texts of each language, the first ones.
        progress: True to show it, or a function that is called with a `Progress` after each: format and language, comparisons made, of how many.

    Returns:
        A `VerificationReport`. `report.raise_if_different()` stops where a file differs.

    Raises:
        FileNotFoundError: nothing exported lies there. ValueError: an empty data set or a file that cannot be opened.

    Example: see the README; it takes an exported model.
    """
    if len(dataset) == 0:
        raise ValueError("`dataset` must have at least one text. Received: an empty data set.")
    files = _files(pathlib.Path(folder), formats)
    parts, labels = _by_language(dataset, max_texts)
    # a tokenizer is verified by its ids, a translator by its texts, everything else by its numbers
    answers = "predict" if hasattr(model, "predict") else "tokenize"
    translates = getattr(model, "task", None) == "translation"
    targets: dict[str, Any] = {}
    if getattr(model, "language_tags", ()) and translates:
        # each text into each language: a direction is a row
        into = [(tag, target) for tag in parts for target in model.language_tags]
        targets = {f"{tag} to {target}": {"target_language": target} for tag, target in into}
        parts = dict(zip(targets, (parts[tag] for tag, _ in into), strict=True))
        answers = "translate"
    expected = {"full": {tag: getattr(model, answers)(some, **targets.get(tag, {})) for tag, some in parts.items()}}
    digest = getattr(getattr(model, "tokenizer", model), "digest", "")  # a model that reads no text has none
    rows, problems = [], []
    counted = Counter(progress, "files", total=len(files) * len(parts))
    for name, path in files.items():
        runner = load_exported(path)
        if runner.metadata.tokenizer_digest != digest:
            problems.append(f"{name}: the tokenizer in the file is another one than the model's.")
        if runner.multi_label and runner.thresholds != getattr(model, "thresholds", None):
            problems.append(f"{name}: the thresholds in the file are others than the model's. Export it again.")
        problems += [f"{name}: {told}" for told in replay(runner)]
        if told := _labels_differ(model, runner):
            problems.append(f"{name}: {told}")
            counted.add(len(parts))
            continue
        stored = PRECISIONS[runner.metadata.precision]
        precision = runner.metadata.precision if stored.of_twin or (translates and stored.rows) else "full"
        if precision not in expected:
            twin = packed(model, precision)
            expected[precision] = {
                tag: getattr(twin, answers)(some, **targets.get(tag, {})) for tag, some in parts.items()
            }
        for tag, some in parts.items():
            received = getattr(runner, answers)(some, **targets.get(tag, {}))
            compare = _compare if answers == "predict" and not translates else _compare_exactly
            full = expected["full"][tag]
            rows.append(compare(name, tag, runner, expected[precision][tag], received, labels.get(tag), full))
            counted.stage = f"{name} {tag}"
            counted.add()
    return VerificationReport(tuple(rows), tuple(problems))


def _by_language(dataset, max_texts):
    """Inputs and labels as dicts by language."""
    if not hasattr(dataset, "language"):
        return {"-": np.asarray(dataset)}, {}
    parts, labels = {}, {}
    for tag in dataset.languages:
        rows = [row for row, language in enumerate(dataset.language) if language == tag][:max_texts]
        parts[tag] = [dataset.text[row] for row in rows]
        if dataset.label is not None:
            labels[tag] = [dataset.label[row] for row in rows]
    return parts, labels


def _labels_differ(model, runner):
    """What differs between the labels of a file and of the model, or None; their scores cannot be compared then."""
    own = tuple(getattr(model, "labels", None) or getattr(model, "pieces", ()))  # a language model scores pieces
    others = tuple(runner.labels)
    if own == others or not others:
        return None
    lacking, new = sorted(set(own) - set(others)), sorted(set(others) - set(own))
    how = f"it lacks {shown(lacking)} and has {shown(new)}" if lacking or new else "they are in another order"
    return f"labels differ: {how}. It was exported from another model. Export this one."


def _files(folder, formats):
    if folder.is_file() or (folder / "saved_model.pb").is_file():
        row = format_of(folder)
        return {next(name for name, known in FORMATS.items() if known is row): folder}
    found = {
        name: folder / row.file
        for name, row in FORMATS.items()
        if (formats is None or name in formats) and (folder / row.file).exists()
    }
    missing = sorted(set(formats or ()) - set(found))
    if missing or not found:
        raise FileNotFoundError(f"'{folder}' has no exported {', '.join(missing) or 'files'}. Export the model first.")
    return found


def _compare_exactly(name, tag, runner, expected, received, _labels, _full):
    equal = [np.array_equal(one, other) for one, other in zip(received, expected, strict=True)]
    # float32 gives the very same; in fewer bits a translation may turn where two tokens are nearly as good
    tolerance = 0.0 if runner.metadata.precision == "float32" else _TURNED
    others = 1.0 - float(np.mean(equal))
    return Comparison(
        format=name,
        precision=runner.metadata.precision,
        language=tag,
        count=len(equal),
        largest_difference=float("inf") if others and not tolerance else others,
        label_agreement=1.0 - others,
        accuracy_change=None,
        tolerance=tolerance,
    )


def _agreement(runner, tag, received, expected):
    if runner.multi_label:
        has, wanted = (runner.thresholds.passed(scores, tag) for scores in (received, expected))
        return (has == wanted).all(axis=1)
    if runner.labels:
        return received.argmax(axis=1) == expected.argmax(axis=1)
    return (np.abs(received.astype("float64") - expected) <= runner.metadata.tolerance).all(axis=1)


def _compare(name, tag, runner, expected, received, labels, full):
    difference = np.abs(received.astype("float64") - expected)
    tolerance = runner.metadata.tolerance
    agree = _agreement(runner, tag, received, expected)
    change = None
    if runner.multi_label and labels and isinstance(labels[0], tuple):
        has, wanted = (runner.thresholds.passed(scores, tag) for scores in (received, full))
        true = np.array([[label in row for label in runner.labels] for row in labels])
        change = float(np.mean((has == true).all(axis=1)) - np.mean((wanted == true).all(axis=1)))
    elif labels is not None and set(labels) <= set(runner.labels):
        wanted = np.array([runner.labels.index(label) for label in labels])
        change = float(np.mean(received.argmax(axis=1) == wanted) - np.mean(full.argmax(axis=1) == wanted))
    largest = float(difference.max()) if np.isfinite(received).all() else float("nan")
    return Comparison(
        format=name,
        precision=runner.metadata.precision,
        language=tag,
        count=len(expected),
        largest_difference=largest,
        label_agreement=float(agree.mean()),
        accuracy_change=change,
        tolerance=tolerance,
        full_agreement=None if full is expected else float(_agreement(runner, tag, received, full).mean()),
    )
