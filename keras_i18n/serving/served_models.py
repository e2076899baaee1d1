"""The exported files of a folder, by name, and the runners that answer with them."""

import json
import pathlib
import threading
from typing import Any

from keras_i18n.export import FORMATS, Runner, load_exported
from keras_i18n.opening import checked_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

IN_BROWSERS = ("tflite", "onnx")
# which of a model's files answers here, the first that is there
_ANSWERING = ("onnx", "tflite", "keras", "h5", "saved_model")
_TASKS = ("text-classification", "text-embedding", "tokenization", "text-generation")


class ServedModels:
    """Models of a folder: the exported files in it, and those in each folder in it (language packs).

    Args:
        folder: what `export` returned, or a folder of such folders.

    Raises:
        FileNotFoundError: no exported file lies there. ValueError: a file is damaged, or takes no texts.
    """

    def __init__(self, folder: Path) -> None:
        folder = checked_path(folder, kind="folder of exported files", folders=True)
        if not folder.is_dir():
            raise ValueError(
                f"`folder` must be a folder of exported files. Received: '{cut(folder)}', which is a file."
            )
        places = [folder, *sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))]
        self.files: dict[str, dict[str, pathlib.Path]] = {}
        for place in places:
            found = {name: place / row.file for name, row in FORMATS.items() if (place / row.file).exists()}
            if found:
                self.files[place.name or "model"] = found
        if not self.files:
            raise FileNotFoundError(f"'{folder}' has no exported files. Export a model there: keras-i18n export.")
        self._lock = threading.Lock()
        self._runners: dict[str, Runner] = {}
        self.metadata = {name: self.runner(name).metadata for name in self.files}
        for name, told in self.metadata.items():
            if told.task not in _TASKS:
                raise ValueError(
                    f"Served are files for {', '.join(_TASKS)}. Received: '{cut(name)}', a file for {cut(told.task)}."
                )

    def runner(self, name: str) -> Runner:
        """The runner of a model, opened once, its golden examples replayed.

        Raises:
            KeyError: no such model. ValueError: damaged, or it answers otherwise than it says.
        """
        files = self.files[name]
        with self._lock:
            if name not in self._runners:
                format = next(one for one in _ANSWERING if one in files)
                self._runners[name] = load_exported(files[format], replay=True)
            return self._runners[name]

    def paths(self) -> dict[str, pathlib.Path]:
        """Path in the browser -> file, of those that browsers run."""
        return {
            f"/files/{number}/{path.name}": path
            for number, files in enumerate(self.files.values())
            for format, path in files.items()
            if format in IN_BROWSERS
        }

    def told(self) -> list[dict[str, Any]]:
        """What `/v1/models` answers: a dict for each model."""
        urls = {path: url for url, path in self.paths().items()}
        return [
            {
                "name": name,
                "task": told.task,
                "labels": list(told.labels),
                "languages": list(told.languages),
                "precision": told.precision,
                "contract": told.contract,
                "files": {
                    format: {"url": urls[path], "bytes": path.stat().st_size}
                    for format, path in self.files[name].items()
                    if path in urls
                },
            }
            for name, told in self.metadata.items()
        ]

    def predict(self, name: str, texts: list[str], *, top: int, language: str | None) -> list[Any]:
        """What `/v1/predict` answers: for each text labels (or pieces that may follow) and scores; or a vector, or token ids."""
        runner = self.runner(name)
        if runner.metadata.task == "tokenization":
            return [ids.tolist() for ids in runner.tokenize(texts)]
        if not runner.labels:
            return [vector.tolist() for vector in runner.predict(texts)]
        if runner.multi_label:
            found = runner.classify(texts, language=language)
        else:
            found = runner.classify(texts, top=max(2, top) if len(runner.labels) > 1 else 1)
            found = [one[:top] if isinstance(one, list) else [one] for one in found]
        return [[{"label": each.label, "score": round(each.score, 7)} for each in one] for one in found]


def as_json(values: Any) -> bytes:
    """JSON in ASCII, as a body."""
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode("ascii")
