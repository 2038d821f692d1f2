"""Sequences: echoes, slow units, trees, and a memory that copies (序列建模)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 10

What a recurrent network knows of long ago. In a network of weights of chance nothing is
learnt but what is read out of its echoes: how fast they die is an eigenvalue, and how
much can be recalled in all is known. Units that leak, and connections that skip steps,
keep a gradient alive that else vanishes: it is the sum over all ways through time. A
tree has shorter ways; one network at each of its nodes learns an operation for which
brackets matter, from small trees for large ones. Last, a memory that is written and
read learns to copy, and goes on where sequences get longer than any it was taught.
"""
import math
from typing import Literal

import numpy as onp
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=1, num_train=64, num_steps=500, num_seeds=1)
RANGES = dict(num_steps=(500, 10 ** 6), num_train=(1, 10 ** 6), num_seeds=(1, 100))
DELAYS = range(41)
NUM_LINEAR, NUM_UNITS = 12, 60   # of the reservoirs
A, B, D, ALPHA = 0.8, 0.15, 10, 0.9  # of one unit, a skip over D steps, and a leak
NUM_VALUES, NUM_LEAVES = 3, 8    # of trees that are learnt from
SURE = 80                        # a weight that makes a unit 0 or 1
NUM_TOKENS, SLOTS, WIDTH = 9, 40, 16  # token 0: say what you have read
LONGEST = 8                      # of the sequences that are learnt from
LENGTHS = 1, 2, 4, 8, 16, 28, 40
SIZES = {'memory': 32, 'lstm': 16, 'tree': 32}
LARGER = 64                      # units of an LSTM with ten times as many parameters

Variant = Literal['memory', 'lstm', 'tree']


# ---- echo state networks (10.8)

def reservoir(n, radius):
    """W (n, n), whose largest eigenvalue has the size of `radius`, and U (n,), drawn.
    """
    W = onp.random.normal(size=(n, n))
    return radius * W / abs(onp.linalg.eigvals(W)).max(), onp.random.normal(0, 0.3, n)


def echoes(W, U, x, f=onp.tanh, start=0):
    """h(t) = f(W h(t - 1) + U x(t)) of x (steps,): (steps, n)."""
    h, H = start + onp.zeros(len(W)), []
    for x_t in x:
        h = f(W @ h + U * x_t)
        H.append(h)
    return onp.array(H)


def ridge(H, Y, strength=1e-6):
    """The readout V (n, outputs) with the least |Y - H V|^2 + strength |V|^2."""
    return onp.linalg.solve(H.T @ H + strength * onp.eye(H.shape[1]), H.T @ Y)


def recalled(H, x):
    """How much of x(t - k) a readout knows, for k in DELAYS: 1 for all of it.

    Learnt on the first half of the steps, and measured on the second.
    """
    Y = onp.stack([onp.roll(x, k) for k in DELAYS], axis=1)
    half = len(x) // 2
    V = ridge(H[DELAYS[-1]:half], Y[DELAYS[-1]:half])
    errors = Y[half:] - H[half:] @ V
    return 1 - (errors ** 2).mean(axis=0) / Y[half:].var(axis=0)


def recalled_exactly(W, U, num_delays=len(DELAYS)):
    """The same of a linear reservoir and unending noise, by its covariance.

    C = W C W' + U U', a sum that is doubled until nothing is added.
    """
    C, power = onp.outer(U, U), W
    for _ in range(20):
        C, power = C + power @ C @ power.T, power @ power
    echo, found = U, []
    for _ in range(num_delays):
        found.append(float(echo @ onp.linalg.solve(C, echo)))
        echo = W @ echo
    return found


def measure_echoes(num_steps):
    """What one draw of each reservoir gives, and the curves of what is recalled."""
    x = onp.random.normal(size=num_steps)
    Q, _ = onp.linalg.qr(onp.random.normal(size=(NUM_LINEAR, NUM_LINEAR)))
    W, U = 0.9 * Q, onp.random.normal(size=NUM_LINEAR)
    exact = recalled_exactly(W, U)
    curves = {'linear': recalled(echoes(W, U, x, lambda z: z), x), 'in theory': exact}
    row = {'linear': float(abs(curves['linear'] - exact).max()),
           'sum': sum(recalled_exactly(W, U, 400))}
    for radius in (0.5, 0.95):
        curves[f'radius {radius}'] = recalled(echoes(*reservoir(NUM_UNITS, radius), x),
                                              x)
        row[f'radius {radius}'] = float(curves[f'radius {radius}'].clip(0).sum())
    for radius in (0.9, 3):
        W, U = reservoir(NUM_UNITS, radius)
        one, other = (echoes(W, U, x[:300], start=start)[-1]
                      for start in (0, onp.random.normal(size=NUM_UNITS)))
        row[f'apart, {radius}'] = float(onp.linalg.norm(one - other))
        values, vectors = onp.linalg.eig(W)
        h = onp.linalg.matrix_power(W, 50) @ vectors[:, abs(values).argmax()]
        row[f'growth, {radius}'] = float(onp.linalg.norm(h) / radius ** 50)
    return row, curves


