"""Runs every exported file in every runtime on the same texts, and compares."""

import hashlib
import pathlib
import platform
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n import datasets
from keras_i18n.certification.answers import Answers, in_this_process, numbers_of
from keras_i18n.certification.certificate import CHECKED, FAILED, NOT_CHECKED, Certificate, LanguageRow, Run
from keras_i18n.certification.file_digest import digest_of
from keras_i18n.certification.runtimes import RUNTIMES
from keras_i18n.export import FORMATS, PRECISIONS, export, load_exported, mediapipe
from keras_i18n.export.character_vocabulary import as_read
from keras_i18n.export.packing import packed
from keras_i18n.opening import checked_path
from keras_i18n.progress import Progress, ProgressOption, teller
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.version import __version__

_MEDIAPIPE, _MEDIAPIPE_FILE = "mediapipe", f"{mediapipe.FILE}.tflite"
_CLIENTS = pathlib.Path(__file__).parents[2] / "examples"

# texts in no language: nothing, white space, decomposed, joined emoji, a surrogate, digits, controls, unassigned, long
EDGES = (
    "", " \t\n ", "Ａ e\u0301 é ﬁ ½", "👩🏽‍🚀👨‍👩‍👧‍👦🇪🇹", "a\ud800b", "0", "\u200d\u200e\ufeff", "\U0010ffff\u0378",
    "İIıi ςσΣ ﷺ", "한국 한국", "e" + "\u0301" * 40, "wörter " * 300,
)  # fmt: skip
EDGE_LANGUAGE = "und"


def certify(
    path: Path,
    *,
    model: Any = None,
    dataset: Any = None,
    max_texts: int = 10,
    tokenizer: Path | bool = True,
    runtimes: Sequence[str] | None = None,
    clients: Path | None = None,
    progress: ProgressOption = None,
) -> Certificate:
    """Proves exported files in every runtime that this machine has.

    Each file runs in each runtime of `RUNTIMES` that reads its format, golden examples first, then texts of every language
    and the edges (nothing, joined emoji, a lone surrogate ...). A runtime that is not installed is told as not checked,
    with the line that installs it; it never counts as passed.

    Args:
        path: what `export` returned, or one exported file.
        model: the model that was exported. Then numbers are compared with its own, and the token ids of its tokenizer,
            exported alone, in each runtime that reads tokenizers; those of a file in 4 bits and fewer with its twin, in
            Keras, whose tables take as few, as `verify` does. Without it the reference is the first file that runs in
            Python, Keras' own before others.
        dataset: `Dataset` of texts; by default the embedded sample's test part, 28 languages. Texts that a translator
            would split into sentences are left out: a file cuts them.
        max_texts: texts of each language, the first ones; an emulated runtime reads two.
        tokenizer: whether ids are compared. The tokenizer is exported anew for it, which can take minutes; or the folder
            where it lies, exported alone: formats that are not in it are told without ids.
        runtimes: keys of `RUNTIMES`; by default all.
        clients: folder of the clients (`examples`); by default that of the checkout this package lies in.
        progress: True to show it, or a function that is called with a `Progress` before each run: file and runtime, runs done, of how many.

    Returns:
        A `Certificate`: `print` it, `to_json`, `to_html`, `raise_if_failed()`.

    Raises:
        FileNotFoundError: nothing exported lies there. ValueError: an unknown runtime, no texts, a file of images.

    Example:

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    >>> folder = ki.export(tokenizer, pathlib.Path(tempfile.mkdtemp()) / "ngrams", formats="keras")
    >>> certificate = ki.certify(folder, max_texts=1, runtimes=["Keras"])
    >>> certificate.ok, certificate.runs[0].ids_equal
    (True, (40, 40))
    """
    chosen = list(RUNTIMES) if runtimes is None else list(runtimes)
    if unknown := sorted(set(chosen) - set(RUNTIMES)):
        raise ValueError(f"`runtimes` must be some of {', '.join(RUNTIMES)}. Received: {shown(unknown)}.")
    files = _files(checked_path(path, kind="exported file", folders=True))
    clients = _CLIENTS if clients is None else pathlib.Path(clients)
    texts, languages = _texts(dataset, max_texts)
    if hasattr(model, "source_ids"):
        texts, languages = _read_at_once(model, texts, languages)
    opened = {name: load_exported(file) for name, file in files.items()}
    for runner in opened.values():
        if runner.metadata.image_shape:
            raise ValueError(
                f"Only files that read texts are certified. Received: '{cut(runner.path)}', which takes images."
            )
    reference, told = _reference(model, opened, texts)
    read = {}  # MediaPipe hands over less of a text than the model reads
    if _MEDIAPIPE in opened:
        limit = opened[_MEDIAPIPE].metadata.max_codepoints
        cut_texts = [as_read(text[:limit]) for text in texts]
        read[_MEDIAPIPE] = cut_texts, _reference(model, opened, cut_texts)[0]
    # a translation, which is right or is not, is compared with the twin's in int8 too
    precisions = {
        name: runner.metadata.precision
        for name, runner in opened.items()
        if model is not None and (PRECISIONS[runner.metadata.precision].of_twin or _rounded_translator(runner.metadata))
    }
    for precision in set(precisions.values()):
        twin = _reference(packed(model, precision), opened, texts)[0]
        read |= {name: (texts, twin) for name, one in precisions.items() if one == precision}
    pairs = [(name, one) for name in files for one in chosen if name in RUNTIMES[one].formats]
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        tokenizers = _tokenizers(model, files, pathlib.Path(folder), tokenizer)
        tell = teller(progress) or (lambda _: None)
        for number, (name, runtime) in enumerate(pairs):
            tell(Progress(f"{files[name].name} in {runtime}", number, len(pairs)))
            job = _Job(name, files[name], opened[name].metadata, runtime, RUNTIMES[runtime], clients)
            given, expected = read.get(name, (texts, reference))
            places = _first_places(languages, job.runtime.most_texts)
            given, told_of, expected = ([values[place] for place in places] for values in (given, languages, expected))
            runs.append(_run(job, given, told_of, expected, tokenizers.get(name), model))
        tell(Progress("certificate", len(pairs), len(pairs)))
    return Certificate(
        files=tuple(_told_of(files[name], runner.metadata) for name, runner in opened.items()),
        reference=told,
        texts={
            "count": len(texts),
            "languages": list(dict.fromkeys(languages)),
            "sha256": hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest(),
        },
        machine={
            "platform": platform.platform(),
            "processor": platform.machine(),
            "Python": platform.python_version(),
            "keras_i18n": __version__,
        },
        runs=tuple(runs),
    )


