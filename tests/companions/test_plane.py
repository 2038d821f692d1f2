import numpy as onp
import pytest
from matplotlib import pyplot as plt

import d2lmx as d2l


def test_a_ring_lies_around_a_disc():
    X, y = d2l.ring(2000)
    radius = onp.sqrt((X ** 2).sum(axis=1))
    assert X.shape == (2000, 2) and y.sum() == 1000
    assert radius[y == 0].max() <= 1.0001
    assert 1.4999 <= radius[y == 1].min() and radius[y == 1].max() <= 2.5001
    # half of a disc's area lies within sqrt(1/2); 5 standard errors of 1000 draws
    assert (radius[y == 0] < .5 ** .5).mean() == pytest.approx(.5, abs=.08)
    # of the ring's, (2 ** 2 - 1.5 ** 2) / (2.5 ** 2 - 1.5 ** 2)
    assert (radius[y == 1] < 2).mean() == pytest.approx(1.75 / 4, abs=.08)


def test_petals_are_of_either_class_in_turn():
    X, y = d2l.flower(3000, num_petals=4, noise=0)
    # sin of twice the angle is above 0 where both coordinates have one sign
    far = abs(X).min(axis=1) > 1e-4
    assert (y[far] == (X.prod(axis=1)[far] > 0)).all()
    assert onp.sqrt((X ** 2).sum(axis=1)).max() <= 1.0001
    assert y.mean() == pytest.approx(.5, abs=.05)  # 5 standard errors


def test_noise_has_its_deviation():
    onp.random.seed(1)
    bare, _ = d2l.flower(4000, noise=0)
    onp.random.seed(1)
    noisy, _ = d2l.flower(4000, noise=.2)
    assert (noisy - bare).std() == pytest.approx(.2, rel=.05)


@pytest.mark.parametrize('num_petals', [0, 3])
def test_petals_that_cannot_alternate_are_told(num_petals):
    with pytest.raises(ValueError, match=f'even.*got {num_petals}'):
        d2l.flower(10, num_petals)


def test_the_coloured_plane_is_what_a_network_sees():
    X, y = d2l.ring(40)
    axes = d2l.show_decisions(lambda X: X[:, :1] - X[:, 1:], X, y, 'x1 above x2')
    image, = axes.images
    left, right, low, high = image.get_extent()
    seen = image.get_array()
    x1, x2 = onp.meshgrid(onp.linspace(left, right, len(seen)),
                          onp.linspace(low, high, len(seen)))
    assert (seen == (x1.astype('f4') - x2.astype('f4') > 0)).all()
    assert [len(points.get_offsets()) for points in axes.collections] == [20, 20]
    plt.close(axes.figure)
