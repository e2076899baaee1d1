"""The rooms and arrows of the house: who imports whom, exactly as drawn."""

import ast
import functools
import pathlib
import re
import subprocess
import sys

import pytest

import keras_i18n

PACKAGE = pathlib.Path(__file__).parents[1] / "keras_i18n"
# room -> the rooms that it imports: all of them and no other. A room stands below those that it uses.
USES = {
    "languages": set(),
    "datasets": {"languages"},
    "tokenizers": set(),
    "layers": {"tokenizers"},
    "optimizers": set(),
    "networks": {"layers"},
    "training": {"layers", "networks", "optimizers"},
    "models": {"datasets", "languages", "layers", "networks", "optimizers", "tokenizers", "training"},
    "sklearn": {"datasets", "models"},
    "evaluation": {"datasets", "languages"},
    "transfer": {
        "datasets", "evaluation", "languages", "layers", "models", "networks", "optimizers", "tokenizers", "training",
    },
    "localization": {"datasets", "languages", "layers", "models", "networks", "tokenizers", "training", "transfer"},
    "export": {"datasets", "languages", "layers", "models", "networks"},
    "serving": {"export"},
    "bulk": {"datasets", "evaluation", "export", "languages"},
    "certification": {"datasets", "export", "serving"},
    "cli": {"bulk", "certification", "datasets", "evaluation", "export", "languages", "localization", "models", "serving", "transfer"},
}  # fmt: skip
# files beside the rooms, which any room may use and which use no room
EVERYWHERE = {
    "files",
    "forked",
    "keras_privates",
    "leftovers",
    "native_logs",
    "plot_fonts",
    "opening",
    "progress",
    "protocols",
    "shown",
    "text_table",
    "version",
}
WITHOUT_TENSORFLOW = ("languages", "datasets", "tokenizers", "evaluation")
# tables whose rows are modules of their own folder, loaded when a row is asked for: what a row needs is heavy
LAZY_TABLES = {"__init__.py", "export/formats.py", "models/presets/__init__.py"}
# the only places where a private name of another library's object is met, and why
FOREIGN_PRIVATES = {
    "keras_privates.py": "Keras",
    "datasets/opening.py": "codecs: whether an encoding is one of text has no public name",
    "export/onnx_conversion.py": "tf2onnx: its optimisers and the table of them have no public names; "
    "TensorFlow: that a graph is traced for a file has none either",
    "export/onnx_graphs.py": "tf2onnx: what is quicker than its own methods stands in their place, and what of TensorFlow "
    "they ask for",
    "export/tflite_conversion.py": "TensorFlow: the step of its converter that converts has no public name",
    "cli/interrupts.py": "os: only `_exit` ends a process without waiting for threads of native code",
}


def name_of(path):
    """The module of a file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@functools.cache
def modules():
    return {name_of(path) for path in trees()}


def place(path):
    return path.relative_to(PACKAGE).as_posix()


def sources():
    return [path for path in trees() if path.parent != PACKAGE]


def imports_of(path):
    """(line, module, name) of every import of this package in a file, also those inside of functions.

    `import keras_i18n` and then `keras_i18n.export` is an import of what the package names so.
    """
    for node in ast.walk(trees()[path]):
        if isinstance(node, ast.Import):
            found = [(alias.name, None) for alias in node.names if alias.name != "keras_i18n"]
        elif isinstance(node, ast.ImportFrom):
            module = node.module if node.level == 0 else f"keras_i18n: a relative import of {node.module}"
            found = [(module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "keras_i18n":
            found = [("keras_i18n", node.attr)]
        else:
            continue
        yield from ((node.lineno, *one) for one in found if one[0].split(".")[0].split(":")[0] == "keras_i18n")


def module_imported(module, name):
    """The file that an import runs: `from keras_i18n import layers` runs the room's own."""
    if module == "keras_i18n" and name in keras_i18n._NAMES:
        return f"keras_i18n.{keras_i18n._NAMES[name]}"
    return f"{module}.{name}" if f"{module}.{name}" in modules() else module


