"""RoI Align, beside loops, MXNet's operator, onnxruntime's, and finite differences."""
import math

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

H, W = 5, 7
ROIS = onp.array([  # of two pictures: whole, inside, reaching out, nearly all of it
    [[0, 0, 1, 1], [.1, .2, .5, .9], [.9, .8, 1.3, 1.25]],
    [[-.3, -.2, .4, .5], [.05, .1, .2, .95], [.03, .02, .99, .97]]], 'float32')
AT_NOWHERE = onp.array([  # a point, corners in the wrong order, outside
    [[.3, .3, .3, .3], [.5, .6, .2, .1], [-1, -1, -1, -1]],
    [[1, 1, 1, 1], [.2, .7, .9, .7], [2, 2, 3, 3]]], 'float32')


def inputs(rois=ROIS):
    return np.random.normal(size=(2, 3, H, W)), np.array(rois)


def aligned(X, rois, size, samples):
    net = d2l.RoIAlign(size, samples)
    net.initialize()
    return net(X, rois)


def by_loops(X, rois, size, samples):
    """As the paper says it, point by point."""
    Y = onp.zeros((*rois.shape[:2], X.shape[1], size, size))
    for b, n, c, i, j in onp.ndindex(Y.shape):
        x1, y1, x2, y2 = rois[b, n]
        for k, m in onp.ndindex(samples, samples):
            y = y1 + (i + (k + .5) / samples) * (y2 - y1) / size
            x = x1 + (j + (m + .5) / samples) * (x2 - x1) / size
            Y[b, n, c, i, j] += interpolated(X[b, c], y, x) / samples ** 2
    return Y


def interpolated(image, y, x):
    """Between the middles of the four nearest cells; y and x in 0 to 1."""
    y, x = y * H - .5, x * W - .5
    if not (-1 <= y <= H and -1 <= x <= W):
        return 0
    y, x = min(max(y, 0), H - 1), min(max(x, 0), W - 1)
    top, left = min(math.floor(y), H - 2), min(math.floor(x), W - 2)
    return sum(image[top + i, left + j] * abs(1 - i - y + top) * abs(1 - j - x + left)
               for i in (0, 1) for j in (0, 1))


@pytest.mark.parametrize('rois', [ROIS, AT_NOWHERE], ids=['regions', 'at nowhere'])
@pytest.mark.parametrize('size, samples', [(1, 1), (2, 3), (4, 2)])
def test_roi_align_is_the_mean_of_interpolated_points(rois, size, samples):
    X, boxes = inputs(rois)
    onp.testing.assert_allclose(
        aligned(X, boxes, size, samples).asnumpy(),
        by_loops(X.asnumpy(), rois.astype('float64'), size, samples),
        rtol=1e-4, atol=1e-5)  # float32 against float64


def test_a_region_of_one_cell_is_its_value():
    X = np.arange(6).reshape(1, 1, 2, 3)
    cell = np.array([[[1 / 3, 1 / 2, 2 / 3, 1]]])  # column 1, row 1
    assert abs(float(aligned(X, cell, 1, 1)) - 4) < 1e-5


def legacy(X, rois, size, samples):
    """MXNet's own operator, which aborts the process for a region without area."""
    rows = (rois * onp.array([W, H, W, H], 'float32')).reshape(-1, 4)
    numbers = onp.repeat(onp.arange(len(rois), dtype='float32'), rois.shape[1])
    rows = np.array(onp.concatenate([numbers[:, None], rows], axis=1))
    return mx.nd.contrib.ROIAlign(
        X.as_nd_ndarray(), rows.as_nd_ndarray(), pooled_size=(size, size),
        spatial_scale=1, sample_ratio=samples, aligned=True).as_np_ndarray()


@pytest.mark.parametrize('size, samples', [(2, 1), (3, 2)])
def test_output_and_gradient_are_those_of_mxnets_operator(size, samples):
    (X, rois), found = inputs(), []
    weights = np.random.normal(size=(2, 3, 3, size, size))
    for function in (aligned, legacy):
        X.attach_grad()
        with autograd.record():
            Y = function(X, rois if function is aligned else ROIS, size, samples)
            l = (Y.reshape(weights.shape) * weights).sum()
        l.backward()
        found.append((Y.asnumpy().reshape(weights.shape), X.grad.asnumpy()))
    for ours, theirs in zip(*found):
        onp.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_the_gradient_of_regions_is_that_of_finite_differences():
    X, _ = inputs()
    rois = np.array([[[.13, .21, .58, .91]], [[.31, .17, .77, .62]]])
    weights = np.random.normal(size=(2, 1, 3, 2, 2))
    rois.attach_grad()
    net = d2l.RoIAlign(2)
    net.initialize()
    with autograd.record():
        l = (net(X, rois) * weights).sum()
    l.backward()
    step = 2e-3  # crosses no middle of a cell, between which Y is bilinear
    for place in onp.ndindex(2, 1, 4):
        ends = []
        for sign in (1, -1):
            moved = rois.asnumpy()
            moved[place] += sign * step
            ends.append(float((net(X, np.array(moved)) * weights).sum()))
        slope = (ends[0] - ends[1]) / (2 * step)
        # differences of float32 sums of about 1, by 0.004
        assert abs(float(rois.grad[place]) - slope) < 5e-3 * (1 + abs(slope))


def test_it_keeps_the_contract():
    d2l.check_hybrid_block(lambda: d2l.RoIAlign(3), inputs())


def test_onnx_gives_the_same_and_so_does_its_own_operator(tmp_path):
    onnx = pytest.importorskip('onnx', reason='needs onnx')
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    (X, rois), net = inputs(), d2l.RoIAlign(3, 2)
    net.initialize()
    ours = d2l.load_onnx(d2l.export_onnx(net, (X, rois), tmp_path / 'roi.onnx'))
    expected = net(X, rois).asnumpy()
    onp.testing.assert_allclose(ours(X.asnumpy(), ROIS), expected, atol=1e-5)
    helper, kind = onnx.helper, onnx.TensorProto
    shapes = dict(X=[2, 3, H, W], rois=[6, 4], numbers=[6])
    graph = helper.make_graph(
        [helper.make_node('RoiAlign', list(shapes), ['Y'], output_height=3,
                          output_width=3, sampling_ratio=2,
                          coordinate_transformation_mode='half_pixel')], 'roi',
        [helper.make_tensor_value_info(
            name, kind.INT64 if name == 'numbers' else kind.FLOAT, shape)
         for name, shape in shapes.items()],
        [helper.make_tensor_value_info('Y', kind.FLOAT, None)])
    file = tmp_path / 'theirs.onnx'
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)],
                                ir_version=8), str(file))
    theirs = d2l.load_onnx(file)(
        X.asnumpy(), ROIS.reshape(6, 4) * onp.array([W, H, W, H], 'float32'),
        onp.repeat(onp.arange(2), 3))
    onp.testing.assert_allclose(theirs.reshape(expected.shape), expected, atol=1e-5)


@pytest.mark.parametrize('sizes', [(0, 2), (7, 0), (2.5, 2)])
def test_sizes_below_one_are_refused(sizes):
    with pytest.raises(d2l.InputError, match='whole number of at least 1'):
        d2l.RoIAlign(*sizes)
