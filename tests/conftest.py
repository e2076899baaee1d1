"""What every test may use: where the real multilingual data lies."""

import gc
import os
import pathlib
import signal
import threading

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# a shell starts what runs in its background with interrupts ignored, and every program that a test starts inherits that
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Marks what `make test-times` measured as slow, which `make test-fast` leaves out: tests, and all that use a slow
    fixture, whose place stands in front of its name. The files that it measured as long come first, the longest before
    the others: the one that ends last would keep one worker busy and leave the other without work."""
    place = {name: number for number, name in enumerate(_measured("long_files.txt"))}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
    slow = set(_measured("slow_tests.txt"))
    for item in items:
        fixtures = (found[-1] for found in item._fixtureinfo.name2fixturedefs.values())
        names = {item.nodeid.partition("[")[0], *(f"{each.baseid}::{each.argname}" for each in fixtures)}
        if names & slow:
            item.add_marker("slow")


def _measured(name):
    return pathlib.Path(__file__).with_name(name).read_text(encoding="utf-8").split("\n")


def pytest_collection_finish():
    """Takes what the imports left, millions of objects of TensorFlow, out of every later garbage collection: a tenth of
    the suite's time, since the converters collect by hand."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def data_folder():
    """The folder of open data sets: `KERAS_I18N_DATA`, or `shared/data` beside the checkout."""
    default = pathlib.Path(__file__).parents[2] / "shared" / "data"
    return pathlib.Path(os.environ.get("KERAS_I18N_DATA", default))


@pytest.fixture(scope="session")
def shared_data():
    """Path of the open data sets; the test skips where they are absent."""
    folder = data_folder()
    if not folder.is_dir():
        pytest.skip(f"needs the open data sets: no folder {folder} (set KERAS_I18N_DATA)")
    return folder
