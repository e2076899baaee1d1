"""How soon the page of `examples/web` gives its first answer, and how long a keystroke takes, in headless Chromium.

The file is a classifier on `universal` for French alone, cut to at most 8 MB, on a local server. Each runtime begins in browsers
of its own, which have nothing in their cache: from the call to open the page until the answer to a text stands there. Then a text
of 105 characters is changed key by key; the page tells the median of the last fifty answers. Needs `make clients debian`.

    python benchmarks/page_latency.py
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

import results_file
from typing_memory import OPTIONS, PAGE, READY

import keras_i18n as ki
from keras_i18n.certification.browser import chromium
from keras_i18n.serving import Server

FILES = {"LiteRT.js": "tflite", "onnxruntime-web": "onnx"}
CHARACTERS, KEYS = 105, 60


def small_classifier():
    """Of French, in at most 8 MB."""
    train, _ = ki.datasets.sample("assistant")
    model = ki.TextClassifier.from_preset("universal", labels=train.labels)
    model.fit(train.select(languages=["en", "fr"]), verbose=0)
    return ki.localization.compact(model, ["fr"], max_bytes=8_000_000, texts=train.select(languages=["fr"]))[0]


def first_answer(playwright, url, text):
    """Seconds until the page is ready, and until the text's answer stands there; the page, still open, and its browser."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*OPTIONS])
    page = browser.new_page()
    began = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(READY)
    ready = time.perf_counter() - began
    page.fill("#text", text)
    page.wait_for_selector("#answer[data-label]:not([data-label=''])")
    return ready, time.perf_counter() - began, page, browser


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="browsers that begin anew")
    options = parser.parse_args()
    if chromium() is None or not (PAGE / "node_modules").exists():
        sys.exit("needs Chromium and the page's packages: make clients debian")
    from playwright import sync_api

    texts = ki.datasets.sample("assistant")[1].select(languages=["fr"]).text
    line = " ".join(texts)
    figures = {}
    with tempfile.TemporaryDirectory() as name, sync_api.sync_playwright() as playwright:
        model = small_classifier()
        for runtime, kind in FILES.items():
            folder = ki.export(model, pathlib.Path(name, kind), formats=kind, precision="int8")
            size = next(folder.glob(f"model.{kind}")).stat().st_size
            with Server(folder, port=0, page=PAGE) as server:
                found = []
                for _ in range(options.times):
                    *seconds, page, browser = first_answer(playwright, server.url, texts[0])
                    found.append(seconds)
                    if len(found) < options.times:
                        browser.close()
                page.fill("#text", line[:CHARACTERS])
                for number in range(KEYS):
                    page.fill("#text", line[number : number + CHARACTERS])
                    page.wait_for_timeout(30)
                told = page.inner_text("#median")
                browser.close()
            ready, answered = (statistics.median(one) for one in zip(*found, strict=True))
            figures[runtime] = {
                "megabytes": round(size / 1e6, 2),
                "seconds until the page is ready": round(ready, 2),
                "seconds until the first answer": round(answered, 2),
                "median ms of a keystroke": float(told.split()[0]),
            }
            print(runtime, figures[runtime], flush=True)
    results_file.write("page_latency", figures)


if __name__ == "__main__":
    main()
