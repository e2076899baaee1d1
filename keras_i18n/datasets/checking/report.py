"""What a check of data found, on one page."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from keras_i18n import languages as tags
from keras_i18n.datasets.checking.finding import SEVERITIES, Finding
from keras_i18n.datasets.dataset import Dataset
from keras_i18n.shown import shown
from keras_i18n.text_table import preformatted, text_table

_LANGUAGES_OF_A_PAGE, _LANGUAGES_OF_A_LINE = 24, 8


@dataclasses.dataclass(frozen=True)
class LanguageRow:
    """A language of the data; shares from 0 to 1.

    Attributes:
        language, name: tag and English name.
        train, test: rows of each part.
        labels: labels that training texts of it have.
        majority_label, majority_share: the most frequent one in the test part, or where there is none in the training
            part, and its share: what an answer that is always the same gets right. None without labels.
        made_for: whether the model was made for the language; None where that is not told.
        unknown_pieces: share of tokens that the model's tokenizer does not know, or None.
    """

    language: str
    name: str
    train: int
    test: int
    labels: int
    majority_label: str | None
    majority_share: float | None
    made_for: bool | None
    unknown_pieces: float | None


@dataclasses.dataclass(frozen=True, eq=False)
class CheckReport:
    """What `check` found; `str(report)` is one page with advice and the command that follows.

    Attributes:
        findings: `Finding`s, the worst first.
        rows: `LanguageRow`s, in the order of tags.
        title: what was checked, a line.
    """

    findings: tuple[Finding, ...]
    rows: tuple[LanguageRow, ...]
    title: str

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def errors(self) -> list[Finding]:
        """Findings for which scores or labels cannot be trusted."""
        return [one for one in self.findings if one.severity == "error"]

    def faults(self) -> list[str]:
        """The names of what was found, each once, the worst first."""
        return list(dict.fromkeys(one.fault for one in self.findings))

    def kept_rows(self, part: str = "train") -> list[int]:
        """Rows of a part that are left when texts that teach nothing or wrongly are left out.

        Left out are duplicates, near-empty texts, conflicting labels, lost characters and, of the training part, what
        stands in the test part.

        Args:
            part: "train" or "test".

        Returns: list of int: `train[report.kept_rows()]` is the data set without them.
        """
        total = sum(getattr(row, part) for row in self.rows)
        found = [one for one in self.findings if one.part == part and one.fault in _LEFT_OUT]
        return sorted(set(range(total)) - {row for one in found for row in one.rows})

    def table(self, limit: int | None = None, *, rest: str = "print(report.table())") -> str:
        """A row a language, as text: those with the fewest training texts last, at most `limit` of them.

        Args:
            limit: int, or None for all.
            rest: how the others are seen.
        """
        ordered = sorted(self.rows, key=lambda row: (-row.train, -row.test, row.language))
        with_test = any(row.test for row in self.rows)
        told = any(row.made_for is not None for row in self.rows)
        counted = any(row.unknown_pieces is not None for row in self.rows)
        header = ["language", "name", "train", *(["test"] if with_test else []), "labels", "majority"]
        header += [*(["model made for it"] if told else []), *(["unknown pieces"] if counted else [])]
        cells: list[Any] = [
            [
                row.language,
                row.name,
                row.train,
                *([row.test] if with_test else []),
                row.labels,
                "-" if row.majority_share is None else f"{row.majority_share:.0%}",
                *([{True: "yes", False: "NO", None: "-"}[row.made_for]] if told else []),
                *(["-" if row.unknown_pieces is None else f"{row.unknown_pieces:.0%}"] if counted else []),
            ]
            for row in ordered[:limit]
        ]
        left = len(ordered) - len(cells)
        return text_table(header, cells) + (f"\nand {left} more languages: {rest}" if left else "")

    def told(
        self, *, data: str = "DATA", test: str = "TEST", model: str = "MODEL.keras", rest: str = "print(report.table())"
    ) -> str:
        """The page as text.

        Args:
            data, test, model: names of the files, for the commands that follow.
            rest: how languages are seen for which the page has no room.
        """
        names = {"data": data, "test": test, "model": model}
        lines = [self.title, "", self.table(_LANGUAGES_OF_A_PAGE, rest=rest), ""]
        if self.ok:
            lines.append("No fault was found.")
        else:
            noun = "fault was" if len(self.findings) == 1 else "faults were"
            lines.append(f"{len(self.findings)} {noun} found, the worst first:")
        for one in self.findings:
            lines.append(f"{one.severity.upper()} {one.fault}: {one.told}{_where(one)}.")
            if one.examples:
                lines.append(f"    such as {', '.join(shown(example) for example in one.examples[:3])}")
            lines.append(f"    {one.advice}")
        commands = [one.command for one in self.findings if one.command] or [_TRAIN]
        return "\n".join([*lines, "", f"Next: {(self._mending() or commands[0]).format(**names)}"])

    def _mending(self):
        """What follows where scores or labels cannot be trusted."""
        left_out = any(one.fault in _LEFT_OUT for one in self.errors)
        return _MEND + (_CLEAN if left_out else "") + _AGAIN if self.errors else ""

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data that JSON can hold."""
        return {
            "title": self.title,
            "ok": self.ok,
            "findings": [dataclasses.asdict(one) for one in self.findings],
            "languages": [dataclasses.asdict(row) for row in self.rows],
        }

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        return self.told()


_LEFT_OUT = ("duplicate", "near-empty text", "conflicting labels", "lost characters", "leak", "near leak")
_TRAIN = "keras-i18n train {data} {model}"
_MEND, _AGAIN = "mend the file", ", and check again"
_CLEAN = ", or let keras-i18n check {data} --clean CLEAN.tsv leave such rows out"


def title_of(train: Dataset, test: Dataset | None) -> str:
    """What was checked, in a line.

    >>> from keras_i18n.datasets import from_lists
    >>> title_of(from_lists(["jua"], ["sun"], language="sw"), None)
    'train: 1 row, 1 label, 1 language (sw)'
    """
    parts = [("train", train), *([] if test is None else [("test", test)])]
    return "; ".join(f"{name}: {repr(data).removeprefix('Dataset of ')}" for name, data in parts)


def by_severity(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings, the worst first, those of more rows before others."""
    return tuple(sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), -len(one.rows), one.fault)))


def _where(finding):
    """Languages and their counts, where there is more than one to tell."""
    if not finding.languages:
        return ""
    told = [f"{tag} {count:,}" for tag, count in list(finding.languages.items())[:_LANGUAGES_OF_A_LINE]]
    left = len(finding.languages) - len(told)
    names = f", {tags.name(next(iter(finding.languages)))}" if len(finding.languages) == 1 else ""
    return f" ({', '.join(told)}{names}{f' and {left} more languages' if left else ''})"
