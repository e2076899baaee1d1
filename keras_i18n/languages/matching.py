"""Finding, among the tags that are there, those that a tag asks for."""

from keras_i18n.languages.scripts import script
from keras_i18n.languages.tags import normalize

# scripts that are one part of what a language is written in -> the whole
_WHOLE = {"Hang": "Kore", "Hira": "Jpan", "Kana": "Jpan", "Hrkt": "Jpan"}


def matches(tag, available):
    """The tags among `available` that hold the language asked for.

    The very tag if it is there; else those of the same language in the same likely script, and in the same region if
    one was asked for. So `zh` finds `zh-Hans` and not `zh-Hant`, and `pt` finds both `pt-BR` and `pt-PT`.

    Args:
        tag: a BCP-47 tag.
        available: BCP-47 tags.

    Returns: list of str out of `available`, in their order, as they were written there.

    Raises:
        ValueError: one of the tags is no BCP-47 tag.

    Example:

    >>> matches("zh", ["en", "zh-Hant", "zh-Hans"]), matches("zh-TW", ["zh-Hans", "zh-Hant"])
    (['zh-Hans'], ['zh-Hant'])
    >>> matches("pt", ["pt-BR", "pt-PT"]), matches("sw", ["en"])
    (['pt-BR', 'pt-PT'], [])
    """
    canonical = {other: normalize(other) for other in available}
    exact = [other for other in available if canonical[other] == normalize(tag)]
    if exact:
        return exact
    language, written, region = _parts(tag)
    found = []
    for other in available:
        parts = _parts(canonical[other])
        if parts[:2] == (language, written) and (not region or not parts[2] or parts[2] == region):
            found.append(other)
    return found


def lookup(tag, available):
    """The one tag among `available` that fits best, or None.

    Args:
        tag: a BCP-47 tag.
        available: BCP-47 tags; among several that fit, the shortest is taken, then the first.

    Returns: str or None.

    Raises:
        ValueError: one of the tags is no BCP-47 tag.

    Example:

    >>> lookup("zh-Hans", ["zh", "zh-Hant"]), lookup("pt-BR", ["en", "pt"]), lookup("fr", ["en"])
    ('zh', 'pt', None)
    """
    return min(matches(tag, available), key=len, default=None)


def _parts(tag):
    import langcodes

    language = langcodes.Language.get(normalize(tag))
    written = script(tag)
    return language.language, _WHOLE.get(written, written), language.territory
