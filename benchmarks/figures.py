"""Tells figures: those that it has just measured, or, with --write, all of them with their dates, into RESULTS.md.

`python benchmarks/figures.py zero_shot tokenizer_speed` runs these benchmarks and shows their figures beside what was told
before, as soon as each has ended. A figure whose benchmark failed, or wrote no result in this run, is not shown, and the next
one is run. Without names all are run, which takes hours. At the end stands which of the other figures are older than the
code that they measure; `--ages` tells that of all and runs nothing.
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


def older(figures) -> list[str]:
    """Of figures, a line for each that is older than the code which it measures, or was never committed."""
    lines = []
    for figure in figures:
        day, since = age(figure)
        if since not in ("0", "-", ""):
            lines.append(
                f"older than the code: {figure.what}: measured {day}, {since} changes since: `{figure.command}`"
            )
        elif since == "-":
            lines.append(f"not yet committed: {figure.what}: `{figure.command}`")
    return lines


def git(*words) -> str:
    ran = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


def measure(names, run=None, show=None, measured=None) -> list[str]:
    """Runs benchmarks and shows their figures; one that fails keeps no other from being run.

    Args:
        names: of benchmarks in the table.
        run: (words of a command) -> exit status; by default the command itself.
        show: is called with each line as soon as it is known, and with what begins.
        measured: list to which the figures that were measured are added.

    Returns:
        Lines; for a benchmark that failed or left no new result, a line that says so in place of its figures.
    """
    show = show or (lambda line: None)
    lines, commands = [], _commands(names)
    for number, (command, figures) in enumerate(commands.items(), 1):
        before = {figure: _told(figure)[0] for figure in figures}
        show(f"[{number} of {len(commands)}] {command}")
        start = time.time()
        status = (run or _run)([sys.executable, *shlex.split(command)[1:]])
        for figure in figures:
            now, why = _new(figure, command, status, start)
            was = "" if before[figure] in (None, now) else f" (was {' beside '.join(before[figure])})"
            lines.append(
                f"not measured: {figure.what}: {why}" if why else f"{figure.what}: {' beside '.join(now)}{was}"
            )
            show(lines[-1])
            if not why and measured is not None:
                measured.append(figure)
        if not figures:
            lines.append(f"not measured: `{command}` ended with status {status}" if status else f"ran: `{command}`")
            show(f"{lines[-1]}; no row of benchmarks/figure_table.py tells its figures")
        show(f"took {time.time() - start:.0f} s")
    return lines


def _new(figure, command, status, start):
    """(a figure that was measured since `start`, None), or (None, why there is none)."""
    path = ROOT / figure.path
    if status:
        return None, f"`{command}` ended with status {status}"
    if not path.exists() or path.stat().st_mtime < start:
        return None, f"`{command}` wrote no {figure.path}"
    return _told(figure)


def _told(figure):
    """(figure and what stands beside it, None), or (None, what its result lacks)."""
    try:
        return told(figure), None
    except FileNotFoundError:
        return None, f"there is no {figure.path}"
    except (LookupError, TypeError, ValueError, StopIteration) as error:
        return None, f"{figure.path} is not as the table of figures reads it ({type(error).__name__}: {error})"


def _commands(names):
    commands = {}
    for figure in FIGURES:
        if figure.benchmark in names:
            commands.setdefault(figure.command, []).append(figure)
    for name in names:
        if name in without_row():
            commands[f"python benchmarks/{name}.py"] = []
    return commands


def without_row() -> list[str]:
    """Benchmarks that have written a result which no row of the table tells."""
    told = {figure.benchmark for figure in FIGURES} | {figure.result for figure in FIGURES}
    results = {path.stem for path in (ROOT / "benchmarks" / "results").glob("*.json")} - told
    return sorted(name for name in results if (ROOT / "benchmarks" / f"{name}.py").exists())


def _run(words):
    try:
        return subprocess.run(words, cwd=ROOT, check=False).returncode
    except OSError as error:
        return str(error)


def main():
    known = [*dict.fromkeys(figure.benchmark for figure in FIGURES), *without_row()]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"benchmarks: {', '.join(known)}; all unless told")
    parser.add_argument("--write", action="store_true", help="run nothing; write RESULTS.md from the results")
    parser.add_argument("--ages", action="store_true", help="run nothing; tell which figures are older than their code")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(known))
    if unknown:
        parser.error(f"a benchmark must be one of {', '.join(known)}. Received: {', '.join(unknown)}.")
    if given.write:
        PAGE.write_text(HEAD + "\n".join(rows()) + "\n", encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}: {len(FIGURES)} figures")
        return
    chosen = given.names or known
    if given.ages:
        of_names = [figure for figure in FIGURES if figure.benchmark in chosen]
        print("\n".join(older(of_names)) or "No figure is older than the code that it measures.")
        return
    measured: list = []
    lines = measure(chosen, show=lambda line: print(line, flush=True), measured=measured)
    print("\n".join(["", *lines, *older([figure for figure in FIGURES if figure not in measured])]))
    if measured:
        print("Next: python benchmarks/figures.py --write, and commit the results with it")
    sys.exit(any(line.startswith("not measured") for line in lines))


if __name__ == "__main__":
    main()
