import numpy as onp
import pytest
from matplotlib import pyplot as plt


def test_page_prints_anchors_targets_and_what_is_detected(section):
    result = section('13.4').run()
    assert result['size'] == [561, 728] and result['anchors'] == [1, 2042040, 4]
    # the page's digits
    onp.testing.assert_allclose(result['anchor of a pixel'], [.06, .07, .63, .82],
                                atol=.0051)
    assert result['classes'] == [[0, 1, 2, 0, 2]]
    assert result['mask'] == [[0] * 4 + [1] * 8 + [0] * 4 + [1] * 4]
    onp.testing.assert_allclose(result['offsets'], [[
        0, 0, 0, 0, 1.4, 10, 2.59, 7.18, -1.2, .269, 1.68, -1.57, 0, 0, 0, 0, -.571, -1,
        4.17e-6, .626]], rtol=6e-3)
    onp.testing.assert_allclose(result['output'], [[
        [0, .9, .1, .08, .52, .92], [1, .9, .55, .2, .9, .88],
        [-1, .8, .08, .2, .56, .95], [-1, .7, .15, .3, .62, .91]]], atol=1e-6)


@pytest.mark.parametrize('threshold, labels', [
    (.5, ['dog=0.9', 'cat=0.9']), (.9, ['dog=0.9', 'cat=0.9', 'dog=0.8', 'dog=0.7'])])
def test_what_is_drawn_follows_the_threshold(section, threshold, labels):
    section('13.4').run(nms_threshold=threshold)
    texts = [[text.get_text() for text in plt.figure(number).axes[0].texts]
             for number in plt.get_fignums()]
    assert [len(row) for row in texts[:3]] == [5, 7, 4]
    assert sorted(texts[3]) == sorted(labels)
    for figure in map(plt.figure, plt.get_fignums()):
        figure.canvas.draw()
        boxes = [text.get_bbox_patch().get_window_extent()
                 for text in figure.axes[0].texts]
        assert [box.count_overlaps(boxes) for box in boxes] == [1] * len(boxes)
