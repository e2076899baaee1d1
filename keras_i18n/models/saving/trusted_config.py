"""What the description of a network in a file may name: Keras' building blocks, and classes registered in this process.

Keras refuses most of what would run code (`safe_mode`). This list is stricter and does not depend on its version.
"""

import json
import re

import keras

# Modules of Keras whose public names are building blocks of networks and of their training.
_MODULES = re.compile(
    r"keras\.(layers|initializers|regularizers|constraints|activations|losses|metrics|optimizers|dtype_policies|ops)"
    r"(\.schedules)?|keras\.src\.(ops\.\w+|models\.(functional|sequential)|trainers\.compile_utils|dtype_policies\.\w+)"
)
_OF_KERAS_ITSELF = {"DTypePolicy", "Functional", "Model", "Sequential", "Variable"}
# Plain values in Keras' notation. A `__lambda__` holds bytecode.
_VALUES = {"__bytes__", "__ellipsis__", "__keras_tensor__", "__numpy__", "__slice__", "__tensor__"}
# They run code from the file, or read files that it names.
_REFUSED = {
    "FlaxLayer",
    "IntegerLookup",
    "JaxLayer",
    "Lambda",
    "StringLookup",
    "TFSMLayer",
    "TextVectorization",
    "TorchModuleWrapper",
}


# How many numbers these say that a layer has. Each has at least one weight in the file; a table has many.
_SIZES = re.compile(r"units|filters|dim|rows|\w+_(dim|rows|units|size|heads)|num_(rows|heads|anchors|weights)")
_FEW = 1 << 20


# They look text up; a list of tokens in the file, or in the archive beside it, is data.
_OF_TEXT = {"StringLookup", "TextVectorization"}


def check(config: bytes | str, *, most_numbers: int | None = None, of_text: bool = False) -> None:
    """Refuses a network's config that names anything but Keras' building blocks and registered classes.

    Args:
        config: bytes of the `config.json` of a `.keras` file.
        most_numbers: bytes of the weights beside it. A layer of more units than that is refused before it is made, and
            so are layers that have more together.

    Raises:
        ValueError: it names something else, has layers that its weights cannot fill, or is no JSON.
    """
    limit = None if most_numbers is None else max(most_numbers, _FEW)
    total = 0
    try:
        waiting = [json.loads(config)]
    except (ValueError, RecursionError) as error:
        raise ValueError(f"its description is no JSON that can be read ({error!r:.100})") from error
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, dict):
            if "class_name" in entry and not (of_text and _looks_text_up(entry)):
                _check_entry(entry)
            if limit is not None:
                total += _largest_size(entry)
                if total > limit:
                    raise ValueError(
                        f"its description asks for {total:,} units and more, and its weights have {limit:,} bytes at most"
                    )
            waiting += entry.values()
        elif isinstance(entry, list):
            waiting += entry


def names_keras_hub(config: bytes | str) -> bool:
    """Whether a description names classes of KerasHub, which are known once that is imported.

    >>> names_keras_hub('{"registered_name": "keras_hub>BertBackbone"}')
    True
    """
    text = config.decode("utf-8", "replace") if isinstance(config, bytes) else config
    return '"keras_hub>' in text


def _largest_size(entry):
    sizes = [value for name, value in entry.items() if isinstance(value, int) and _SIZES.fullmatch(name)]
    return max([0, *sizes])


def _looks_text_up(entry):
    config = entry.get("config")
    vocabulary = config.get("vocabulary") if isinstance(config, dict) else ""
    known = entry["class_name"] in _OF_TEXT and entry.get("module") in (None, "keras.layers")
    return known and entry.get("registered_name") is None and (vocabulary is None or isinstance(vocabulary, list))


def _check_entry(entry):
    name, module, registered = entry["class_name"], entry.get("module"), entry.get("registered_name")
    if name == "function":
        name = entry.get("config")
    if not all(isinstance(value, str) or value is None for value in (name, module, registered)) or name is None:
        raise ValueError(f"it names a class by something that is no name: {entry!r:.100}")
    if name in _VALUES and module is None:
        return
    for known in (registered, name):  # a function is registered by its name
        if known is not None and ">" in known and keras.saving.get_registered_object(known) is not None:
            return
    plain = re.fullmatch(r"(?!__)\w+", name) is not None and name not in _REFUSED
    if plain and (module in (None, "builtins") or _MODULES.fullmatch(module)):
        return
    if module == "keras" and name in _OF_KERAS_ITSELF:
        return
    raise ValueError(
        f"it names {module}.{name}, which is no building block of Keras and not registered. If the class is your own, "
        "import its module first: `keras.saving.register_keras_serializable` makes it known"
    )
