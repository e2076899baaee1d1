"""The rooms and arrows of the house: who may import whom."""

import ast
import pathlib
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parents[1] / "keras_i18n"
# room -> the rooms that it may use (and, through them, the rooms that those use)
MAY_USE = {
    "languages": set(),
    "datasets": {"languages"},
    "tokenizers": {"languages"},
    "layers": {"tokenizers"},
    "optimizers": set(),
    "networks": {"layers"},
    "training": {"layers", "optimizers", "datasets"},
    "models": {"tokenizers", "networks", "training"},
    "evaluation": {"datasets"},
    "transfer": {"datasets", "tokenizers", "models", "evaluation"},
    "localization": {"tokenizers", "models"},
    "export": {"models", "evaluation"},
    "cli": {"transfer", "localization", "export", "evaluation"},
}
# what any room may use: no room of its own
EVERYWHERE = {"files", "text_table", "version"}
WITHOUT_TENSORFLOW = ("languages", "datasets", "tokenizers", "evaluation")


def reach(room):
    """A room and all that it may use, directly or through another."""
    found = {room}
    for used in MAY_USE[room]:
        found |= reach(used)
    return found


def imports_of(path):
    """(line, imported module) of every import of this package in a file, also those inside of functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"relative import of {node.module}"]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.startswith(("keras_i18n", "relative")))


def rooms_of(module, room):
    parts = module.split(".")
    # `import keras_i18n` and its public names: the command line uses the package as a user does
    if room == "cli" and (len(parts) == 1 or parts[1] not in MAY_USE):
        return room
    return parts[1] if len(parts) > 1 else "the package itself"


def sources():
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_go_up_only(path):
    room = path.relative_to(PACKAGE).parts[0]
    allowed = reach(room) | EVERYWHERE
    wrong = [
        f"{path.name}:{line} imports {module}"
        for line, module in imports_of(path)
        if module.startswith("relative") or rooms_of(module, room) not in allowed
    ]
    assert not wrong


def test_every_folder_is_a_room_of_the_table():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders <= set(MAY_USE)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_hold_one_concept(path):
    assert path.name != "utils.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_library_never_prints_nor_unpickles(path):
    room = path.relative_to(PACKAGE).parts[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and room != "cli":
            assert node.func.id != "print", f"line {node.lineno}"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            assert not {"pickle", "dill", "marshal"} & set(names), f"line {node.lineno}"


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("room", [None, *WITHOUT_TENSORFLOW])
def test_import_loads_no_tensorflow(room):
    module = "keras_i18n" if room is None else f"keras_i18n.{room}"
    heavy = ("tensorflow", "keras", "tf2onnx", "onnx", "matplotlib", "pandas", "pyarrow")
    out = run_python(f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])")
    assert out.strip() == "[]"


def test_importing_everything_loads_no_converter():
    out = run_python(
        "import sys, keras_i18n as ki; [getattr(ki, name) for name in ki.__all__]; "
        "print([n for n in ('tf2onnx', 'onnxruntime', 'ai_edge_litert') if n in sys.modules])"
    )
    assert out.strip() == "[]"


def test_no_registry_is_named():
    root = PACKAGE.parent
    names = ["pypi" + ".org", "npm" + "js", "python" + "hosted"]
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True).stdout.split("\n")
    found = []
    for name in tracked:
        path = root / name
        if name and path.is_file() and path.stat().st_size < 1_000_000:
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{name}: {registry}" for registry in names if registry in text]
    assert not found
