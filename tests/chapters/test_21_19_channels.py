"""21.19: what places see, by gradients; likeness and knowledge by hand."""
import numpy as onp
import pytest
from mxnet import autograd, init, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.19')


@pytest.mark.parametrize('layer, place', [('layer 1', 10), ('layer 2', 6),
                                          ('layer 3', 3)])
def test_a_place_sees_the_pixels_on_which_it_depends(page, layer, place):
    """By gradients of a network whose weights and activations are all positive."""
    net = page.build_net()
    net.initialize(init.One())
    # different everywhere, so that of two in a window one is the larger; and so it is
    # asked of the mirrored picture, too, in which others are
    seen = onp.zeros((28, 28), bool)
    for order in (1, -1):
        for axis in (0, 1):
            X = onp.arange(1., 785).reshape(28, 28)[::order]
            X = np.array((X if axis else X.T)[None, None] / 784, dtype='float32')
            X.attach_grad()
            with autograd.record():
                Y = X
                for i in range(page.SEES[layer][0] + 1):
                    Y = net[i](Y)
                y = Y[0, 0, place, place]
            y.backward()
            seen |= X.grad.asnumpy()[0, 0] != 0
    rows = onp.nonzero(seen)[0]
    _, stride, before, size = page.SEES[layer]
    assert rows.min() == stride * place - before
    assert rows.max() == stride * place - before + size - 1


def test_pieces_beyond_the_edge_are_black(page):
    image = onp.arange(28 * 28).reshape(28, 28) + 1
    assert (page.piece(image, 'layer 1', 5, 9) == image[4:7, 8:11]).all()
    corner = page.piece(image, 'layer 2', 0, 13)  # columns 23 to 30, rows -3 to 4
    assert corner.shape == (8, 8) and (corner[3:, :5] == image[:5, 23:]).all()
    assert not corner[:3].any() and not corner[:, 5:].any()


def test_the_best_pieces_are_where_a_channel_answers_most(page):
    images = onp.random.RandomState(0).randint(1, 256, (12, 28, 28))
    maps = onp.zeros((12, 2, 28, 28))
    for p in range(12):
        maps[p, 0, p, 2 * p] = p + 1   # the last pictures most
        maps[p, 1, 5, 5] = 12 - p      # the first ones
    pieces = page.best_pieces(images, maps, 'layer 1')
    assert pieces.shape == (2, 9, 3, 3)
    for k in range(9):
        p = 11 - k
        assert (pieces[0, k] == page.piece(images[p], 'layer 1', p, 2 * p)).all()
        assert (pieces[1, k] == page.piece(images[k], 'layer 1', 5, 5)).all()


def test_likeness_is_the_mean_cosine_of_all_pairs(page):
    pieces = onp.random.RandomState(0).uniform(size=(2, 4, 3, 3))
    rows = pieces.reshape(2, 4, 9)
    cosines = [a @ b / onp.linalg.norm(a) / onp.linalg.norm(b) for channel in rows
               for i, a in enumerate(channel) for b in channel[:i]]
    assert page.likeness(pieces) == pytest.approx(onp.mean(cosines))
    assert page.likeness(onp.ones((1, 3, 2, 2))) == pytest.approx(1)
    assert page.likeness(onp.eye(4).reshape(1, 4, 2, 2)) == pytest.approx(0)


def test_knowledge_of_classes_is_the_share_of_an_analysis_of_variance(page):
    stats = pytest.importorskip('scipy.stats')
    rng = onp.random.RandomState(0)
    labels = onp.arange(30) % 3
    values = rng.normal(size=30) + labels
    F = stats.f_oneway(*(values[labels == k] for k in range(3))).statistic
    # F is the quotient of both mean squares, with 2 and 27 degrees of freedom
    maps = onp.zeros((30, 2, 2, 2))
    maps[:, 0, 1, 0] = values - values.min()
    assert page.knowledge_of_classes(maps, labels) == pytest.approx(
        2 * F / (2 * F + 27))


def test_moving_changes_a_style_less_than_its_content(page):
    net = page.build_net()
    net.initialize(init.Xavier())
    image = onp.zeros((28, 28), 'uint8')
    image[10:18, 8:20] = 200
    onp.random.seed(0)
    content, style = page.changes(net, image, 255 - image)
    assert 0 < style < content


def test_the_smoke_run_draws_pieces_of_all_layers(smoke_run):
    smoke = smoke_run('21.19')
    titles = [axes.get_title() for axes in smoke.figures[0].axes]
    assert titles == [f'layer {i}, channel {c}' for i in (1, 2, 3) for c in range(4)]
    # nine pieces of 3 pixels, and a line behind each
    assert smoke.figures[0].axes[0].images[0].get_array().shape == (12, 12)
    liked, known, style = smoke.result['claims']
    assert len(liked['measured']) == 6 and len(known['measured']) == 3
    assert style['holds'] == d2l.exceeds(
        onp.array(style['measured']['content']) / 2, style['measured']['style'])
