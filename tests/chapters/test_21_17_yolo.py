"""21.17: what its cells say is decoded; a run, and a reader's pictures."""
import cv2
import numpy as onp
import pytest
from mxnet import np
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


def test_decoding_gives_back_what_was_assigned(page):
    places, is_object, classes = d2l.assign_cells(LABELS, [PRIORS], [4])
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
    assert len(one) == len(three) == 2 and fits['holds'] == d2l.exceeds(three, one)
    assert result['timing']['ms/picture'] > 0 and len(result['priors']) == 3


def test_priors_are_judged_by_shapes_of_pictures_not_trained_on(smoke_run):
    """One prior is the median of the shapes trained on; its overlaps by hand."""
    learnt, unseen = (d2l.object_shapes(part.arrays[1]) for part in
                      d2l.load_data_detection('banana-detection', 16, 64)[:2])
    prior = onp.median(learnt, axis=0)
    both = onp.minimum(unseen, prior).prod(axis=1)
    overlaps = both / (unseen.prod(axis=1) + prior.prod() - both)
    one, _ = smoke_run('21.17').result['claims'][-1]['measured'].values()
    assert one == pytest.approx([overlaps.mean()] * 2, rel=1e-5)  # float32


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
