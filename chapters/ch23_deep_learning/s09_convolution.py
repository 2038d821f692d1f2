"""Convolution: a strong prior, kernels that take turns, Gabor functions (卷积网络)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 9

A convolution is a dense layer of which one knows beforehand that most weights are 0 and
that the others are the same everywhere. Made stronger and stronger, a prior that says
so turns the most probable dense layer into the convolution; whether that is good
depends on whether it is true. In between are kernels that differ from place to place,
and such that take turns. Last, what a first layer learns from garments is laid beside
Gabor functions, by which cells of the visual cortex are described.
"""
from typing import Literal

import numpy as onp
from mxnet import autograd, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_epochs=1, num_train=64, num_test=64, num_filters=2, num_seeds=1)
RANGES = dict(num_train=(1, 50000), num_test=(1, 10000), num_examples=(1, 10 ** 4),
              num_filters=(1, 64), num_seeds=(1, 100))
SIDE, K_SIDE = 5, 3              # of pictures and kernels in the comparison of priors
NOISE = 0.5                      # deviation of the outputs there
STRENGTHS = 10.0 ** onp.arange(-2, 7)
TURNS = {'convolution': 1, 'tiled': 2, 'local': 12}  # kernels along a side
FARTHEST = 8                     # pixels that a garment is moved
FILTER_SIDE, FILTER_EPOCHS = 9, 4


# ---- convolution as an infinitely strong prior (9.4)

def as_dense(K, side):
    """W (outputs, inputs) of the dense layer that convolves (side, side) by K (k, k).

    Along diagonals stand equal weights; where the kernel does not reach they are 0.
    """
    rest = side - len(K) + 1
    W, (j, k) = onp.zeros((rest, rest, side, side)), onp.indices((rest, rest))
    for m, n in onp.ndindex(*K.shape):
        W[j, k, j + m, k + n] = K[m, n]
    return W.reshape(rest ** 2, side ** 2)


def basis(side, k):
    """All layers that are convolutions, as columns (weights, k * k)."""
    return onp.stack([as_dense(K, side).ravel()
                      for K in onp.eye(k * k).reshape(-1, k, k)], axis=1)


def most_probable(V, Z, strength):
    """w (weights,) of a dense layer, and two things of the convolution at its end.

    The least sum of squares of Z (n, outputs) less V (n, inputs) times weights, and of
    strength times all in them that is no convolution. As the strength grows it comes
    to the convolution of the least squares; strength times the distance to it becomes
    a number, which is known by the slope of the squares there.
    """
    B, num_outputs = basis(SIDE, K_SIDE), Z.shape[1]
    H, b = onp.kron(onp.eye(num_outputs), V.T @ V), (Z.T @ V).ravel()
    outside = onp.eye(len(b)) - B @ B.T / num_outputs
    w = onp.linalg.solve(H + strength * outside, b)
    limit = B @ onp.linalg.solve(B.T @ H @ B, B.T @ b)
    g = H @ limit - b
    pull = B @ onp.linalg.solve(B.T @ H @ B, B.T @ H @ g) - g
    return w, onp.linalg.norm(w - limit), onp.linalg.norm(pull)


def measure_prior(num_examples):
    """Losses above the noise at each strength, in a world of either kind.

    And the curve of distances, with what it comes to, in the first of them.
    """
    outputs = (SIDE - K_SIDE + 1) ** 2
    V = onp.random.normal(size=(num_examples, SIDE ** 2))
    worlds = {'the same everywhere': as_dense(onp.random.normal(size=(K_SIDE, K_SIDE)),
                                              SIDE)}
    reach = as_dense(onp.ones((K_SIDE, K_SIDE)), SIDE)
    worlds['different'] = reach * onp.random.normal(size=reach.shape)
    losses, distances = {}, []
    for world, W in worlds.items():
        Z = V @ W.T + onp.random.normal(0, NOISE, (num_examples, outputs))
        found = [most_probable(V, Z, strength) for strength in STRENGTHS]
        # of inputs whose numbers are normal and independent
        losses[world] = [float(((w - W.ravel()) ** 2).sum() / outputs)
                         for w, *_ in found]
        distances.append([row[1:] for row in found])
    return losses, onp.array(distances[0])


