"""Generative adversarial networks (生成对抗网络)

Source: chapter_generative-adversarial-networks/gan
"""
from pathlib import Path
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=2, batch_size=50)
# printed, then the builds' range, of three digits: ln 2, where nothing is told apart
PRINTED = [({}, {'discriminator': (.693, .6925, .7065),
                 'generator': (.693, .6925, .7065)})]

LEGEND = ['discriminator', 'generator']
MOST = 100_000  # numbers of noise for a point
NUM_EXAMPLES, NUM_SHOWN = 1000, 100


def build_net(variant: Literal['generator', 'discriminator'] = 'generator'):
    """The generator: Z (batch, latent_dim) -> X (batch, 2); or the discriminator: X
    (batch, 2) -> scores (batch, 1), high for what is real."""
    net = nn.HybridSequential()
    if variant == 'generator':
        net.add(nn.Dense(2))
    else:
        net.add(nn.Dense(5, activation='tanh'), nn.Dense(3, activation='tanh'),
                nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 2)),)


def real_data():
    """Points (1000, 2) of a Gaussian, its mean b and its covariance A^T A."""
    X = np.random.normal(0.0, 1, (NUM_EXAMPLES, 2))
    A = np.array([[1, 2], [-0.1, 0.5]])
    b = np.array([1, 2])
    return np.dot(X, A) + b, b, np.dot(A.T, A)


def show_points(axes, real, fake):
    """Draw generated points (n, 2), and real ones where there are any."""
    if real is not None:
        axes.scatter(real[:, 0], real[:, 1])
    axes.scatter(fake[:, 0], fake[:, 1], color='C1')
    axes.set_xlabel('x')
    axes.set_ylabel('y')
    axes.legend(['real', 'generated'] if real is not None else ['generated'])


def train(net_D, net_G, data_iter, num_epochs, lr_D, lr_G, latent_dim, data):
    """Train both from the start; data: NumPy's (n, 2), drawn beside the generated."""
    loss = gluon.loss.SigmoidBCELoss()
    device = d2l.try_gpu()
    for net in (net_D, net_G):
        net.initialize(init=init.Normal(0.02), force_reinit=True, ctx=device)
    # book: 'adam', which updates each parameter by an operator of its own
    trainer_D, trainer_G = (
        gluon.Trainer(net.collect_params(), d2l.JoinedAdam(learning_rate=lr))
        for net, lr in ((net_D, lr_D), (net_G, lr_G)))
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', xlim=[1, num_epochs],
                            nrows=2, figsize=(5, 5), legend=LEGEND)
    animator.fig.subplots_adjust(hspace=0.4)
    draw_losses = d2l.animate(animator)

    def watch(history):
        Z = np.random.normal(size=(len(data), latent_dim), ctx=device)
        animator.axes[1].cla()
        show_points(animator.axes[1], data, net_G(Z).asnumpy())
        draw_losses(history)

    step = d2l.gan_step(net_D, net_G, loss, trainer_D, trainer_G, (latent_dim,))
    history = d2l.fit(step, data_iter, num_epochs, watch=watch)
    print(f'loss_D {history["discriminator"]:.3f}, loss_G {history["generator"]:.3f}, '
          f'{history.examples_per_sec:.1f} examples/sec')
    return history


def run(*, num_epochs: int = 20, lr_D: float = 0.05, lr_G: float = 0.005,
        batch_size: int = 8, latent_dim: int = 2, out: Path = Path('.')) -> dict:
    data, mean, covariance = real_data()
    d2l.set_figsize()
    d2l.plt.figure()
    d2l.plt.scatter(data[:NUM_SHOWN, 0].asnumpy(), data[:NUM_SHOWN, 1].asnumpy())
    d2l.plt.xlabel('x')
    d2l.plt.ylabel('y')
    print(f'The covariance matrix is\n{covariance}')
    data_iter = d2l.load_array((data,), batch_size)
    net_D, net_G = build_net('discriminator'), build_net('generator')
    history = train(net_D, net_G, data_iter, num_epochs, lr_D, lr_G, latent_dim,
                    data[:NUM_SHOWN].asnumpy())
    Z = np.random.normal(size=(NUM_EXAMPLES, latent_dim), ctx=d2l.try_gpu())
    fake = net_G(Z).asnumpy().astype('float64')
    d2l.save_model(out / 'discriminator', net_D, data[:2], {})
    d2l.save_model(out / 'model', net_G, Z[:2], {'latent_dim': latent_dim})
    return {**history.record(), 'mean': {'real': mean.tolist(),
                                         'generated': fake.mean(axis=0).tolist()},
            'covariance': {'real': covariance.tolist(),
                           'generated': onp.cov(fake.T).tolist()}}


def predict(model, *, num: int = 100, seed: int = 0) -> list:
    """Points that the generator makes of seeded noise, with their mean; draws them."""
    net_G = d2l.load_model(model, latent_dim=range(1, MOST + 1))
    noise = onp.random.RandomState(seed).normal(size=(num, net_G.about['latent_dim']))
    points = net_G(noise.astype('float32')).asnumpy()
    show_points(d2l.plt.figure().gca(), None, points)
    return [{'points': points.tolist(), 'mean': points.mean(axis=0).tolist()}]


if __name__ == '__main__':
    d2l.main(run)
