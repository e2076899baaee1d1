"""Finding, among the tags that are there, those that a tag asks for."""

from collections.abc import Iterable

from keras_i18n.languages.macrolanguages import equivalent, parts, without_dialects
from keras_i18n.languages.tags import normalize


def matches(tag: str, available: Iterable[str]) -> list:
    """The tags among `available` that hold the language asked for.

    Those that name the same language, script and region if there are any (`equivalent`); else those of the same
    language in the same likely script, and in the same region if one was asked for. So `zh` finds `zh-Hans` and not
    `zh-Hant`, `pt` finds both `pt-BR` and `pt-PT`, and `sw` finds the `swh_Latn` of FLORES.

    Args:
        tag: a BCP-47 tag.
        available: BCP-47 tags.

    Returns: list of str out of `available`, in their order, as they were written there.

    Raises:
        ValueError: one of the tags is no BCP-47 tag.

    Example:

    >>> matches("zh", ["en", "zh-Hant", "zh-Hans"]), matches("zh-TW", ["zh-Hans", "zh-Hant"])
    (['zh-Hans'], ['zh-Hant'])
    >>> matches("pt", ["pt-BR", "pt-PT"]), matches("sw", ["en"]), matches("ar", ["arb_Arab", "arz_Arab"])
    (['pt-BR', 'pt-PT'], [], ['arb_Arab'])
    """
    available = list(available)
    normalize(tag)
    same = [other for other in available if equivalent(tag, other)]
    if same:
        return same
    language, written, region = without_dialects(parts(tag))
    found = []
    for other in available:
        of_other = without_dialects(parts(other))
        if of_other[:2] == (language, written) and (not region or not of_other[2] or of_other[2] == region):
            found.append(other)
    return found


def lookup(tag: str, available: Iterable[str]) -> str | None:
    """The one tag among `available` that fits best, or None.

    Args:
        tag: a BCP-47 tag.
        available: BCP-47 tags; among several that fit, the very tag is taken, then the one
            with the same code of the language, the shortest, the first.

    Returns: str or None.

    Raises:
        ValueError: one of the tags is no BCP-47 tag.

    Example:

    >>> lookup("zh-Hans", ["zh", "zh-Hant"]), lookup("pt-BR", ["en", "pt"]), lookup("fr", ["en"])
    ('zh', 'pt', None)
    >>> lookup("arb_Arab", ["en", "ar"]), lookup("swh", ["sw", "swh"])
    ('ar', 'swh')
    """
    canonical = normalize(tag)

    def distance(found):
        other = normalize(found)
        return other != canonical, other.split("-")[0] != canonical.split("-")[0], len(found)

    return min(matches(tag, available), key=distance, default=None)
