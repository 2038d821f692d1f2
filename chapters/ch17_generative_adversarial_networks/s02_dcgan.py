"""Deep convolutional generative adversarial networks (深度卷积生成对抗网络)

Source: chapter_generative-adversarial-networks/dcgan

On a processor the page's networks learn from some ten pictures a second, and its
40,000 sprites, twenty times, take a day. ``--channels 16 --batch-size 32 --lr 0.002
--num-epochs 40`` shows creatures of the toy set in three minutes. ``--images`` takes
other pictures: a data file of the book's, such as cifar10_tiny, or a folder or an
archive of your own.
"""
from pathlib import Path
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('pokemon',)
SMOKE = dict(num_epochs=1, batch_size=64, channels=4, latent_dim=8)
# printed, then the range of the book's executed builds
PRINTED = [({}, {'discriminator': (.141, .025, .371), 'generator': (6.11, 3.5, 7.)})]

LEGEND = ['discriminator', 'generator']
SIZE = 64  # pixels of a picture
ROWS, COLUMNS = 3, 7  # of pictures after an epoch
NUM_GRIDS = 5  # files of such grids in a training, at most
BATCH = 64     # pictures predicted at once
MOST = 100_000  # numbers of noise for a picture
transformer = d2l.Compose([d2l.Resize(SIZE), d2l.ToTensor(), d2l.Normalize(0.5, 0.5)])


class G_block(nn.HybridBlock):
    """X (batch, c, h, w) -> (batch, channels, 2 * h, 2 * w)."""

    def __init__(self, channels, kernel_size=4, strides=2, padding=1, **kwargs):
        super().__init__(**kwargs)
        self.conv2d_trans = nn.Conv2DTranspose(channels, kernel_size, strides, padding,
                                               use_bias=False)
        self.batch_norm = nn.BatchNorm()
        self.activation = nn.Activation('relu')

    def hybrid_forward(self, F, X):
        return self.activation(self.batch_norm(self.conv2d_trans(X)))


class D_block(nn.HybridBlock):
    """X (batch, c, h, w) -> (batch, channels, h / 2, w / 2)."""

    def __init__(self, channels, kernel_size=4, strides=2, padding=1, alpha=0.2,
                 **kwargs):
        super().__init__(**kwargs)
        self.conv2d = nn.Conv2D(channels, kernel_size, strides, padding, use_bias=False)
        self.batch_norm = nn.BatchNorm()
        self.activation = nn.LeakyReLU(alpha)

    def hybrid_forward(self, F, X):
        return self.activation(self.batch_norm(self.conv2d(X)))


def build_net(variant: Literal['generator', 'discriminator'] = 'generator',
              channels=64):
    """The generator: Z (batch, latent_dim, 1, 1) -> X (batch, 3, 64, 64) in [-1, 1]; or
    the discriminator: X -> scores (batch, 1, 1, 1), high for what is real."""
    net = nn.HybridSequential()
    if variant == 'generator':
        net.add(G_block(channels * 8, strides=1, padding=0),  # (.., 4, 4)
                G_block(channels * 4),                        # (.., 8, 8)
                G_block(channels * 2),                        # (.., 16, 16)
                G_block(channels),                            # (.., 32, 32)
                nn.Conv2DTranspose(3, kernel_size=4, strides=2, padding=1,
                                   use_bias=False, activation='tanh'))
    else:
        net.add(D_block(channels),      # (.., 32, 32)
                D_block(channels * 2),  # (.., 16, 16)
                D_block(channels * 4),  # (.., 8, 8)
                D_block(channels * 8),  # (.., 4, 4)
                nn.Conv2D(1, kernel_size=4, use_bias=False))
    return net


def example_inputs(batch_size=2, variant='generator', latent_dim=100):
    shape = (latent_dim, 1, 1) if variant == 'generator' else (3, SIZE, SIZE)
    return (np.random.normal(size=(batch_size, *shape)),)


def load_data(images, batch_size):
    """Shuffled batches of pictures (batch, 3, 64, 64) in [-1, 1], and zeros."""
    pictures = d2l.pictures_below(d2l.download_extract(images) if images in d2l.DATA_HUB
                                  else d2l.own_folder(images))
    print('# training pictures:', len(pictures))
    return d2l.PictureIterator(pictures, onp.zeros(len(pictures)), batch_size,
                               transformer, shuffle=True)


