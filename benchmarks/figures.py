"""Tells figures: those that it has just measured, or, with --write, all of them with their dates, into RESULTS.md.

`python benchmarks/figures.py zero_shot tokenizer_speed` runs these benchmarks and shows their figures beside what was told
before. A figure whose benchmark failed, or wrote no result in this run, is not shown. Without names all are run.
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from benchmarks.figure_table import FIGURES

ROOT = pathlib.Path(__file__).parents[1]
PAGE = ROOT / "benchmarks" / "RESULTS.md"
HEAD = """# What was measured

Written by `python benchmarks/figures.py --write` from `benchmarks/results`: do not edit. Each figure comes from the command
beside it, on real data, with the peer in the same run. `make figures` runs them again (`make figures NAMES="zero_shot"`
some of them) and shows no figure that it did not just measure. *measured* is the day of the commit that brought the
result; *changes since* counts the commits to the code that the figure measures which came after it: where it is not 0, the
figure is older than the code. Machines differ: read ratios, not seconds.

| what | figure | beside | command | measured | changes since |
| --- | --- | --- | --- | --- | --- |
"""


def told(figure) -> tuple[str, str]:
    """A figure and what stands beside it, from the result as it lies there."""
    result = json.loads((ROOT / figure.path).read_text(encoding="utf-8"))
    return figure.figure(result), figure.beside(result)


def rows() -> list[str]:
    """A line of the table for each figure."""
    return [
        "| " + " | ".join([figure.what, *told(figure), f"`{figure.command}`", *age(figure)]) + " |"
        for figure in FIGURES
    ]


def age(figure) -> tuple[str, str]:
    """(day of the commit that brought its result, how many commits changed what it measures after that)."""
    last = git("log", "-1", "--format=%H %cs", "--", figure.path).split()
    if not last:
        return "not yet committed", "-"
    since = git("rev-list", "--count", f"{last[0]}..HEAD", "--", *figure.measures, f"benchmarks/{figure.benchmark}.py")
    return last[1], since


def git(*words) -> str:
    ran = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


def measure(names, run=None) -> list[str]:
    """Runs benchmarks and shows their figures.

    Args:
        names: of benchmarks in the table.
        run: (words of a command) -> exit status; by default the command itself.

    Returns:
        Lines; for a benchmark that failed or left no new result, a line that says so in place of its figures.
    """
    lines = []
    for command, figures in _commands(names).items():
        before = {figure: told(figure) for figure in figures if (ROOT / figure.path).exists()}
        start = time.time()
        status = (run or _run)([sys.executable, *shlex.split(command)[1:]])
        for figure in figures:
            path = ROOT / figure.path
            if status:
                lines.append(f"not measured: {figure.what}: `{command}` ended with status {status}")
            elif not path.exists() or path.stat().st_mtime < start:
                lines.append(f"not measured: {figure.what}: `{command}` wrote no {figure.path}")
            else:
                now = told(figure)
                was = "" if before.get(figure, now) == now else f" (was {' beside '.join(before[figure])})"
                lines.append(f"{figure.what}: {' beside '.join(now)}{was}")
    return lines


def _commands(names):
    commands = {}
    for figure in FIGURES:
        if figure.benchmark in names:
            commands.setdefault(figure.command, []).append(figure)
    return commands


def _run(words):
    return subprocess.run(words, cwd=ROOT, check=False).returncode


def main():
    known = list(dict.fromkeys(figure.benchmark for figure in FIGURES))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"benchmarks: {', '.join(known)}; all unless told")
    parser.add_argument("--write", action="store_true", help="run nothing; write RESULTS.md from the results")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(known))
    if unknown:
        parser.error(f"a benchmark must be one of {', '.join(known)}. Received: {', '.join(unknown)}.")
    if given.write:
        PAGE.write_text(HEAD + "\n".join(rows()) + "\n", encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}: {len(FIGURES)} figures")
        return
    lines = measure(given.names or known)
    print("\n".join(lines))
    sys.exit(any(line.startswith("not measured") for line in lines))


if __name__ == "__main__":
    main()
