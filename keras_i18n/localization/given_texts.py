"""Checks the texts and word lists that tell what a language uses."""

from collections.abc import Sequence
from typing import Any

from keras_i18n.localization.language_check import check_language
from keras_i18n.localization.texts_by_language import ANY, texts_by_language
from keras_i18n.shown import shown
from keras_i18n.transfer.script_check import check_script


def checked_texts(
    texts: Any, words: Any, languages: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Texts and words by language.

    Raises:
        ValueError: in another script than their language's, clearly in another language, or none of them holds anything.

    >>> checked_texts(["bonjour"], None, ["fr"])
    ({'fr': ['bonjour']}, {})
    """
    given = texts_by_language(texts, languages)
    listed = texts_by_language(words, languages, name="words")
    for name, found in (("texts", given), ("words", listed)):
        for language, some in found.items():
            if language != ANY:
                check_script(some, language)
                if name == "texts":
                    check_language(some, language)
        if found and not any(text.strip() for some in found.values() for text in some):
            raise ValueError(f"`{name}` must hold something to keep. Received: empty texts in {shown(list(found))}.")
    return given, listed