# ---- skip connections and leaky units (10.9)

def slope(T, step):
    """dh(T) / dh(0), by autograd, where ``step(h(0), ..., h(t - 1))`` gives h(t)."""
    h = [np.ones(1, dtype='float64')]
    h[0].attach_grad()
    with autograd.record():
        for _ in range(T):
            h.append(step(h))
    h[-1].backward()
    return float(h[0].grad)


UNITS = {'one step': lambda h: A * h[-1],
         'skips': lambda h: A * h[-1] + B * h[-D] if len(h) >= D else A * h[-1],
         'leaky': lambda h: ALPHA * h[-1] + (1 - ALPHA) * A * h[-1]}


def over_all_ways(T):
    """The same of `UNITS`: of skips the sum over all ways, some of one length."""
    ways = sum(math.comb(T - D * j + j, j) * A ** (T - D * j) * B ** j
               for j in range(T // D + 1))
    return {'one step': A ** T, 'skips': ways, 'leaky': (ALPHA + (1 - ALPHA) * A) ** T}


# ---- recursive networks (10.6)

def operate(left, right):
    """An operation for which the order matters, and brackets."""
    return (left - right) % NUM_VALUES


SHAPES = {'balanced': lambda n: n // 2, 'any shape': lambda n: onp.random.randint(1, n),
          'a chain': lambda n: n - 1}
TREES = ('balanced', 64), ('any shape', 30), ('a chain', 30)  # that are tried


def numbered(tree, x):
    """Of a tree the parts (leaves - 1, 2) and values (leaves - 1,) of its nodes.

    x (leaves,): the values of leaves.
    """
    parts, values = [], [*x]

    def join(*pair):
        parts.append(pair)
        values.append(operate(*(values[i] for i in pair)))
        return len(values) - 1

    d2l.climb_tree(tree, lambda i: i, join)
    return parts, values[len(x):]


def draw_trees(n):
    """X (n, NUM_LEAVES), of trees of any shape, their parts, and values of nodes."""
    X = onp.random.randint(0, NUM_VALUES, (n, NUM_LEAVES), 'int32')
    parts, Y = zip(*(numbered(d2l.grow_tree(range(NUM_LEAVES), SHAPES['any shape']), x)
                     for x in X))
    return X, onp.array(parts, 'int32'), onp.array(Y, 'int32')


def scores_of(params, tree, X):
    """Scores of a tree's root by NumPy, X (n, leaves); params: of the network."""
    E, W, b, V, c = params

    def join(*parts):
        return 1 / (1 + onp.exp(-(onp.concatenate(parts, axis=1) @ W.T + b)))

    H = d2l.climb_tree(tree, lambda i: E[X[:, i]], join)
    return H @ V.T + c


def share_right(params, num_leaves, shape, num_trees=10, n=50):
    """Of so many trees with n draws of leaves each."""
    right = []
    for _ in range(num_trees):
        X = onp.random.randint(0, NUM_VALUES, (n, num_leaves))
        tree = d2l.grow_tree(range(num_leaves), SHAPES[shape])
        y = d2l.climb_tree(tree, lambda i: X[:, i], operate)
        right.append((scores_of(params, tree, X).argmax(axis=1) == y).mean())
    return float(onp.mean(right))


def written_down():
    """Weights of the network with a unit for each pair of values: E, W, b, V, c.

    A unit is 1, or nearly, where its pair stands below, and is read as what the
    operation makes of the pair; a leaf is a pair that makes its value.
    """
    left, right = onp.divmod(onp.arange(NUM_VALUES ** 2), NUM_VALUES)
    V = onp.eye(NUM_VALUES)[operate(left, right)].T          # (values, pairs)
    E = onp.eye(NUM_VALUES ** 2)[onp.arange(NUM_VALUES) * NUM_VALUES]
    W = SURE * onp.concatenate([V[left], V[right]], axis=1)  # of 2, 1 or none of both
    return E, W, onp.full(len(W), -1.5 * SURE), V, onp.zeros(NUM_VALUES)


# ---- networks, and how they learn

def build_net(variant: Variant = 'memory', num_hiddens=0):
    """X (batch, steps) -> scores (batch, steps, tokens); of a tree those of its nodes.

    num_hiddens: 0 for as many as the variant has here.
    """
    num_hiddens = num_hiddens or SIZES[variant]
    if variant == 'memory':
        return d2l.ExplicitMemory(NUM_TOKENS, SLOTS, WIDTH, num_hiddens)
    if variant == 'tree':
        return d2l.RecursiveNetwork(NUM_VALUES, num_hiddens, NUM_LEAVES)
    net = nn.HybridSequential()
    net.add(nn.Embedding(NUM_TOKENS, WIDTH),
            d2l.LSTM(num_hiddens, layout='NTC', input_size=WIDTH),
            nn.Dense(NUM_TOKENS, flatten=False, in_units=num_hiddens))
    return net


def example_inputs(batch_size=2, variant: Variant = 'memory'):
    if variant == 'tree':
        return tuple(map(np.array, draw_trees(batch_size)[:2]))
    return (np.random.randint(0, NUM_TOKENS, size=(batch_size, 6), dtype='int32'),)


class LossWhereAsked(nn.HybridBlock):
    """The mean of -log p over labels Y (batch, steps) from 0 on; -1 asks for nothing.
    """

    def hybrid_forward(self, F, Y_hat, Y):
        is_asked = (Y >= 0).astype('float32')
        log_p = F.npx.pick(F.npx.log_softmax(Y_hat), Y)        # (batch, steps)
        return -F.np.sum(log_p * is_asked, axis=1) / F.np.sum(is_asked, axis=1)


def copies(lengths, longest):
    """X, Y (n, 2 * longest): symbols, then 0; and what is to be said, -1 for nothing.
    """
    X = onp.zeros((len(lengths), 2 * longest), 'int32')
    Y = onp.full(X.shape, -1, 'int32')
    for x, y, n in zip(X, Y, lengths):
        x[:n] = y[n:2 * n] = onp.random.randint(1, NUM_TOKENS, n)
    return X, Y


def train(net, arrays, num_epochs, lr, batch_size):
    """Adam, on inputs and labels; how many parameters were trained."""
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = LossWhereAsked()

    def measure(*batch):
        l = loss(net(*batch[:-1]), batch[-1])
        return l, {'train loss': (l.sum(), l.size)}

    d2l.fit(d2l.measured_step(net, measure, trainer),
            d2l.load_array(arrays, batch_size), num_epochs)
    return sum(param.data(d2l.try_gpu()).size for param in net.collect_params().values()
               if param.grad_req != 'null')


def share_copied(net, length, n=100):
    """Of the symbols of n sequences."""
    X, Y = copies([length] * n, length)
    scores = net(np.array(X, dtype='int32', ctx=d2l.try_gpu())).asnumpy()
    return float((scores.argmax(axis=2) == Y)[:, length:].mean())


def learn_copies(num_train, num_epochs, lr, batch_size):
    """What a memory and two LSTMs copy, of each length; the memory."""
    arrays = copies(onp.random.randint(1, LONGEST + 1, num_train), LONGEST)
    nets, row = {'memory': build_net(), 'LSTM': build_net('lstm'),
                 'larger LSTM': build_net('lstm', LARGER)}, {}
    for name, net in nets.items():
        row[f'{name}: parameters'] = train(net, arrays, num_epochs, lr, batch_size)
        row.update({f'{name}: {length}': share_copied(net, length)
                    for length in LENGTHS})
    return row, nets['memory']


def learn_trees(num_train, num_epochs, lr, batch_size):
    """What a network that saw trees of 8 leaves says of larger ones."""
    net = build_net('tree')
    train(net, draw_trees(num_train), num_epochs, lr, batch_size)
    params = [param.data(d2l.try_gpu()).asnumpy().astype('float64')
              for param in net.collect_params().values()]
    return {f'{shape}, {n} leaves': share_right(params, n, shape)
            for shape, n in TREES}


# ---- what is claimed

def claims_of_echoes(found):
    """Of reservoirs, by what each seed gave."""
    H, Y = onp.random.normal(size=(30, 4)), onp.random.normal(size=(30, 2))
    rows = onp.concatenate([H, 0.5 ** 0.5 * onp.eye(4)])
    others = onp.linalg.lstsq(rows, onp.concatenate([Y, onp.zeros((4, 2))]), rcond=None)
    difference = float(abs(ridge(H, Y, 0.5) - others[0]).max())
    growth, apart = ({f'radius {radius}': found[f'{what}, {radius}']
                      for radius in (0.9, 3)} for what in ('growth', 'apart'))
    sums = {name: found[name] for name in ('radius 0.5', 'radius 0.95')}
    return [
        d2l.claim('in a linear reservoir a difference grows by the spectral radius in '
                  'each step (after 50, of what that makes)', growth,
                  abs(onp.array([*growth.values()]) - 1).max() < 1e-9),
        d2l.claim('two states of such reservoirs come together where the radius is .9, '
                  'and stay apart where it is 3 (distance)', apart,
                  max(apart['radius 0.9']) < 1e-6 and min(apart['radius 3']) > 0.01),
        d2l.claim('a ridge readout is the least squares with a row more for each unit '
                  '(largest difference)', {'difference': difference},
                  difference < 1e-12),
        d2l.claim('a linear reservoir recalls in all as many steps as it has units', {
            'sum over delays': found['sum'], 'units': NUM_LINEAR,
            'largest difference of readouts': found['linear']},
            max(abs(total - NUM_LINEAR) for total in found['sum']) < 1e-6
            and max(found['linear']) < 0.03),
        d2l.claim('of squashed units those of a larger radius recall more, none more '
                  'than their number', {**sums, 'units': NUM_UNITS},
                  d2l.exceeds(*[*sums.values()][::-1])
                  and max(map(max, sums.values())) < NUM_UNITS)]


def claims_of_time(T=60):
    """Of gradients, and a figure of how they vanish."""
    exact = over_all_ways(T)
    found = {name: slope(T, step) for name, step in UNITS.items()}
    steps = range(5, T + 1, 5)
    d2l.plot([*steps], [[slope(t, step) for t in steps] for step in UNITS.values()],
             'T', 'dh(T) / dh(0)', [*UNITS], yscale='log')
    rows = {name: {'autograd': found[name], 'exact': exact[name]} for name in UNITS}
    return [d2l.claim(
        'a gradient is the sum over all ways through time; skips, and leaks, keep it '
        f'from vanishing in {T} steps', rows,
        all(abs(found[name] / exact[name] - 1) < 1e-12 for name in UNITS)
        and min(found['skips'], found['leaky']) > 1000 * found['one step'])]


def claims_of_trees(found):
    """By weights written down, and learnt."""
    by_hand = {f'{shape}, {n} leaves': share_right(written_down(), n, shape)
               for shape, n in TREES}
    learnt = {name: found[name] for name in by_hand}
    return [
        d2l.claim('by weights written down each tree comes to what it is (share right)',
                  by_hand, set(by_hand.values()) == {1}),
        d2l.claim('what is learnt on trees of 8 leaves holds for larger ones, halfway '
                  'from chance to always at least (share right)', learnt,
                  min(map(min, learnt.values())) > 2 / 3)]


def claims_of_copies(found):
    """Of {network: length: of each seed}."""
    far = {name: found[f'{name}: 16'] for name in ('memory', 'LSTM', 'larger LSTM')}
    sizes = {f'{name}: parameters': found[f'{name}: parameters'][0] for name in far}
    return [
        d2l.claim('a memory learns to copy (share right of 8 symbols, as in training)',
                  {'memory': found[f'memory: {LONGEST}'], 'chance': 1 / 8},
                  min(found[f'memory: {LONGEST}']) > 0.99),
        d2l.claim('it copies what is five times as long as all that it learnt from',
                  {'40 symbols': found['memory: 40']}, min(found['memory: 40']) > 0.95),
        d2l.claim('of twice the length an LSTM of its size copies less, and one of ten '
                  'times its size, too', {**far, **sizes},
                  d2l.exceeds(far['memory'], far['LSTM'])
                  and d2l.exceeds(far['memory'], far['larger LSTM']))]


def show(curves, row, memory):
    """Draw what the last seed's networks recall and copy, and where heads stand."""
    d2l.plot([*DELAYS], [*curves.values()], 'delay', 'share recalled', [*curves],
             fmts=['b.', 'b-', 'm--', 'g-.'])
    d2l.plot(LENGTHS, [[row[f'{name}: {length}'] for length in LENGTHS]
                       for name in ('memory', 'LSTM', 'larger LSTM')],
             'symbols', 'share copied', ['memory', 'LSTM', 'larger LSTM'])
    d2l.plt.axvline(LONGEST, color='black', linestyle=':')  # of those learnt from
    X, _ = copies([12], 12)
    places = memory.places(np.array(X, dtype='int32', ctx=d2l.try_gpu()))
    d2l.show_heatmaps(places[None], 'slot', 'step', ['writing', 'reading'],
                      figsize=(6, 2.5))


def run(*, num_epochs: int = 6, lr: float = 0.02, batch_size: int = 32,
        num_train: int = 4000, num_steps: int = 20000, num_seeds: int = 3) -> dict:
    last = {}

    def measure():
        echoed, last['curves'] = measure_echoes(num_steps)
        trees = learn_trees(num_train, num_epochs, lr, batch_size)
        last['row'], last['memory'] = learn_copies(num_train, num_epochs, lr,
                                                   batch_size)
        return {**echoed, **trees, **last['row']}

    found = d2l.over_seeds(measure, num_seeds)
    show(last['curves'], last['row'], last['memory'])
    return {'claims': [*claims_of_echoes(found), *claims_of_time(),
                       *claims_of_trees(found), *claims_of_copies(found)],
            'found': found}


if __name__ == '__main__':
    d2l.main(run)
