"""The files of the page, by the path that a browser asks for: what is not in the table does not exist."""

import pathlib

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".tflite": "application/octet-stream",
    ".onnx": "application/octet-stream",
}
# what the page loads of the packages that its own package.json pins
_PACKAGES = ("@litertjs/core/dist", "@litertjs/core/wasm", "@litertjs/wasm-utils/dist", "onnxruntime-web/dist")


def site(page: pathlib.Path) -> dict[str, pathlib.Path]:
    """Path in the browser -> file, of the page's folder and of the packages in its node_modules.

    Example:

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "index.html").write_text("")
    >>> _ = (folder / "notes.txt").write_text("")
    >>> sorted(site(folder))
    ['/', '/index.html']
    """
    files = [one for one in page.glob("*") if one.suffix in TYPES and one.is_file()]
    for name in _PACKAGES:
        files += [one for one in (page / "node_modules" / name).glob("*") if one.suffix in TYPES and one.is_file()]
    found = {f"/{one.relative_to(page).as_posix()}": one for one in files}
    return {**found, "/": found["/index.html"]} if "/index.html" in found else found
