"""Every code block of the documentation and of the README runs, page by page, in a folder of the page's own."""

import pathlib
import shutil

import markdown
import pytest

from docs.generate.site import DOCS, handwritten
from tests.documentation import blocks

# what the first page leaves is where the others begin
FIRST = DOCS / "learn" / "first-model.md"
LEFT = ("assistant.keras",)
PAGES = [DOCS / name for name in handwritten()]


@pytest.fixture(scope="session")
def first_page(tmp_path_factory):
    """The folder in which the first page was run, and how many blocks it has."""
    folder = tmp_path_factory.mktemp("first_page")
    return folder, blocks.run_page(FIRST, folder)


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(DOCS)) for path in PAGES])
def test_every_block_runs(path, tmp_path, first_page):
    folder, count = first_page
    if path == FIRST:
        assert count >= 5
        return
    for name in LEFT:
        (tmp_path / name).symlink_to(folder / name)
    assert blocks.run_page(path, tmp_path) == sum(block.kind != "text" for block in blocks.blocks_of(path))
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(DOCS)) for path in PAGES])
def test_every_block_is_of_a_kind_that_is_run(path):
    known = {*blocks.RUN, "text", "output"}
    assert {block.kind for block in blocks.blocks_of(path)} <= known
    text = path.read_text(encoding="utf-8")
    assert text.count("```") == 2 * len(blocks.blocks_of(path)), "a fence that is indented or not closed is not run"
    rendered = markdown.markdown(text, extensions=["fenced_code", "tables"])
    assert "```" not in rendered, "a fence that Markdown does not read as one is shown as text"


BROKEN = {
    "an error": ("```python\nx = 1\n```\n\n```python\nx.nothing\n```\n", AttributeError),
    "another output": ("```python\nprint(1)\n```\n\n```output\n2\n```\n", AssertionError),
    "a command that fails": ("```sh\nkeras-i18n predict nothing.keras hello\n```\n", AssertionError),
    "a command that does not exist": ("```sh\nkeras-i18n fly\n```\n", AssertionError),
    "no such target of make": ("```sh\nmake tea\n```\n", AssertionError),
    "no such extra": ("```sh\npip install 'keras_i18n[moon]'\n```\n", AssertionError),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_block_is_found(fault, tmp_path, monkeypatch):
    text, error = BROKEN[fault]
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    monkeypatch.setattr(blocks, "ROOT", pathlib.Path(tmp_path))
    (tmp_path / "Makefile").write_text("test: ## tests\n", encoding="utf-8")
    (tmp_path / "setup.cfg").write_text("[options.extras_require]\nonnx = onnx\n", encoding="utf-8")
    with pytest.raises(error):
        blocks.run_page(page, tmp_path)
