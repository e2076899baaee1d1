"""Texts in letters that none of a model's languages is written in, whatever language their tags say."""

import collections
import functools
from collections.abc import Sequence

from keras_i18n.languages.letters import letter_counts, letters_of, script_of_letters
from keras_i18n.languages.made_for import is_undetermined, languages_of
from keras_i18n.languages.scripts import script

_SAMPLED = 200  # texts of a language that are looked at
_SHARE = 0.1  # of them from which on it is told: names and quotations are in other letters everywhere
# first words of the Unicode names of letters that are of no script of their own
_ANY = ("FULLWIDTH", "HALFWIDTH", "MODIFIER", "MATHEMATICAL", "FEMININE", "MASCULINE", "MICRO")


def unread_scripts(model: object, texts: Sequence[str], languages: Sequence[str]) -> dict[str, str]:
    """Language tag -> the script of texts of which most letters are of no script that the model's languages have.

    A model may have been made for the language that a tag names, and not for its texts: they may be in another script, or
    the tag may be wrong. It reads next to nothing of them. Languages of which less than a tenth of the texts are such ones
    are left out; so are all where the model does not say what it was made for, or says "und".

    Args:
        model: as in `languages_of`.
        texts: list of str; of each language up to 200 are read.
        languages: BCP-47 tag of each.

    >>> import types
    >>> model = types.SimpleNamespace(languages=("en", "ru"))
    >>> unread_scripts(model, ["hello", "ߊߟߎ߫ ߣߌ߫ ߖߏ߫", "привет"], ["en", "nqo", "uk"])
    {'nqo': 'N’Ko'}
    """
    known = _letters_of(languages_of(model))
    if not known or any(map(is_undetermined, languages_of(model))):
        return {}
    rows = collections.defaultdict(list)
    for text, tag in zip(texts, languages, strict=True):
        rows[tag].append(text)
    found = {}
    for tag, own in sorted(rows.items()):
        sampled = own[:: max(1, len(own) // _SAMPLED)][:_SAMPLED]
        unread = [word for word in (_unread(text, known) for text in sampled) if word]
        if unread and len(unread) >= _SHARE * len(sampled):
            found[tag] = script_of_letters(collections.Counter(unread).most_common(1)[0][0])
    return found


@functools.lru_cache(maxsize=64)
def _letters_of(languages):
    return frozenset(word for tag in languages for word in (*letters_of(script(tag)), *_ANY))


def _unread(text, known):
    """First word of the names of most letters that are unread, where these are more than half of the text's."""
    counts = letter_counts(text)
    others = {word: count for word, count in counts.items() if word not in known}
    return max(others, key=lambda word: others[word]) if 2 * sum(others.values()) > counts.total() else None
