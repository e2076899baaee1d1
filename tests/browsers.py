"""A real browser for tests of pages."""

import contextlib
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextlib.contextmanager
def chromium():
    """Debian's Chromium by playwright; the test is skipped where either is missing."""
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium: run `make debian`")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install keras_i18n[dev]")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        yield browser
        browser.close()