def _files(path):
    """Format -> path of each exported file that lies there."""
    if path.name == _MEDIAPIPE_FILE:
        return {_MEDIAPIPE: path}
    if path.is_file() or (path / "saved_model.pb").is_file():
        endings = {pathlib.Path(row.file).suffix: name for name, row in FORMATS.items()}
        name = endings.get(path.suffix if path.is_file() else "")
        found = {} if name is None else {name: path}
    else:
        found = {name: path / row.file for name, row in FORMATS.items() if (path / row.file).exists()}
        if (path / _MEDIAPIPE_FILE).exists():
            found[_MEDIAPIPE] = path / _MEDIAPIPE_FILE
    if not found:
        raise FileNotFoundError(f"'{path}' has no exported files. Export a model first: keras-i18n export.")
    return found


def _texts(dataset, max_texts):
    if dataset is None:
        _, dataset = datasets.sample("assistant")
    texts, languages = [], []
    for tag in dataset.languages:
        rows = [row for row, language in enumerate(dataset.language) if language == tag][:max_texts]
        texts += [dataset.text[row] for row in rows]
        languages += [tag] * len(rows)
    if not texts:
        raise ValueError(
            f"`dataset` must have at least one text. Received: {shown(dataset)}, max_texts={cut(max_texts)}."
        )
    return [*texts, *EDGES], [*languages, *[EDGE_LANGUAGE] * len(EDGES)]


def _read_at_once(translator, texts, languages):
    """The texts that a translator does not split into sentences: a file cuts them instead."""
    told = translator.target_languages[0] if translator.target_languages else None
    lengths = [len(ids) for ids in translator.source_ids(texts, target_language=told)]
    kept = [place for place, length in enumerate(lengths) if length <= translator.max_tokens]
    return [texts[place] for place in kept], [languages[place] for place in kept]


def _first_places(languages, most):
    """Places of the first `most` texts of each language and of all edges."""
    seen, places = dict.fromkeys(languages, 0), []
    for place, language in enumerate(languages):
        seen[language] += 1
        if most is None or language == EDGE_LANGUAGE or seen[language] <= most:
            places.append(place)
    return places


def _reference(model, opened, texts):
    """What every run is compared with: an array for each text; and what it was."""
    if model is not None:
        return numbers_of(model, texts, getattr(model, "target_languages", ())), "the model itself"
    order = [name for name in ("keras", "saved_model", "h5", "tflite", "onnx", _MEDIAPIPE) if name in opened]
    path = pathlib.Path(opened[order[0]].path)
    return in_this_process(path, texts).numbers, f"{path.name} in Python (no model was given)"


