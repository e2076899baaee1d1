"""Who does the shards: this process, or the workers of a Ray cluster."""

import contextlib
import logging
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from keras_i18n.bulk.parts import write_part
from keras_i18n.bulk.run_record import model_digest
from keras_i18n.bulk.shards import Shard
from keras_i18n.bulk.tasks import opened_for
from keras_i18n.bulk.work import Work
from keras_i18n.shown import cut, shown

ATTEMPTS = 3
# (shard number, why it failed or "", names of columns that were left out)
Done = tuple[int, str, tuple[str, ...]]


class ShardWorker:
    """Opens the model once, and does one shard after another; what goes wrong with one is told and stops no other."""

    def __init__(self, work: Work, model: Any = None) -> None:
        # a worker is one of many: the cores are shared by shards, not by threads
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
        os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
        self._work = work
        self._model = model

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Ray's form of a step: `{"shard": Shard}` in, what was done out."""
        number, error, left_out = self.do(row["shard"])
        return {"shard": number, "error": error, "left_out": list(left_out)}

    def do(self, shard: Shard) -> Done:
        """A shard that took its worker with it, three times, is not tried again: Ray would start workers for ever."""
        attempts = attempts_folder(self._work.output) / str(shard.number)
        made = attempts.stat().st_size if attempts.exists() else 0
        if made >= ATTEMPTS:
            return shard.number, f"its worker was lost {made} times: killed, out of memory, or crashed", ()
        attempts.parent.mkdir(parents=True, exist_ok=True)
        with attempts.open("ab") as file:
            file.write(b".")
        try:
            if self._model is None:
                self._model = self._opened()
            left_out = write_part(shard, self._model, self._work)
        except Exception as error:
            return shard.number, f"{type(error).__name__}: {cut(error, limit=1000)}", ()
        attempts.unlink(missing_ok=True)
        return shard.number, "", left_out

    def _opened(self):
        if model_digest(self._work.model) != self._work.digest:
            raise ValueError(
                f"All workers must see the same model. Received: another one at '{cut(self._work.model)}'. Put it where every machine "
                "reads the same file, and leave it as it is while a run lasts."
            )
        return opened_for(self._work.model, self._work.task)


def attempts_folder(output: pathlib.Path) -> pathlib.Path:
    """A file a shard, of as many bytes as it was begun and not ended."""
    return output / "_attempts"


def in_this_process(shards: Sequence[Shard], work: Work, *, model: Any) -> Iterator[Done]:
    """One shard after another, with a model that is open already."""
    worker = ShardWorker(work, model)
    for shard in shards:
        yield worker.do(shard)


def on_cluster(cluster: str, workers: int | None) -> Callable[[Sequence[Shard], Work], Iterator[Done]]:
    """Shards on the workers of a Ray cluster, through Ray Data.

    Args:
        cluster: "local" for one that is started here, "auto" for the one that this machine belongs to, or an address.
        workers: the most processes; None for one a CPU.

    Raises:
        ImportError: Ray is not installed. ConnectionError: there is no such cluster.
    """
    ray = _ray()
    if not ray.is_initialized():
        _connect(ray, cluster, workers)

    def run(shards, work):
        import ray.data

        most = min(len(shards), workers or max(1, int(ray.cluster_resources().get("CPU", 1))))
        with _quietly(ray.data.DataContext.get_current()):
            rows = ray.data.from_items([{"shard": shard} for shard in shards], override_num_blocks=len(shards))
            done = rows.map(
                ShardWorker,
                fn_constructor_args=(work,),
                compute=ray.data.ActorPoolStrategy(
                    min_size=1, max_size=most, initial_size=most, max_tasks_in_flight_per_actor=1
                ),
                num_cpus=1,
            )
            # what is lost with an error of Ray's is not told as done, and so tried again
            with contextlib.suppress(ray.exceptions.RayError):
                for row in done.iter_rows():
                    yield row["shard"], row["error"], tuple(row["left_out"])

    return run


@contextlib.contextmanager
def _quietly(context):
    """Without the bars and the log of Ray Data, and without its end at the first shard that is lost."""
    before = context.max_errored_blocks, context.enable_progress_bars
    log = logging.getLogger("ray.data")
    level = log.level
    context.max_errored_blocks, context.enable_progress_bars = -1, False
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        context.max_errored_blocks, context.enable_progress_bars = before
        log.setLevel(level)


def _ray():
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ImportError("A cluster needs Ray. Install it with: pip install 'keras_i18n[cluster]'") from error
    return ray


def _connect(ray, cluster, workers):
    quiet = {"log_to_driver": False, "logging_level": "error", "include_dashboard": False}
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    if cluster == "local":
        ray.init(num_cpus=workers, **quiet)
        return
    try:
        ray.init(address=cluster, log_to_driver=False, logging_level="error")
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise ConnectionError(
            f"`cluster` must be 'local', 'auto' or the address of a Ray cluster that runs. Received: {shown(cluster)}: "
            f"{cut(error)}. Start one with `ray start --head`, or leave `cluster` out to work in this process."
        ) from error
