"""The script a language is written in, and the direction it runs."""

import functools

from keras_i18n.languages.tags import normalize

# ISO 15924 codes of the scripts whose letters Unicode gives the bidirectional class R or AL.
_RIGHT_TO_LEFT = (
    "Adlm Arab Aran Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo "
    "Orkh Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Thaa Yezi"
)


_ALONE = {"Hans": "Simplified Han", "Hant": "Traditional Han"}


@functools.lru_cache(maxsize=4096)
def script(tag: str) -> str:
    """The ISO 15924 code of the script a language is most likely written in.

    Args:
        tag: a BCP-47 tag.

    Returns: str of four letters; the script that the tag names, else the likely one, else `"Zzzz"` (unknown).

    Raises:
        ValueError: `tag` is no BCP-47 tag.

    Source: CLDR's likely subtags, through langcodes.

    Example:

    >>> script("sw"), script("ja"), script("zh-TW"), script("sr"), script("sr-Latn")
    ('Latn', 'Jpan', 'Hant', 'Cyrl', 'Latn')
    """
    import langcodes
    from langcodes.data_dicts import LIKELY_SUBTAGS

    language = langcodes.Language.get(normalize(tag))
    if language.script:
        return language.script
    for known in (language, language.prefer_macrolanguage()):
        if known.language in LIKELY_SUBTAGS:
            return str(known.maximize().script)
    return "Zzzz"


def direction(tag: str) -> str:
    """The direction in which a language is written.

    Args:
        tag: a BCP-47 tag.

    Returns: `"rtl"` or `"ltr"`.

    Raises:
        ValueError: `tag` is no BCP-47 tag.

    Example:

    >>> direction("ar"), direction("ar-Latn"), direction("yi")
    ('rtl', 'ltr', 'rtl')
    """
    return "rtl" if script(tag) in _RIGHT_TO_LEFT.split() else "ltr"


@functools.lru_cache(maxsize=4096)
def script_name(code: str) -> str:
    """The English name of a script.

    Args:
        code: ISO 15924 code, as `script` gives it.

    Returns: str; the code itself where no name is on record.

    Source: CLDR, through langcodes.

    Example:

    >>> script_name("Cyrl"), script_name("Hant")
    ('Cyrillic', 'Traditional Han')
    """
    import langcodes

    try:
        # The names of Chinese scripts stand alone only in their long form.
        return _ALONE.get(code) or langcodes.Language.make(script=code).script_name("en")
    except (ValueError, LookupError):
        return code
