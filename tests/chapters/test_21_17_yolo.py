"""21.17: grid, assignment, loss and decoding, by hand, NumPy and PyTorch."""
import cv2
import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

PRIORS = onp.array([[.1, .2], [.5, .5]])
NONE = [-1, -1, -1, -1, -1]
# a small object in the second column of the third row of four, and a large one
LABELS = onp.array([[[1, .3, .5, .4, .7], [0, .4, .4, 1, .9]], [NONE, NONE]])


@pytest.fixture
def page(section):
    return section('21.17')


class Says(nn.HybridBlock):
    """A network that says the same of every picture."""

    def __init__(self, P):
        super().__init__()
        self.P = self.params.get_constant('P', P)

    def hybrid_forward(self, F, X, P):
        return F.np.expand_dims(P, 0) + 0 * F.np.sum(X)


def test_an_object_goes_to_the_cell_of_its_middle_and_the_nearest_prior(page):
    places, is_object, classes = page.assign(LABELS, PRIORS, 4)
    assert places.shape == (2, 32, 4) and is_object.shape == classes.shape == (2, 32)
    # middles (.35, .6) and (.7, .65): cells (1, 2) and (2, 2); priors 0 and 1
    small, large = (2 * 4 + 1) * 2, (2 * 4 + 2) * 2 + 1
    assert onp.nonzero(is_object[0])[0].tolist() == [small, large]
    assert not is_object[1].any() and classes[0, [small, large]].tolist() == [1, 0]
    onp.testing.assert_allclose(places[0, small], [.4, .4, 0, 0], atol=1e-6)
    onp.testing.assert_allclose(places[0, large], [.8, .6, onp.log(1.2), 0], atol=1e-6)


def test_a_middle_on_the_last_edge_belongs_to_the_last_cell(page):
    places, is_object, _ = page.assign(onp.array([[[0, 1, 1, 1 + 1e-9, 1 + 1e-9]]]),
                                       PRIORS, 4)
    assert onp.nonzero(is_object[0])[0].tolist() == [30]
    onp.testing.assert_allclose(places[0, 30, :2], 1, atol=1e-6)


def test_decoding_gives_back_what_was_assigned(page):
    places, is_object, classes = page.assign(LABELS, PRIORS, 4)
    P = onp.zeros((32, 7), 'float32')
    P[:, :2] = onp.log(places[0, :, :2].clip(.01) / (1 - places[0, :, :2].clip(.01)))
    P[:, 2:4] = places[0, :, 2:]
    P[:, 4] = onp.where(is_object[0], 3, -30)
    P[onp.arange(32), 5 + classes[0].astype(int)] = 30
    decoder = page.Decoder(Says(P), PRIORS, 4)
    decoder.initialize()
    probs, boxes = (Y[0].asnumpy() for Y in decoder(np.zeros((1, 3, 64, 64))))
    onp.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)
    rows = d2l.detected(probs, boxes)
    rows = rows[rows[:, 0].argsort()]
    sure = 1 / (1 + onp.exp(-3))
    onp.testing.assert_allclose(rows, [[0, sure, .4, .4, 1, .9], [1, sure, .3, .5, .4,
                                                                  .7]], rtol=1e-4)


def test_losses_and_gradients_are_those_of_pytorch(page, torch):
    from torch.nn import functional as F
    rng = onp.random.RandomState(0)
    P = rng.normal(size=(2, 32, 7)).astype('float32')
    wanted = page.assign(LABELS, PRIORS, 4)
    ours = np.array(P)
    ours.attach_grad()
    with autograd.record():
        parts = page.losses(ours, *map(np.array, wanted))
        l = sum(parts)
    l.backward()
    theirs = torch.tensor(P, requires_grad=True)
    places, is_object, classes = map(torch.tensor, wanted)
    expected = []
    for p, t, o, c in zip(theirs, places, is_object, classes.long()):
        at = o > 0
        expected.append(torch.stack([
            5 * F.mse_loss(torch.sigmoid(p[at, :2]), t[at, :2], reduction='sum'),
            5 * F.mse_loss(p[at, 2:4], t[at, 2:], reduction='sum'),
            F.binary_cross_entropy_with_logits(p[:, 4], o, reduction='sum',
                                               weight=.5 + .5 * o),
            F.cross_entropy(p[at, 5:], c[at], reduction='sum')]))
    torch.stack(expected).sum().backward()
    # float32, sums of 32 cells
    onp.testing.assert_allclose(onp.stack([part.asnumpy() for part in parts], axis=1),
                                torch.stack(expected).detach().numpy(), rtol=1e-4,
                                atol=1e-5)
    onp.testing.assert_allclose(ours.grad.asnumpy(), theirs.grad.numpy(), rtol=1e-4,
                                atol=1e-5)


def test_shapes_overlap_as_boxes_at_one_corner_do(page):
    rng = onp.random.RandomState(0)
    shapes, priors = rng.uniform(.1, 1, (4, 2)), rng.uniform(.1, 1, (3, 2))
    corners = [np.array(onp.concatenate([0 * sides, sides], axis=1))
               for sides in (shapes, priors)]
    onp.testing.assert_allclose(page.shape_overlaps(shapes, priors),
                                d2l.box_iou(*corners).asnumpy(), rtol=1e-5)


def test_clusters_of_shapes_are_found_again(page):
    rng = onp.random.RandomState(0)
    true = onp.array([[.1, .1], [.1, .8], [.9, .2]])
    shapes = (true.repeat(50, axis=0) * rng.uniform(.9, 1.1, (150, 2)))
    onp.random.seed(1)
    priors = page.cluster(shapes, 3)
    onp.testing.assert_allclose(priors[onp.lexsort(priors.T[::-1])], true, rtol=.05)
    assert page.shapes_of(LABELS).tolist() == pytest.approx(
        onp.array([[.1, .2], [.6, .5]]))


def test_the_smoke_run_learns_and_measures(smoke_run):
    result = smoke_run('21.17').result
    first, last = (value for _, value in result['series']['train loss'])
    assert last < first
    seen, suppressed, fits = result['claims']
    assert seen['holds'] == (seen['measured']['mAP'] > .5)
    assert seen['measured']['mAP'] == pytest.approx(result['final']['mAP'])
    maps = suppressed['measured']
    assert suppressed['holds'] == (maps['suppressed'] > maps['all boxes'])
    one, three = fits['measured'].values()
    assert len(one) == len(three) == 2 and fits['holds'] == (sum(three) > sum(one))
    assert result['timing']['ms/picture'] > 0 and len(result['priors']) == 3


def test_predictions_are_boxes_in_pixels_of_the_picture(page, smoke_run, tmp_path):
    model = smoke_run('21.17').folder / 'model'
    picture = onp.random.RandomState(0).randint(0, 256, (64, 128, 3)).astype('uint8')
    cv2.imwrite(str(tmp_path / 'a.png'), picture[..., ::-1])
    d2l.plt.close('all')
    found, = page.predict(model, tmp_path / 'a.png', threshold=.01)
    rows = d2l.detect(d2l.load_model(model), picture)
    assert len(found['objects']) == len(rows) > 0
    onp.testing.assert_allclose([thing['box'] for thing in found['objects']],
                                rows[:, 2:] * [128, 64, 128, 64], rtol=1e-5)
    axes, = d2l.plt.gcf().axes
    assert len(axes.patches) == len(rows)


def test_a_size_that_is_no_multiple_of_a_cell_is_refused(page):
    with pytest.raises(d2l.InputError, match='multiple of 16, got 100'):
        page.run(size=100)
