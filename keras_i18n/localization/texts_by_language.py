"""Texts and word lists as they are given, by language."""

from collections.abc import Mapping, Sequence
from typing import Any

from keras_i18n import datasets
from keras_i18n import languages as tags
from keras_i18n.shown import shown

ANY = "und"  # texts whose language is not told, where there are several


def texts_by_language(given: Any, languages: Sequence[str], *, name: str = "texts") -> dict[str, list[str]]:
    """dict, language -> list of str, for the languages that are wanted.

    Args:
        given: None, a mapping from BCP-47 tag to texts, a `Dataset` with languages, or a list of str.
        languages: BCP-47 tags. Texts in others are left out; a list goes to the one language, or to "und".
        name: of the argument, for errors.

    Raises:
        ValueError: something else, or a mapping and none of its tags is wanted.

    >>> texts_by_language({"fr": ["bonjour"], "de": ["hallo"]}, ["fr"])
    {'fr': ['bonjour']}
    """
    if given is None:
        return {}
    if isinstance(given, (str, bytes)):
        raise ValueError(f"`{name}` must be a list of str or a dict from tag to such lists. Received: {shown(given)}.")
    if hasattr(given, "text") and hasattr(given, "language"):
        rows: dict[str, list[str]] = {}
        for text, tag in zip(given.text, given.language, strict=True):
            rows.setdefault(tag, []).append(text)
        given = rows
    if not isinstance(given, Mapping):
        found = {languages[0] if len(languages) == 1 else ANY: list(given)}
    else:
        found = {}
        for language in languages:
            tag = tags.lookup(language, list(given))
            if tag is not None:
                found[language] = list(given[tag])
        if given and not found:
            raise ValueError(f"`{name}` must have texts in {list(languages)}. Received: {shown(sorted(given))}.")
    for language, texts in found.items():
        wrong = next((text for text in texts if not isinstance(text, str)), None)
        if wrong is not None:
            raise ValueError(f"`{name}` must hold str. Received for '{language}': {shown(wrong)}.")
    return found


def sample_texts(languages: Sequence[str]) -> dict[str, list[str]]:
    """The sentences that come with this package in the languages, as far as there are any.

    >>> len(sample_texts(["fr"])["fr"])
    128
    """
    known: dict[str, list[str]] = {}
    for part in datasets.sample("assistant"):
        for text, tag in zip(part.text, part.language, strict=True):
            known.setdefault(tag, []).append(text)
    found = {language: tags.lookup(language, list(known)) for language in languages}
    return {language: known[tag] for language, tag in found.items() if tag is not None}


def kept_apart(
    given: dict[str, list[str]], sample: dict[str, list[str]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """(texts that pieces are chosen by, texts that a report is made of); no text is in both.

    Of the texts that are given every tenth is kept apart, and the sample. A language without texts of its own is chosen
    by every other sentence of the sample.

    >>> kept_apart({"fr": [str(number) for number in range(10)]}, {"fr": ["9", "a"], "de": ["b", "c"]})
    ({'fr': ['0', '1', '2', '3', '4', '5', '6', '7', '8'], 'de': ['b']}, {'fr': ['9', 'a'], 'de': ['c']})
    """
    choice, report = {}, {}
    for language in dict.fromkeys([*given, *sample]):
        texts = given.get(language, [])
        more = sample.get(language, [])
        chosen = [text for place, text in enumerate(texts) if place % 10 != 9] if texts else more[::2]
        known = set(chosen)
        choice[language] = chosen
        report[language] = [text for text in dict.fromkeys([*texts[9::10], *more]) if text not in known]
    return choice, report
