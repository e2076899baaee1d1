"""Types for minutes into the page of `examples/web` in headless Chromium, and tells whether its memory grows.

Each runtime, and for comparison a blank text field, has a browser of its own, and all are typed into in turn, key by key, at the pace of a quick typist: texts of
the 28 languages of the embedded sample one after the other; the words of every tenth are explained, and after every
fiftieth 10,000 characters are pasted, which is what makes a runtime take the most that it ever needs. Every half minute,
after a garbage collection: the heap of JavaScript, and the resident memory of the process that renders the page, in which
WebAssembly's memory lies. What is told is the line through the second half of the samples. Needs `make clients debian`.
"""

import argparse
import contextlib
import itertools
import pathlib
import re
import sys
import tempfile
import time

import numpy as np
import results_file

import keras_i18n as ki
from keras_i18n.certification.browser import chromium
from keras_i18n.serving import Server

PAGE = pathlib.Path(__file__).parents[1] / "examples" / "web"
BLANK = "a blank text field"  # the peer: what the browser itself keeps of what is typed, to undo it
RUNTIMES = ("LiteRT.js", "onnxruntime-web", BLANK)
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
KEYS_A_SECOND = 12
EXPLAINED, PASTED = 10, 50  # every so many texts
READY = "body[data-state=ready], body[data-state=failed]"


class Typist:
    """One browser with the page in one runtime."""

    def __init__(self, playwright, url, runtime):
        self.browser = playwright.chromium.launch(executable_path=chromium(), args=[*OPTIONS])
        self.page = self.browser.new_page()
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        if runtime == BLANK:
            self.page.set_content('<textarea id="text"></textarea><button id="explain"></button><p id="error"></p>')
        else:
            self.page.goto(url)
            self.page.wait_for_selector(READY)
            self.page.select_option("#runtime", runtime)
            self.page.wait_for_selector(READY)
        self.page.focus("#text")
        self.of_page = self.page.context.new_cdp_session(self.page)
        self.of_page.send("Performance.enable")
        self.of_browser = self.browser.new_browser_cdp_session()
        self.keys = 0

    def key(self, character):
        """Types one character, as an input method hands it over."""
        self.page.keyboard.insert_text(character)
        self.keys += 1

    def clear(self):
        self.page.fill("#text", "")

    def explain(self):
        self.page.click("#explain")

    def paste(self, text):
        self.page.fill("#text", text)

    def sample(self):
        """Megabytes: of objects in JavaScript's heap, and of the process that renders."""
        self.of_page.send("HeapProfiler.collectGarbage")
        metrics = {one["name"]: one["value"] for one in self.of_page.send("Performance.getMetrics")["metrics"]}
        processes = self.of_browser.send("SystemInfo.getProcessInfo")["processInfo"]
        resident = max(_resident_mb(one["id"]) for one in processes if one["type"] == "renderer")
        return metrics["JSHeapUsedSize"] / 1e6, resident

    def failed(self):
        """What the page told of errors."""
        return [*self.errors, *filter(None, [self.page.inner_text("#error")])]


def _resident_mb(number):
    status = pathlib.Path("/proc", str(number), "status").read_text(encoding="ascii", errors="replace")
    return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1e3


def type_texts(typists, texts, seconds, every):
    """Samples of each runtime: seconds since the beginning, megabytes of the heap and of the process."""
    begin = time.monotonic()
    samples = {name: [] for name in typists}
    due = 0.0
    for number, text in enumerate(itertools.cycle(texts), start=1):
        for typist in typists.values():
            typist.clear()
        for character in text:
            pause = time.monotonic() + 1 / KEYS_A_SECOND
            for typist in typists.values():
                typist.key(character)
            time.sleep(max(0.0, pause - time.monotonic()))
            if (now := time.monotonic() - begin) >= due:
                for name, typist in typists.items():
                    samples[name].append((round(now, 1), *(round(one, 2) for one in typist.sample())))
                due += every
            if now > seconds:
                return samples
        for typist in typists.values():
            if number % PASTED == 0:
                typist.paste(text * (10_000 // len(text)))
            elif number % EXPLAINED == 0:
                typist.explain()


def figures_of(typist, samples):
    """The beginning, the end, the most, and how much an hour adds by the line through the second half."""
    at, *memory = np.array(samples).T
    late = len(at) // 2
    told = {}
    for name, values in zip(("heap_mb", "process_mb"), memory, strict=True):
        first, middle, last, most = (float(one) for one in (values[0], values[late], values[-1], values.max()))
        slope = float(np.polyfit(at[late:], values[late:], 1)[0] * 3600) if len(at) > 3 else None
        told[name] = {"first": first, "middle": middle, "last": last, "most": most, "an_hour_in_the_second_half": slope}
    minutes = round(float(at[-1]) / 60, 1)
    return {"minutes": minutes, "keys": typist.keys, **told, "errors": typist.failed(), "samples": samples}


def exported(folder):
    """A classifier of the embedded sample, in int8."""
    train, _ = ki.datasets.sample("assistant")
    model = ki.TextClassifier.from_scratch(train.labels, languages=train.languages, num_buckets=20_000)
    model.fit(train, verbose=0)
    return ki.export(model, folder, formats=["tflite", "onnx"], precision="int8")


def main():
    """Types, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--every", type=float, default=30, help="seconds between samples")
    parser.add_argument("--folder", type=pathlib.Path, help="exported files (.tflite, .onnx) to type into")
    parser.add_argument("--runtimes", nargs="+", choices=RUNTIMES, default=RUNTIMES)
    options = parser.parse_args()
    if chromium() is None or not (PAGE / "node_modules").exists():
        sys.exit("needs Chromium and the page's packages: make clients debian")
    from playwright import sync_api

    texts = list(ki.datasets.sample("assistant")[1].text)
    np.random.default_rng(0).shuffle(texts)
    with contextlib.ExitStack() as stack:
        folder = options.folder or exported(pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory())) / "model")
        server = stack.enter_context(Server(folder, port=0, page=PAGE))
        playwright = stack.enter_context(sync_api.sync_playwright())
        typists = {}
        for name in options.runtimes:
            typists[name] = Typist(playwright, server.url, name)
            stack.callback(typists[name].browser.close)
        samples = type_texts(typists, texts, options.minutes * 60, options.every)
        figures = {name: figures_of(typist, samples[name]) for name, typist in typists.items()}
    for name, row in figures.items():
        print(name, {key: value for key, value in row.items() if key != "samples"})
    results_file.write("typing_memory", {**(results_file.read("typing_memory") or {}), **figures})


if __name__ == "__main__":
    main()
