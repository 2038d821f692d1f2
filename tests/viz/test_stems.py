"""Stems, as cells of the book ask for them."""
import pytest
from matplotlib import pyplot as plt

import d2lmx as d2l


@pytest.mark.parametrize('options', [{}, {'use_line_collection': True}])
def test_stems_are_drawn_with_and_without_the_option_of_older_releases(options):
    markers, stems, base = d2l.plt.stem([0, 1], [.7, .3], **options)
    assert markers.get_ydata().tolist() == [.7, .3]
    assert [segment[:, 1].tolist() for segment in stems.get_segments()] == [
        [0, .7], [0, .3]]
    assert d2l.plt is plt


def test_other_unknown_options_are_still_refused():
    with pytest.raises((AttributeError, TypeError), match='use_lines'):
        d2l.plt.stem([0, 1], [.7, .3], use_lines=True)
