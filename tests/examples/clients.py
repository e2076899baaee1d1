"""The clients of `examples/`: how each is called, on which file, and what makes it."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
_JVM = EXAMPLES / "jvm" / "build"
_PYTHON = EXAMPLES / "python_litert" / "text_model.py"


@dataclasses.dataclass(frozen=True)
class Client:
    """A command that answers texts; `needs` must be there, and `make clients` puts it there."""

    command: tuple
    file: str
    needs: tuple
    tokenizers: bool = False
    translators: bool = False

    def run(self, path, *texts, stdin="", check=0):
        """What the client writes."""
        for needed in self.needs:
            if shutil.which(needed) is None and not pathlib.Path(needed).exists():
                pytest.skip(f"needs {needed}: run `make clients`")
        command = [*map(str, self.command), str(path), *texts]
        ran = subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=120)
        assert ran.returncode == check, ran.stdout[-500:] + ran.stderr[-2000:]
        return ran.stdout if check == 0 else ran.stderr

    def numbers(self, path, texts):
        """Scores, vectors or token ids of texts: a list of arrays."""
        lines = ["".join(f"{ord(character)} " for character in text) for text in texts]
        out = self.run(path, stdin="".join(f"{line}\n" for line in lines)).splitlines()
        return [np.array(line.partition("\t")[2].split(), "float64") for line in out]


_MOBILE = ROOT / ".venvs" / "tflite_runtime" / "bin" / "python"
CLIENTS = {
    "python_litert": Client((sys.executable, _PYTHON), "model.tflite", (), tokenizers=True, translators=True),
    "tflite_runtime": Client((_MOBILE, _PYTHON), "model.tflite", (_MOBILE,), tokenizers=True, translators=True),
    "python_onnx": Client(
        (sys.executable, EXAMPLES / "python_onnx" / "text_model.py"),
        "model.onnx",
        (),
        tokenizers=True,
        translators=True,
    ),
    "node": Client(
        ("node", EXAMPLES / "node" / "text_model.mjs"),
        "model.onnx",
        ("node", EXAMPLES / "node" / "node_modules"),
        tokenizers=True,
        translators=True,
    ),
    "c": Client((EXAMPLES / "c" / "build" / "text_model",), "model.tflite", (EXAMPLES / "c" / "build" / "text_model",)),
    "jvm": Client(
        ("java", f"-Djava.library.path={_JVM}", "-cp", _JVM, "i18n.Main"),
        "model.tflite",
        ("java", _JVM / "i18n" / "Main.class"),
    ),
}


def with_other_metadata(path, to, change):
    """A copy of an exported file whose metadata went through `change`, a function of the JSON."""
    data = path.read_bytes()
    if path.suffix == ".tflite":
        with zipfile.ZipFile(path) as archive:
            members = {one.filename: archive.read(one) for one in archive.infolist()}
            model = data[: min(one.header_offset for one in archive.infolist())]
        members["keras_i18n.json"] = _changed(members["keras_i18n.json"], change)
        to.write_bytes(model)
        with zipfile.ZipFile(to, "a") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return to
    import onnx

    model = onnx.ModelProto.FromString(data)
    model.metadata_props[0].value = _changed(model.metadata_props[0].value, change)
    to.write_bytes(model.SerializeToString())
    return to


def _changed(text, change):
    values = json.loads(text)
    change(values)
    return json.dumps(values, separators=(",", ":"))
