"""What a run is cut into: some thousands of rows of one file, whose answers are one file."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from keras_i18n.bulk.line_shards import LineRange, header_of, line_ranges
from keras_i18n.bulk.parquet_shards import RowRange, columns_of, row_ranges
from keras_i18n.datasets.opening import plain_suffix
from keras_i18n.datasets.problems import DataError
from keras_i18n.opening import checked_path
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown

# ending -> (names of the columns of a file, its pieces of so many rows)
CUTTERS: dict[str, tuple[Callable[..., list[str]], Callable[..., Iterator[Any]]]] = {
    ".parquet": (columns_of, row_ranges),
    ".tsv": (header_of, line_ranges),
    ".csv": (header_of, line_ranges),
    ".jsonl": (header_of, line_ranges),
}


@dataclasses.dataclass(frozen=True)
class Shard:
    """A piece of a file.

    Attributes:
        number: its place among all, from 0.
        path: the file, absolute.
        place: where in the file it lies.
    """

    number: int
    path: str
    place: LineRange | RowRange

    @property
    def rows(self) -> int:
        return self.place.rows

    def __str__(self) -> str:
        return f"{self.path}, {self.place}"


def input_files(data: Path | Sequence[Path]) -> list[pathlib.Path]:
    """The files of a run, in their order: a file, a list of files, or all that can be read in a folder, by name.

    Raises:
        FileNotFoundError: a file is not there. ValueError: none, the same twice, or one of another kind.
    """
    given = [data] if isinstance(data, str | pathlib.PurePath) or not isinstance(data, Sequence) else list(data)
    found: list[pathlib.Path] = []
    for one in given:
        path = checked_path(one, kind="data file", folders=True).resolve()
        if path.is_dir():
            found += sorted(each for each in path.iterdir() if each.suffix in CUTTERS and each.is_file())
        else:
            found.append(path)
    if not found:
        raise ValueError(
            f"`data` must name at least one file that ends in {', '.join(CUTTERS)}. Received: {shown(data)}."
        )
    for path in found:
        if path.suffix.lower() in CUTTERS:
            continue
        way_out = "Rename or convert it."
        if plain_suffix(path) in CUTTERS:
            way_out = "A compressed file cannot be cut into pieces: unpack it, or make a .parquet of it."
        raise DataError(f"The name must end in one of {', '.join(CUTTERS)}. {way_out}", path=path)
    twice = next((path for path in found if found.count(path) > 1), None)
    if twice is not None:
        raise ValueError(f"`data` must name each file once. Received twice: '{cut(twice)}'.")
    return found


def shared_columns(files: Sequence[pathlib.Path]) -> tuple[str, ...]:
    """The names of the columns, which all files of a run have.

    Raises:
        DataError: a file has others.
    """
    names: tuple[str, ...] = ()
    for path in files:
        own = tuple(CUTTERS[path.suffix.lower()][0](path))
        if names and own != names:
            raise DataError(
                f"All files of a run must have the same columns, in the same order: {cut(', '.join(names))}. "
                f"Received: {cut(', '.join(own))}. Run them one by one, each into a folder of its own.",
                path=path,
            )
        names = own
    return names


def shards_of(files: Sequence[pathlib.Path], *, rows: int, progress: ProgressOption = None) -> Iterator[Shard]:
    """All files, cut into pieces of at most `rows` rows; reads each text file once.

    Raises:
        DataError: a file is damaged, or no row is there.
    """
    counter = Counter(progress, "files cut", total=len(files))
    number = 0
    for path in files:
        for place in CUTTERS[path.suffix.lower()][1](path, rows):
            yield Shard(number, str(path), place)
            number += 1
        counter.add()
    if not number:
        raise DataError("The files of a run must hold at least one row. Received: headers only.", path=files[0])
