"""One fault that was found in data, and what is checked."""

import collections
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from keras_i18n.datasets.dataset import Dataset

# the worst first: scores are wrong, the model learns what is wrong, worth knowing
SEVERITIES = ("error", "warning", "note")


@dataclasses.dataclass(frozen=True)
class Finding:
    """A fault, in how many rows and where.

    Attributes:
        fault: a key of `FAULTS`, such as "leak".
        told: what was found, a sentence.
        advice: what helps, a sentence or two.
        severity: "error" (scores or labels cannot be trusted), "warning" (the model suffers) or "note".
        part: "train" or "test", which `rows` are of.
        rows: numbers of the rows, counted from 0; empty where the fault is no row's.
        languages: language tag -> rows of it, the most first.
        examples: a few of the texts or labels.
        command: what to type next, with {data}, {test} and {model} for the names of files; "" for none.
    """

    fault: str
    told: str
    advice: str
    severity: str = "warning"
    part: str = "train"
    rows: tuple[int, ...] = ()
    languages: dict[str, int] = dataclasses.field(default_factory=dict)
    examples: tuple[str, ...] = ()
    command: str = ""


@dataclasses.dataclass(frozen=True)
class Checked:
    """What a check looks at.

    Attributes:
        train, test: `Dataset`s; no test part is None.
        model: a model or an opened file with `languages`, `labels`, `tokenizer`, `max_codepoints` as far as it has them,
            or None.
        identify: texts -> language tags, or None.
    """

    train: Dataset
    test: Dataset | None = None
    model: Any = None
    identify: Callable[[Sequence[str]], Sequence[str]] | None = None

    def parts(self) -> list[tuple[str, Dataset]]:
        """(name, data set) of train and, if there is one, test."""
        return [("train", self.train), *([] if self.test is None else [("test", self.test)])]


def in_rows(fault: str, data: Dataset, part: str, rows: Iterable[int], **fields: Any) -> Finding:
    """A `Finding` about rows of a part: their languages are counted and the first texts taken as examples.

    Args:
        fault, part: as in `Finding`. data: the part. rows: their numbers.
        fields: of `Finding`; `told` may hold {count} and {total}.
    """
    rows = tuple(rows)
    counts = collections.Counter(data.language[row] for row in rows)
    told = fields.pop("told").format(count=f"{len(rows):,}", total=f"{len(data):,}", part=part)
    examples = fields.pop("examples", tuple(dict.fromkeys(data.text[row] for row in rows[:50]))[:3])
    return Finding(fault, told, part=part, rows=rows, languages=dict(counts.most_common()), examples=examples, **fields)
