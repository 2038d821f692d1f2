"""Setting up: inputs, first weights, and gradients (训练前的准备)

Source: deep-learning-specialization, topic 6

Before a network is trained its inputs are normalized, its weights drawn from the right
distribution, and its gradients checked, if somebody wrote them. Measured is what each
is worth. A linear regression on the airfoil's columns as they are, of thousandths and
of thousands, and on normalized ones: how many steps of gradient descent, each at its
best rate, leave a hundredth of what can be gained. Fifty layers of ReLUs with weights
of four sizes: what becomes of the outputs and of the gradients from layer to layer,
and which of these networks learn. A gradient by hand with one of five faults planted:
what a check by differences says of each, and what it says where dropout is left on.
"""
import numpy as onp
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('airfoil', 'fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_layers=12, num_epochs=1, num_train=128, max_steps=500)
RANGES = dict(num_seeds=(1, 100), num_layers=(2, 200), num_hiddens=(2, 1024),
              num_train=(10, 12000), max_steps=(1, 10 ** 6))
# variance of a weight times its layer's inputs: 2 keeps the size of what ReLUs halve
MAGNITUDES = {'small': 0.5, 'Xavier': 1, 'He': 2, 'large': 8}
FACTORS = 0.25, 0.5, 1, 1.5, 1.9  # of the rate 1 / L; from 2 on descent diverges
ENOUGH = 0.01  # share left to gain, at which descent ends
FAULTS = ('a factor of two', 'a wrong sign', 'a sum that is a mean',
          'tanh without its derivative', 'a bias that is forgotten')


def build_net(num_layers=50, num_hiddens=64, magnitude=2):
    """X (batch, 1, 28, 28) -> scores (batch, 10), below num_layers layers of ReLUs."""
    normal = init.Xavier('gaussian', 'in', magnitude)
    net = nn.HybridSequential()
    for _ in range(num_layers):
        net.add(nn.Dense(num_hiddens, activation='relu', weight_initializer=normal))
    net.add(nn.Dense(10, weight_initializer=normal))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


# ---- normalized inputs

def descend(X, y, rate, max_steps):
    """What is left to gain of a linear regression's loss, (steps + 1,), by descent.

    X (n, d), y (n,). Ends where a hundredth is left, else after max_steps. The loss is
    half the mean square, rate is in units of 1 / L, L being its largest curvature.
    """
    A, b = X.T @ X / len(X), X.T @ y / len(X)
    best = onp.linalg.lstsq(X, y, rcond=None)[0]
    rate /= onp.linalg.eigvalsh(A)[-1]
    w, left = onp.zeros(len(b)), []
    while True:
        left.append(((X @ (w - best)) ** 2).mean() / 2)  # above the smallest loss
        if left[-1] <= ENOUGH * left[0] or len(left) > max_steps:
            return left
        w = w - rate * (A @ w - b)


def steps_of(left):
    """How many steps a descent took, or that so many did not do."""
    steps = len(left) - 1
    is_enough = left[-1] <= ENOUGH * left[0]
    return steps if is_enough else f'more than {steps}, not reached'


def with_ones(X):
    """Another column, of ones, whose weight is the bias."""
    return onp.column_stack([X, onp.ones(len(X))])


def compare_inputs(max_steps):
    """{inputs: what is left after each step at the best rate}; draws both."""
    table = d2l.read_airfoil().astype('float64')
    normal = (table - table.mean(axis=0)) / table.std(axis=0)
    curves = {}
    for name, X in (('as they are', table[:, :-1]), ('normalized', normal[:, :-1])):
        curves[name] = min((descend(with_ones(X), normal[:, -1], factor, max_steps)
                            for factor in FACTORS), key=lambda left: (
                                len(left), left[-1]))
    d2l.plot([range(1, len(left) + 1) for left in curves.values()],
             [onp.array(left) / left[0] for left in curves.values()], 'step + 1',
             'share left to gain', legend=list(curves), xscale='log')
    return curves


# ---- first weights

def sizes_by_layer(net, X, y):
    """Of each hidden layer's outputs: their deviation, and their gradient's length.

    The gradient is that of the mean loss of examples X (n, ...), y (n,).
    """
    H, outputs, lengths = np.array(X), [], []
    for layer in net:
        H = layer(H)
        outputs.append(H)
    grad = (npx.softmax(H) - npx.one_hot(np.array(y), H.shape[1])) / len(y)
    for layer, H in zip(reversed(list(net)), reversed(outputs[:-1])):
        grad = np.dot(grad, layer.weight.data())  # (n, num_hiddens)
        lengths.append(float(np.linalg.norm(grad)))
        grad = grad * (H > 0)                     # below the ReLUs
    return [float(H.std()) for H in outputs[:-1]], lengths[::-1]


def accuracy_after_training(net, data, num_epochs, lr, batch_size):
    """Of what has been learnt, by Adam."""
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    train_iter = d2l.load_array(data, batch_size)
    d2l.fit(d2l.classification_step(net, loss, trainer), train_iter, num_epochs)
    return d2l.evaluate_accuracy(net, train_iter)


def compare_weights(num_layers, num_hiddens, num_epochs, lr, batch_size, num_train):
    """Numbers of each magnitude, and {magnitude: (deviations, gradients)} by layer."""
    data, = d2l.sample_garments(num_train)
    row, sizes = {}, {}
    for name, magnitude in MAGNITUDES.items():
        net = build_net(num_layers, num_hiddens, magnitude)
        net.initialize()
        outputs, grads = sizes[name] = sizes_by_layer(net, *(a[:128] for a in data))
        row[f'outputs, {name}'] = outputs[-1] / outputs[0]
        row[f'gradients, {name}'] = grads[0] / grads[-1]
        net.initialize(force_reinit=True, ctx=d2l.try_all_gpus())
        row[f'acc, {name}'] = accuracy_after_training(net, data, num_epochs, lr,
                                                      batch_size)
    return row, sizes


def draw_sizes(sizes):
    """Both by layer."""
    for i, label in enumerate(('deviation of outputs', 'length of gradient')):
        curves = [pair[i] for pair in sizes.values()]
        d2l.plot(range(1, len(curves[0]) + 1), curves, 'layer', label,
                 legend=list(sizes), yscale='log')


# ---- a gradient by hand

def loss_by_hand(params, X, y, keep=1):
    """Mean logistic loss of a hidden layer of tanh; keep: of how many, by chance."""
    W1, b1, W2, b2 = params
    H = onp.tanh(X @ W1 + b1)
    H = H * (onp.random.uniform(size=H.shape) < keep) / keep
    s = (H @ W2 + b2)[:, 0]
    return onp.mean(onp.logaddexp(0, s) - y * s)


def gradients_by_hand(params, X, y, fault=''):
    """Of the four parameters; with one of FAULTS, if asked for."""
    W1, b1, W2, b2 = params
    H = onp.tanh(X @ W1 + b1)
    error = (1 / (1 + onp.exp(-(H @ W2 + b2))) - y[:, None]) / len(y)  # (n, 1)
    dH = error @ W2.T
    if fault != 'tanh without its derivative':
        dH = dH * (1 - H ** 2)
    dW1, db1, dW2, db2 = X.T @ dH, dH.sum(axis=0), H.T @ error, error.sum(axis=0)
    if fault == 'a factor of two':
        dW2 = 2 * dW2
    elif fault == 'a wrong sign':
        db2 = -db2
    elif fault == 'a sum that is a mean':
        db1 = dH.mean(axis=0)
    elif fault == 'a bias that is forgotten':
        db1 = 0 * db1
    return dW1, db1, dW2, db2


def check_by_differences():
    """{'right', each fault, 'dropout left on': what the check says}."""
    X, y = d2l.flower(40)
    X, y = X.astype('float64'), y.astype('float64')
    params = [onp.random.normal(size=size) for size in ((2, 5), 5, (5, 1), 1)]

    def check(keep=1, fault=''):
        return d2l.check_gradients(lambda params: loss_by_hand(params, X, y, keep),
                                   params, gradients_by_hand(params, X, y, fault))

    return {'right': check(), **{fault: check(fault=fault) for fault in FAULTS},
            'dropout left on': check(keep=0.5)}


def claims(curves, found):
    """The claims, beside what was measured; curves: of `compare_inputs`."""
    def pick(prefix):
        return {name: found[name] for name in found if name.startswith(prefix)}

    outputs, grads, acc = map(pick, ('outputs, ', 'gradients, ', 'acc, '))
    others = [found[f'acc, {name}'] for name in MAGNITUDES if name != 'He']
    checked = {name: found[name] for name in ('right', *FAULTS)}
    return [
        d2l.claim('normalized inputs need fewer steps',
                  {name: steps_of(left) for name, left in curves.items()},
                  len(curves['normalized']) < len(curves['as they are'])),
        d2l.claim('of small weights the outputs vanish, of large ones they explode',
                  outputs, max(found['outputs, small']) < 1e-6
                  and min(found['outputs, large']) > 1e6),
        d2l.claim('of small weights the gradients vanish, of large ones they explode',
                  grads, max(found['gradients, small']) < 1e-6
                  and min(found['gradients, large']) > 1e6),
        d2l.claim("He's weights keep both within a factor of 100",
                  {**pick('outputs, He'), **pick('gradients, He')},
                  all(0.01 < size < 100 for name in ('outputs, He', 'gradients, He')
                      for size in found[name])),
        d2l.claim("with He's weights alone do the layers learn", acc,
                  min(found['acc, He']) > 0.4 and max(map(max, others)) < 0.2),
        d2l.claim('a check by differences finds every fault, and no other', checked,
                  max(found['right']) < 1e-7
                  and min(min(found[fault]) for fault in FAULTS) > 1e-4),
        d2l.claim('with dropout on, a check says that what is right is wrong',
                  {'dropout left on': found['dropout left on']},
                  min(found['dropout left on']) > 1e-4)]


def run(*, num_seeds: int = 3, num_layers: int = 50, num_hiddens: int = 64,
        num_epochs: int = 10, lr: float = 0.001, batch_size: int = 64,
        num_train: int = 2000, max_steps: int = 20000) -> dict:
    last = {}

    def measure():
        row, last['sizes'] = compare_weights(num_layers, num_hiddens, num_epochs, lr,
                                             batch_size, num_train)
        return {**row, **check_by_differences()}

    curves = compare_inputs(max_steps)
    found = d2l.over_seeds(measure, num_seeds)
    draw_sizes(last['sizes'])
    return {'claims': claims(curves, found)}


if __name__ == '__main__':
    d2l.main(run)
