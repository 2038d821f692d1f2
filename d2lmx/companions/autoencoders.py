"""Autoencoders whose codes are sparse, or answer to little; how they are trained."""
import numpy as onp
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

from ..data.arrays import load_array
from ..optim import ByEpoch
from ..runtime.devices import try_all_gpus, try_gpu
from ..train.engine import fit
from ..train.steps import measured_step

__all__ = ['SparseAutoencoder', 'ContractiveAutoencoder', 'of_length_one',
           'slope_of_codes', 'search_codes', 'sparse_losses', 'contractive_losses',
           'predictive_losses', 'train_by_losses', 'largest_angle', 'numpy_outputs']


def of_length_one(D):
    """The rows of D (m, d), NumPy's or MXNet's, each divided by its length.

    Ours, for 23.14
    """
    return D / (D ** 2).sum(axis=1, keepdims=True) ** 0.5


class SparseAutoencoder(nn.HybridBlock):
    """h = f(x) = max(0, W x + b), and r = g(h), a sum of parts, the rows of D, by h.

    The parts have length 1, or else they could grow, and codes be small for nothing.

    num_inputs, num_hiddens: d and m below.

    Inputs
        X (batch, d)

    Outputs
        r (batch, d), h (batch, m)

    Ours, for 23.14
    """

    def __init__(self, num_inputs: int, num_hiddens: int, **kwargs):
        super().__init__(**kwargs)
        self.f = nn.Dense(num_hiddens, activation='relu', in_units=num_inputs)
        self.D = self.params.get('D', shape=(num_hiddens, num_inputs))

    def hybrid_forward(self, F, X, D):
        h = self.f(X)
        return F.np.dot(h, of_length_one(D)), h


class ContractiveAutoencoder(nn.HybridBlock):
    """h = f(x) = sigmoid(W x + b), r = g(h) = W^T h + c, and how much h answers to x.

    This is the square of the Frobenius norm of dh / dx, the sum over the hidden units
    of ``(h (1 - h))^2 |w|^2``, of which there is a gradient, as it needs no second one.

    num_inputs, num_hiddens: d and m below.

    Inputs
        X (batch, d)

    Outputs
        r (batch, d), h (batch, m), ``|dh / dx|^2`` (batch,)

    Ours, for 23.14
    """

    def __init__(self, num_inputs: int, num_hiddens: int, **kwargs):
        super().__init__(**kwargs)
        self.num_hiddens = num_hiddens
        self.W = self.params.get('W', shape=(num_hiddens, num_inputs))
        self.b = self.params.get('b', shape=(num_hiddens,), init='zeros')
        self.c = self.params.get('c', shape=(num_inputs,), init='zeros')

    def hybrid_forward(self, F, X, W, b, c):
        h = F.npx.sigmoid(F.npx.fully_connected(X, W, b, num_hidden=self.num_hiddens))
        squares = F.np.sum(W ** 2, axis=1)  # (m,)
        return F.np.dot(h, W) + c, h, F.np.sum((h * (1 - h)) ** 2 * squares, axis=1)


def slope_of_codes(h, X, D, f, sparsity, nearness, F=onp):
    """Of ``|x - D^T h|^2 + sparsity |h|_1 + nearness |h - f|^2``, by h >= 0: (n, m).

    h, f (n, m), X (n, d), D (m, d) are arrays of F, NumPy or MXNet's np.

    Ours, for 23.14
    """
    return (2 * F.dot(F.dot(h, D) - X, D.T) + sparsity + 2 * nearness * (h - f))


def search_codes(X, D, f, sparsity, nearness, num_steps: int, F=onp):
    """Codes h >= 0 (n, m) nearer to where that loss is least: steps of descent from f.

    Each is down the slope, no further than its curvature allows, and from below 0 back
    to 0. Arguments as of `slope_of_codes`.

    Ours, for 23.14
    """
    h, curvature = f, 2 * (F.abs(F.dot(D, D.T)).sum(axis=1).max() + nearness)
    for _ in range(num_steps):
        slope = slope_of_codes(h, X, D, f, sparsity, nearness, F)
        h = F.maximum(h - slope / curvature, 0)
    return h


def sparse_losses(net: SparseAutoencoder, sparsity: float):
    """``losses(X)``: ``|x - r|^2 + sparsity |h|_1`` of each of a batch, (batch,).

    Ours, for 23.14
    """
    def losses(X):
        r, h = net(X)
        return ((X - r) ** 2).sum(axis=1) + sparsity * h.sum(axis=1)

    return losses


def contractive_losses(net: ContractiveAutoencoder, strength: float):
    """``losses(X)``: ``|x - r|^2 + strength |dh / dx|^2`` of each of a batch, (batch,).

    Ours, for 23.14
    """
    def losses(X):
        r, _, penalty = net(X)
        return ((X - r) ** 2).sum(axis=1) + strength * penalty

    return losses


def predictive_losses(net: SparseAutoencoder, sparsity: float, nearness: float,
                      num_steps: int = 10):
    """``losses(X)`` of predictive sparse decomposition, of each of a batch, (batch,).

    ``|x - g(h)|^2 + sparsity |h|_1 + nearness |h - f(x)|^2``, where h was searched for
    in num_steps steps from f(x): for f and g it is what it is, and gets no gradient.

    Ours, for 23.14
    """
    def losses(X):
        f, D = net.f(X), of_length_one(net.D.data(X.ctx))
        with autograd.pause():
            h = search_codes(X, D, f, sparsity, nearness, num_steps, np)
        return (((X - np.dot(h, D)) ** 2).sum(axis=1) + sparsity * h.sum(axis=1)
                + nearness * ((h - f) ** 2).sum(axis=1))

    return losses


def train_by_losses(net, losses, X, num_epochs: int, lr: float, batch_size: int):
    """Train a network from Xavier's weights by Adam; the `History`.

    The rate falls in a straight line, to 0 behind the last epoch.

    losses: ``losses(X)`` of a batch, recorded, one for each of its examples, (batch,).
    X: all examples, one a row.

    Ours, for 23.14
    """
    def measure(X):
        l = losses(X)
        return l, {'train loss': (l, len(l))}

    net.initialize(init.Xavier(), ctx=try_all_gpus(), force_reinit=True)
    batches = load_array((X.astype('float32'),), batch_size)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {
        'learning_rate': lr, 'lr_scheduler': ByEpoch(
            lambda epoch: lr * (1 - epoch / num_epochs), len(batches))})
    return fit(measured_step(net, measure, trainer), batches, num_epochs)


def largest_angle(U, V) -> float:
    """Between the spans of the columns of U and V (d, k), in radians, from 0 to pi / 2.

    Ours, for 23.14
    """
    U, V = (onp.linalg.qr(part)[0] for part in (U, V))
    return float(onp.arcsin(min(1, onp.linalg.norm(V - U @ (U.T @ V), 2))))


def numpy_outputs(net, X, dtype: str = 'float32') -> list:
    """All outputs of a network for X: arrays of NumPy, of float64.

    X: NumPy's or a list; dtype: of the network's parameters.

    Ours, for 23.14
    """
    Y = net(np.array(X, dtype=dtype, ctx=try_gpu()))
    return [part.asnumpy().astype('float64')
            for part in (Y if isinstance(Y, (list, tuple)) else [Y])]
