"""Frequent words of languages, from the package wordfreq where it is installed."""

from keras_i18n import languages as tags

_PIP_LINE = "pip install 'keras_i18n[words]'"


def frequent_words(language: str, count: int = 60_000) -> list[str]:
    """The most frequent words of a language, the most frequent first; [] for a language without a list.

    Args:
        language: BCP-47 tag.
        count: the most words.

    Raises:
        ImportError: wordfreq is not installed.

    >>> frequent_words("fr", 3), frequent_words("ka")
    (['de', 'la', 'le'], [])
    """
    try:
        import wordfreq
    except ImportError as error:
        raise ImportError(f"Lists of frequent words need wordfreq. Install it with: {_PIP_LINE}") from error
    found = tags.lookup(language, sorted(wordfreq.available_languages("small")))
    return [] if found is None else wordfreq.top_n_list(found, count)