def _rounded_translator(metadata):
    return metadata.task == "translation" and PRECISIONS[metadata.precision].rows is not None


def _tokenizers(model, files, folder, given):
    """Format -> path of the model's tokenizer, exported alone."""
    tokenizer = getattr(model, "tokenizer", None)
    if tokenizer is None or given is False:
        return {}
    if given is True:
        names = [name for name in files if name in FORMATS]  # MediaPipe runs no tokenizer alone
        if names:
            export(tokenizer, folder, formats=names)
        return {name: folder / FORMATS[name].file for name in names}
    found = _files(checked_path(given, kind="exported tokenizer", folders=True))
    for path in found.values():
        digest = load_exported(path).metadata.tokenizer_digest
        if digest != tokenizer.digest:
            raise ValueError(
                f"`tokenizer` must be the model's, exported alone. Received: '{cut(path)}', another one. "
                "Export model.tokenizer."
            )
    return found


class _Job:
    """One file for one runtime."""

    def __init__(self, format, path, metadata, name, runtime, clients):
        self.format, self.path, self.metadata, self.name = format, path, metadata, name
        self.runtime, self.clients = runtime, clients

    def not_checked(self) -> str:
        """Why the run cannot take place; empty where it can."""
        told, tasks = self.metadata, self.runtime.tasks
        if tasks and told.task not in tasks:
            return f"this client reads no files for {told.task}"
        if not self.runtime.several_labels and (told.thresholds or told.abstain_below is not None):
            return "this client reads files that give each text one label"
        return self.runtime.missing(self.clients)


def _run(job, texts, languages, reference, tokenizer, model):
    told = {
        "file": job.path.name,
        "format": job.format,
        "precision": job.metadata.precision,
        "runtime": job.name,
        "tolerance": job.metadata.tolerance,
    }
    if reason := job.not_checked():
        return Run(**told, status=NOT_CHECKED, told=reason)
    told["version"] = job.runtime.told_version(job.clients)
    try:
        answers = job.runtime.answers(job.path, texts, job.clients)
        equal = _equal_ids(job, texts, reference, answers, tokenizer, model)
    except ValueError as error:
        return Run(**told, status=FAILED, told=str(error))
    rows = []
    for tag in dict.fromkeys(languages):
        places = [place for place, language in enumerate(languages) if language == tag]
        rows.append(_compared(tag, places, answers.numbers, reference, equal, job.metadata))
    return Run(**told, status=CHECKED, p50_ms=answers.p50_ms, memory_mb=answers.memory_mb, languages=tuple(rows))


def _equal_ids(job, texts, reference, answers: Answers, tokenizer, model):
    """Whether each text has the tokenizer's ids; None where the runtime shows none."""
    if job.metadata.task == "tokenization":
        return [np.array_equal(one, other) for one, other in zip(answers.numbers, reference, strict=True)]
    if tokenizer is None or (job.runtime.tasks and "tokenization" not in job.runtime.tasks):
        return None
    found = job.runtime.answers(tokenizer, texts, job.clients).numbers
    return [np.array_equal(one, ids) for one, ids in zip(found, model.tokenizer.tokenize(texts), strict=True)]


def _compared(tag, places, numbers, reference, equal, metadata):
    ids_equal = None if equal is None else sum(bool(equal[place]) for place in places)
    if metadata.task in ("tokenization", "translation"):
        same = sum(np.array_equal(numbers[place], reference[place]) for place in places)
        return LanguageRow(
            language=tag,
            texts=len(places),
            ids_equal=ids_equal,
            largest_difference=None,
            label_agreement=same / len(places),
        )
    found = np.stack([np.asarray(numbers[place], "float64") for place in places])
    expected = np.stack([np.asarray(reference[place], "float64") for place in places])
    difference = np.abs(found - expected)
    if metadata.thresholds or not metadata.labels:
        agree = (difference <= metadata.tolerance).all(axis=1)
    else:
        agree = found.argmax(axis=1) == expected.argmax(axis=1)
    return LanguageRow(
        language=tag,
        texts=len(places),
        ids_equal=ids_equal,
        largest_difference=float(difference.max()) if np.isfinite(found).all() else float("inf"),
        label_agreement=float(agree.mean()),
    )


def _told_of(path, metadata):
    size, digest = digest_of(path)
    return {
        "name": path.name,
        "sha256": digest,
        "bytes": size,
        "task": metadata.task,
        "precision": metadata.precision,
        "contract": metadata.contract,
        "tokenizer_digest": metadata.tokenizer_digest,
    }
