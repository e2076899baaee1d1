"""Texts that were read in the wrong encoding, or that lost signs on their way."""

import functools
import re
import unicodedata
from collections.abc import Iterator

from keras_i18n import languages as tags
from keras_i18n.datasets.checking.finding import Checked, Finding, in_rows
from keras_i18n.languages.letters import is_zawgyi, letters_of

_UTF8_READ_AS = ("cp1252", "cp1251")  # what Windows takes files for in the west and in the east of Europe
_SHORTEST = {"cp1252": 1, "cp1251": 2}  # characters of a run: "Рі" is a beginning of Ukrainian words
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_LOST = re.compile(r"\?{3,}|(?:\?+\s+){2,}\?")
# U+200C, U+200D and marks of direction are part of how languages are written; these are not
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff]")


def mojibake(checked: Checked) -> Iterator[Finding]:
    """UTF-8 that was read as another encoding: "CafÃ©" for "Café"."""
    for part, data in checked.parts():
        mended = [mended_text(text, tag) for text, tag in zip(data.text, data.language, strict=True)]
        rows = [row for row, text in enumerate(mended) if text is not None]
        if rows:
            examples = tuple(f"{data.text[row]} ({mended[row]})" for row in rows[:3])
            yield in_rows(
                "mojibake", data, part, rows, severity="error", examples=examples,
                told="{count} of {total} {part} texts are UTF-8 that was read in another encoding",
                advice="Read the original again as UTF-8; where it is lost: text.encode('cp1252').decode('utf-8').",
            )  # fmt: skip


def lost_signs(checked: Checked) -> Iterator[Finding]:
    """U+FFFD and rows of question marks, which stand for what could not be read."""
    for part, data in checked.parts():
        rows = [row for row, text in enumerate(data.text) if "\ufffd" in text or _only_question_marks(text)]
        if rows:
            yield in_rows(
                "lost characters", data, part, rows, severity="error",
                told="{count} of {total} {part} texts hold U+FFFD or question marks in place of letters",
                advice="They cannot be mended: convert the original file anew, as what it is written in.",
            )  # fmt: skip


def zawgyi(checked: Checked) -> Iterator[Finding]:
    """Burmese in the code of a font."""
    for part, data in checked.parts():
        burmese = {tag for tag in data.languages if tags.script(tag) == "Mymr"}
        pairs = enumerate(zip(data.text, data.language, strict=True))
        rows = [row for row, (text, tag) in pairs if tag in burmese and is_zawgyi(text)]
        if rows:
            yield in_rows(
                "Zawgyi", data, part, rows, severity="error",
                told="{count} of {total} {part} texts are Burmese in the code of the Zawgyi font",
                advice="Convert them to Unicode, for example with ICU: uconv -x Zawgyi-my.",
            )  # fmt: skip


def control_characters(checked: Checked) -> Iterator[Finding]:
    """Control characters, byte order marks, private and half code points inside of texts."""
    for part, data in checked.parts():
        rows = [row for row, text in enumerate(data.text) if _CONTROL.search(text)]
        if rows:
            found = sorted({f"U+{ord(one):04X}" for row in rows[:200] for one in _CONTROL.findall(data.text[row])})
            yield in_rows(
                "control characters", data, part, rows, examples=tuple(found[:5]),
                told="{count} of {total} {part} texts hold control, private or half characters",
                advice="Take them out; where whole files have them, they were read in another encoding.",
            )  # fmt: skip


def mended_text(text: str, language: str) -> str | None:
    """The text with what was UTF-8 read as UTF-8; None where nothing of it was.

    Args:
        text: str.
        language: BCP-47 tag: what comes out must be Latin letters with marks, signs, or letters of its script.

    >>> mended_text("CafÃ© â€“ sÃ­", "es"), mended_text("МЕНЮ É“ÀÃ", "es")
    ('Café – sí', None)
    """
    mended = _FOREIGN.sub(lambda run: _read_again(run[0], language) or run[0], text)
    return None if mended == text else mended


def _read_again(run, language):
    for encoding in _UTF8_READ_AS:
        try:
            read = b"".join(_byte(sign, encoding) for sign in run).decode("utf-8")
        except (UnicodeError, ValueError):
            continue
        if len(run) - len(read) >= _SHORTEST[encoding] and _plausible(read, language):
            return read
    return None


def _byte(sign, encoding):
    """The byte of a sign; those that the encoding has no sign for were read as control characters."""
    return bytes([ord(sign)]) if 0x80 <= ord(sign) <= 0x9F else sign.encode(encoding)


def _plausible(read, language):
    own = _own_letters(language)
    for sign in read:
        name = unicodedata.name(sign, "?").split()[0]
        latin_or_sign = ord(sign) < 0x250 or not sign.isalpha()
        if not latin_or_sign and name not in own:
            return False
    return True


@functools.lru_cache(maxsize=4096)
def _own_letters(language):
    script = tags.script(language)
    return () if script == "Zzzz" else letters_of(script)


def _only_question_marks(text):
    signs = "".join(text.split())
    return 2 * signs.count("?") > len(signs) and _LOST.search(text) is not None and any(map(str.isspace, text))