def room_of(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "the package itself"


def arrows():
    """{(room, room that it uses): [where]}, as the code has them."""
    found = {}
    for path in sources():
        for line, module, name in imports_of(path):
            used = room_of(module_imported(module, name))
            if used not in EVERYWHERE and used != room_of(name_of(path)):
                found.setdefault((room_of(name_of(path)), used), []).append(f"{place(path)}:{line}")
    return found


def circles(graph):
    """Sets of modules that reach each other (Tarjan 1972)."""
    number, lowest, stack, found = {}, {}, [], []

    def visit(module):
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for used in sorted(graph.get(module, ())):
            if used not in number:
                visit(used)
            if used in stack:
                lowest[module] = min(lowest[module], lowest[used])
        if lowest[module] == number[module]:
            circle = set()
            while module not in circle:
                circle.add(stack.pop())
            if len(circle) > 1 or module in graph.get(module, ()):
                found.append(circle)

    for module in sorted(graph):
        if module not in number:
            visit(module)
    return found


def imported_files():
    return {name_of(path): {module_imported(m, name) for _, m, name in imports_of(path)} for path in trees()}


def test_arrows_are_those_that_are_drawn(capsys):
    found = arrows()
    drawn = {(room, used) for room, rooms in USES.items() for used in rooms}
    with capsys.disabled():
        print(f"\n{len(USES)} rooms, {len(found)} arrows, {len(circles(imported_files()))} circles of files")
    missing = {f"{room} -> {used}": where[:3] for (room, used), where in found.items() if (room, used) not in drawn}
    assert not missing, "arrows of the code that are not drawn"
    assert not drawn - set(found), "arrows that are drawn and that the code lacks"


def test_rooms_stand_below_those_that_they_use():
    rooms = list(USES)
    assert not [(room, used) for room in rooms for used in USES[room] if rooms.index(used) >= rooms.index(room)]


def test_readme_has_the_same_rooms_in_the_same_order():
    text = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(USES)


def test_the_page_has_the_same_arrows():
    text = (PACKAGE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (-|`.*`) \|$", text, re.MULTILINE)
    assert {room: set(re.findall(r"`(\w+)`", used)) for room, used in rows} == USES
    assert [room for room, _ in rows] == list(USES)
    assert set(re.findall(r"`(\w+)`", text)) >= EVERYWHERE - {"version"}


def test_every_folder_is_a_room_and_every_room_a_folder():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders == set(USES)
    assert {path.stem for path in PACKAGE.glob("*.py")} == {*EVERYWHERE, "__init__"}


def test_files_beside_the_rooms_use_no_room():
    assert not {
        (place(path), module)
        for path in trees()
        if path.stem in EVERYWHERE and path.parent == PACKAGE
        for _, module, name in imports_of(path)
        if room_of(module_imported(module, name)) not in EVERYWHERE
    }


def test_no_circles_of_files():
    found = [
        circle
        for circle in circles(imported_files())
        if not all(one.replace(".", "/").startswith("keras_i18n/models/combined") for one in circle)
    ]
    assert not found


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [{"b", "c"}]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize("path", trees(), ids=place)
def test_modules_are_imported_by_name_and_not_by_string(path):
    for node in ast.walk(trees()[path]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = re.match(r"keras_i18n(\.\w+)+", node.value.strip())
            assert not named or named[0] not in modules(), f"line {node.lineno} names a module: {node.value!r:.80}"
        if isinstance(node, (ast.Attribute, ast.Name)) and place(path) not in LAZY_TABLES:
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            assert name not in {"import_module", "__import__"}, f"line {node.lineno}"


@pytest.mark.parametrize("path", trees(), ids=place)
def test_private_names_stay_in_their_file(path):
    wrong = [
        f"line {line}: {module}.{name}"
        for line, module, name in imports_of(path)
        if re.search(r"\._[a-z]", f"{module}.{name}") or module.startswith("keras_i18n:")
    ]
    assert not wrong


@functools.cache
def own_private_names():
    """Every private name that this package gives to something itself."""
    names = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
                names.add(node.id if isinstance(node, ast.Name) else node.attr)
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__slots__":
                names.update(ast.literal_eval(node.value))
    return names


@pytest.mark.parametrize("path", trees(), ids=place)
def test_privates_of_other_libraries_are_met_in_one_file(path):
    if place(path) in FOREIGN_PRIVATES:
        return
    own = own_private_names() - private_names_of_keras()
    for node in ast.walk(trees()[path]):
        names = []
        if isinstance(node, ast.Attribute):
            names = [node.attr]
        elif isinstance(node, ast.FunctionDef):
            names = [node.name] if node.name in private_names_of_keras() else []
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"getattr", "hasattr", "setattr"}:
            names = [one.value for one in node.args[1:2] if isinstance(one, ast.Constant)]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            module = getattr(node, "module", None) or ""
            found = [f"{module}.{alias.name}".strip(".") for alias in node.names]
            wrong = [
                one for one in found if re.match(r"(keras\.src|tensorflow\.python)\b|(keras|tensorflow)\..*\._", one)
            ]
            assert not wrong, f"line {node.lineno}: {wrong}"
        foreign = [name for name in names if re.match(r"_[a-z]", name) and name not in own]
        assert not foreign, f"line {node.lineno}: {foreign}; give it a public name in keras_privates.py"


@functools.cache
def private_names_of_keras():
    """Names that `keras_privates` gives to steps of Keras: nobody else may override them."""
    tree = trees()[PACKAGE / "keras_privates.py"]
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return {name for name in used if re.match(r"_[a-z]", name)}


@pytest.mark.parametrize("path", sources(), ids=place)
def test_files_hold_one_concept(path):
    assert path.name != "utils.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", sources(), ids=place)
def test_library_never_prints_nor_unpickles(path):
    room = path.relative_to(PACKAGE).parts[0]
    for node in ast.walk(trees()[path]):
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
