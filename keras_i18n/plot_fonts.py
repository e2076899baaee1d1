"""Fonts of this machine that can draw a text: matplotlib brings one for Latin, Cyrillic and Greek, and draws boxes for the rest."""

import contextlib
import functools
from collections.abc import Iterable, Iterator

__all__ = ["can_draw", "drawn_by", "font_families", "shown_or"]

_OWN = "DejaVu Sans"  # comes with matplotlib
# of fonts that draw a text equally well, those of a plain face first
_PREFERRED = ("Noto Sans", "Noto Serif", "Noto", "Lohit", "Droid Sans", "Arial Unicode")
_REGULAR, _BOLD = ("Regular", "Book", "Roman", "Normal"), "Bold"
_NO_FACE_FOR_TEXT = ("Last Resort", "Noto Color Emoji")  # the first draws a box for every code point


def font_families(texts: Iterable[str]) -> list[str]:
    """Names of fonts which together draw as much of the texts as this machine can; matplotlib takes them as `font.family`.

    Args:
        texts: what will be drawn.

    Returns: list of str, the first that of matplotlib itself.

    Raises:
        ImportError: matplotlib is not installed.

    >>> font_families(["Habari", "привет"])
    ['DejaVu Sans']
    """
    lacking = {sign for text in texts for sign in text if _is_drawn(sign)} - _signs_of_own()
    families = [_OWN]
    while lacking:
        name, signs = max(
            _families().items(), key=lambda font: (len(lacking & font[1]), _preference(font[0])), default=("", set())
        )
        if not lacking & signs:
            break
        families.append(name)
        lacking -= signs
    return families


def can_draw(text: str) -> bool:
    """Whether no letter of a text would be an empty box, with the fonts that `font_families` names.

    >>> can_draw("Habari")
    True
    """
    lacking = {sign for sign in text if _is_drawn(sign)} - _signs_of_own()
    return not lacking or lacking <= frozenset().union(*_families().values())


def shown_or(text: str, fallback: str) -> str:
    """The text where this machine can draw it, and what stands for it otherwise: a language's tag for its name.

    >>> shown_or("Kiswahili", "sw")
    'Kiswahili'
    """
    return text if can_draw(text) else fallback


@contextlib.contextmanager
def drawn_by(texts: Iterable[str]) -> Iterator[None]:
    """Within the block what is added to figures of matplotlib is drawn by `font_families(texts)`.

    >>> with drawn_by(["Habari"]):
    ...     from matplotlib.figure import Figure
    ...     text = Figure().text(0, 0, "Habari")
    >>> text.get_fontfamily()
    ['DejaVu Sans']
    """
    _font_manager()  # says what to install where families are known from before
    families = font_families(texts)
    from matplotlib import rc_context

    with rc_context({"font.family": families}):
        yield


def _is_drawn(sign):
    return not sign.isspace() and sign.isprintable()


def _preference(name):
    """Larger for a better one; of equals the first by name."""
    place = next((place for place, begin in enumerate(_PREFERRED) if name.startswith(begin)), len(_PREFERRED))
    return (-place, -len(name))


@functools.cache
def _signs_of_own():
    font_manager = _font_manager()
    return _signs(font_manager.findfont(_OWN))


@functools.cache
def _families():
    """Name of a font -> the signs that it has; of all fonts that lie on this machine, which are told to matplotlib."""
    return dict(sorted(_read_families()))


def _read_families() -> Iterator[tuple[str, frozenset[str]]]:
    font_manager = _font_manager()
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(font_manager.findSystemFonts()):
        try:
            font = font_manager.get_font(path)
            if font.family_name.startswith(_NO_FACE_FOR_TEXT) or font.style_name not in (*_REGULAR, _BOLD):
                continue
            if path not in known:
                # its own list of fonts is of the day when it was first used
                font_manager.fontManager.addfont(path)
            if font.style_name != _BOLD:
                yield font.family_name, _signs(path)
        except (OSError, RuntimeError, ValueError):
            continue  # no font that FreeType reads


def _signs(path):
    return frozenset(map(chr, _font_manager().get_font(path).get_charmap()))


def _font_manager():
    try:
        from matplotlib import font_manager
    except ImportError as error:
        raise ImportError("Plots need matplotlib. Install it with: pip install 'keras_i18n[plot]'") from error
    return font_manager
