"""Every link of the site leads to a page, a heading or a file that is there; every public name to an example."""

import html.parser
import pathlib
import posixpath
import re
import urllib.parse

import markdown
import pytest
import yaml

from docs.generate import reference
from docs.generate.site import DOCS, ROOT, write_site

_EXTENSIONS = ["toc", "attr_list", "tables", "fenced_code", "admonition"]


class _Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.anchors = [], set()

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.links += [value for name, value in attributes if name in ("href", "src")]
        self.anchors |= {told["id"]} if "id" in told else set()


def parsed(text):
    """Links and anchors of a page, as Python-Markdown reads it, which the site is built with."""
    page = _Page()
    page.feed(markdown.markdown(text, extensions=_EXTENSIONS))
    return page


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "pages"
    write_site(folder)
    return folder


def broken_links(folder):
    """`page: link` of each link within a folder of pages that leads nowhere, and how many there are."""
    pages = {str(path.relative_to(folder)): parsed(path.read_text(encoding="utf-8")) for path in folder.rglob("*.md")}
    broken, count = [], 0
    for name, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme:
                continue
            count += 1
            to = posixpath.normpath(posixpath.join(posixpath.dirname(name), parts.path)) if parts.path else name
            there = (folder / to).is_file()
            if not there or (parts.fragment and parts.fragment not in pages[to].anchors):
                broken.append(f"{name}: {link}")
    return broken, count


def test_no_link_is_broken(site):
    broken, count = broken_links(site)
    assert broken == []
    assert count > 300


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "a.md").write_text("# A\n\n[b](b.md#heading) [c](c.md) [d](b.md#no)\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("# B\n\n## Heading\n", encoding="utf-8")
    assert broken_links(tmp_path) == (["a.md: c.md", "a.md: b.md#no"], 3)


def test_every_page_by_hand_is_in_the_contents_and_every_line_of_them_is_a_page(site):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)
    contents = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)["nav"]
    listed = set(re.findall(r"[\w/-]+\.md", str(contents)))
    assert {name for name in listed if not (site / name).is_file()} == set()
    assert {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")} - listed == set()


@pytest.mark.parametrize("entry", reference.entries(), ids=lambda entry: f"{entry.room}.{entry.name}")
def test_every_public_name_is_linked_to_an_example(entry):
    if isinstance(entry.thing, dict):
        return
    assert entry.has_example or entry.used_in or entry.given_by, (
        "no example, no page that uses it, nothing that gives it"
    )


def test_links_of_the_files_at_the_top_lead_somewhere():
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"):
        path = ROOT / name
        for link in parsed(path.read_text(encoding="utf-8")).links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or not parts.path:
                continue
            to = path.parent / parts.path
            assert to.exists(), f"{name}: {link}"
            if parts.fragment and pathlib.Path(to).suffix == ".md":
                assert parts.fragment in parsed(to.read_text(encoding="utf-8")).anchors, f"{name}: {link}"
