"""Cells in the form of chapter 17's pages, on what the library has of them.

Their networks are imperative blocks, their batches are moved by hand, and the two
updates are called in a loop of the reader's own.
"""
import numpy as onp
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

NAMES = 'discriminator', 'generator'


def adam(net, lr, **options):
    return gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr, **options})


def page_D(X, Z, net_D, net_G, loss, trainer_D):
    """17.1's update as printed: labels are one axis, the real examples come first."""
    ones, zeros = np.ones((len(X),), ctx=X.ctx), np.zeros((len(X),), ctx=X.ctx)
    with autograd.record():
        real_Y = net_D(X)
        fake_X = net_G(Z)
        fake_Y = net_D(fake_X.detach())
        loss_D = (loss(real_Y, ones) + loss(fake_Y, zeros)) / 2
    loss_D.backward()
    trainer_D.step(len(X))
    return float(loss_D.sum())


def page_G(Z, net_D, net_G, loss, trainer_G):
    """The generator's, as printed."""
    ones = np.ones((len(Z),), ctx=Z.ctx)
    with autograd.record():
        loss_G = loss(net_D(net_G(Z)), ones)
    loss_G.backward()
    trainer_G.step(len(Z))
    return float(loss_G.sum())


def epoch(nets, trainers, batches, latent_shape, updates=(d2l.update_D, d2l.update_G)):
    """An epoch of the pages' loop: the mean losses of both."""
    loss, metric = gluon.loss.SigmoidBCELoss(), d2l.Accumulator(3)
    for X in batches:
        Z = np.random.normal(0, 1, size=(X.shape[0], *latent_shape))
        X, Z = X.as_in_ctx(d2l.try_gpu()), Z.as_in_ctx(d2l.try_gpu())
        metric.add(updates[0](X, Z, *nets, loss, trainers[0]),
                   updates[1](Z, *nets, loss, trainers[1]), X.shape[0])
    return metric[0] / metric[2], metric[1] / metric[2]


def points():
    """17.1's networks and their trainers, of the same weights each time."""
    net_G, net_D = nn.Sequential(), nn.Sequential()
    net_G.add(nn.Dense(2))
    net_D.add(nn.Dense(5, activation='tanh'), nn.Dense(3, activation='tanh'),
              nn.Dense(1))
    d2l.set_seed(3)
    for net, width in ((net_D, 2), (net_G, 2)):
        net.initialize(init=init.Normal(.02), force_reinit=True)
        net(np.zeros((1, width)))
    return (net_D, net_G), (adam(net_D, .05), adam(net_G, .005))


def values(*nets):
    npx.waitall()
    return [param.data().asnumpy() for net in nets
            for param in net.collect_params().values()]


def test_the_pages_loop_over_points_by_the_pages_updates_and_by_ours():
    X = np.random.normal(0.0, 1, (100, 2))
    data = np.dot(X, np.array([[1, 2], [-0.1, 0.5]])) + np.array([1, 2])
    found = []
    for updates in ((d2l.update_D, d2l.update_G), (page_D, page_G)):
        nets, trainers = points()
        batches = d2l.load_array((data,), 8)  # each is X, no list
        losses = [epoch(nets, trainers, batches, (2,), updates) for _ in range(2)]
        found.append([*losses, *values(*nets)])
    for ours, page in zip(*found):
        # without batch normalization in any order; float32 under Adam
        onp.testing.assert_allclose(ours, page, rtol=1e-4, atol=1e-6)


def test_the_pages_figure_of_two_axes():
    """Curves above, and below whatever a cell clears and draws anew each epoch."""
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', xlim=[1, 2], nrows=2,
                            figsize=(5, 5), legend=NAMES)
    animator.fig.subplots_adjust(hspace=0.3)
    for at in (1, 2):
        animator.axes[1].cla()
        for _ in NAMES:
            animator.axes[1].scatter(onp.arange(3.), onp.arange(3.))
        animator.axes[1].legend(['real', 'generated'])
        animator.add(at, (.5 / at, .7))
    above, below = animator.axes
    assert [line.get_ydata() for line in above.lines] == [[.5, .25], [.7, .7]]
    assert len(below.collections) == 2 and below.get_legend() is not None


