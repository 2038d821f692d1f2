"""The calls of chapter 5: each name in each section that uses it, on toy data."""
import pytest
from mxnet import autograd, gluon, init, nd
from mxnet.gluon import loss as gloss
from mxnet.gluon import nn

# the names that a section takes from the package, and does not define itself
USES = dict({'5.3': 'corr2d', '5.5': 'load_data_fashion_mnist',
             '5.6': 'train_ch5 try_gpu'},
            **{f'5.{number}': 'load_data_fashion_mnist train_ch5 try_gpu'
               for number in range(7, 13)})


def uses_all(d2l, section):
    return d2l.used >= set(USES[section].split())


def test_5_3_channels_are_added_up_and_stacked(d2l):
    def corr2d_multi_in(X, K):
        return nd.add_n(*[d2l.corr2d(x, k) for x, k in zip(X, K)])

    X = nd.stack(nd.arange(9).reshape((3, 3)), nd.arange(1, 10).reshape((3, 3)))
    K = nd.array([[[0, 1], [2, 3]], [[1, 2], [3, 4]]])
    # 0*0 + 1*1 + 3*2 + 4*3 = 19, and 1*1 + 2*2 + 4*3 + 5*4 = 37
    assert corr2d_multi_in(X, K).asnumpy().tolist() == [[56, 72], [104, 120]]
    Y = nd.stack(*[corr2d_multi_in(X, k) for k in (K, K + 1, K + 2)])
    # a kernel of ones adds the sums of the windows: 8 + 12 = 20 in the first
    assert Y[:, 0, 0].asnumpy().tolist() == [56, 76, 96]
    assert Y.shape == (3, 2, 2) and uses_all(d2l, '5.3')


def lenet():
    return [nn.Conv2D(6, kernel_size=5, activation='sigmoid'), nn.MaxPool2D(2, 2),
            nn.Conv2D(16, kernel_size=5, activation='sigmoid'), nn.MaxPool2D(2, 2),
            nn.Dense(120, activation='sigmoid'), nn.Dense(84, activation='sigmoid'),
            nn.Dense(10)]


def sequential(layers):
    net = nn.Sequential()
    net.add(*layers)
    return net


def test_5_5_a_batch_goes_through_lenet_and_one_step_makes_its_loss_smaller(d2l):
    train_iter, _ = d2l.load_data_fashion_mnist(batch_size=256)
    (X, y), loss = next(iter(train_iter)), gloss.SoftmaxCrossEntropyLoss()
    net, shapes = sequential(lenet()), []
    net.initialize(init=init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .5})
    with autograd.record():
        H = X
        for layer in net:
            H = layer(H)
            shapes.append(H.shape[1:])
        l = loss(H, y).sum()
    assert shapes == [(6, 24, 24), (6, 12, 12), (16, 8, 8), (16, 4, 4), (120,), (84,),
                      (10,)]
    l.backward()
    trainer.step(256)
    assert loss(net(X), y).sum() < l and uses_all(d2l, '5.5')


class Joined(nn.Block):
    """The outputs of its branches, one behind the other on the axis of channels."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = sequential(branches)

    def forward(self, X):
        return nd.concat(*(branch(X) for branch in self.branches), dim=1)


class DenseBlock(nn.Block):
    """Convolutions, each of all that came before it."""

    def __init__(self, num_convs):
        super().__init__()
        self.net = sequential(
            sequential([nn.BatchNorm(), nn.Activation('relu'),
                        nn.Conv2D(4, kernel_size=3, padding=1)])
            for _ in range(num_convs))

    def forward(self, X):
        for block in self.net:
            X = nd.concat(X, block(X), dim=1)
        return X


def conv(num_channels, *size, **how):
    return nn.Conv2D(num_channels, *size, activation='relu', **how)


# narrow networks of each section's kind, and the side that pictures are resized to
NETS = {
    '5.6': (56, lambda d2l: [conv(8, 11, strides=4), nn.MaxPool2D(3, 2),
                             nn.Dense(32, activation='relu'), nn.Dense(10)]),
    '5.7': (32, lambda d2l: [conv(4, 3, padding=1), nn.MaxPool2D(2, 2),
                             conv(8, 3, padding=1), nn.MaxPool2D(2, 2), nn.Dense(10)]),
    '5.8': (32, lambda d2l: [conv(8, 5, 2), conv(8, 1), nn.MaxPool2D(3, 2),
                             nn.Conv2D(10, 3), nn.GlobalAvgPool2D(), nn.Flatten()]),
    '5.9': (32, lambda d2l: [conv(4, 7, 4), Joined(conv(4, 1), sequential(
        [nn.MaxPool2D(3, strides=1, padding=1), conv(2, 1)])), nn.Dense(10)]),
    '5.10': (None, lambda d2l: [nn.Conv2D(6, 5, 3), nn.BatchNorm(),
                                nn.Activation('sigmoid'), nn.Dense(10)]),
    '5.11': (32, lambda d2l: [nn.Conv2D(4, 7, 2), d2l.Residual(4), d2l.Residual(
        8, use_1x1conv=True, strides=2), nn.GlobalAvgPool2D(), nn.Dense(10)]),
    '5.12': (32, lambda d2l: [nn.Conv2D(4, 7, 2), DenseBlock(2), nn.GlobalAvgPool2D(),
                              nn.Dense(10)])}


@pytest.mark.parametrize('section', NETS)
def test_5_6_to_5_12_networks_learn_from_resized_pictures(section, d2l, learns):
    (side, layers), batch_size = NETS[section], 64
    batches = [[next(iter(loader))] for loader in
               d2l.load_data_fashion_mnist(batch_size, resize=side)]
    assert batches[0][0][0].shape == (64, 1, side or 28, side or 28)
    net, ctx = sequential(layers(d2l)), d2l.try_gpu()
    net.initialize(force_reinit=True, ctx=ctx, init=init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .05})
    d2l.train_ch5(net, *batches, batch_size, trainer, ctx, 3)
    assert learns(3) and uses_all(d2l, section)
