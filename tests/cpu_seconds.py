"""A pytest plugin that tells which folders and tests cost how much: `pytest -p tests.cpu_seconds`.

CPU seconds of the test's process with all of its threads and of the subprocesses it waited for. Unlike the wall clock
they can be compared between runs on a machine that does other work as well. A test pays for the fixtures that it is
the first to ask for. `KERAS_I18N_CPU_SECONDS` names a file to which each test's row is appended (a line of JSON).
"""

import collections
import json
import os
import pathlib

import pytest

from tests import fresh_process

FILE = "KERAS_I18N_CPU_SECONDS"
SLOWEST = 40
# so many CPU seconds, its fixtures apart, make a test a slow one
SLOW = 1.0
# and so many a fixture, with all of the tests that use it
SLOW_FIXTURE = 5.0
# and so many all tests of a file a long one
LONG = 20.0
_rows = {}
_set_up, _fixtures = {}, {}


def cpu_seconds():
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system + fresh_process.cpu_seconds()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    item.cpu_seconds_before = cpu_seconds()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef):
    before = cpu_seconds()
    try:
        return (yield)
    finally:
        _set_up[f"{fixturedef.baseid}::{fixturedef.argname}"] = cpu_seconds() - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    now = cpu_seconds()
    report.fixture_seconds = dict(_set_up)
    _set_up.clear()
    # written into the report, which xdist carries over to the process that sums up
    report.cpu_seconds, item.cpu_seconds_before = now - item.cpu_seconds_before, now
    return report


def pytest_runtest_logreport(report):
    row = _rows.setdefault(
        report.nodeid, {"test": report.nodeid, "setup": 0.0, "call": 0.0, "teardown": 0.0, "wall": 0.0}
    )
    row[report.when] += report.cpu_seconds
    row["wall"] += report.duration
    for name, seconds in report.fixture_seconds.items():
        _fixtures[name] = max(seconds, _fixtures.get(name, 0.0))
    if report.when == "teardown" and "PYTEST_XDIST_WORKER" not in os.environ and (path := os.environ.get(FILE)):
        # at once: what a time limit ends is known as far as it came
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def pytest_terminal_summary(terminalreporter):
    folders, counts = collections.Counter(), collections.Counter()
    for name, row in _rows.items():
        parts = pathlib.PurePath(name.split("::")[0]).parts
        folder = parts[1] if len(parts) > 2 else "tests"
        folders[folder] += row["setup"] + row["call"] + row["teardown"]
        counts[folder] += 1
    terminalreporter.section("CPU seconds")
    for folder, seconds in folders.most_common():
        terminalreporter.write_line(f"{seconds:8.1f} s  {counts[folder]:5d} tests  {folder}")
    terminalreporter.write_line(f"{sum(folders.values()):8.1f} s  {sum(counts.values()):5d} tests  in all")
    terminalreporter.section(f"the {SLOWEST} most costly tests (CPU seconds: setup + call, wall)")
    costly = sorted(_rows.values(), key=lambda row: -(row["setup"] + row["call"]))
    for row in costly[:SLOWEST]:
        terminalreporter.write_line(f"{row['setup']:6.1f} + {row['call']:5.1f}  {row['wall']:6.1f}  {row['test']}")
    if os.environ.get("KERAS_I18N_WRITE_SLOW_TESTS"):
        slow = {name.partition("[")[0] for name, row in _rows.items() if row["call"] > SLOW}
        slow |= {name for name, seconds in _fixtures.items() if seconds > SLOW_FIXTURE}
        files = collections.Counter()
        for name, row in _rows.items():
            files[name.partition("::")[0]] += row["setup"] + row["call"] + row["teardown"]
        _write("slow_tests.txt", sorted(slow))
        _write("long_files.txt", [name for name, seconds in files.most_common() if seconds > LONG])


def _write(name, lines):
    pathlib.Path(__file__).with_name(name).write_text("\n".join([*lines, ""]), encoding="utf-8")
