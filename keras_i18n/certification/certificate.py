"""The certificate: what ran where, on which texts, with which difference; as JSON, as a page, and checked again."""

import dataclasses
import hashlib
import json
from typing import Any, Self

from keras_i18n.certification import page
from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.shown import shown
from keras_i18n.text_table import preformatted, text_table

_KIND, _VERSION = "keras_i18n certificate", 1
CHECKED, FAILED, NOT_CHECKED = "checked", "failed", "not checked"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LanguageRow:
    """One language in one run.

    Args:
        texts: how many.
        ids_equal: texts whose token ids are those of the tokenizer; None where no ids were compared.
        largest_difference: of any number to the reference; None of token ids.
        label_agreement: share of texts with the same best label (of vectors and ids: with all numbers the same within
            the tolerance).
    """

    language: str
    texts: int
    ids_equal: int | None
    largest_difference: float | None
    label_agreement: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One file in one runtime.

    Args:
        status: "checked", "failed" or "not checked"; only the first can pass.
        told: why it failed or was not checked, and what installs the runtime.
        p50_ms: median time of one text, run alone.
        memory_mb: of the runtime's whole process; None where it ran in the process that made the certificate.
    """

    file: str
    format: str
    precision: str
    runtime: str
    version: str = ""
    status: str
    told: str = ""
    tolerance: float = 0.0
    p50_ms: float | None = None
    memory_mb: float | None = None
    languages: tuple[LanguageRow, ...] = ()

    @property
    def texts(self) -> int:
        """Texts of all languages."""
        return sum(row.texts for row in self.languages)

    @property
    def ids_equal(self) -> tuple[int, int] | None:
        """Texts with equal ids, and of how many; None where none were compared."""
        rows = [row for row in self.languages if row.ids_equal is not None]
        return (sum(row.ids_equal or 0 for row in rows), sum(row.texts for row in rows)) if rows else None

    @property
    def largest_difference(self) -> float | None:
        """Over all languages."""
        found = [row.largest_difference for row in self.languages if row.largest_difference is not None]
        return max(found, key=lambda value: float("inf") if value != value else value) if found else None

    @property
    def label_agreement(self) -> float:
        """Share over all texts."""
        return sum(row.label_agreement * row.texts for row in self.languages) / max(self.texts, 1)

    @property
    def passed(self) -> bool:
        """Checked; ids all equal; differences within the tolerance; labels agree: all, or 99.8 % of fewer bits."""
        ids, largest = self.ids_equal, self.largest_difference
        return (
            self.status == CHECKED
            and (ids is None or ids[0] == ids[1])
            and (largest is None or largest <= self.tolerance)
            and self.label_agreement >= (1.0 if self.precision == "float32" else 0.998)
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Certificate:
    """What `certify` saw.

    Args:
        files: a dict for each file: name, sha256, bytes, task, precision, contract, tokenizer_digest.
        reference: what the numbers were compared with, as text.
        texts: dict: count, languages, sha256 of all texts.
        machine: dict: platform, processor, versions of Python and keras_i18n.
        runs: a `Run` for each file and runtime.
    """

    files: tuple[dict[str, Any], ...]
    reference: str
    texts: dict[str, Any]
    machine: dict[str, str]
    runs: tuple[Run, ...]

    @property
    def ok(self) -> bool:
        """Something was checked, and all that was checked passed. What was not checked is in `not_checked`."""
        checked = [run for run in self.runs if run.status != NOT_CHECKED]
        return bool(checked) and all(run.passed for run in checked)

    @property
    def not_checked(self) -> list[Run]:
        """Runs that did not take place, each with the reason."""
        return [run for run in self.runs if run.status == NOT_CHECKED]

    @property
    def sha256(self) -> str:
        """Digest over the whole certificate, the digests of the files among it."""
        return hashlib.sha256(json.dumps(self._values(), sort_keys=True).encode()).hexdigest()

    def raise_if_failed(self) -> Self:
        """Raises a ValueError that names what failed; returns the certificate otherwise."""
        if not self.ok:
            failed = [f"{run.file} in {run.runtime}: {verdict(run)}" for run in self.runs if not run.passed]
            raise ValueError("The files are not certified:\n" + "\n".join(failed))
        return self

    def to_json(self, path: Path) -> None:
        """Writes the certificate with its digest; `Certificate.read` reads it."""
        with atomic_path(path) as temporary:
            text = json.dumps({**self._values(), "sha256": self.sha256}, indent=1, ensure_ascii=False)
            temporary.write_text(text + "\n", encoding="utf-8")

    def to_html(self, path: Path) -> None:
        """Writes one page with pictures, readable without a network."""
        with atomic_path(path) as temporary:
            temporary.write_text(page.page_of(self, verdict), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            ValueError: this is no certificate, or it was changed after it was made.
        """
        try:
            with open(path, encoding="utf-8") as file:
                values = json.load(file)
            if values["kind"] != _KIND or values["version"] != _VERSION:
                raise ValueError(f"kind {shown(values['kind'])}, version {shown(values['version'])}")
            runs = tuple(
                Run(**{**run, "languages": tuple(LanguageRow(**row) for row in run["languages"])})
                for run in values["runs"]
            )
            read = cls(
                files=tuple(values["files"]),
                reference=values["reference"],
                texts=values["texts"],
                machine=values["machine"],
                runs=runs,
            )
            digest = read.sha256
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"'{path}' must be a certificate that `to_json` wrote. Received: {shown(error)}. Certify the files again."
            ) from error
        if values.get("sha256") != digest:
            raise ValueError(f"'{path}' was changed after it was made: its digest differs. Certify the files again.")
        return read

    def table(self) -> str:
        """A row a run, as text."""
        header = (
            "file",
            "precision",
            "runtime",
            "texts",
            "ids equal",
            "largest difference",
            "agreement",
            "p50 ms",
            "MB",
        )
        return text_table((*header, ""), [_cells(run) for run in self.runs])

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def _values(self):
        values = json.loads(json.dumps(dataclasses.asdict(self)))
        return {"kind": _KIND, "version": _VERSION, **values}


def verdict(run: Run) -> str:
    """passed, DIFFERS, FAILED or not checked, with the reason."""
    if run.status == CHECKED:
        return "passed" if run.passed else "DIFFERS"
    return f"FAILED: {run.told}" if run.status == FAILED else f"not checked: {run.told}"


def _cells(run):
    if run.status != CHECKED:
        return (run.file, run.precision, run.runtime, *["-"] * 6, verdict(run))
    ids, largest = run.ids_equal, run.largest_difference
    return (
        run.file,
        run.precision,
        run.runtime,
        str(run.texts),
        "-" if ids is None else f"{ids[0]}/{ids[1]}",
        "-" if largest is None else f"{largest:.1e}",
        f"{run.label_agreement:.2%}",
        "-" if run.p50_ms is None else f"{run.p50_ms:.2f}",
        "-" if run.memory_mb is None else f"{run.memory_mb:.0f}",
        verdict(run),
    )
