"""The table of runtimes: to add one, add a row. What is not installed is told with the line that installs it."""

import dataclasses
import importlib.metadata
import json
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from keras_i18n.certification import browser
from keras_i18n.certification.answers import Answers, in_this_process
from keras_i18n.certification.client_process import in_a_process
from keras_i18n.protocols import Texts

_TEXTS_IN = ("text-classification", "text-embedding")
_FIXED_LENGTH = (
    *_TEXTS_IN,
    "text-generation",
)  # LiteRT's newer interface gives no outputs whose length the numbers decide
_EVERY_TASK = (*_FIXED_LENGTH, "translation", "tokenization")
_MAKE = "make clients"
_ARM = "make build/aarch64/.made"
_ARM_TEXTS = 2  # emulated, a text takes up to a second
_ARM_NEEDS = ("qemu-aarch64-static", "../build/aarch64/.made")


@dataclasses.dataclass(frozen=True)
class Runtime:
    """A place where a file runs.

    Args:
        formats: keys of `FORMATS` that it opens, "mediapipe" for what `export(target="mediapipe")` writes.
        tasks: of files that it reads; empty for all that take texts.
        several_labels: whether it reads files with thresholds or an answer "und".
        packages: of Python, whose versions are told, and without which it is not there.
        install: the line that installs it.
        command: clients folder -> command of a client.
        browser: name of the runtime in the page of `web`. Without `command` and `browser` a file runs in this process.
        needs: paths below the clients folder, or names of programs, without which it is not there.
        most_texts: of a language, where it is slow; None for all that are given.
        version: clients folder -> what it says of itself, where packages do not tell.
    """

    formats: tuple[str, ...]
    install: str
    packages: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    several_labels: bool = True
    command: Callable[[pathlib.Path], Sequence[str | pathlib.Path]] | None = None
    browser: str = ""
    needs: tuple[str, ...] = ()
    most_texts: int | None = None
    version: Callable[[pathlib.Path], str] | None = None

    def missing(self, clients: pathlib.Path) -> str:
        """What is not there and how it is got, as a sentence; empty where nothing is missing."""
        lacks = [name for name in self.packages if not _installed(name)]
        if (self.command or self.browser) and not clients.is_dir():
            return f"no folder {clients}: take a checkout of keras_i18n, and there: {self.install}"
        lacks += [name for name in self.needs if not (shutil.which(name) or (clients / name).exists())]
        lacks += ["chromium"] if self.browser and browser.chromium() is None else []
        return f"not installed ({', '.join(lacks)}): {self.install}" if lacks else ""

    def told_version(self, clients: pathlib.Path) -> str:
        """Name and version of each part, as text."""
        told = [f"{name} {importlib.metadata.version(name)}" for name in self.packages]
        return ", ".join([*told, self.version(clients)] if self.version else told)

    def answers(self, path: pathlib.Path, texts: Texts, clients: pathlib.Path) -> Answers:
        """Runs a file on texts, its golden examples first.

        Raises:
            ValueError: the runtime refuses the file, or fails.
        """
        if self.browser:
            return browser.in_a_browser(self.browser, path, texts, clients / "web")
        if self.command:
            return in_a_process(self.command(clients), path, texts)
        return in_this_process(path, texts)


def _installed(name):
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


def _npm(folder, package):
    def version(clients):
        found = json.loads((clients / folder / "node_modules" / package / "package.json").read_text(encoding="utf-8"))
        return f"{package} {found['version']}"

    return version


def _in_chromium(package):
    return lambda clients: f"{_npm('web', package)(clients)}, {browser.told_version()}"


def _first_line_of(*command):
    def version(_clients):
        ran = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60)
        return (ran.stdout or ran.stderr).strip().splitlines()[0]

    return version


def _python_of(clients, environment):
    return clients.parent / ".venvs" / environment / "bin" / "python"


def _arm_python(clients):
    return clients / "aarch64" / "python.sh", clients.parent / "build" / "aarch64"


def _arm_version(clients, package):
    code = f"from importlib.metadata import version; import platform; print('{package}', version('{package}'), platform.machine())"
    return _first_line_of(*map(str, _arm_python(clients)), "-c", code)(clients)


def _jvm(clients):
    build = clients / "jvm" / "build"
    return "java", f"-Djava.library.path={build}", "-cp", build, "i18n.Main"


