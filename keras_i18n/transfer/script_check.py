"""Whether texts are written in the script of their language, and in Unicode."""

import collections

from keras_i18n import languages as tags
from keras_i18n.languages.letters import is_zawgyi, letter_counts, letters_of
from keras_i18n.protocols import Texts
from keras_i18n.shown import cut, shown


def check_script(texts: Texts, language: str) -> None:
    """Refuses texts most of whose letters are not in the script of their language, and Burmese in a font's own code.

    Args:
        texts: list of str.
        language: BCP-47 tag.

    Raises:
        ValueError: more than half of the letters are in another script; more than a tenth of the texts in Zawgyi.

    >>> check_script(["Habari za asubuhi"], "sw")
    >>> check_script(["Доброго ранку"], "sw")
    Traceback (most recent call last):
    ValueError: Texts in 'sw' (Swahili) must be in the script Latin. Received: 100 % of the letters in CYRILLIC, as in ...
    """
    script = tags.script(language)
    if script == "Zzzz":
        return
    wanted = letters_of(script)
    counts: collections.Counter[str] = collections.Counter()
    for text in texts:
        counts.update(letter_counts(text))
    own = sum(counts[name] for name in wanted)
    if counts and own * 2 < counts.total():
        other, count = max(((name, n) for name, n in counts.items() if name not in wanted), key=lambda pair: pair[1])
        example = next(text for text in texts if other in letter_counts(text))
        raise ValueError(
            f"Texts in '{language}' ({tags.name(language)}) must be in the script {tags.script_name(script)}. Received: "
            f"{100 * count / counts.total():.0f} % of the letters in {cut(other)}, as in {shown(example)}. Is the right file read? "
            "A language in another script has a tag that says so, such as 'sr-Latn'."
        )
    zawgyi = [text for text in texts if is_zawgyi(text)] if script == "Mymr" else []
    if 10 * len(zawgyi) > len(texts):
        raise ValueError(
            f"Texts in '{language}' ({tags.name(language)}) must be in Unicode. Received: {len(zawgyi)} of {len(texts)} "
            f"texts in the code of the Zawgyi font, as {shown(zawgyi[0])}. Convert them first, for example with ICU: "
            "uconv -x Zawgyi-my."
        )
