"""How soon the page of `examples/web` gives its first answer, and how long a keystroke takes, in headless Chromium.

Two files of 8 MB on a local server: a classifier on `universal` for French alone, of whose languages it needs the most, and one of
n-grams from scratch, as `create` makes it where labels are plenty. Each runtime begins in browsers of its own, which have nothing
in their cache: from the call to open the page until the answer to a text stands there. Then a text of 105 characters is changed key
by key; the page tells the median of the last fifty answers. Below it what no page can be quicker than: the runtime with a file of
one node, and with nothing but the French file's products of matrices. Needs `make clients debian`.

    python benchmarks/page_latency.py
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
import results_file
from onnx import helper, numpy_helper
from typing_memory import OPTIONS, PAGE, READY

import keras_i18n as ki
from keras_i18n.certification.browser import chromium
from keras_i18n.serving import Server

FILES = {"LiteRT.js": "tflite", "onnxruntime-web": "onnx"}
CHARACTERS, KEYS, WAIT = 105, 300, 30
# opens a file in a browser's ONNX Runtime and runs it: seconds until it has opened, and the median of its runs in ms
ALONE = """async (threads) => {
  const begin = performance.now();
  const ort = await import("/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs");
  ort.env.wasm.wasmPaths = location.origin + "/node_modules/onnxruntime-web/dist/";
  ort.env.wasm.numThreads = threads;
  const bytes = new Uint8Array(await (await fetch("/alone.onnx")).arrayBuffer());
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: 3 });
  const opened = (performance.now() - begin) / 1000;
  const times = [];
  for (let run = 0; run < 300; run++) {
    const began = performance.now();
    await session.run({ zero: new ort.Tensor("float32", [0], [1]) });
    times.push(performance.now() - began);
  }
  return [opened, times.slice(100).sort((one, other) => one - other)[100]];
}"""


def of_ngrams():
    """Of 28 languages, in about 8 MB."""
    train, _ = ki.datasets.sample("assistant")
    model = ki.TextClassifier.from_scratch(train.labels, languages=train.languages, num_buckets=510_000)
    model.fit(train, verbose=0)
    return model


def of_french():
    """On `universal`, in at most 8 MB."""
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


def in_page(playwright, folder, line, times):
    """The figures of one file, alone in its folder."""
    (file,) = folder.glob("model.*")
    with Server(folder, port=0, page=PAGE) as server:
        found = []
        for _ in range(times):
            *seconds, page, browser = first_answer(playwright, server.url, line[:40])
            found.append(seconds)
            if len(found) < times:
                browser.close()
        milliseconds = keystroke(page, line)
        browser.close()
    ready, answered = (statistics.median(one) for one in zip(*found, strict=True))
    return {
        "megabytes": round(file.stat().st_size / 1e6, 2),
        "seconds until the page is ready": round(ready, 2),
        "seconds until the first answer": round(answered, 2),
        "median ms of a keystroke": milliseconds,
    }


def keystroke(page, line):
    """Median ms of the last fifty answers to a text that is changed key by key."""
    for number in range(KEYS):
        page.fill("#text", line[number : number + CHARACTERS])
        page.wait_for_timeout(WAIT)
    return float(page.inner_text("#median").split()[0])


def products_alone(path, text):
    """A model that multiplies the matrices that a file multiplies for a text, and does nothing else."""
    model = onnx.load(path)
    products = [node for node in model.graph.node if node.op_type == "MatMul"]
    for name in {name for node in products for name in node.input}:
        model.graph.output.append(onnx.ValueInfoProto(name=name))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    codepoints = np.array([[ord(character) for character in text]], "int32")
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, session.run(names, {"codepoints": codepoints}), strict=True))
    nodes, constants = [], []
    for place, node in enumerate(products):
        left, right = (values[name] for name in node.input)
        constants += [numpy_helper.from_array(left, f"x{place}"), numpy_helper.from_array(right, f"w{place}")]
        nodes += [
            helper.make_node("Add", [f"x{place}", "zero"], [f"y{place}"]),  # so that it is worked out at each run
            helper.make_node("MatMul", [f"y{place}", f"w{place}"], [f"p{place}"]),
            helper.make_node("ReduceSum", [f"p{place}"], [f"s{place}"], keepdims=0),
        ]
    return _model(
        [*nodes, helper.make_node("Sum", [f"s{place}" for place in range(len(products))], ["sum"])], constants
    )


def _model(nodes, constants=()):
    given, told = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("zero", "sum"))
    graph = helper.make_graph(nodes, "alone", [given], [told], list(constants))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def alone(playwright, folder, model, threads):
    """Of ONNX Runtime in the browser, with a model in place of the page's: seconds until it has opened; ms of a run."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*OPTIONS])
    page = browser.new_page()
    page.route("**/page.mjs", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.route("**/alone.onnx", lambda route: route.fulfill(body=model.SerializeToString()))
    with Server(folder, port=0, page=PAGE) as server:
        page.goto(server.url)
        found = page.evaluate(ALONE, threads)
    browser.close()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="browsers that begin anew")
    options = parser.parse_args()
    if chromium() is None or not (PAGE / "node_modules").exists():
        sys.exit("needs Chromium and the page's packages: make clients debian")
    from playwright import sync_api

    line = " ".join(ki.datasets.sample("assistant")[1].select(languages=["fr"]).text)
    figures = {}
    with tempfile.TemporaryDirectory() as name, sync_api.sync_playwright() as playwright:
        for told, model in {"universal for French": of_french(), "n-grams": of_ngrams()}.items():
            for runtime, kind in FILES.items():
                folder = ki.export(model, pathlib.Path(name, told, kind), formats=kind, precision="int8")
                figures[f"{told}, {runtime}"] = in_page(playwright, folder, line, options.times)
                print(told, runtime, figures[f"{told}, {runtime}"], flush=True)
        folder = pathlib.Path(name, "universal for French", "onnx")
        node = _model([helper.make_node("Identity", ["zero"], ["sum"])])
        products = products_alone(folder / "model.onnx", line[:CHARACTERS])
        for threads in (1, 2):
            opened, _ = alone(playwright, folder, node, threads)
            _, multiplied = alone(playwright, folder, products, threads)
            figures[f"onnxruntime-web with next to nothing, threads: {threads}"] = {
                "seconds until a file of one node is open": round(opened, 2),
                "median ms of this file's products of matrices": round(multiplied, 2),
            }
        print(figures, flush=True)
    results_file.write("page_latency", figures)


if __name__ == "__main__":
    main()
