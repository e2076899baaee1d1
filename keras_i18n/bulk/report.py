"""What a run has done, and what it could not do."""

import dataclasses
import pathlib
from collections.abc import Sequence

from keras_i18n.shown import cut


@dataclasses.dataclass(frozen=True)
class ShardFailure:
    """A piece of a file that has no answers.

    Attributes:
        shard: which rows of which file.
        error: why, of the last attempt.

    >>> ShardFailure("reviews.tsv, 2 rows from line 5 on", "DataError: ...").shard
    'reviews.tsv, 2 rows from line 5 on'
    """

    shard: str
    error: str


@dataclasses.dataclass(frozen=True)
class BulkReport:
    """What a run has done.

    Attributes:
        output: the folder of the answers, a Parquet file a shard, in the order of the input.
        rows: in the input, and with answers in the folder where nothing failed.
        shards: how many pieces the input was cut into.
        resumed: how many of them an earlier call had done.
        seconds: of this call.
        failures: of shards that failed three times.
        left_out: columns of a JSONL that its first thousand rows lack; they are not in the answers.

    >>> print(BulkReport(pathlib.Path("labelled"), rows=9, shards=5, resumed=2, seconds=1.0))
    9 rows in 5 shards, in 'labelled', 1.0 s; 2 shards were done before
    """

    output: pathlib.Path
    rows: int
    shards: int
    resumed: int
    seconds: float
    failures: tuple[ShardFailure, ...] = ()
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = f"{self.rows:,} rows in {self.shards:,} shard{'' if self.shards == 1 else 's'}, in '{self.output}', {self.seconds:.1f} s"
        if self.resumed:
            told += f"; {self.resumed:,} shards were done before"
        if self.left_out:
            told += f"\nleft out, since the first rows lack them: {cut(', '.join(self.left_out))}"
        return told


class ShardsFailedError(ValueError):
    """Shards failed three times; the answers of all others are kept.

    Attributes:
        report: the `BulkReport`, whose `failures` name them.

    >>> failure = ShardFailure("reviews.tsv, 2 rows from line 5 on", "a text is missing")
    >>> raise ShardsFailedError(BulkReport(pathlib.Path("labelled"), 9, 5, 0, 1.0, (failure,)))
    Traceback (most recent call last):
    ...
    keras_i18n.bulk.report.ShardsFailedError: 1 of 5 shards failed three times: reviews.tsv, 2 rows from line 5 on: ...
    """

    def __init__(self, report: BulkReport) -> None:
        self.report = report
        super().__init__(_told(report.failures, report))

    def __reduce__(self):
        return ShardsFailedError, (self.report,)


def _told(failures: Sequence[ShardFailure], report: BulkReport) -> str:
    first = failures[0]
    others = f" (and {len(failures) - 1:,} others, in `report.failures`)" if len(failures) > 1 else ""
    return (
        f"{len(failures):,} of {report.shards:,} shards failed three times: {first.shard}: {cut(first.error, limit=600)}{others}. "
        f"The answers of all others are kept in '{report.output}'. Call again to try these, or mend the rows and start "
        "a run into another folder."
    )
