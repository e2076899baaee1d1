"""What a language is called, in English and in itself."""

import functools

from keras_i18n.languages.tags import normalize


@functools.lru_cache(maxsize=4096)
def name(tag: str) -> str:
    """The English name of a language.

    Args:
        tag: a BCP-47 tag.

    Returns: str, with script and region where the tag tells them.

    Raises:
        ValueError: `tag` is no BCP-47 tag.

    Source: CLDR and the IANA registry, through langcodes.

    Example:

    >>> name("sw"), name("zh-Hant"), name("sr-Latn")
    ('Swahili', 'Chinese (Traditional)', 'Serbian (Latin)')
    """
    import langcodes

    return langcodes.Language.get(normalize(tag)).display_name("en")


@functools.lru_cache(maxsize=4096)
def autonym(tag: str) -> str:
    """What a language calls itself; its English name where none is on record.

    Args:
        tag: a BCP-47 tag.

    Returns: str, in the script that the language is written in.

    Raises:
        ValueError: `tag` is no BCP-47 tag.

    Source: CLDR, through langcodes.

    Example:

    >>> autonym("sw"), autonym("ka"), autonym("zh-Hant")
    ('Kiswahili', 'ქართული', '中文（繁體）')
    """
    import langcodes

    language = langcodes.Language.get(normalize(tag))
    own = language.autonym()
    own_name, english_name = language.prefer_macrolanguage().language_name(language), language.language_name("en")
    # CLDR may know the names of scripts and regions in a language and not the name of the language itself.
    return name(tag) if own_name == english_name else own
