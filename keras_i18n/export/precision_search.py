"""The fewest bits that a model bears: measured by the language that loses most."""

import dataclasses
import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.datasets import as_dataset
from keras_i18n.export.formats import FORMATS
from keras_i18n.export.packing import packed
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.export.search_backup import SearchBackup, search_digest
from keras_i18n.export.writing import checked_formats, write_files
from keras_i18n.files import size_of
from keras_i18n.progress import Progress, ProgressOption, teller
from keras_i18n.protocols import Path
from keras_i18n.shown import shown
from keras_i18n.text_table import preformatted, text_table

# from the fewest bits on; float16 is left out: int8 is half of it and no worse
_ORDER = ("pq1", "pq2", "mixed3", "int4", "int4_blocks", "int8", "float32")


@dataclasses.dataclass(frozen=True)
class Tried:
    """One precision that was tried.

    Args:
        precision: a key of `PRECISIONS`.
        loss: of the worst language: accuracy that it lost; without labels the share of texts that got another label
            than by the full model; of vectors 1 - their mean cosine.
        worst_language: which it was.
        mean_loss: over the languages.
        bytes: of the largest file; None where none was written, as the loss was too high.
    """

    precision: str
    loss: float
    worst_language: str
    mean_loss: float
    bytes: int | None = None


@dataclasses.dataclass(frozen=True)
class PrecisionSearch:
    """What `choose_precision` found: the chosen `precision`, and what was `tried`, in that order.

    Args:
        precision: a key of `PRECISIONS`.
        tried: `Tried` for each that was measured.
    """

    precision: str
    tried: tuple[Tried, ...]

    def table(self) -> str:
        """A row a precision that was tried, as text."""
        return _table(self.tried)

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        return f"{self.table()}\nchosen: {self.precision}"


def choose_precision(
    model: Any,
    dataset: Any,
    *,
    formats: str | Sequence[str] = ("tflite", "onnx"),
    max_bytes: int | None = None,
    max_loss: float | None = None,
    backup_dir: Path | None = None,
    progress: ProgressOption = None,
) -> PrecisionSearch:
    """The smallest precision whose worst language stays within a loss; with `max_bytes` alone, the best that fits.

    The loss is measured in Keras, on the model's twin with tables of as few bits; files of the tokenizer and head are
    written into a folder of their own to be weighed, and taken away.

    Args:
        model: what `export` takes and what reads texts.
        dataset: `Dataset` of texts by language, or what `datasets.as_dataset` makes one of. With labels that the model
            has, the loss is one of accuracy; else the labels, or vectors, of the full model are the measure.
        formats: which files must fit.
        max_bytes: of each file.
        max_loss: of the worst language, as a share: 0.01 is one point of accuracy.
        backup_dir: folder that keeps what was measured; a search of the same model and texts that was interrupted goes on
            from there, also with other limits.
        progress: True to show it, or a function that is called with a `Progress` after each precision: its name and the loss.

    Returns:
        A `PrecisionSearch`.

    Raises:
        ValueError: neither limit, an empty data set, or limits that cannot be met: the best that can is told; a
            backup that is damaged or of another search.

    Example:

    >>> import keras_i18n as ki
    >>> train, test = ki.datasets.sample("assistant")
    >>> network = ki.networks.pooling(vocabulary_size=500, num_labels=len(train.labels), size="tiny")
    >>> tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=500)
    >>> model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=train.labels)
    >>> found = ki.export.choose_precision(model, test.select(languages=["en"]), formats="tflite", max_loss=1.0)
    >>> found.precision
    'pq1'
    """
    formats = checked_formats(formats)
    if max_bytes is None and max_loss is None:
        raise ValueError("A search needs `max_bytes`, `max_loss` or both. Received: neither.")
    for name, limit in (("max_bytes", max_bytes), ("max_loss", max_loss)):
        if limit is not None and not limit >= 0:
            raise ValueError(f"`{name}` must be at least 0. Received: {shown(limit)}.")
    labelled = getattr(dataset, "label", None) is not None or not hasattr(dataset, "text")
    data = as_dataset(dataset, name="dataset", labelled=labelled)
    losses = _Losses(model, data)
    digest = "" if backup_dir is None else search_digest(model, data.text, data.language, data.label, formats)
    backup = SearchBackup(backup_dir, digest=digest)
    search = _Search(model, formats, losses, max_bytes, max_loss, backup, teller(progress) or (lambda _: None))
    return search.smallest_within_loss() if max_loss is not None else search.best_that_fits()


