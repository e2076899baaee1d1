"""The site can be searched where it is opened from a disk, without a server and without anything from elsewhere."""

import pathlib
import re

import yaml

from tests.browsers import chromium

ROOT = pathlib.Path(__file__).parents[2]
SHIM = "style/iframe-worker.js"
PAGE = """<!doctype html><body><script src="iframe-worker.js"></script><script>
const worker = new Worker("worker.js");
worker.addEventListener("message", (event) => document.body.append(`[${event.data}]`));
worker.postMessage("one");
worker.postMessage("two");
</script>"""
WORKER = """let prefix = "";
const imported = importScripts("first.js", "second.js");
addEventListener("message", async (event) => {
  await imported;
  postMessage(`${prefix}${event.data} in ${"IFrameWorker" in parent ? "a frame" : "a worker"}`);
});"""


def test_a_page_from_a_disk_has_a_worker(tmp_path):
    files = {"page.html": PAGE, "worker.js": WORKER, "first.js": "prefix = 'a';", "second.js": "prefix += 'b';"}
    for name, text in {**files, "iframe-worker.js": (ROOT / "docs" / SHIM).read_text(encoding="utf-8")}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        page.get_by_text("[abtwo in a frame]").wait_for()
        assert "[abone in a frame][abtwo in a frame]" in page.inner_text("body")


def test_the_site_takes_this_worker_and_none_from_elsewhere():
    # tags of Python names are the theme's business
    text = re.sub(r"!!python/name:\S+", "''", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    told = yaml.safe_load(text)
    assert told["extra"]["polyfills"] == [SHIM]
    assert (ROOT / "docs" / SHIM).exists()
    assert "offline" in told["plugins"]
