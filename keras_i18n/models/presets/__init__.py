"""Pretrained encoders, one file each. A preset is a row of the table; its module loads when it is asked for."""

import difflib
import importlib
from typing import Any

from keras_i18n.forked import refuse_forked
from keras_i18n.shown import shown

PRESETS = {
    "multilingual_e5_small": "about 100 languages, 384 numbers a text, 118M parameters, slow (Transformer of 12 layers)",
    "universal": "about 190 languages, 512 numbers a text, in 30 MB, fast (hashed n-grams and n-gram convolutions); "
    "comes with the package",
    "use_multilingual_v3": "16 languages, 512 numbers a text, 68M parameters, fast (n-gram convolutions)",
}

# bytes of their weights, as a network keeps them in memory
NUM_BYTES = {"multilingual_e5_small": 469_966_848, "universal": 39_145_236, "use_multilingual_v3": 275_688_448}


def load_preset(name: str) -> Any:
    """Loads tokenizer, network and languages of a pretrained encoder.

    Args:
        name: a key of `PRESETS`.

    Raises:
        ValueError: no such preset. ImportError: the package that holds its weights is not installed.

    Example:

    >>> from keras_i18n.models import presets
    >>> presets.load_preset("universal").languages[:3]
    ('ace-Latn', 'acm-Arab', 'acq-Arab')
    """
    check_name(name)
    refuse_forked()
    return importlib.import_module(f"{__name__}.{name}").load()


def preset_languages(name: str) -> tuple[str, ...]:
    """The languages that a pretrained encoder was made for, told without loading its weights.

    Args:
        name: a key of `PRESETS`.

    Raises:
        ValueError: no such preset. ImportError: the package that holds its weights is not installed.

    Example:

    >>> from keras_i18n.models import presets
    >>> "sw" in presets.preset_languages("universal")
    True
    """
    check_name(name)
    return importlib.import_module(f"{__name__}.{name}").languages()


def check_name(name: object) -> None:
    """Raises ValueError where there is no such preset.

    >>> check_name("universal")
    """
    if name not in PRESETS:
        near = difflib.get_close_matches(str(name), PRESETS, n=1, cutoff=0.3)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"`preset` must be one of {', '.join(map(repr, PRESETS))}. Received: {shown(name)}.{hint}")
