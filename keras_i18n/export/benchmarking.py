"""How fast an exported file answers and what it takes, in each runtime that is installed."""

import dataclasses
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.export import measured_process
from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.exporting import load_exported
from keras_i18n.export.formats import FORMATS, format_of
from keras_i18n.export.metadata import golden_texts
from keras_i18n.files import atomic_path, size_of
from keras_i18n.progress import Progress, ProgressOption, teller
from keras_i18n.protocols import Path, Texts
from keras_i18n.shown import cut, shown
from keras_i18n.text_table import preformatted, text_table

# format -> (runtime, the module that it is) that open it
RUNTIMES = {
    "tflite": (("LiteRT", "ai_edge_litert"), ("tflite-runtime", "tflite_runtime")),
    "onnx": (("ONNX Runtime", "onnxruntime"),),
    "saved_model": (("TensorFlow", "tensorflow"),),
    "keras": (("Keras", "keras"),),
    "h5": (("Keras", "keras"),),
}
_TEXTS = 12  # of each length


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One runtime, with a number of threads, on inputs of one length.

    Args:
        runtime: its name.
        threads: that one call may use.
        length: code points of a text; 0 where texts were given, or for images.
        p50_ms, p95_ms: milliseconds of one call with one text: half of the calls, and 95 of 100, were faster.
        load_ms: milliseconds to open the file, the runtime's own import apart.
        memory_mb: megabytes in RAM after the last call, above what the interpreter and the runtime had before the file.
    """

    runtime: str
    threads: int
    length: int
    p50_ms: float
    p95_ms: float
    load_ms: float
    memory_mb: float


@dataclasses.dataclass(frozen=True)
class BenchmarkReport:
    """What `benchmark` measured: `file`, its `size_mb`, `precision`, and a `Measurement` a row.

    Args:
        file: name of the file.
        size_mb: its megabytes, of 1,000,000 bytes.
        precision: of its weights.
        rows: of `Measurement`.
    """

    file: str
    size_mb: float
    precision: str
    rows: tuple[Measurement, ...]

    def table(self) -> str:
        """A row a runtime, number of threads and length, as text."""
        header = ("runtime", "threads", "code points", "p50 ms", "p95 ms", "load ms", "memory MB")
        return text_table(header, [_shown(row) for row in self.rows])

    def to_json(self, path: Path) -> None:
        """Writes all of it."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(self.to_dict(), indent=1, ensure_ascii=False), encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return dataclasses.asdict(self)

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        return f"{self.file}: {self.size_mb:,.2f} MB, {self.precision}\n{self.table()}"


def _shown(row):
    length = row.length or "as given"
    return (
        *(row.runtime, row.threads, length, f"{row.p50_ms:.2f}", f"{row.p95_ms:.2f}"),
        *(f"{row.load_ms:.0f}", f"{row.memory_mb:.1f}"),
    )


