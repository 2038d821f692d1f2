"""Regions of a feature map, whatever their sizes, as maps of one size."""
import numpy as onp
from mxnet import np
from mxnet.gluon import nn

from ..runtime.checks import check_whole

__all__ = ['RoIAlign']


class RoIAlign(nn.HybridBlock):
    """Feature maps of one size for regions of any: means of bilinear samples.

    A region is cut into pooled_size x pooled_size bins; a bin's value is the mean of
    samples x samples points in it, each interpolated between the four nearest cells of
    the map. A cell's value stands at the cell's middle. Points beyond the map's border
    take the border's value, or 0 where more than half a cell lies between.

    The interpolation is separable, so two products of matrices are all of it: no
    number of a region finds a place in memory, and none can lead out of it.

    Parameters
    ----------
    pooled_size
        Height and width of each output map, at least 1.
    samples
        Points along each side of a bin, at least 1.

    InputError for numbers below 1.

    Inputs
        X (batch, channels, h, w)
        rois (batch, num_rois, 4): corners (x1, y1, x2, y2) as shares of width and
        height, so that (0, 0, 1, 1) is the whole map; may reach out of it

    Outputs
        (batch, num_rois, channels, pooled_size, pooled_size); differentiable in X and
        in rois

    Ours, for 13.8
    """

    def __init__(self, pooled_size: int, samples: int = 2, **kwargs):
        super().__init__(**kwargs)
        check_whole(pooled_size=pooled_size, samples=samples)
        self.pooled_size, self.samples = pooled_size, samples
        # where the points lie along a side of a region, as shares of it
        points = (onp.arange(pooled_size * samples) + 0.5) / (pooled_size * samples)
        self.points = self.params.get_constant('points',
                                               np.array(points, dtype='float32'))

    def hybrid_forward(self, F, X, rois, points):
        x1, y1, x2, y2 = (rois[:, :, i:i + 1] for i in range(4))  # (batch, num_rois, 1)
        rows = self.weights(F, y1, y2, F.npx.arange_like(X, axis=2), points)
        columns = self.weights(F, x1, x2, F.npx.arange_like(X, axis=3), points)
        rows = F.npx.reshape(rows, (-2, -5, -2))  # (batch, num_rois * size, h)
        X = F.np.transpose(X, (0, 2, 3, 1))  # (batch, h, w, channels)
        Y = F.npx.batch_dot(rows, F.npx.reshape(X, (-2, -2, -5)))
        Y = split_like(F, Y, 2, X, 2)  # (batch, num_rois * size, w, channels)
        # the columns of a region, for each of its rows
        columns = F.np.repeat(columns, self.pooled_size, axis=1)
        Y = F.npx.batch_dot(F.npx.reshape(columns, (-5, -2, -2)),
                            F.npx.reshape(Y, (-5, -2, -2)))
        # (batch * num_rois * size, size, channels)
        Y = F.npx.reshape(Y, (-6, -1, self.pooled_size, -2, -2))
        return F.np.transpose(split_like(F, Y, 0, rois, 0), (0, 1, 4, 2, 3))

    def weights(self, F, start, end, cells, points):
        """Of each cell of one axis in each bin: (batch, num_rois, pooled_size, length).

        start, end (batch, num_rois, 1): the regions' sides; cells (length,): 0, 1, ...;
        points (pooled_size * samples,).
        """
        last = F.np.max(cells, keepdims=True)  # (1,)
        at = (start + (end - start) * points) * (last + 1) - 0.5  # in cells
        is_near = F.np.abs(at - last / 2) <= last / 2 + 1
        inside = F.np.maximum(F.np.minimum(at, last), 0)
        W = F.npx.relu(1 - F.np.abs(F.np.expand_dims(inside, 3) - cells))
        W = W * F.np.expand_dims(is_near.astype('float32'), 3)
        # (batch, num_rois, pooled_size * samples, length)
        W = F.npx.reshape(W, (-2, -2, -6, self.pooled_size, self.samples, -2))
        return F.np.mean(W, axis=3)


def split_like(F, X, axis, like, begin):
    """X with one axis split into two, as long as those of `like` from `begin` on."""
    return F.reshape_like(X.as_nd_ndarray(), like.as_nd_ndarray(), lhs_begin=axis,
                          lhs_end=axis + 1, rhs_begin=begin,
                          rhs_end=begin + 2).as_np_ndarray()
