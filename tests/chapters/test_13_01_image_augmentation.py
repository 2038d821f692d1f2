import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('13.1')


def test_the_network_is_that_of_12_6_for_coloured_pictures(page, section):
    ours, theirs = (d2l.summary(p.build_net(), *p.example_inputs())[-1][2]
                    for p in (page, section('12.6')))
    assert ours - theirs == 64 * 2 * 9  # two channels more in the first windows


def test_training_pictures_are_mirrored_by_chance_and_test_pictures_never(page):
    pictures, labels = d2l.read_cifar10(is_train=False)
    X, y = next(iter(page.load_cifar10(False, page.test_augs, 64)))
    assert X.shape == (64, 3, 32, 32) and (y.asnumpy() == labels[:64]).all()
    expected = pictures[:64].transpose(0, 3, 1, 2) / 255
    onp.testing.assert_allclose(X.asnumpy(), expected, rtol=1e-6)
    Y = page.train_augs(pictures[:64])
    kept, mirrored = ([abs(a - b).max() < 1e-6 for a, b in zip(Y, Z)]
                      for Z in (expected, expected[..., ::-1]))
    assert [a != b for a, b in zip(kept, mirrored)] == [True] * 64
    assert 16 < sum(mirrored) < 48  # 32 and four standard deviations


def test_the_pages_figures_are_drawn(smoke_run):
    figures = smoke_run('13.1').figures
    grids = [len(figure.axes) for figure in figures]
    # the cat, seven ways of eight each, 32 pictures, the curves
    assert grids == [1] + [8] * 7 + [32, 1]
    top = figures[2]  # flipped top to bottom: some are, some are not
    images = [ax.images[0].get_array() for ax in top.axes]
    assert {(image == images[0][::-1]).all() or (image == images[0]).all()
            for image in images} == {True}


def test_a_cat_is_drawn_eight_times_by_another_chance(page):
    page.apply(onp.arange(48, dtype='uint8').reshape(4, 4, 3),
               d2l.RandomBrightness(.5), num_rows=1, num_cols=5)
    axes = d2l.plt.gcf().axes
    assert len(axes) == 5
    assert len({float(ax.images[0].get_array().sum()) for ax in axes}) == 5
