"""Runs a file in a real browser: the page of `examples/web`, served by this package, in headless Chromium."""

import pathlib
import shutil

import numpy as np

from keras_i18n.certification.answers import Answers
from keras_i18n.protocols import Texts
from keras_i18n.serving import Server

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_ANSWER = """async ([runtime, url, texts]) => {
  const { TextModel } = await import("/text_model.mjs");
  const model = await TextModel.open(new Uint8Array(await (await fetch(url)).arrayBuffer()), runtime);
  const answers = [];
  for (const codepoints of texts) {
    await model.predict(codepoints);
    const begin = performance.now();
    const numbers = await model.predict(codepoints);
    answers.push([performance.now() - begin, Array.from(numbers, Number)]);
  }
  return answers;
}"""


def chromium() -> str | None:
    """Path of a browser of Chromium's family; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def in_a_browser(runtime: str, path: pathlib.Path, texts: Texts, page_folder: pathlib.Path) -> Answers:
    """Opens a file in a runtime of the page and runs it on texts, each alone, once warm.

    Args:
        runtime: "LiteRT.js" or "onnxruntime-web".
        path: a .tflite or .onnx file in a folder of exported files.
        texts: list of str.
        page_folder: `examples/web`, with its packages installed.

    Raises:
        ValueError: the page refuses the file.
    """
    from playwright import sync_api

    with Server(path.parent, port=0, page=page_folder) as server, sync_api.sync_playwright() as playwright:
        url = next(url for url, file in server.models.paths().items() if file == path)
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*_OPTIONS])
        try:
            page = browser.new_page()
            page.set_default_timeout(300_000)
            page.goto(server.url)
            page.wait_for_selector("body[data-state=ready], body[data-state=failed]")
            codepoints = [[ord(character) for character in text] for text in texts]
            answers = page.evaluate(_ANSWER, [runtime, url, codepoints])
        except sync_api.Error as error:
            raise ValueError(f"the page failed: {str(error).splitlines()[0][:300]}") from error
        finally:
            browser.close()
    return Answers([np.array(numbers, "float64") for _, numbers in answers], [took for took, _ in answers])


def told_version() -> str:
    """Name and version of the browser."""
    from playwright import sync_api

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*_OPTIONS])
        try:
            return f"Chromium {browser.version}"
        finally:
            browser.close()