def as_images(X):
    """X (batch, 3, h, w) in [-1, 1] -> NumPy's (batch, h, w, 3) in [0, 1]."""
    return X.asnumpy().transpose(0, 2, 3, 1) / 2 + 0.5


def show_data(X):
    """Draw the first twenty pictures of a batch."""
    d2l.show_images(as_images(X[:20]), num_rows=4, num_cols=5)


def show_leaky_relu():
    """Draw leaky ReLUs of several slopes."""
    alphas = [0, .2, .4, .6, .8, 1]
    x = np.arange(-2, 1, 0.1)
    Y = [nn.LeakyReLU(alpha)(x).asnumpy() for alpha in alphas]
    # wide, for the legend beside the curves
    d2l.plot(x.asnumpy(), Y, 'x', 'y', [f'alpha = {alpha}' for alpha in alphas],
             xlim=[-2, 2.5], fmts=('-', 'm--', 'g-.', 'r:', 'c--', 'k-.'),
             figsize=(5, 3))


def train(net_D, net_G, data_iter, num_epochs, lr, latent_dim, device=None, out=None):
    """Train both from the start; draws the losses and what the generator makes.

    out: a folder, which gets a grid of pictures each few epochs, of the same noise.
    """
    loss = gluon.loss.SigmoidBCELoss()
    device = device or d2l.try_gpu()
    for net in (net_D, net_G):
        net.initialize(init=init.Normal(0.02), force_reinit=True, ctx=device)
    trainer_hp = {'learning_rate': lr, 'beta1': 0.5}
    trainer_D, trainer_G = (gluon.Trainer(net.collect_params(), 'adam', trainer_hp)
                            for net in (net_D, net_G))
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', xlim=[1, num_epochs],
                            nrows=2, figsize=(5, 5), legend=LEGEND)
    animator.fig.subplots_adjust(hspace=0.4)
    draw_losses = d2l.animate(animator)
    # book: draws other noise each time, of which no progress is seen
    Z = np.random.normal(size=(ROWS * COLUMNS, latent_dim, 1, 1), ctx=device)
    every = -(-num_epochs // NUM_GRIDS)

    def watch(history):
        epoch, _ = history.series['generator'][-1]
        image = d2l.picture_grid(as_images(net_G(Z)), COLUMNS)
        animator.axes[1].cla()
        animator.axes[1].set_axis_off()
        animator.axes[1].imshow(image)
        if out is not None and (epoch % every == 0 or epoch == num_epochs):
            d2l.plt.imsave(out / f'epoch-{epoch:03.0f}.png', image)
        draw_losses(history)

    step = d2l.gan_step(net_D, net_G, loss, trainer_D, trainer_G, (latent_dim, 1, 1))
    history = d2l.fit(step, data_iter, num_epochs, watch=watch)
    print(f'loss_D {history["discriminator"]:.3f}, loss_G {history["generator"]:.3f}, '
          f'{history.examples_per_sec:.1f} examples/sec on {device}')
    return history


def run(*, num_epochs: int = 20, lr: float = 0.005, latent_dim: int = 100,
        batch_size: int = 256, channels: int = 64, images: str = 'pokemon',
        out: Path = Path('.')) -> dict:
    data_iter = load_data(images, batch_size)
    X, _ = next(iter(data_iter))
    show_data(X)
    show_leaky_relu()
    net_D, net_G = (build_net(variant, channels)
                    for variant in ('discriminator', 'generator'))
    history = train(net_D, net_G, data_iter, num_epochs, lr, latent_dim, out=out)
    d2l.save_model(out / 'discriminator', net_D, X[:2], {})
    d2l.save_model(out / 'model', net_G, example_inputs(latent_dim=latent_dim),
                   {'latent_dim': latent_dim})
    return {'training pictures': len(data_iter.pictures), **history.record()}


def predict(model, *, num: int = 64, seed: int = 0) -> list:
    """A grid of pictures that the generator makes of seeded noise: a figure."""
    net_G = d2l.load_model(model, latent_dim=range(1, MOST + 1))
    noise = onp.random.RandomState(seed).normal(
        size=(num, net_G.about['latent_dim'], 1, 1)).astype('float32')
    images = onp.concatenate([as_images(net_G(noise[i:i + BATCH]))
                              for i in range(0, num, BATCH)])
    d2l.show_grid(d2l.picture_grid(images, round(num ** .5)))
    return [{'pictures': num, 'seed': seed}]


if __name__ == '__main__':
    d2l.main(run)
