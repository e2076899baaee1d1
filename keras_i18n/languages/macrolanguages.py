"""Macrolanguages and the one of their languages that is usually meant: `ar` and `arb`, `zh` and `cmn`."""

import functools

from keras_i18n.languages.scripts import script
from keras_i18n.languages.tags import normalize

# scripts that are one part of what a language is written in -> the whole
_WHOLE = {"Hang": "Kore", "Hira": "Jpan", "Kana": "Jpan", "Hrkt": "Jpan"}

# What CLDR's aliases lack: Bokmål is what `no` means, Southern Pashto and Ayacucho Quechua are the Pashto and the
# Quechua of FLORES-200 (CLDR's aliases hold Northern Pashto and Cusco Quechua).
_ALSO = {"nb": "no", "pbt": "ps", "quy": "qu"}

# CLDR merges these into Akan, but corpora (FLORES-200) hold Twi beside Akan: they match only where Akan stands alone.
_SEPARATE = {"tw": "ak", "fat": "ak"}


def equivalent(tag: str, other: str) -> bool:
    """Whether two tags name the same language in the same script and region.

    A macrolanguage equals the language of it that is usually meant, and a tag without script equals the one with the
    usual script.

    Args:
        tag: a BCP-47 tag.
        other: another.

    Returns: bool.

    Raises:
        ValueError: one of them is no BCP-47 tag.

    Source: CLDR's aliases of macrolanguages and likely scripts, through langcodes.

    Example:

    >>> equivalent("ar", "arb_Arab"), equivalent("zh", "cmn_Hans"), equivalent("zh", "zh_Hant")
    (True, True, False)
    >>> equivalent("ar", "arz"), equivalent("no", "nb"), equivalent("no", "nn")
    (False, True, False)
    """
    return normalize(tag) == normalize(other) or parts(tag) == parts(other)


@functools.lru_cache(maxsize=65_536)
def parts(tag: str) -> tuple:
    """Language (the macrolanguage where its usual language is given), script and region of a tag: three str or None.

    Args:
        tag: a BCP-47 tag.

    Raises:
        ValueError: it is no BCP-47 tag.

    Example:

    >>> parts("swh"), parts("zsm_Latn"), parts("pt-BR")
    (('sw', 'Latn', None), ('ms', 'Latn', None), ('pt', 'Latn', 'BR'))
    """
    import langcodes

    language = langcodes.Language.get(normalize(tag))
    macrolanguage, written = _macrolanguage(language.language), script(tag)
    if written == "Zzzz" and macrolanguage != language.language:
        written = script(macrolanguage)
    return macrolanguage, _WHOLE.get(written, written), language.territory


def without_dialects(parts_of_tag: tuple) -> tuple:
    """The same parts with the languages that corpora keep apart merged, as CLDR merges them.

    Args:
        parts_of_tag: what `parts` gave.

    Example:

    >>> without_dialects(parts("tw"))
    ('ak', 'Latn', None)
    """
    return _SEPARATE.get(parts_of_tag[0], parts_of_tag[0]), *parts_of_tag[1:]


def _macrolanguage(language):
    import langcodes

    if language is None or language in _SEPARATE:
        return language
    return _ALSO.get(language) or langcodes.standardize_tag(language, macro=True).split("-")[0]
