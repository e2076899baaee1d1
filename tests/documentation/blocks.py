"""Runs the code blocks of a page, one after the other, as its reader would: they share names and a folder.

- `python` is executed; line numbers of errors are those of the page.
- `sh` is read line by line: `keras-i18n ...` runs in this process and must end as a comment `# status 1` says, else
  with 0; of `make` the target, of `pip install` the extra must exist.
- `output` is compared with what the block before it printed; `...` stands for anything.
- `text` shows something that is not run.
"""

import ast
import configparser
import contextlib
import dataclasses
import doctest
import io
import pathlib
import re
import shlex
import sys

from keras_i18n.cli import main as command_line

ROOT = pathlib.Path(__file__).parents[2]
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.S | re.M)
_OUTPUT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block.

    Args:
        kind: what stands behind its fence.
        code: its lines.
        line: the page's line of its first one, from 1.
    """

    kind: str
    code: str
    line: int


def blocks_of(path: pathlib.Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = path.read_text(encoding="utf-8")
    return [Block(one[1].strip(), one[2], text[: one.start(2)].count("\n") + 1) for one in FENCE.finditer(text)]


def run_page(path: pathlib.Path, folder: pathlib.Path) -> int:
    """Runs every block of a page in a folder.

    Returns:
        How many were run.

    Raises:
        AssertionError: a block failed, or printed something else than the page says.
    """
    names = {"__name__": "__main__"}
    printed, count = "", 0
    with contextlib.chdir(folder):
        for block in blocks_of(path):
            where = f"{path.relative_to(ROOT)}:{block.line}"
            if block.kind == "output":
                same = doctest.OutputChecker().check_output(block.code, printed, _OUTPUT)
                assert same, f"{where}: the block before printed:\n{printed}"
            elif block.kind == "text":
                continue
            else:
                printed = RUN[block.kind](block, path, names)
            count += 1
    return count


def _run_python(block, path, names):
    out = io.StringIO()
    tree = ast.parse(block.code, str(path))
    ast.increment_lineno(tree, block.line - 1)
    with contextlib.redirect_stdout(out):
        exec(compile(tree, str(path), "exec"), names)
    return out.getvalue()


def _run_shell(block, path, _names):
    out = io.StringIO()
    for line in block.code.replace("\\\n", " ").split("\n"):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        expected = re.search(r"#.*\bstatus (\d)", line)
        assert words[0] in COMMANDS, f"{path.name}:{block.line}: nothing here runs `{words[0]}`"
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = COMMANDS[words[0]](words)
        assert status == int(expected[1] if expected else 0), f"{path.name}:{block.line}: {line}\n{out.getvalue()}"
    return out.getvalue()


def _keras_i18n(words):
    before, sys.argv = sys.argv, words
    try:
        command_line.main()
    except SystemExit as ended:
        return ended.code or 0
    finally:
        sys.argv = before
    return 0


def _make(words):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    return 0 if [word for word in words[1:] if "=" not in word and word not in targets] == [] else 1


def _pip(words):
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = [extra for word in words for found in re.findall(r"\[(.*?)\]", word) for extra in found.split(",")]
    return 0 if set(extras) <= set(config["options.extras_require"]) else 1


RUN = {"python": _run_python, "sh": _run_shell}
COMMANDS = {"keras-i18n": _keras_i18n, "make": _make, "pip": _pip}
