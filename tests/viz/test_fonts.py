"""A font for a text, where one is installed."""
from types import SimpleNamespace

import numpy as onp
import pytest
from matplotlib import font_manager
from matplotlib import pyplot as plt

import d2lmx as d2l
from d2lmx.viz.finish import finish


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
    monkeypatch.setattr(font_manager, 'findSystemFonts', lambda: [])
    assert d2l.font_with('a') == ''
    fonts.append(font)
    assert d2l.font_with('a') == 'DejaVu Sans'


@pytest.fixture
def two_fonts(monkeypatch):
    """Only these, of which the second has Greek, and the first has not."""
    fonts = {name: font for font in font_manager.fontManager.ttflist
             for name in [font.name] if name in ('DejaVu Sans', 'cmr10')}
    assert len(fonts) == 2
    monkeypatch.setattr(font_manager.fontManager, 'ttflist', list(fonts.values()))
    monkeypatch.setattr(font_manager, 'findSystemFonts', lambda: [])
    with plt.rc_context({'font.family': 'cmr10'}):
        yield


def test_a_text_has_a_second_font_for_what_its_own_lacks(two_fonts):
    _, axes = plt.subplots()
    axes.set(title='\u4e2d', xlabel='epoch', ylabel='\u0436 loss')
    for _ in range(2):
        finish(axes.figure)
        assert axes.yaxis.label.get_fontfamily() == ['cmr10', 'DejaVu Sans']
        assert axes.xaxis.label.get_fontfamily() == ['cmr10']
        assert axes.title.get_fontfamily() == ['cmr10']  # no font has it


def test_titles_of_pictures_and_legends_are_completed(two_fonts):
    axes, = d2l.show_images([onp.zeros((2, 2, 3))], 1, 1, titles=['\u0436'])
    assert axes.title.get_fontfamily() == ['cmr10', 'DejaVu Sans']
    d2l.plot([1, 2], [3, 4], legend=['\u0436'])
    text, = plt.gca().get_legend().get_texts()
    assert text.get_fontfamily() == ['cmr10', 'DejaVu Sans']


def test_a_font_that_was_installed_after_matplotlib_looked_is_found(monkeypatch):
    known = font_manager.fontManager.ttflist
    file = font_manager.findfont('DejaVu Sans')
    monkeypatch.setattr(font_manager, 'findSystemFonts', lambda: [file, '/no/font.ttf'])
    monkeypatch.setattr(font_manager.fontManager, 'ttflist', [
        font for font in known if font.name == 'cmr10'])
    assert d2l.font_with('\u0436') == 'DejaVu Sans'
