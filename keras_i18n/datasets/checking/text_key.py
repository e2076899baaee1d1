"""When two texts are the same but for case, spaces and punctuation."""

import unicodedata

from keras_i18n.protocols import Texts


class _Kept(dict):
    """Code point -> itself where it is a letter, a sign of one or a digit; None, which `str.translate` leaves out."""

    def __missing__(self, codepoint):
        kept = codepoint if unicodedata.category(chr(codepoint))[0] in "LNM" else None
        self[codepoint] = kept
        return kept


_KEPT = _Kept()


def bare(text: str) -> str:
    """The letters, their signs and the digits of a text, case folded, in Unicode's compatible composed form.

    >>> bare("Ĉu  vere?"), bare("कि!"), bare("🎵")
    ('ĉuvere', 'कि', '')
    """
    return unicodedata.normalize("NFKC", text).casefold().translate(_KEPT)


def text_keys(texts: Texts) -> list[str]:
    """A key a text: equal for texts that differ by case, spaces and punctuation only.

    >>> text_keys(["Play it!", "play  it", "🎵 ", "🎶"])
    ['playit', 'playit', '🎵', '🎶']
    """
    return [bare(text) or text.strip() for text in texts]