class G_block(nn.Block):
    """17.2's as printed, imperative."""

    def __init__(self, channels, kernel_size=4, strides=2, padding=1, **kwargs):
        super(G_block, self).__init__(**kwargs)
        self.conv2d_trans = nn.Conv2DTranspose(channels, kernel_size, strides, padding,
                                               use_bias=False)
        self.batch_norm = nn.BatchNorm()
        self.activation = nn.Activation('relu')

    def forward(self, X):
        return self.activation(self.batch_norm(self.conv2d_trans(X)))


class D_block(nn.Block):
    """17.2's as printed, imperative."""

    def __init__(self, channels, kernel_size=4, strides=2, padding=1, alpha=0.2,
                 **kwargs):
        super(D_block, self).__init__(**kwargs)
        self.conv2d = nn.Conv2D(channels, kernel_size, strides, padding, use_bias=False)
        self.batch_norm = nn.BatchNorm()
        self.activation = nn.LeakyReLU(alpha)

    def forward(self, X):
        return self.activation(self.batch_norm(self.conv2d(X)))


def sprites(blocks):
    """17.2's networks of two channels, by a page's blocks (of G, of D)."""
    generator, discriminator = blocks
    net_G, net_D = nn.Sequential(), nn.Sequential()
    net_G.add(generator(16, strides=1, padding=0), generator(8), generator(4),
              generator(2), nn.Conv2DTranspose(3, kernel_size=4, strides=2, padding=1,
                                               use_bias=False, activation='tanh'))
    net_D.add(discriminator(2), discriminator(4), discriminator(8), discriminator(16),
              nn.Conv2D(1, kernel_size=4, use_bias=False))
    d2l.set_seed(3)
    for net, shape in ((net_D, (3, 64, 64)), (net_G, (5, 1, 1))):
        net.initialize(init=init.Normal(.02), force_reinit=True)
        net(np.zeros((1, *shape)))
    return (net_D, net_G), [adam(net, .005, beta1=.5) for net in (net_D, net_G)]


def own_loader():
    """(files, batches) of the page: Gluon's folders of pictures and its loader."""
    transforms = gluon.data.vision.transforms
    pictures = gluon.data.vision.datasets.ImageFolderDataset(
        d2l.download_extract('pokemon'))
    transformer = transforms.Compose([transforms.Resize(64), transforms.ToTensor(),
                                      transforms.Normalize(0.5, 0.5)])
    some = pictures.transform_first(transformer).take(24)
    return [file for file, _ in pictures.items[:24]], gluon.data.DataLoader(
        some, batch_size=12, shuffle=False, num_workers=0)


def test_the_pages_pictures_are_ours(section):
    page, (files, loader) = section('17.2'), own_loader()
    found = onp.concatenate([X.asnumpy() for X, _ in loader])
    assert found.shape == (24, 3, 64, 64)
    ours = d2l.PictureIterator([d2l.read_picture(file) for file in files], [0] * 24, 24,
                               page.transformer)
    X, _ = next(iter(ours))
    onp.testing.assert_allclose(found, X.asnumpy(), atol=1e-6)  # of values up to 1


def test_the_pages_loop_over_pictures_trains_the_pages_blocks_as_ours(section):
    page, batches = section('17.2'), [X for X, _ in own_loader()[1]]
    found = []
    for blocks in ((G_block, D_block), (page.G_block, page.D_block)):
        nets, trainers = sprites(blocks)
        losses = [epoch(nets, trainers, batches, (5, 1, 1)) for _ in range(2)]
        found.append([*losses, *values(*nets)])
        images = d2l.picture_grid(page.as_images(nets[1](np.zeros((6, 5, 1, 1)))), 3)
        assert images.shape == (2 * 64, 3 * 64, 3)
    for theirs, ours in zip(*found):
        onp.testing.assert_array_equal(theirs, ours)


def test_the_reader_may_enter_the_file_that_the_page_enters(monkeypatch):
    monkeypatch.setitem(d2l.DATA_HUB, 'pokemon', (
        d2l.DATA_URL + 'pokemon.zip', 'c065c0e2593b8b161a2d7873e42418bf6a21106c'))
    assert d2l.pictures_below(d2l.download_extract('pokemon')).files
