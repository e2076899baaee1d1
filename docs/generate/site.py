"""Puts the site together: pages by hand, and those that follow from the code."""

import pathlib
import shutil

from docs.generate import command_line, language_pages, reference, runtimes

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
# what writes pages: each gives a dict from the page's path to its Markdown
WRITERS = (reference.pages, command_line.pages, runtimes.pages, language_pages.pages)


def handwritten() -> list[pathlib.Path]:
    """Pages by hand, paths below `docs`, sorted."""
    return sorted(path.relative_to(DOCS) for path in DOCS.rglob("*.md") if "generate" not in path.parts)


def write_site(folder: pathlib.Path) -> list[pathlib.Path]:
    """Writes every page into a folder, which is emptied first.

    Returns:
        Their paths below the folder.

    Raises:
        ValueError: a page by hand has the name of one that is written.
    """
    shutil.rmtree(folder, ignore_errors=True)
    copied = handwritten()
    for name in copied:
        _write(folder / name, (DOCS / name).read_text(encoding="utf-8"))
    for beside in ("pictures", "style"):
        shutil.copytree(DOCS / beside, folder / beside)
    written = {}
    for writer in WRITERS:
        written.update(writer())
    both = set(map(str, copied)) & set(written)
    if both:
        raise ValueError(f"a page is written by hand or by a command, not by both. Received: {sorted(both)}.")
    for name, text in written.items():
        _write(folder / name, text)
    return [*copied, *map(pathlib.Path, written)]


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