def compare_with_dense(side=8, k=3, n=5):
    """Differences of outputs and kernel's gradients from MXNet's convolution."""
    rest = side - k + 1
    V, K, G = (np.array(onp.random.normal(size=shape), dtype='float64')
               for shape in ((n, 1, side, side), (1, 1, k, k), (n, 1, rest, rest)))
    K.attach_grad()
    with autograd.record():
        Z = npx.convolution(V, K, kernel=(k, k), num_filter=1, no_bias=True)
        l = (Z * G).sum()
    l.backward()
    V, Z, G = (part.asnumpy().reshape(n, -1) for part in (V, Z, G))
    tied = basis(side, k).T @ (G.T @ V).ravel()  # the gradients of equal weights, added
    return {'outputs': float(abs(V @ as_dense(K.asnumpy()[0, 0], side).T - Z).max()),
            'gradients': float(abs(tied - K.grad.asnumpy().ravel()).max())}


# ---- kernels that take turns (9.5)

class Tiled(nn.HybridBlock):
    """A layer of t * t kernels that take turns along rows and along columns, (9.10).

    With t = 1 it is a convolution; with t as large as a side of the outputs no kernel
    is used twice, and it is a locally connected layer, (9.9). A bias goes with each.

    Inputs
        V (batch, in_channels, side, side)

    Outputs
        Z (batch, channels, rest, rest), rest = side - k + 1
    """

    def __init__(self, channels, k, t, in_channels, side, **kwargs):
        super().__init__(**kwargs)
        self.k, self.rest = k, side - k + 1
        size = in_channels * k * k
        self.K = self.params.get('K', shape=(t * t, size, channels),
                                 init=init.Normal(size ** -0.5))
        self.b = self.params.get('b', shape=(t * t, 1, channels), init=init.Zero())
        turn = onp.arange(self.rest) % t
        self.turns = self.params.get_constant(
            'turns', (turn[:, None] * t + turn).ravel().astype('float32'))

    def hybrid_forward(self, F, V, K, b, turns):
        shifts = [F.npx.slice(V, begin=(None, None, m, n),
                              end=(None, None, m + self.rest, n + self.rest))
                  for m in range(self.k) for n in range(self.k)]
        V = F.np.stack(shifts, axis=2)       # (batch, in_channels, k * k, rest, rest)
        V = F.npx.reshape(F.np.transpose(V, (3, 4, 0, 1, 2)), (-5, -2, -5))
        Z = F.npx.batch_dot(V, F.np.take(K, turns, axis=0))  # (places, batch, channels)
        Z = F.np.transpose(Z + F.np.take(b, turns, axis=0), (1, 2, 0))
        return F.npx.reshape(Z, (-2, -2, self.rest, self.rest))


Variant = Literal['convolution', 'tiled', 'local']


def build_net(variant: Variant = 'tiled'):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.AvgPool2D(2), Tiled(16, 3, TURNS[variant], 1, 14),
            nn.Activation('relu'), nn.MaxPool2D(4), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def tiled_layer(t, side=8):
    """A layer in float64 with weights of chance; of pictures of two channels."""
    layer = Tiled(3, 3, t, 2, side)
    layer.initialize()
    layer.b.set_data(np.random.normal(size=layer.b.shape))
    layer.cast('float64')
    return layer


def by_sums(V, layer, t):
    """(9.10) as it is written: each output by itself, V (batch, in_channels, h, w)."""
    k, rest, channels = layer.k, layer.rest, layer.K.shape[2]
    K = layer.K.data().asnumpy().reshape(t, t, V.shape[1], k, k, channels)
    b, Z = layer.b.data().asnumpy(), onp.zeros((len(V), channels, rest, rest))
    for i, j, n in onp.ndindex(channels, rest, rest):
        turn = j % t, n % t
        Z[:, i, j, n] = b[turn[0] * t + turn[1], 0, i] + (
            V[:, :, j:j + k, n:n + k] * K[turn][..., i]).sum(axis=(1, 2, 3))
    return Z


def answers_to_moves(layer, V, most=3):
    """{steps: how much outputs change, beyond being moved like the inputs}."""
    Z, found = layer(np.array(V)).asnumpy(), {}
    for step in range(1, most + 1):
        moved = layer(np.array(onp.roll(V, step, axis=2))).asnumpy()
        found[f'moved by {step}'] = float(abs(moved[:, :, step:]
                                              - Z[:, :, :-step]).max())
    return found


