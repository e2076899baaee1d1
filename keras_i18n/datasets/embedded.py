"""The data sets that come with the package."""

import functools
import pathlib

from keras_i18n.datasets.dataset import Dataset, concatenate
from keras_i18n.shown import shown

_FOLDER = pathlib.Path(__file__).parent / "samples"


@functools.lru_cache(maxsize=4)
def sample(name: str = "assistant") -> tuple[Dataset, Dataset]:
    """A small data set that comes with the package, in its train and test parts.

    `assistant`: what people say to the assistant on their phone, 8 intents in 28 languages and 16 scripts. Written
    for this package, and for each language as it is spoken rather than word for word.

    Args:
        name: `"assistant"`.

    Returns: `(train, test)`, two `Dataset`s.

    Raises:
        ValueError: there is no such sample.

    Example:

    >>> train, test = sample("assistant")
    >>> "weather" in " ".join(train.labels), {"en", "hi", "zh-Hant"} <= set(test.languages)
    (True, True)
    """
    folder = _FOLDER / str(name)
    files = sorted(folder.glob("*.tsv")) if name and not set(str(name)) & set("/\\.") else []
    if not files:
        known = sorted(entry.name for entry in _FOLDER.iterdir() if entry.is_dir() and any(entry.glob("*.tsv")))
        raise ValueError(f"`name` must be one of {known}. Received: {shown(name)}.")
    rows = concatenate(*(_of_language(file) for file in files))
    parts = rows["part"]
    rows = rows.without("part")
    return tuple(rows[[number for number, part in enumerate(parts) if part == side]] for side in ("train", "test"))


def _of_language(file):
    """The rows of `samples/NAME/TAG.tsv`; its columns are part, label and text."""
    lines = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    part, label, text = zip(*(line.split("\t") for line in lines[1:]), strict=True)
    return Dataset({"text": text, "label": label, "language": file.stem, "part": part})
