"""Installs the packages of dist/ into bare environments, as a user would, and runs the README's Python there.

    python tests/bare_environments.py dist

Each of Python 3.11, 3.12 and 3.13 that the machine has gets the wheel with every extra; the first of them also the
source package. A Python that is not there is told, and is no failure.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from documentation.blocks import blocks_of

ROOT = pathlib.Path(__file__).parents[1]
PYTHONS = ("python3.11", "python3.12", "python3.13")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONNOUSERSITE": "1"}


def readme_program() -> str:
    """The Python blocks of the README, one after the other."""
    return "\n".join(block.code for block in blocks_of(ROOT / "README.md") if block.kind == "python")


def found_pythons() -> dict[str, pathlib.Path]:
    """The interpreters that start: a name that a version manager holds may have none behind it."""
    found = {}
    for name in PYTHONS:
        asked = [name, "-c", "import sys, venv; print(sys.executable)"]
        answer = subprocess.run(asked, capture_output=True, text=True) if shutil.which(name) else None
        if answer is not None and answer.returncode == 0:
            found[name] = pathlib.Path(answer.stdout.strip())
        else:
            print(f"{name}: does not start on this machine, not tried", flush=True)
    return found


def try_package(python: pathlib.Path, package: pathlib.Path, folder: pathlib.Path) -> None:
    """Makes an environment with nothing but `package[all]`, and runs the README and the command line in it.

    Raises:
        subprocess.CalledProcessError: a step failed; its output is shown.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | QUIET
    bin_ = folder / "environment" / "bin"
    work = folder / "work"
    work.mkdir()
    (work / "readme.py").write_text(readme_program(), encoding="utf-8")
    steps = [
        [python, "-m", "venv", folder / "environment"],
        [
            *(bin_ / "python", "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt"),
            f"{package}[all]",
        ],
        [bin_ / "python", "readme.py"],
        [bin_ / "keras-i18n", "--help"],
    ]
    for step in steps:
        done = subprocess.run(
            step, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            print(done.stdout, file=sys.stderr)
        done.check_returncode()


def main() -> None:
    """Tries every package in every Python that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="with one wheel and one source package")
    (wheel,), (source,) = (
        list(parser.parse_args().folder.resolve().glob(pattern)) for pattern in ("*.whl", "*.tar.gz")
    )
    pythons = found_pythons()
    if not pythons:
        sys.exit(f"None of {', '.join(PYTHONS)} is on this machine: nothing was tried.")
    tried = [(name, wheel) for name in pythons] + [(next(iter(pythons)), source)]
    for name, package in tried:
        with tempfile.TemporaryDirectory() as folder:
            try_package(pythons[name], package, pathlib.Path(folder))
        print(f"{name}: {package.name} installs, runs the README's block and the command line", flush=True)


if __name__ == "__main__":
    main()
