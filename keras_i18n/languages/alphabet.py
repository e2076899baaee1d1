"""What texts in some languages are written with."""

import unicodedata
from collections.abc import Iterable

from keras_i18n.languages.letters import first_word, letter_counts, letters_of
from keras_i18n.languages.scripts import script

# marks that stand on letters of any script, and signs of East Asian writing
_SHARED = {"COMBINING", "MODIFIER", "VARIATION", "IDEOGRAPHIC"}
_MORE = {"Jpan": ("KATAKANA-HIRAGANA",)}


class Alphabet:
    """What texts in some languages are written with: their scripts' letters, ASCII, and whatever is no letter.

    A character that stands for others (a ligature, a full-width letter) is judged by what it stands for: by its NFKC.

    Args:
        languages: BCP-47 tags.

    Example:

    >>> russian = Alphabet(["ru"])
    >>> russian.spells("Привет, world! 7 ½ ☀"), russian.spells("é"), russian.spells("ß"), russian.spells("日")
    (True, False, False, False)
    """

    def __init__(self, languages: Iterable[str]) -> None:
        self.scripts = tuple(sorted({script(tag) for tag in languages}))
        self._words = {
            *_SHARED,
            *(word for code in self.scripts for word in (*letters_of(code), *_MORE.get(code, ()))),
        }
        self._known: dict[str, bool] = {}

    def spells(self, text: str) -> bool:
        """Whether every character of a text belongs to it."""
        return all(map(self._holds, text))

    def _holds(self, character):
        known = self._known.get(character)
        if known is None:
            parts = unicodedata.normalize("NFKC", character)
            known = character.isascii() or all(map(self._is_own, parts))
            self._known[character] = known
        return known

    def _is_own(self, character):
        return unicodedata.category(character)[0] not in "LM" or first_word(character) in self._words


def writing(text: str) -> str:
    """The script of most letters of a text, by the first word of their Unicode names; "" without letters.

    >>> writing("▁дом"), writing("日本"), writing("12")
    ('CYRILLIC', 'CJK', '')
    """
    counts = letter_counts(text)
    return counts.most_common(1)[0][0] if counts else ""