def benchmark(
    path: Path,
    *,
    texts: Texts | None = None,
    lengths: Sequence[int] = (16, 105, 1000),
    threads: Sequence[int] = (1,),
    repeats: int = 20,
    progress: ProgressOption = None,
) -> BenchmarkReport:
    """Opens an exported file in each runtime that is installed, in a fresh process each, and measures it.

    One text or image at a time, as an app asks. The file's digest and operators are checked before, as when it is opened.

    Args:
        path: what `export` wrote, one format.
        texts: to measure with; without them texts of the file's languages are put together in each of `lengths`.
        lengths: code points of a text.
        threads: that a runtime may use, one after the other.
        repeats: rounds over the texts, after one that warms up.
        progress: True to show it, or a function that is called with a `Progress` after each process: the runtime, processes done, of how many.

    Returns:
        A `BenchmarkReport`.

    Raises:
        FileNotFoundError: no such file. ValueError: a damaged one, a language model's, whose calls hang on the one
            before, or numbers below 1.
        ImportError: no runtime of the format is installed.
        RuntimeError: a runtime could not open or run it.

    Example:

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    >>> folder = ki.export(tokenizer, pathlib.Path(tempfile.mkdtemp()) / "ngrams", formats="tflite")
    >>> report = ki.benchmark(folder / "model.tflite", lengths=[20], repeats=2)
    >>> [(row.runtime, row.length, row.p50_ms > 0) for row in report.rows]
    [('LiteRT', 20, True)]
    """
    for name, values in {"lengths": lengths, "threads": threads, "repeats": [repeats]}.items():
        if not values or any(int(value) < 1 for value in values):
            raise ValueError(f"`{name}` must be numbers of at least 1. Received: {shown(values)}.")
    runner = load_exported(path)
    path = pathlib.Path(path)
    if runner.metadata.generation:
        raise ValueError(
            "A language model's file reads on from its own states and is not measured by single calls. "
            f"Received: '{cut(path)}'. Time `suggest` of its runner."
        )
    name, inputs = _inputs(runner, texts, lengths)
    format_name = next(key for key, row in FORMATS.items() if row is format_of(path))
    runtimes = [runtime for runtime, module in RUNTIMES[format_name] if importlib.util.find_spec(module)]
    if not runtimes:
        raise ImportError(f"No runtime for '{path.name}' is installed: {RUNTIMES[format_name][0][1]}.")
    # a translator of several languages writes the first
    beside = {"target_language": [[0]]} if len(runner.metadata.target_languages) > 1 else {}
    jobs = [(runtime, count) for runtime in runtimes for count in threads]
    rows = []
    tell = teller(progress) or (lambda _: None)
    for number, (runtime, count) in enumerate(jobs, start=1):
        job = {"path": str(path), "runtime": runtime, "threads": int(count), "repeats": int(repeats), "input": name}
        job["beside"] = beside
        rows += _rows(runtime, int(count), _measured(job, inputs))
        tell(Progress(runtime, number, len(jobs)))
    return BenchmarkReport(path.name, size_of(path) / 1e6, runner.metadata.precision, tuple(rows))


def _inputs(runner, texts, lengths):
    """The name of the file's input, and arrays by length and number."""
    if runner.metadata.image_shape:
        images = runner.replay_inputs()
        return "images", {f"0/{number}": np.asarray(image, "float32")[None] for number, image in enumerate(images)}
    if texts is not None:
        if isinstance(texts, str) or not len(texts):
            raise ValueError(f"`texts` must be a list of at least one str. Received: {shown(texts)}.")
        parts = {0: list(texts)}
    else:
        parts = {int(length): _texts_of(runner.metadata.languages, int(length)) for length in lengths}
    return "codepoints", {
        f"{length}/{number}": codepoints_of([text])
        for length, some in parts.items()
        for number, text in enumerate(some)
    }


def _texts_of(languages, length):
    sentences = [text for text in golden_texts(languages) if text.strip()][:_TEXTS]
    line = " ".join(sentences)
    line *= -(-2 * length // len(line)) + 1
    starts = np.linspace(0, len(line) - length - 1, _TEXTS).astype(int)
    return [line[start : start + length] for start in starts]


def _measured(job, inputs):
    with tempfile.TemporaryDirectory() as folder:
        job_path, inputs_path = (str(pathlib.Path(folder) / name) for name in ("job.json", "inputs.npz"))
        pathlib.Path(job_path).write_text(json.dumps(job), encoding="utf-8")
        np.savez(inputs_path, **inputs)
        package = str(pathlib.Path(__file__).parents[2])
        paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
        done = subprocess.run(
            [sys.executable, str(pathlib.Path(measured_process.__file__)), job_path, inputs_path],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
    if done.returncode:
        last = (done.stderr.strip().split("\n") or [""])[-1]
        raise RuntimeError(f"{job['runtime']} could not run '{job['path']}': {last}")
    return json.loads(done.stdout.strip().split("\n")[-1])


def _rows(runtime, threads, found) -> list[Any]:
    rows = []
    for length, seconds in found["times_s"].items():
        p50, p95 = np.percentile(seconds, [50, 95]) * 1e3
        rows.append(
            Measurement(
                runtime=runtime,
                threads=threads,
                length=int(length),
                p50_ms=float(p50),
                p95_ms=float(p95),
                load_ms=found["load_s"] * 1e3,
                memory_mb=found["memory"] / 1e6,
            )
        )
    return rows
