"""Attention pooling: Nadaraya-Watson kernel regression (注意力汇聚:Nadaraya-Watson 核回归)

Source: chapter_attention-mechanisms/nadaraya-waston
"""
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=2)
PRINTED = [({}, {'train loss': (7.88, 7.875, 7.885)})]  # where every build's curve ends


def f(x):
    """The function to be found."""
    return 2 * np.sin(x) + x**0.8


def make_data(n_train):
    """Sorted random x_train in [0, 5), noisy y_train, a test grid and its truth."""
    x_train = np.sort(np.random.rand(n_train) * 5)
    y_train = f(x_train) + np.random.normal(0.0, 0.5, (n_train,))
    x_test = np.arange(0, 5, 0.1)
    return x_train, y_train, x_test, f(x_test)


def kernel_weights(queries, keys):
    """Weights of each key for each query, of a Gaussian kernel: (queries, keys)."""
    distances = np.expand_dims(queries, 1) - np.expand_dims(keys, 0)
    return npx.softmax(-distances**2 / 2)


class NWKernelRegression(d2l.KeepsAttention, nn.HybridBlock):
    """Kernel regression whose width is learned.

    queries (n,), keys and values (n, num_keys) -> (n,); attention_weights (n, num_keys)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.w = self.params.get('w', shape=(1,), init=init.Uniform())

    def hybrid_forward(self, F, queries, keys, values, w):
        distances = (F.np.expand_dims(queries, 1) - keys) * w
        weights = F.npx.softmax(-distances**2 / 2)             # (n, num_keys)
        self.keep_weights(weights)
        return F.np.sum(weights * values, axis=1)


def build_net():
    return NWKernelRegression()


def example_inputs(batch_size=2, num_keys=5):
    return (np.random.normal(size=(batch_size,)),
            np.random.normal(size=(batch_size, num_keys)),
            np.random.normal(size=(batch_size, num_keys)))


def others(a):
    """For each of the n elements, all others: (n, n - 1)."""
    n = len(a)
    everything = np.tile(a, (n, 1))
    return everything[~np.eye(n).astype('bool')].reshape(n, n - 1)


def train(net, x_train, y_train, num_epochs, lr):
    """Fit each y from all other pairs; the history of the summed loss."""
    keys, values = others(x_train), others(y_train)
    loss = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', xlim=[1, num_epochs])

    def step(queries, keys, values, y):
        with autograd.record():
            l = loss(net(queries, keys, values), y)
        l.backward()
        trainer.step(1)  # the gradient of the sum
        return {'train loss': (l.sum(), 1)}

    return d2l.fit(d2l.Step(step, trains=(net, trainer)),
                   [(x_train, keys, values, y_train)], num_epochs,
                   watch=lambda history: animator.add(
                       *history.series['train loss'][-1]))


def show_weights(weights, name):
    d2l.show_heatmaps(np.expand_dims(np.expand_dims(weights, 0), 0),
                      xlabel='Sorted training inputs', ylabel='Sorted testing inputs',
                      titles=[name])


def run(*, n_train: int = 50, num_epochs: int = 5, lr: float = 0.5) -> dict:
    x_train, y_train, x_test, y_truth = make_data(n_train)

    # book: plot_kernel_reg takes no name, and its figures look alike
    def plot_kernel_reg(y_hat, name):
        """Truth and prediction as curves, training examples as dots."""
        d2l.plot(x_test, [y_truth, y_hat], 'x', 'y', legend=['Truth', 'Pred'],
                 xlim=[0, 5], ylim=[-1, 5])
        d2l.plt.plot(x_train.asnumpy(), y_train.asnumpy(), 'o', alpha=0.5)
        d2l.plt.title(name)

    average = np.full_like(y_truth, y_train.mean())
    plot_kernel_reg(average, 'average')

    weights = kernel_weights(x_test, x_train)
    fixed_width = np.dot(weights, y_train)
    plot_kernel_reg(fixed_width, 'fixed width')
    show_weights(weights, 'fixed width')

    net = build_net()
    net.initialize()
    history = train(net, x_train, y_train, num_epochs, lr)
    n_test = len(x_test)
    learned_width = net(x_test, np.tile(x_train, (n_test, 1)),
                        np.tile(y_train, (n_test, 1)))
    plot_kernel_reg(learned_width, 'learned width')
    show_weights(net.attention_weights, 'learned width')
    return {**history.record(), 'w': net.w.data().item(),
            'mean squared error': {name: float(((y_hat - y_truth)**2).mean())
                                   for name, y_hat in (
                                       ('average', average),
                                       ('fixed width', fixed_width),
                                       ('learned width', learned_width))}}


if __name__ == '__main__':
    d2l.main(run)
