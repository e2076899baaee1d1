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


def load_preset(name: str) -> Any:
    """Loads tokenizer, network and languages of a pretrained encoder.

    Args:
        name: a key of `PRESETS`.

    Raises:
        ValueError: no such preset. ImportError: the package that holds its weights is not installed.

    Example:

    >>> from keras_i18n.models import presets
    >>> presets.load_preset("use_multilingual_v3").languages[:3]
    ('ar', 'de', 'en')
    """
    if name not in PRESETS:
        near = difflib.get_close_matches(str(name), PRESETS, n=1, cutoff=0.3)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"`preset` must be one of {', '.join(map(repr, PRESETS))}. Received: {shown(name)}.{hint}")
    refuse_forked()
    return importlib.import_module(f"{__name__}.{name}").load()
