import numpy as onp
import pytest
from matplotlib import pyplot as plt


def test_three_scales_have_three_anchors_a_pixel(section):
    assert section('13.5').run() == {'anchors': {'4 x 4': 48, '2 x 2': 12, '1 x 1': 3}}
    assert [len(plt.figure(number).axes[0].patches)
            for number in plt.get_fignums()] == [48, 12, 3]


@pytest.mark.parametrize('width, height', [(4, 2), (1, 3)])
def test_anchors_are_spread_evenly_over_the_picture(section, width, height):
    section('13.5').display_anchors(fmap_w=width, fmap_h=height, s=[.15])
    middles = [(rect.get_x() + rect.get_width() / 2,
                rect.get_y() + rect.get_height() / 2) for rect in plt.gca().patches]
    expected = [((column + .5) * 728 / width, (row + .5) * 561 / height)
                for row in range(height) for column in range(width) for _ in range(3)]
    onp.testing.assert_allclose(middles, expected, rtol=1e-4)  # float32 shares
