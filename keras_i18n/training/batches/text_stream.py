"""Windows of a text file of any size: read in several places at once, never held in memory."""

import codecs
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_BLOCK = 1 << 20


def scan(path: Path) -> Any:
    """Reads a UTF-8 file once, block by block: number of its characters.

    Raises:
        FileNotFoundError: no such file. ValueError: an empty file; a byte that is no UTF-8, named by its offset.
    """
    characters = sum(len(text) for text in blocks(path))
    if not characters:
        raise ValueError(f"A training text must not be empty. Received: '{cut(path)}' of 0 characters.")
    return characters


def blocks(path: Path, start: int = 0, stop: int | None = None) -> Iterator[str]:
    """Yields the text of a UTF-8 file from byte `start` to byte `stop`, in blocks.

    Raises:
        ValueError: for a byte that is no UTF-8, named by its offset in the file.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"No text file at '{path}'.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open(path, "rb") as file:
        file.seek(start)
        offset = start
        while True:
            size = _BLOCK if stop is None else min(_BLOCK, stop - offset)
            data = file.read(size) if size > 0 else b""
            kept = len(decoder.getstate()[0])
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                place = offset - kept + error.start
                byte = error.object[error.start]
                raise ValueError(
                    f"A training text must be UTF-8. Received: '{cut(path)}' with byte 0x{byte:02x} at offset {place:,} "
                    f"({error.reason}). Nothing was trained. Mend the file, for instance with "
                    "`iconv -f WINDOWS-1252 -t UTF-8`."
                ) from error
            offset += len(data)
            if text:
                yield text
            if not data:
                return


class TextStream:
    """Batches of windows of a file: each row goes on where it ended in the batch before.

    Args:
        path: UTF-8 text file.
        to_ids: function from a list of str to a list of id arrays without begin and end pieces.
        by_line: whether each line is a text of its own, put between begin and end piece; else the file is one text.
        begin_id, end_id: the pieces.
        batch_size: places of the file that are read at once.
        window: tokens of a window.
    """

    def __init__(
        self,
        path: Path,
        to_ids: Callable[[str], np.ndarray],
        *,
        by_line: bool,
        begin_id: int | None,
        end_id: int | None,
        batch_size: int,
        window: int,
    ) -> None:
        self.path = pathlib.Path(path)
        self.to_ids = to_ids
        self.by_line = by_line
        self.begin_id, self.end_id = begin_id, end_id
        self.window = window
        characters = scan(path)
        self.batch_size = max(1, min(batch_size, characters // (4 * window)))
        self._cuts = self._starts()

    def __call__(self) -> Iterator[Any]:
        """A new pass over the file: yields `(token_ids, next_ids)`, int32 `(batch, window)`.

        It ends when the first place has come to the start of the next one.
        """
        lanes = [self._windows(self._ids(*cut)) for cut in zip(self._cuts[:-1], self._cuts[1:], strict=True)]
        for rows in zip(*lanes, strict=False):
            windows = np.stack(rows)
            yield windows[:, :-1], windows[:, 1:]

    def _starts(self):
        size = self.path.stat().st_size
        starts = []
        with open(self.path, "rb") as file:
            for place in range(self.batch_size):
                file.seek(start := size * place // self.batch_size)
                if self.by_line and place:
                    start += len(file.readline())
                else:  # not inside of a character: its later bytes are 0b10xxxxxx
                    start += next((i for i, byte in enumerate(file.read(4)) if byte & 0xC0 != 0x80), 0)
                starts.append(start)
        return [*starts, size]

    def _ids(self, start, stop):
        if not self.by_line:
            if start == 0:
                yield np.array([self.begin_id], np.int32)
            for text in blocks(self.path, start, stop):
                yield from self.to_ids([text])
            return
        for line in _lines(blocks(self.path, start, stop)):
            yield np.concatenate([[self.begin_id], *self.to_ids([line]), [self.end_id]]).astype(np.int32)

    def _windows(self, parts):
        held = np.zeros(0, np.int32)
        for part in parts:
            held = np.concatenate([held, part])
            count = max(0, (len(held) - 1) // self.window)
            for number in range(count):
                yield held[number * self.window : (number + 1) * self.window + 1]
            held = held[count * self.window :]


def _lines(texts):
    rest = ""
    for text in texts:
        *lines, rest = (rest + text).split("\n")
        yield from (line for line in lines if line)
    if rest:
        yield rest
