"""In which script a text is written, by its letters; and Burmese in a font's own code."""

import collections
import functools
import re
import unicodedata

from keras_i18n.languages.scripts import script_name

# ISO 15924 code of a language's writing -> first words of the Unicode names of its letters, where it is not the
# script's own English name
_LETTERS = {
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Hani": ("CJK",),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH"),
    "Kore": ("HANGUL", "CJK"),
    "Beng": ("BENGALI",),
    "Orya": ("ORIYA",),
    "Lisu": ("LISU",),
    "Lana": ("TAI",),
    "Plrd": ("MIAO",),
    "Cans": ("CANADIAN",),
    "Nkoo": ("NKO",),
    "Olck": ("OL",),
    "Mtei": ("MEETEI",),
}
# Zawgyi, a font's own code for Burmese on the code points of Unicode: its sign U+1039 stacks no consonant, its vowel
# U+1031 comes before the consonant. NTREX-128's Burmese is in it, SIB-200's is not: 1,979 of 1,997 texts, and none of 800.
_ZAWGYI = re.compile("\u1039(?![\u1000-\u1021])|(?<!\\S)\u1031")


def letters_of(script: str) -> tuple[str, ...]:
    """First words of the Unicode names of a script's letters.

    Args:
        script: ISO 15924 code, as `languages.script` gives it.

    >>> letters_of("Ethi"), letters_of("Jpan")
    (('ETHIOPIC',), ('CJK', 'HIRAGANA', 'KATAKANA', 'HALFWIDTH'))
    """
    return _LETTERS.get(script, (script_name(script).upper().split()[0],))


def script_of_letters(word: str) -> str:
    """English name of the script whose letters' Unicode names begin with a word.

    >>> script_of_letters("OL"), script_of_letters("TIBETAN")
    ('Ol Chiki', 'Tibetan')
    """
    codes = [code for code, words in _LETTERS.items() if words[0] == word and code not in ("Hant", "Hani", "Jpan")]
    return script_name(codes[0]) if codes else word.capitalize()


def letter_counts(text: str) -> collections.Counter[str]:
    """How many letters of a text are of which script, by the first word of their Unicode names.

    >>> letter_counts("Habari, мир!")
    Counter({'LATIN': 6, 'CYRILLIC': 3})
    """
    return collections.Counter(first_word(character) for character in text if character.isalpha())


def is_zawgyi(text: str) -> bool:
    """Whether a Burmese text is written in the code of the Zawgyi font, in place of Unicode's order.

    >>> is_zawgyi("ေနေကာင္းလား။"), is_zawgyi("နေကောင်းလား။")
    (True, False)
    """
    return _ZAWGYI.search(text) is not None


@functools.lru_cache(maxsize=65_536)
def first_word(letter: str) -> str:
    """The first word of a character's Unicode name; "?" where it has none.

    >>> first_word("я")
    'CYRILLIC'
    """
    return unicodedata.name(letter, "?").split()[0]
