"""A font for a text, where one is installed."""
import d2lmx as d2l


def test_a_font_is_found_that_has_every_character():
    assert d2l.font_with('English, 123.')
    assert d2l.font_with('') != ''


def test_no_font_has_a_character_that_stands_for_nothing():
    assert d2l.font_with('a\U0010fffe') == ''
