"""What every worker of a run is told."""

import dataclasses
import pathlib
from typing import Any


@dataclasses.dataclass(frozen=True)
class Work:
    """What every worker of a run is told.

    Attributes:
        model: path of the model. digest: SHA-256 of it.
        run: digest of the run, which each file of answers holds.
        task: a row of `TASKS`. options: of it.
        output: folder of the answers.
        text: column of the texts. columns: all that the files have. kept: those that stand beside the answers.
        batch_size: texts that the model is asked at once.
    """

    model: pathlib.Path
    digest: str
    run: str
    task: str
    options: dict[str, Any]
    output: pathlib.Path
    text: str
    columns: tuple[str, ...]
    kept: tuple[str, ...]
    batch_size: int