def moved_garments(X):
    """Pictures (n, 1, h, w), each moved by chance; what leaves comes in opposite."""
    steps = onp.random.randint(-FARTHEST, FARTHEST + 1, (len(X), 2))
    return onp.stack([onp.roll(x, step, axis=(1, 2)) for x, step in zip(X, steps)])


def classify(parts, num_epochs, lr, batch_size):
    """Accuracies of each network on garments that lie still, and that are moved."""
    found = {}
    for place, change in (('still', lambda X: X), ('moved', moved_garments)):
        train_iter, test_iter = (
            d2l.load_array((change(X), y), batch_size, is_train)
            for is_train, (X, y) in zip((True, False), parts))
        for variant in TURNS:
            net = build_net(variant)
            d2l.train_quietly(net, train_iter, num_epochs, lr)
            found[f'{place}: {variant}'] = d2l.evaluate_accuracy(net, test_iter)
    return found


# ---- Gabor functions (9.10)

def learn_filters(garments, num_filters, lr, batch_size):
    """What a first layer learns from weights next to 0: (num_filters, 9, 9)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(num_filters, FILTER_SIDE, activation='relu',
                      weight_initializer=init.Normal(0.001)),
            nn.MaxPool2D(4), nn.Dense(10))
    d2l.train_quietly(net, d2l.load_array(garments, batch_size), FILTER_EPOCHS, lr)
    return net[0].weight.data().asnumpy()[:, 0]


def measure_filters(filters):
    """What shares of squares Gabor functions leave, and the functions (n, 8)."""
    def share(w):
        return d2l.fit_gabor(w)[1]

    others = [onp.random.permutation(w.ravel()).reshape(w.shape) for w in filters]
    return {'learnt': float(onp.mean([share(w) for w in filters])),
            'in another order': float(onp.mean([share(w) for w in others]))}


def complex_cell(f=1.0, beta=0.4):
    """Answers to a grating, wherever it lies, of a simple and of a complex cell.

    Two simple cells a quarter of a wave apart make a complex one, (9.19). The least of
    its answers over the largest, summed, and in closed form.
    """
    x = onp.arange(-10, 10, 0.05)
    pair = [d2l.gabor((1, beta, 0, f, phi, 0, 0, 0), x, 0) for phi in (0, onp.pi / 2)]
    gratings = onp.cos(f * x + onp.linspace(0, onp.pi, 33)[:, None])
    s_0, s_1 = (abs(gratings @ w) for w in pair)
    c, e = onp.sqrt(s_0 ** 2 + s_1 ** 2), onp.exp(-f ** 2 / beta)
    return {'simple': float(s_0.min() / s_0.max()),
            'complex': float(c.min() / c.max()), 'exact': float((1 - e) / (1 + e))}


# ---- what is claimed

def claims_of_priors(losses, distances):
    """Of dense layers: losses {world: of each strength}, of each seed; one's curve."""
    same = compare_with_dense()
    weak, strong = ({world: [float(row[world][i]) for row in losses]
                     for world in losses[0]} for i in (0, -1))
    distance, pull = distances[-1]
    name, other = losses[0]
    return [
        d2l.claim('a convolution is a dense layer whose weights are tied or 0 (largest '
                  'difference)', same, max(same.values()) < 1e-12),
        d2l.claim('a prior a hundred million times as strong makes the dense layer '
                  'the convolution, at the speed that theory says', {
                      'distance': float(distance),
                      'strength x distance': float(STRENGTHS[-1] * distance),
                      'exact': float(pull)},
                  abs(STRENGTHS[-1] * distance / pull - 1) < 1e-3),
        d2l.claim('where kernels are the same everywhere the strong prior helps (loss '
                  'above the noise)', {'weak': weak[name], 'strong': strong[name]},
                  d2l.exceeds(weak[name], strong[name])),
        d2l.claim('where they differ it hurts', {
            'weak': weak[other], 'strong': strong[other]},
            d2l.exceeds(strong[other], weak[other]))]


