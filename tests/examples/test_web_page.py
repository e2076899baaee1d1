"""The page in a real browser: types, pastes, switches, explains; its answers are Python's."""

import numpy as np
import pytest

from keras_i18n.serving import Server
from tests.browsers import chromium
from tests.examples.clients import EXAMPLES

RUNTIMES = ("LiteRT.js", "onnxruntime-web")
TEXTS = {
    "Arabic": "أيقظني في السابعة صباحا",
    "Thai": "ปลุกฉันตอนเจ็ดโมง",
    "Japanese": "音楽をかけて",
    "Amharic": "ነገ አየሩ እንዴት ነው?",
    "emoji with joiners": "👩🏽‍🚀👨‍👩‍👧‍👦 music 🇪🇹",
    "a decomposed one": "re\u0301veille-moi",
    "10,000 characters": "wörter machen " * 720,
}
READY = "body[data-state=ready]"


@pytest.fixture(scope="module")
def browser():
    if not (EXAMPLES / "web" / "node_modules").is_dir():
        pytest.skip("needs the page's packages: run `make clients`")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(exported):
    with Server(exported, port=0) as server:
        yield server


@pytest.fixture(scope="module")
def page(browser, server):
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    page.requested, page.failed = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("pageerror", lambda error: page.failed.append(str(error)))
    page.goto(server.url)
    page.wait_for_selector(READY)
    return page


def scores_of(page, text):
    """Label -> probability, as the page shows them for a text that is typed into it."""
    page.fill("#text", text)
    length = str(len(text))
    page.locator("#length", has_text=length).wait_for()
    rows = page.locator("#scores tbody tr")
    return {
        row.locator("td").first.inner_text(): float(row.locator("td").last.get_attribute("data-score"))
        for row in rows.all()
    }


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_answers_are_pythons(page, runtime, classifier):
    page.select_option("#runtime", runtime)
    page.wait_for_selector(READY)
    expected = classifier.predict(list(TEXTS.values()))
    for text, scores, best in zip(TEXTS.values(), expected, classifier.classify(list(TEXTS.values())), strict=True):
        found = scores_of(page, text)
        np.testing.assert_allclose([found[label] for label in classifier.labels], scores, atol=1e-5, err_msg=text[:40])
        assert page.inner_text("#answer") == best.label
        assert page.locator("tr.given").count() == 1
    assert page.inner_text("#error") == ""
    assert page.failed == []


def test_nothing_leaves_the_pages_own_server(page, server):
    assert {request.split("/")[2] for request in page.requested if not request.startswith(("data:", "blob:"))} == {
        server.url.removeprefix("http://")
    }


def test_shares_of_words_are_what_leaving_them_out_costs(page, classifier):
    page.select_option("#runtime", "LiteRT.js")
    page.wait_for_selector(READY)
    text = "please wake me early"
    scores_of(page, text)
    page.click("#explain")
    page.locator("#words span").first.wait_for()
    found = {one.inner_text(): float(one.get_attribute("data-share")) for one in page.locator("#words span").all()}
    (whole,) = classifier.classify([text])
    place = classifier.labels.index(whole.label)
    for word in text.split():
        (without,) = classifier.predict([text.replace(word, "")])[:, place]
        assert found[word] == pytest.approx(whole.score - without, abs=1e-5)


def test_keyboard_reaches_everything_and_directions_are_right(page):
    scores_of(page, TEXTS["Arabic"])
    page.focus("#model")
    reached = []
    for _ in range(4):
        reached.append(page.evaluate("() => document.activeElement.id"))
        page.keyboard.press("Tab")
    assert reached == ["model", "runtime", "text", "explain"]
    assert page.eval_on_selector("#text", "(one) => getComputedStyle(one).direction") == "rtl"
    named = page.eval_on_selector_all(
        "select, textarea, button", "(all) => all.map((one) => one.labels?.length || one.textContent)"
    )
    assert all(named)
    assert page.get_attribute("#answer", "aria-live") == "polite"


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (900, "dark")])
def test_narrow_and_dark_pages_show_all(browser, server, width, scheme, tmp_path):
    page = browser.new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)
    page.goto(server.url)
    page.wait_for_selector(READY)
    scores_of(page, TEXTS["Arabic"])
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    ink, back = page.evaluate(
        "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (brightness(ink) > brightness(back)) == (scheme == "dark")
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert (tmp_path / "page.png").stat().st_size > 10_000
    page.close()


def brightness(color):
    """Of `rgb(1, 2, 3)`."""
    return sum(float(one) for one in color.removeprefix("rgb(").removesuffix(")").split(","))


def test_a_file_that_answers_otherwise_is_not_used(browser, server, exported, tmp_path):
    damaged = bytearray((exported / "model.onnx").read_bytes())
    place = damaged.rindex(b'"output":[') + len(b'"output":[')
    damaged[place : place + 3] = b"9.9"
    page = browser.new_page()
    page.route("**/*.tflite", lambda route: route.abort())
    page.route("**/*.onnx", lambda route: route.fulfill(body=bytes(damaged)))
    page.goto(server.url)
    page.wait_for_selector("body[data-state=failed]")
    page.select_option("#runtime", "onnxruntime-web")
    page.locator("#error", has_text="does not answer as it must").wait_for()
    page.fill("#text", "wake me")
    assert page.inner_text("#answer") == ""
    page.close()


def test_both_onnx_clients_read_metadata_alike():
    one, other = ((EXAMPLES / folder / "onnx_metadata.mjs").read_bytes() for folder in ("web", "node"))
    assert one == other


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_next_words_of_a_language_model(browser, runtime, language_model, exported_language_model):
    with Server(exported_language_model, port=0) as server:
        page = browser.new_page()
        page.goto(server.url)
        page.wait_for_selector(READY)
        page.select_option("#runtime", runtime)
        page.wait_for_selector(READY)
        texts = ["wake me", "", "音楽"]
        given = [[ord(character) for character in text] for text in texts]
        found = page.evaluate(
            """async ([runtime, texts]) => {
              const { TextModel } = await import("/text_model.mjs");
              const { models } = await (await fetch("/v1/models")).json();
              const { url } = models[0].files[runtime === "LiteRT.js" ? "tflite" : "onnx"];
              const model = await TextModel.open(new Uint8Array(await (await fetch(url)).arrayBuffer()), runtime);
              const answers = [];
              for (const text of texts) answers.push(Array.from(await model.predict(text)));
              return answers;
            }""",
            [runtime, given],
        )
        np.testing.assert_allclose(found, language_model.predict(texts), atol=1e-5)
        page.close()
