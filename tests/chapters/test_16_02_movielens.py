"""What the page shows of its data; the reader has its own tests."""
import pytest

import d2lmx as d2l


def test_the_table_of_stars_is_the_figure(smoke_run):
    data, *_ = d2l.read_data_ml100k()
    axes, = smoke_run('16.2').figures[0].axes
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == [(data.rating == stars).sum() for stars in range(1, 6)]


def test_both_ways_to_split_lose_no_rating(smoke_run):
    result = smoke_run('16.2').result
    count = len(d2l.read_data_ml100k()[0])
    assert [sum(sizes) for sizes in result['split into'].values()] == [count, count]
    assert result['split into']['seq-aware'][1] == result['users']
    assert result['sparsity'] == pytest.approx(
        1 - count / result['users'] / result['items'])