def claims_of_tiles(side=8):
    """What layers of 1, 2 and 6 kernels along a side give, and how many weights."""
    V = onp.random.normal(size=(2, 2, side, side))
    layers = {t: tiled_layer(t, side) for t in (1, 2, side - 2)}
    errors = {f't = {t}': float(abs(layer(np.array(V)).asnumpy() - by_sums(
        V, layer, t)).max()) for t, layer in layers.items()}
    moves = {f't = {t}': answers_to_moves(layer, V) for t, layer in layers.items()}
    keeps = [[change < 1e-12 for change in row.values()] for row in moves.values()]
    return [
        d2l.claim('a tiled layer gives what its sums give, from convolution (t = 1) to '
                  'local connections (t = 6) (largest difference)', errors,
                  max(errors.values()) < 1e-12),
        d2l.claim('outputs move with the inputs where the step is a multiple of t '
                  '(largest change)', moves,
                  keeps == [[True] * 3, [False, True, False], [False] * 3])]


def claims_of_networks(found):
    """Of accuracies, {place: network: of each seed}."""
    accs = {name: found[name] for name in found if ': ' in name}
    gains = {place: onp.subtract(found[f'{place}: convolution'],
                                 found[f'{place}: local']).tolist()
             for place in ('still', 'moved')}
    return [
        d2l.claim('a convolution knows moved garments better than local connections '
                  'do', accs, d2l.exceeds(gains['moved'], 0)),
        d2l.claim('it gains more there than where garments lie still', gains,
                  d2l.exceeds(gains['moved'], gains['still']))]


def claims_of_filters(found):
    """Of Gabor functions."""
    theta = onp.array([2, 0.05, 0.1, 1.1, 0.7, 0.5, -0.8, 0.6])
    y, x = onp.indices((FILTER_SIDE, FILTER_SIDE)) - (FILTER_SIDE - 1) / 2
    _, left = d2l.fit_gabor(d2l.gabor(theta, x, y))
    cells = complex_cell()
    return [
        d2l.claim('a Gabor function is found again (share of squares left)', {
            'left': left}, left < 1e-12),
        d2l.claim('learnt filters are nearer to Gabor functions than the same numbers '
                  'in another order (share of squares left)', found,
                  d2l.exceeds(found['in another order'], found['learnt'])),
        d2l.claim('a complex cell answers to a grating wherever it lies, a simple one '
                  'does not (least of its largest answer)', cells,
                  abs(cells['complex'] - cells['exact']) < 1e-9
                  and cells['simple'] < 1e-9)]


def show(losses, distances, filters):
    """Draw the curves of the last seed, and its filters above their functions."""
    d2l.plot(STRENGTHS, [*losses.values()], 'strength of the prior',
             'loss above the noise', [*losses], xscale='log', yscale='log')
    d2l.plot(STRENGTHS, [distances[:, 0], distances[-1, 1] / STRENGTHS],
             'strength of the prior', 'distance from the convolution',
             ['found', 'in theory, at last'], xscale='log', yscale='log')
    y, x = onp.indices(filters.shape[1:]) - (FILTER_SIDE - 1) / 2
    filters = filters[:6]
    d2l.show_images([*filters, *(d2l.gabor(d2l.fit_gabor(w)[0], x, y)
                                 for w in filters)], 2, len(filters))
    d2l.plt.suptitle('learnt filters, and Gabor functions fitted to them')


def run(*, num_epochs: int = 8, lr: float = 0.003, batch_size: int = 32,
        num_train: int = 1000, num_test: int = 2000, num_examples: int = 40,
        num_filters: int = 12, num_seeds: int = 3) -> dict:
    parts, rows, last = d2l.sample_garments(num_train, num_test), [], {}

    def measure():
        losses, last['distances'] = measure_prior(num_examples)
        rows.append(losses)
        last['filters'] = learn_filters(parts[0], num_filters, lr, batch_size)
        return {**classify(parts, num_epochs, lr, batch_size),
                **measure_filters(last['filters'])}

    found = d2l.over_seeds(measure, num_seeds)
    show(rows[-1], last['distances'], last['filters'])
    shares = {name: found[name] for name in ('learnt', 'in another order')}
    return {'claims': [*claims_of_priors(rows, last['distances']), *claims_of_tiles(),
                       *claims_of_networks(found), *claims_of_filters(shares)]}


if __name__ == '__main__':
    d2l.main(run)
