"""Language tags in their canonical form, and what was probably meant by one that is none."""

import functools
import re

from keras_i18n.shown import shown

_LONGEST = 100  # what is longer is a text, and comparing it with every name takes minutes
_RULE = "`language` must be a BCP-47 tag such as 'sr-Latn'."


def normalize(tag: str) -> str:
    """The canonical form of a BCP-47 tag.

    Letters take their usual case, `_` becomes `-`, retired and three-letter codes give way to the present ones, and a
    script that the registry calls superfluous is left out.

    Args:
        tag: str, such as `"sw"`, `"zh-Hant"`, `"sr_latn"`.

    Returns: str.

    Raises:
        ValueError: it is no registered tag; the message proposes one where a name, a country or a slip of the
            keyboard shows what was meant.

    Source: RFC 5646 and the IANA registry, through langcodes.

    Example:

    >>> normalize("SR_latn"), normalize("deu"), normalize("iw"), normalize("en-Latn")
    ('sr-Latn', 'de', 'he', 'en')
    >>> normalize("serbian latin")
    Traceback (most recent call last):
        ...
    ValueError: `language` must be a BCP-47 tag such as 'sr-Latn'. Received: 'serbian latin'. Did you mean 'sr-Latn'?
    """
    canonical = _canonical(tag) if isinstance(tag, str) else None
    if canonical is None:
        meant = _suggest(tag) if isinstance(tag, str) and len(tag) <= _LONGEST else None
        question = " See https://www.rfc-editor.org/info/bcp47 for tags."
        if meant:
            question = f" Did you mean '{meant}'?"
        elif not isinstance(tag, str) or not tag.strip():
            question = " Write 'und' where the language is not known."
        raise ValueError(f"{_RULE} Received: {shown(tag)}.{question}")
    return canonical


def is_valid(tag: str) -> bool:
    """Whether `normalize` accepts the tag.

    Args:
        tag: anything; what is no str is no tag.

    Returns: bool.

    Example:

    >>> is_valid("yue-Hant"), is_valid("jp"), is_valid(None)
    (True, False, False)
    """
    return isinstance(tag, str) and _canonical(tag) is not None


@functools.lru_cache(maxsize=65_536)
def _canonical(tag):
    """The canonical form, or None."""
    import langcodes

    if not tag.isascii():
        return None
    try:
        canonical = langcodes.standardize_tag(tag)
        return canonical if langcodes.Language.get(canonical).is_valid() else None
    except ValueError:
        return None


def _suggest(tag):
    """The tag that was probably meant, or None."""
    for guess in (_tag_of_locale, _tag_of_name, _tag_of_country, _tag_within, _tag_of_misspelt_name):
        meant = guess(tag)
        if meant and _canonical(meant):
            return _canonical(meant)
    return None


def _code_of(kind, name, language="und"):
    """The code of a language or script by its name, or None."""
    from language_data.names import name_to_code

    # its tables end names at code point 0: one inside of a name is a SystemError
    return name_to_code(kind, name, language) if name.isprintable() else None


def _tag_of_locale(tag):
    """'sr_RS@latin' -> 'sr-Latn-RS': the modifier of a POSIX locale names a script, a variant or a currency."""
    plain, at, modifier = tag.strip().partition("@")
    if not at:
        return None
    language, *others = plain.partition(".")[0].replace("_", "-").split("-")
    written = _code_of("script", modifier, "en")
    with_script = "-".join([language, *([written] if written else []), *others])
    with_variant = f"{with_script}-{modifier}"
    return with_variant if _canonical(with_variant) and not written else with_script


def _tag_of_name(tag):
    """'Serbian (Latin)', 'traditional chinese', 'français' -> a tag."""
    words = re.findall(r"\w+", tag.replace("_", " "))
    for count in range(1, len(words)):  # a language and a script, in either order
        for first, second in ((words[:count], words[count:]), (words[count:], words[:count])):
            language = _code_of("language", " ".join(first))
            script = _code_of("script", " ".join(second), "en")
            if language and script:
                return f"{language}-{script}"
    return _code_of("language", " ".join(words)) if len(tag) > 3 and words else None


def _tag_of_country(tag):
    """'jp' -> 'ja', 'cn' -> 'zh': the language that most people of that country read."""
    import langcodes
    from langcodes.data_dicts import LIKELY_SUBTAGS

    country = f"und-{tag.upper()}"
    return langcodes.Language.get(country).maximize().language if country in LIKELY_SUBTAGS else None


def _tag_within(tag):
    """'en_US.UTF-8' -> 'en-US', 'zh-Hanz' -> 'zh': the longest beginning that is a tag."""
    subtags = re.match("[A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*", tag.strip())[0].replace("_", "-").split("-")
    beginnings = ("-".join(subtags[:count]) for count in range(len(subtags), 0, -1))
    return next(filter(_canonical, beginnings), None)


def _tag_of_misspelt_name(tag):
    """'swahilli' -> 'sw'."""
    import difflib

    close = difflib.get_close_matches(tag.casefold(), _english_names(), n=1, cutoff=0.75)
    return _english_names()[close[0]] if close else None


@functools.cache
def _english_names():
    """English name -> tag, of the languages whose likely script is on record: all that are written much."""
    import langcodes
    from langcodes.data_dicts import LIKELY_SUBTAGS

    tags = sorted((known for known in LIKELY_SUBTAGS if "-" not in known), key=len, reverse=True)  # short tags win
    return {langcodes.Language.get(tag).language_name().casefold(): tag for tag in tags}
