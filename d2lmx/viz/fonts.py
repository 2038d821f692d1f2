"""Fonts for characters that matplotlib's own font lacks, such as Chinese ones."""
import contextlib
import functools

from matplotlib import font_manager
from matplotlib.axis import Axis
from matplotlib.text import Text

__all__ = ['font_with']


def font_with(text: str) -> str:
    """Name of an installed font that has every character of a text, '' where none has.

    A font of last resort, whose characters are boxes, is none.

    Ours
    """
    return first_with(set(text)) or (learn_new_fonts() and first_with(set(text))) or ''


def first_with(characters: set) -> str:
    """Of the fonts that matplotlib knows."""
    fonts = sorted(font_manager.fontManager.ttflist, key=lambda font: font.name)
    return next((font.name for font in fonts if characters <= characters_of(font.fname)
                 and not font.name.startswith('Last Resort')), '')


@functools.lru_cache(maxsize=None)
def characters_of(file: str) -> frozenset:
    """Those of a font."""
    return frozenset(map(chr, font_manager.get_font(file).get_charmap()))


def learn_new_fonts() -> bool:
    """Whether fonts were installed since matplotlib looked; it keeps a list for ever.
    """
    known = {font.fname for font in font_manager.fontManager.ttflist}
    new = set(font_manager.findSystemFonts()) - known
    for file in sorted(new):
        with contextlib.suppress(Exception):  # no font that matplotlib can read
            font_manager.fontManager.addfont(file)
    return bool(new)


def complete(fig) -> None:
    """Give texts of a figure a second font for the characters that theirs lacks."""
    for text in texts_of(fig):
        if text.get_text().isascii():
            continue
        own = characters_of(font_manager.findfont(text.get_fontproperties()))
        lacking = set(text.get_text()) - own - {'\n'}
        font = font_with(''.join(lacking)) if lacking else ''
        if font and font not in text.get_fontfamily():
            text.set_fontfamily([*text.get_fontfamily(), font])


def texts_of(artist):
    """All that is written in an artist; what is switched off has no ticks to be made.
    """
    if isinstance(artist, Text):
        yield artist
    for child in artist.get_children():
        if not isinstance(child, Axis) or child.axes.axison:
            yield from texts_of(child)