class _Search:
    """Precisions that were measured, and weighed where that was needed."""

    def __init__(self, model, formats, losses, max_bytes, max_loss, backup, tell):
        self.model, self.formats, self.losses, self.backup = model, formats, losses, backup
        self.max_bytes, self.max_loss, self.tell = max_bytes, max_loss, tell
        self.tried: dict[str, Tried] = {}

    def smallest_within_loss(self):
        """From the fewest bits on, until the loss is small enough."""
        found = next((name for name in _ORDER if self.measured(name).loss <= self.max_loss), None)
        if found is None:  # the full model loses nothing
            raise ValueError(self.cannot_be_met())
        if self.fits(found):
            return self.result(found)
        raise ValueError(self.cannot_be_met())

    def best_that_fits(self):
        """From the most bits on, until the files are small enough."""
        for name in reversed(_ORDER):
            if self.fits(name):
                self.measured(name)
                return self.result(name)
        raise ValueError(self.cannot_be_met())

    def measured(self, name):
        if name not in self.tried:
            if name in self.backup.kept:
                self.tried[name] = Tried(**self.backup.kept[name])
            else:
                self._keep(self.losses.of(name))
            self.tell(Progress(name, len(self.tried), len(_ORDER), self.tried[name].loss))
        return self.tried[name]

    def fits(self, name):
        return self.max_bytes is None or self.weighed(name) <= self.max_bytes

    def weighed(self, name):
        found = self.measured(name)
        if found.bytes is None:
            self._keep(found := dataclasses.replace(found, bytes=self.bytes_of(name)))
        return found.bytes

    def _keep(self, tried):
        self.tried[tried.precision] = tried
        self.backup.keep(dataclasses.asdict(tried))

    def bytes_of(self, name):
        with tempfile.TemporaryDirectory() as folder:
            write_files(self.model, folder, self.formats, precision=name)
            return max(size_of(pathlib.Path(folder) / FORMATS[key].file) for key in self.formats)

    def result(self, name):
        return PrecisionSearch(name, tuple(self.tried.values()))

    def cannot_be_met(self):
        """What was asked, and the best that can be had."""
        smaller = [name for name in reversed(_ORDER) if self.max_bytes is None or self.weighed(name) <= self.max_bytes]
        asked = [] if self.max_bytes is None else [f"at most {self.max_bytes:,} bytes"]
        asked += [] if self.max_loss is None else [f"a loss of at most {self.max_loss:.1%}"]
        if smaller:
            best = self.tried[smaller[0]]
            told = f"The best that fits is {best.precision}: it loses {best.loss:.1%} in '{best.worst_language}'"
        else:
            best = min(self.tried.values(), key=lambda one: one.bytes)
            told = (
                f"The smallest is {best.precision}: {best.bytes:,} bytes, and it loses {best.loss:.1%} in "
                f"'{best.worst_language}'"
            )
        return (
            f"No precision gives {' and '.join(asked)}. {told}. Raise a limit, or take a model with fewer rows. "
            f"Nothing was written.\n{_table(self.tried.values())}"
        )


class _Losses:
    """Measures twins of a model against it, language by language."""

    def __init__(self, model, dataset):
        if not len(dataset):
            raise ValueError("`dataset` must have at least one text. Received: an empty data set.")
        if not hasattr(model, "with_networks") or not hasattr(model, "tokenizer"):
            raise ValueError(f"A precision is chosen for a model that reads texts. Received: {type(model).__name__}.")
        self.model, self.texts = model, list(dataset.text)
        self.languages = np.array(list(dataset.language))
        self.full = model.predict(self.texts)
        self.score = self._score_of(model, dataset)
        self.of_full = self.score(self.full)

    def _score_of(self, model, dataset):
        """A function from answers to a score a text, 1 where it is as it should be."""
        labels = tuple(getattr(model, "labels", ()))
        if getattr(model, "multi_label", False):
            wanted = [model.thresholds.passed(self.full[[row]], tag)[0] for row, tag in enumerate(self.languages)]
            return lambda answers: np.array(
                [
                    float((model.thresholds.passed(answers[[row]], tag)[0] == wanted[row]).all())
                    for row, tag in enumerate(self.languages)
                ]
            )
        if not labels:
            return lambda answers: (
                (answers * self.full).sum(axis=1)
                / np.maximum(np.linalg.norm(answers, axis=1) * np.linalg.norm(self.full, axis=1), 1e-12)
            )
        best = self.full.argmax(axis=1)
        if dataset.label is not None and set(dataset.label) <= set(labels):
            best = np.array([labels.index(label) for label in dataset.label])
        return lambda answers: (answers.argmax(axis=1) == best).astype(float)

    def of(self, precision):
        """The `Tried` of a precision, not weighed."""
        few = PRECISIONS[precision].rows is not None
        answers = packed(self.model, precision).predict(self.texts) if few else self.full
        lost = self.of_full - self.score(answers)
        by_language = {tag: float(lost[self.languages == tag].mean()) for tag in sorted(set(self.languages))}
        worst = max(by_language, key=lambda tag: by_language[tag])
        return Tried(precision, by_language[worst], str(worst), float(np.mean(list(by_language.values()))))


def _table(tried):
    return text_table(
        ("precision", "worst loss", "language", "mean loss", "MB"),
        [
            (
                *(row.precision, f"{row.loss:.2%}", row.worst_language, f"{row.mean_loss:.2%}"),
                "-" if row.bytes is None else f"{row.bytes / 1e6:,.2f}",
            )
            for row in tried
        ],
    )
