"""A font for a text, where one is installed."""
from types import SimpleNamespace

from matplotlib import font_manager

import d2lmx as d2l


def test_a_font_is_found_that_has_every_character():
    assert d2l.font_with('English, 123.')
    assert d2l.font_with('') != ''


def test_no_font_has_a_character_that_stands_for_nothing():
    assert d2l.font_with('a\U0010fffe') == ''


def test_a_font_of_last_resort_is_none(monkeypatch):
    font, = (font for font in font_manager.fontManager.ttflist
             if font.fname == font_manager.findfont('DejaVu Sans')
             and font.name == 'DejaVu Sans')
    fonts = [SimpleNamespace(name='Last Resort High-Efficiency', fname=font.fname)]
    monkeypatch.setattr(font_manager.fontManager, 'ttflist', fonts)
    assert d2l.font_with('a') == ''
    fonts.append(font)
    assert d2l.font_with('a') == 'DejaVu Sans'