RUNTIMES = {
    "Keras": Runtime(("keras", "h5"), "pip install keras_i18n", packages=("keras", "tensorflow")),
    "TensorFlow": Runtime(("saved_model",), "pip install keras_i18n", packages=("tensorflow",)),
    "LiteRT": Runtime(("tflite", "mediapipe"), "pip install keras_i18n[tflite]", packages=("ai-edge-litert",)),
    "LiteRT, numpy alone": Runtime(
        ("tflite",),
        "pip install keras_i18n[tflite]",
        packages=("ai-edge-litert", "numpy"),
        tasks=_EVERY_TASK,
        command=lambda clients: (sys.executable, clients / "python_litert" / "text_model.py"),
    ),
    "tflite-runtime": Runtime(
        ("tflite",),
        "make .venvs/tflite_runtime/.installed",
        tasks=_EVERY_TASK,
        command=lambda clients: (_python_of(clients, "tflite_runtime"), clients / "python_litert" / "text_model.py"),
        needs=("../.venvs/tflite_runtime/bin/python",),
        version=lambda clients: _first_line_of(
            str(_python_of(clients, "tflite_runtime")),
            "-c",
            "import tflite_runtime as t; print('tflite-runtime', t.__version__)",
        )(clients),
    ),
    "MediaPipe Tasks": Runtime(
        ("mediapipe",),
        _MAKE,
        tasks=_TEXTS_IN,
        several_labels=False,
        command=lambda clients: (_python_of(clients, "mediapipe"), clients / "mediapipe" / "text_model.py"),
        needs=("../.venvs/mediapipe/bin/python",),
        version=lambda clients: _first_line_of(
            str(_python_of(clients, "mediapipe")),
            "-c",
            "from importlib.metadata import version; print('mediapipe', version('mediapipe'))",
        )(clients),
    ),
    "LiteRT in C": Runtime(
        ("tflite",),
        _MAKE,
        packages=("ai-edge-litert",),
        tasks=_FIXED_LENGTH,
        several_labels=False,
        command=lambda clients: (clients / "c" / "build" / "text_model",),
        needs=("c/build/text_model",),
    ),
    "LiteRT on the JVM": Runtime(
        ("tflite",),
        _MAKE,
        packages=("ai-edge-litert",),
        tasks=_FIXED_LENGTH,
        several_labels=False,
        command=_jvm,
        needs=("java", "jvm/build/i18n/Main.class"),
        version=_first_line_of("java", "-version"),
    ),
    "LiteRT on emulated 64-bit Arm": Runtime(
        ("tflite",),
        _ARM,
        tasks=_EVERY_TASK,
        command=lambda clients: (*_arm_python(clients), clients / "python_litert" / "text_model.py"),
        needs=_ARM_NEEDS,
        most_texts=_ARM_TEXTS,
        version=lambda clients: _arm_version(clients, "ai-edge-litert"),
    ),
    "ONNX Runtime on emulated 64-bit Arm": Runtime(
        ("onnx",),
        _ARM,
        tasks=_EVERY_TASK,
        command=lambda clients: (*_arm_python(clients), clients / "python_onnx" / "text_model.py"),
        needs=_ARM_NEEDS,
        most_texts=_ARM_TEXTS,
        version=lambda clients: _arm_version(clients, "onnxruntime"),
    ),
    "ONNX Runtime": Runtime(("onnx",), "pip install keras_i18n[onnx]", packages=("onnxruntime",)),
    "ONNX Runtime, numpy alone": Runtime(
        ("onnx",),
        "pip install keras_i18n[onnx]",
        packages=("onnxruntime", "numpy"),
        tasks=_EVERY_TASK,
        command=lambda clients: (sys.executable, clients / "python_onnx" / "text_model.py"),
    ),
    "ONNX Runtime in Node.js": Runtime(
        ("onnx",),
        _MAKE,
        tasks=_EVERY_TASK,
        command=lambda clients: ("node", clients / "node" / "text_model.mjs"),
        needs=("node", "node/node_modules/onnxruntime-node"),
        version=_npm("node", "onnxruntime-node"),
    ),
    "LiteRT.js in Chromium": Runtime(
        ("tflite",),
        f"{_MAKE}, make debian",
        packages=("playwright",),
        tasks=_FIXED_LENGTH,
        browser="LiteRT.js",
        needs=("web/node_modules/@litertjs/core",),
        version=_in_chromium("@litertjs/core"),
    ),
    "onnxruntime-web in Chromium": Runtime(
        ("onnx",),
        f"{_MAKE}, make debian",
        packages=("playwright",),
        tasks=(*_FIXED_LENGTH, "tokenization"),
        browser="onnxruntime-web",
        needs=("web/node_modules/onnxruntime-web",),
        version=_in_chromium("onnxruntime-web"),
    ),
}
