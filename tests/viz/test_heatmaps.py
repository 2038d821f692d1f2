import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l


@pytest.mark.parametrize('descending', [False, True])
def test_each_matrix_has_its_place_and_all_share_one_scale(descending):
    matrices = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    if descending:  # the largest value is in the first matrix, not in the last
        matrices = 119 - matrices
    assert d2l.show_heatmaps(matrices, 'Keys', 'Queries', titles=list('abc')) is None
    *axes, _ = plt.gcf().axes  # and the colour bar
    axes = onp.array(axes).reshape(2, 3)
    for place, ax in onp.ndenumerate(axes):
        image, = ax.images
        onp.testing.assert_array_equal(image.get_array(), matrices[place].asnumpy())
        assert image.get_clim() == (0, 119)
        assert ax.get_title() == 'abc'[place[1]]
    assert [ax.get_xlabel() for ax in axes[:, 0]] == ['', 'Keys']
    assert [ax.get_ylabel() for ax in axes[0]] == ['Queries', '', '']


def test_negative_values_are_in_the_scale():
    d2l.show_heatmaps(onp.array([[[[-1.0, 0.5]]]]), 'x', 'y')
    ax, _ = plt.gcf().axes
    assert ax.images[0].get_clim() == (-1, 0.5)


def test_array_of_other_than_four_axes_is_refused():
    with pytest.raises(ValueError, match=r'got shape \(4, 5\)'):
        d2l.show_heatmaps(np.ones((4, 5)), 'x', 'y')
