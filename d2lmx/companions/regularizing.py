"""Layers that are random in training: weights that fail, and pools that choose."""
from mxnet.gluon import nn

from ..runtime.checks import check_chance

__all__ = ['DropConnect', 'StochasticPool2D']

NUM_COINS = 8  # bits of a random number, a chance to 1/256; they come four at a time


class DropConnect(nn.HybridBlock):
    """A dense layer of which, in training, each weight is zeroed by chance.

    One draw serves a whole batch; the weights that are left are scaled up, so that the
    mean is that of all of them, which predict.

    Parameters
    ----------
    units
        How many outputs.
    dropout
        The chance, in [0, 1), InputError for any other.
    in_units
        How many inputs, all axes but the batch's taken as one.

    Inputs
        X (batch, ...)

    Outputs
        (batch, units)

    Ours, for 21.5
    """

    def __init__(self, units: int, dropout: float, in_units: int, **kwargs):
        super().__init__(**kwargs)
        check_chance(dropout=dropout)
        self.units, self.dropout = units, dropout
        self.weight = self.params.get('weight', shape=(units, in_units))
        self.bias = self.params.get('bias', shape=(units,), init='zeros')

    def hybrid_forward(self, F, X, weight, bias):
        weight = F.npx.dropout(weight, p=self.dropout)
        return F.npx.fully_connected(X, weight, bias, num_hidden=self.units,
                                     flatten=True)


class StochasticPool2D(nn.HybridBlock):
    """Pools of 2 x 2 pixels, of which one is chosen, by a chance that is its share.

    In prediction each counts by its chance: the sum of squares over the sum. A graph
    knows whether it trains by dropout alone, and so the random numbers are made of the
    coins that dropout throws.

    Inputs
        X (batch, channels, h, w), nothing below 0, as of a ReLU; h and w are even

    Outputs
        (batch, channels, h / 2, w / 2)

    Ours, for 21.5
    """

    def hybrid_forward(self, F, X):
        X = F.npx.reshape(X, (-2, -2, -2, -6, -1, 2))         # (b, c, h, w/2, 2)
        X = F.npx.reshape(X, (-2, -2, -6, -1, 2, -2, -2))     # (b, c, h/2, 2, w/2, 2)
        X = F.np.transpose(X, (0, 1, 2, 4, 3, 5))
        X = F.npx.reshape(X, (-2, -2, -2, -2, -5))            # (b, c, h/2, w/2, 4)
        chance = X / (F.np.sum(X, axis=4, keepdims=True) + 1e-12)
        mean = F.np.sum(chance * X, axis=4)
        coins = F.npx.dropout(F.np.ones_like(F.np.concatenate(
            [X] * (NUM_COINS // 4), axis=4)), p=0.5)          # 0 or 2; 1 in prediction
        halves = 0.5 ** (F.npx.arange_like(coins, axis=4) + 2)
        drawn = F.np.sum(coins * halves, axis=4, keepdims=True)  # from 0 to 1
        chosen = F.npx.reshape(_pick(F, X, chance, drawn), (-2, -2, -2, -5))
        is_training = F.np.max(F.np.abs(coins - 1), axis=4) > 0.5
        return F.np.where(is_training, chosen, mean)


def _pick(F, X, chance, drawn):
    """The number of each four in whose part of [0, 1] lies what was drawn."""
    first, second, third, fourth = F.np.split(X, 4, axis=4)
    p1, p2, p3, _ = F.np.split(chance, 4, axis=4)
    last = F.np.where(drawn < p1 + p2 + p3, third, fourth)
    last = F.np.where(drawn < p1 + p2, second, last)
    return F.np.where(drawn < p1, first, last)
