"""Forward propagation, backward propagation, and computational graphs (前向传播、反向传播和计算图)

Source: chapter_multilayer-perceptrons/backprop
"""
from matplotlib import pyplot as plt
from mxnet import autograd, np

import d2lmx as d2l

SMOKE = {}

# the graph of the forward pass: place (x, y) of each variable and of each operator
VARIABLES = {'x': (0, 0), 'W1': (1, 1), 'z': (2, 0), 'h': (4, 0), 'W2': (5, 1),
             'o': (6, 0), 'y': (7, -1), 'L': (8, 0), 's': (8, 2), 'J': (10, 1)}
OPERATORS = {'times 1': (1, 0), 'phi': (3, 0), 'times 2': (5, 0), 'l': (7, 0),
             'l2': (6, 2), 'plus': (9, 1)}
EDGES = ('x > times 1 > z > phi > h > times 2 > o > l > L > plus > J', 'W1 > times 1',
         'W2 > times 2', 'y > l', 'W1 > l2', 'W2 > l2 > s > plus')
SIGNS = {'x': r'$\mathbf{x}$', 'z': r'$\mathbf{z}$', 'h': r'$\mathbf{h}$',
         'o': r'$\mathbf{o}$', 'W1': r'$\mathbf{W}^{(1)}$', 'W2': r'$\mathbf{W}^{(2)}$',
         'y': '$y$', 'L': '$L$', 's': '$s$', 'J': '$J$', 'times 1': r'$\times$',
         'times 2': r'$\times$', 'phi': r'$\phi$', 'l': '$l$', 'l2': r'$\ell_2$',
         'plus': '$+$'}


def softmax(o):
    exp = np.exp(o - o.max())
    return exp / exp.sum()


def forward(x, y, W1, W2, lambd):
    """Every variable of the graph for one example.

    x (d,), y a class, W1 (h, d), W2 (q, h); phi is tanh, l the cross-entropy.
    """
    z = np.dot(W1, x)                                      # (h,)
    h = np.tanh(z)                                         # (h,)
    o = np.dot(W2, h)                                      # (q,)
    L = -np.log(softmax(o)[y])
    s = lambd / 2 * ((W1 ** 2).sum() + (W2 ** 2).sum())
    return {'z': z, 'h': h, 'o': o, 'L': L, 's': s, 'J': L + s}


def outer(a, b):
    """a (m,) times the row b (n,): (m, n)."""
    return a.reshape(-1, 1) * b.reshape(1, -1)


def backward(x, y, W1, W2, lambd, values):
    """Gradients of J by the chain rule, from J back to the parameters.

    values: what `forward` returned for the same arguments.
    """
    dJ_dL = dJ_ds = 1
    one_hot = (np.arange(len(W2)) == y).astype('float32')
    dJ_do = dJ_dL * (softmax(values['o']) - one_hot)               # (q,)
    dJ_dW2 = outer(dJ_do, values['h']) + dJ_ds * lambd * W2        # (q, h)
    dJ_dh = np.dot(W2.T, dJ_do)                                    # (h,)
    dJ_dz = dJ_dh * (1 - values['h'] ** 2)                         # (h,)
    dJ_dW1 = outer(dJ_dz, x) + dJ_ds * lambd * W1                  # (h, d)
    return {'o': dJ_do, 'W2': dJ_dW2, 'h': dJ_dh, 'z': dJ_dz, 'W1': dJ_dW1}


def gradients_by_autograd(x, y, W1, W2, lambd):
    """The same gradients of the parameters, recorded and played back by MXNet."""
    W1, W2 = W1.copy(), W2.copy()
    W1.attach_grad()
    W2.attach_grad()
    with autograd.record():
        J = forward(x, y, W1, W2, lambd)['J']
    J.backward()
    return {'W1': W1.grad, 'W2': W2.grad}


def draw_graph():
    """The computational graph: squares are variables, circles are operators."""
    _, ax = plt.subplots(figsize=(7, 2.6))
    places = {**VARIABLES, **OPERATORS}
    for path in EDGES:
        nodes = path.split(' > ')
        for start, end in zip(nodes, nodes[1:]):
            ax.annotate('', places[end], places[start], arrowprops=dict(
                arrowstyle='->', shrinkA=11, shrinkB=11))
    for shape, names in (('square', VARIABLES), ('circle', OPERATORS)):
        for name in names:
            ax.text(*places[name], SIGNS[name], ha='center', va='center', fontsize=9,
                    bbox=dict(boxstyle=shape, facecolor='white'))
    ax.set(xlim=(-0.5, 10.5), ylim=(-1.4, 2.4))
    ax.set_axis_off()
    return ax


def run(*, num_inputs: int = 4, num_hiddens: int = 3, num_outputs: int = 2,
        lambd: float = 0.1) -> dict:
    draw_graph()
    x, y = np.random.normal(size=(num_inputs,)), 0
    W1 = np.random.normal(size=(num_hiddens, num_inputs))
    W2 = np.random.normal(size=(num_outputs, num_hiddens))
    values = forward(x, y, W1, W2, lambd)
    by_hand = backward(x, y, W1, W2, lambd, values)
    by_autograd = gradients_by_autograd(x, y, W1, W2, lambd)
    return {'forward': {name: value.tolist() for name, value in values.items()},
            'gradients of J by hand': {f'with respect to {name}': gradient.tolist()
                                       for name, gradient in by_hand.items()},
            'largest difference from autograd': {
                name: float(np.abs(by_hand[name] - gradient).max())
                for name, gradient in by_autograd.items()}}


if __name__ == '__main__':
    d2l.main(run)
