"""Cells that answer for objects: by hand, against boxes, and against PyTorch."""
import numpy as onp
import pytest
from mxnet import autograd, ndarray, np

import d2lmx as d2l

PRIORS = onp.array([[.1, .2], [.5, .5]])
NONE = [-1, -1, -1, -1, -1]
# a small object in the second column of the third row of four, and a large one
LABELS = onp.array([[[1, .3, .5, .4, .7], [0, .4, .4, 1, .9]], [NONE, NONE]])
# a fine grid for small objects, and a coarse one for large ones
GRIDS, BY_GRID = [4, 2], [onp.array([[.1, .2]]), onp.array([[.5, .5], [.9, .3]])]


def test_an_object_goes_to_the_cell_of_its_middle_and_the_nearest_prior():
    places, is_object, classes = d2l.assign_cells(LABELS, [PRIORS], [4])
    assert places.shape == (2, 32, 4) and is_object.shape == classes.shape == (2, 32)
    # middles (.35, .6) and (.7, .65): cells (1, 2) and (2, 2); priors 0 and 1
    small, large = (2 * 4 + 1) * 2, (2 * 4 + 2) * 2 + 1
    assert onp.nonzero(is_object[0])[0].tolist() == [small, large]
    assert not is_object[1].any() and classes[0, [small, large]].tolist() == [1, 0]
    onp.testing.assert_allclose(places[0, small], [.4, .4, 0, 0], atol=1e-6)
    onp.testing.assert_allclose(places[0, large], [.8, .6, onp.log(1.2), 0], atol=1e-6)


def test_a_middle_on_the_last_edge_belongs_to_the_last_cell():
    places, is_object, _ = d2l.assign_cells(
        onp.array([[[0, 1, 1, 1 + 1e-9, 1 + 1e-9]]]), [PRIORS], [4])
    assert onp.nonzero(is_object[0])[0].tolist() == [30]
    onp.testing.assert_allclose(places[0, 30, :2], 1, atol=1e-6)


def test_losses_and_gradients_are_those_of_pytorch(torch):
    from torch.nn import functional as F
    rng = onp.random.RandomState(0)
    P = rng.normal(size=(2, 32, 7)).astype('float32')
    wanted = d2l.assign_cells(LABELS, [PRIORS], [4])
    ours = np.array(P)
    ours.attach_grad()
    with autograd.record():
        parts = d2l.cell_losses(ours, *map(np.array, wanted))
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


def test_shapes_overlap_as_boxes_at_one_corner_do():
    rng = onp.random.RandomState(0)
    shapes, priors = rng.uniform(.1, 1, (4, 2)), rng.uniform(.1, 1, (3, 2))
    corners = [np.array(onp.concatenate([0 * sides, sides], axis=1))
               for sides in (shapes, priors)]
    onp.testing.assert_allclose(d2l.shape_overlaps(shapes, priors),
                                d2l.box_iou(*corners).asnumpy(), rtol=1e-5)


def test_clusters_of_shapes_are_found_again():
    rng = onp.random.RandomState(0)
    true = onp.array([[.1, .1], [.1, .8], [.9, .2]])
    shapes = (true.repeat(50, axis=0) * rng.uniform(.9, 1.1, (150, 2)))
    onp.random.seed(1)
    priors = d2l.cluster_shapes(shapes, 3)
    onp.testing.assert_allclose(priors[onp.lexsort(priors.T[::-1])], true, rtol=.05)
    assert d2l.object_shapes(LABELS).tolist() == pytest.approx(
        onp.array([[.1, .2], [.6, .5]]))


# ---- several grids


def test_cells_stand_grid_by_grid_row_by_row_prior_by_prior():
    corners, sides, shapes = d2l.grid_cells(BY_GRID, GRIDS)
    assert corners.shape == (16 + 4 * 2, 2) and sides.shape == (24, 1)
    assert corners[:5].tolist() == [[0, 0], [.25, 0], [.5, 0], [.75, 0], [0, .25]]
    assert corners[16:].tolist() == [[0, 0]] * 2 + [[.5, 0]] * 2 + [[0, .5]] * 2 + [
        [.5, .5]] * 2
    assert sides.ravel().tolist() == [.25] * 16 + [.5] * 8
    onp.testing.assert_array_equal(shapes, onp.float32([[.1, .2]] * 16 + [
        [.5, .5], [.9, .3]] * 4))


def test_of_several_grids_the_one_with_the_nearest_prior_answers():
    places, is_object, classes = d2l.assign_cells(LABELS, BY_GRID, GRIDS)
    # the small object as above; of the large one the middle is (.7, .65): cell (1, 1)
    small, large = 2 * 4 + 1, 16 + 3 * 2
    assert onp.nonzero(is_object[0])[0].tolist() == [small, large]
    assert classes[0, [small, large]].tolist() == [1, 0] and not is_object[1].any()
    onp.testing.assert_allclose(places[0, small], [.4, .4, 0, 0], atol=1e-6)
    onp.testing.assert_allclose(places[0, large], [.4, .3, onp.log(1.2), 0], atol=1e-6)


def test_what_is_assigned_on_several_grids_is_decoded_again():
    places, is_object, classes = d2l.assign_cells(LABELS, BY_GRID, GRIDS)
    P = onp.zeros((24, 7), 'float32')
    P[:, :2] = onp.log(places[0, :, :2].clip(.01) / (1 - places[0, :, :2].clip(.01)))
    P[:, 2:4] = places[0, :, 2:]
    P[:, 4] = onp.where(is_object[0], 3, -30)
    P[onp.arange(24), 5 + classes[0].astype(int)] = 30
    decoder = d2l.CellDecoder(BY_GRID, GRIDS)
    decoder.initialize()
    probs, boxes = (Y[0].asnumpy() for Y in decoder(np.array(P[None])))
    onp.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)
    rows = d2l.detected(probs, boxes)
    sure = 1 / (1 + onp.exp(-3))
    onp.testing.assert_allclose(rows[rows[:, 0].argsort()], [
        [0, sure, .4, .4, 1, .9], [1, sure, .3, .5, .4, .7]], rtol=1e-4)


def test_a_decoder_keeps_the_contract():
    d2l.check_hybrid_block(lambda: d2l.CellDecoder(BY_GRID, GRIDS),
                           (np.random.normal(size=(2, 24, 8)),))


def test_the_numbers_of_a_prior_stand_together():
    # channel c of cell p is 10 p + c: two priors of two numbers
    P = np.arange(3).reshape(1, 1, 1, 3) * 10 + np.arange(4).reshape(1, 4, 1, 1)
    assert d2l.cells_in_order(ndarray, P, 2).tolist() == [
        [[0, 1], [2, 3], [10, 11], [12, 13], [20, 21], [22, 23]]]
