"""What a new language is made of, read from the files that a person has: sentence pairs, texts, words, a lexicon."""

import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.shown import cut

PARALLEL = Annotated[
    pathlib.Path | None,
    typer.Option(help="Sentence pairs: a file with a column for each of the two tags (.tsv, .csv, .jsonl, .parquet)."),
]
KNOWN = Annotated[str, typer.Option(help="The language of the other column, which the model knows.")]
TEXTS = Annotated[pathlib.Path | None, typer.Option(help="Texts of the new language, one a line.")]
WORDS = Annotated[pathlib.Path | None, typer.Option(help="Its words, one a line, the most frequent first.")]
LEXICON = Annotated[pathlib.Path | None, typer.Option(help="Words and their translations: columns as for pairs.")]


def read_pairs(path: Any, known: str, language: str) -> Any:
    """`ParallelTexts` of a file; None without one."""
    from keras_i18n import datasets

    return None if path is None else datasets.read_parallel(path, source=known, target=language)


def read_lines(path: pathlib.Path | None) -> list[str]:
    """The lines of a UTF-8 file that are not empty; none without a file."""
    if path is None:
        return []
    from keras_i18n.datasets.opening import decode, lines_of, read_bytes

    lines = lines_of(decode(read_bytes(path), encoding="utf-8", path=path))
    return [line.strip() for line in lines if line.strip()]


def check_model_name(model: pathlib.Path) -> None:
    """Refuses, before the work begins, a file name under which no model can be saved."""
    if model.suffix != ".keras":
        raise typer.BadParameter(f"A model file ends in .keras. Received: {cut(model)}.", param_hint="the model's file")


class FileTooLargeError(ValueError):
    """A file takes more bytes than it may.

    Attributes:
        over: int, so many bytes more.

    >>> FileTooLargeError(1_500_000, 1_000_000).over
    500000
    """

    def __init__(self, size: int, max_bytes: float) -> None:
        self.over = round(size - max_bytes)
        super().__init__(
            f"The file must take at most {max_bytes / 1e6:g} MB. Received: {size / 1e6:.3f} MB. Ask for a little less. "
            "Nothing was written."
        )


def write_one_file(model: Any, to: pathlib.Path, format: str, *, max_bytes: float | None = None) -> int:
    """Exports a model in int8 to one file under any name; its size in bytes.

    Raises:
        FileTooLargeError: it would take more than `max_bytes`; nothing is written then.
    """
    import tempfile

    import keras_i18n
    from keras_i18n.files import atomic_path

    with tempfile.TemporaryDirectory() as folder, atomic_path(to) as temporary:
        written = keras_i18n.export.export(model, folder, formats=[format], precision="int8") / f"model.{format}"
        size = written.stat().st_size
        if max_bytes is not None and size > max_bytes:
            raise FileTooLargeError(size, max_bytes)
        temporary.write_bytes(written.read_bytes())
    return to.stat().st_size
