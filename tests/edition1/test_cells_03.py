"""The calls of chapter 3: each name in each section that uses it, on toy data."""
import numpy as onp
import pandas
import pytest
from matplotlib import pyplot as plt
from mxnet import autograd, gluon, init, nd
from mxnet.gluon import data as gdata
from mxnet.gluon import loss as gloss
from mxnet.gluon import nn

from d2lmx.files.hub import download

# the names that a section takes from the package, and does not define itself
USES = '''
3.5  get_fashion_mnist_labels plt show_fashion_mnist use_svg_display
3.6  get_fashion_mnist_labels load_data_fashion_mnist sgd show_fashion_mnist train_ch3
3.7  load_data_fashion_mnist train_ch3
3.8  plt set_figsize
3.9  load_data_fashion_mnist train_ch3
3.10 load_data_fashion_mnist train_ch3
3.11 plt semilogy set_figsize
3.12 linreg semilogy sgd squared_loss
3.13 load_data_fashion_mnist train_ch3
3.16 semilogy
'''
NAMES = {line.split()[0]: set(line.split()[1:]) for line in USES.strip().splitlines()}


@pytest.fixture
def garments(d2l):
    """The batches of a page, of 256: four to train on and one to test on."""
    train_iter, test_iter = d2l.load_data_fashion_mnist(256)
    return [X_y for X_y, _ in zip(train_iter, range(4))], [next(iter(test_iter))]



def test_3_5_pictures_of_the_training_set_have_their_names(d2l, garments):
    d2l.use_svg_display()
    X, y = garments[0][0]
    names = d2l.get_fashion_mnist_labels(y[:9].asnumpy())
    d2l.show_fashion_mnist(X[:9], names)
    assert [ax.get_title() for ax in d2l.plt.gcf().axes] == names
    assert not NAMES['3.5'] - d2l.used


def test_3_6_softmax_regression_from_scratch_learns(d2l, garments, learns):
    W, b = nd.random.normal(scale=.01, shape=(784, 10)), nd.zeros(10)
    for param in (W, b):
        param.attach_grad()

    def net(X):
        return nd.softmax(nd.dot(X.reshape((-1, 784)), W) + b)

    def cross_entropy(y_hat, y):
        return -nd.pick(y_hat, y).log()

    d2l.train_ch3(net, *garments, cross_entropy, 3, 256, [W, b], .1)
    assert learns(3)
    X, y = garments[1][0]
    with autograd.record():
        l = cross_entropy(net(X), y).sum()
    l.backward()
    before = W.asnumpy()
    d2l.sgd([W, b], .1, 256)
    onp.testing.assert_allclose(W.asnumpy(), before - .1 * W.grad.asnumpy() / 256,
                                atol=1e-6)
    titles = ['\n'.join(pair) for pair in zip(
        d2l.get_fashion_mnist_labels(y.asnumpy()),
        d2l.get_fashion_mnist_labels(net(X).argmax(axis=1).asnumpy()))]
    d2l.show_fashion_mnist(X[:9], titles[:9])
    assert len(plt.gcf().axes) == 9 and not NAMES['3.6'] - d2l.used


def concise(*layers):
    net = nn.Sequential()
    net.add(*layers)
    net.initialize(init.Normal(sigma=.01))
    return net


@pytest.mark.parametrize('section,layers,lr', [
    ('3.7', lambda: [nn.Dense(10)], .1),
    ('3.10', lambda: [nn.Dense(256, activation='relu'), nn.Dense(10)], .5),
    ('3.13', lambda: [nn.Dense(256, activation='relu'), nn.Dropout(.2),
                      nn.Dense(256, activation='relu'), nn.Dropout(.5), nn.Dense(10)],
     .5)])
def test_3_7_3_10_3_13_networks_of_gluons_learn(section, layers, lr, d2l, garments,
                                                learns):
    net = concise(*layers())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    d2l.train_ch3(net, *garments, gloss.SoftmaxCrossEntropyLoss(), 3, 256, None, None,
                  trainer)
    assert learns(3) and not NAMES[section] - d2l.used


@pytest.mark.parametrize('section', ['3.9', '3.13'])
def test_3_9_3_13_networks_from_scratch_learn(section, d2l, garments, learns):
    shapes = {'3.9': [(784, 256), (256, 10)],
              '3.13': [(784, 256), (256, 256), (256, 10)]}[section]
    params = [param for shape in shapes for param in (
        nd.random.normal(scale=.01, shape=shape), nd.zeros(shape[1]))]
    for param in params:
        param.attach_grad()

    def net(X):
        H = X.reshape((-1, 784))
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            H = (nd.dot(H, W) + b).relu()
            if section == '3.13' and autograd.is_training():
                H = (nd.random.uniform(0, 1, H.shape) < .8) * H / .8
        return nd.dot(H, params[-2]) + params[-1]

    d2l.train_ch3(net, *garments, gloss.SoftmaxCrossEntropyLoss(), 3, 256, params, .5)
    assert learns(3) and not NAMES[section] - d2l.used


def test_3_8_a_function_and_its_gradient_are_drawn(d2l):
    x = nd.arange(-8., 8., .1)
    x.attach_grad()
    with autograd.record():
        y = x.relu()
    y.backward()
    d2l.set_figsize(figsize=(5, 2.5))
    d2l.plt.plot(x.asnumpy(), x.grad.asnumpy())
    assert d2l.plt.gcf().get_size_inches().tolist() == [5, 2.5]
    assert set(plt.gca().lines[0].get_ydata()) == {0, 1}
    assert not NAMES['3.8'] - d2l.used


def test_3_11_a_curve_of_the_pages_own_and_of_the_package(d2l):
    d2l.set_figsize((3.5, 2.5))
    d2l.plt.semilogy(range(1, 4), [9, 3, 1])
    d2l.semilogy(range(1, 4), [9, 3, 1], 'epochs', 'loss', range(1, 4), [9, 8, 8],
                 ['train', 'test'])
    first, second = [plt.figure(number).axes[0] for number in plt.get_fignums()]
    assert [len(ax.lines) for ax in (first, second)] == [1, 2]
    assert second.get_yscale() == 'log' and not NAMES['3.11'] - d2l.used


def test_3_12_weight_decay_makes_the_weights_smaller(d2l):
    features = nd.random.normal(shape=(120, 50))
    labels = nd.dot(features, nd.ones((50, 1)) * .01) + .05
    train_iter = gdata.DataLoader(gdata.ArrayDataset(features[:20], labels[:20]), 1,
                                  shuffle=True)
    start, norms = nd.random.normal(shape=(50, 1)), []
    for lambd in (0, 3):
        w, b = start.copy(), nd.zeros(shape=(1,))
        for param in (w, b):
            param.attach_grad()
        losses = []
        for _ in range(4):
            for X, y in train_iter:
                with autograd.record():
                    l = (d2l.squared_loss(d2l.linreg(X, w, b), y)
                         + lambd * (w ** 2).sum() / 2)
                l.backward()
                d2l.sgd([w, b], .003, 1)
            losses.append(d2l.squared_loss(d2l.linreg(features[:20], w, b),
                                           labels[:20]).mean().asscalar())
        d2l.semilogy(range(1, 5), losses, 'epochs', 'loss', range(1, 5), losses,
                     ['train', 'test'])
        assert losses[-1] < losses[0]
        norms.append(w.norm().asscalar())
    # (1 - .003 * 3) ** 80 is .49, but the data hold some of the weights
    assert norms[1] < .7 * norms[0] and not NAMES['3.12'] - d2l.used


@pytest.mark.slow
def test_3_16_columns_of_text_are_objects_and_the_prices_are_learnt(d2l):
    houses = pandas.read_csv(download('kaggle_house_train'))
    features = houses.iloc[:, 1:-1]
    # as the page tells numbers from text
    numbers = features.dtypes[features.dtypes != 'object'].index
    assert 0 < len(numbers) < features.shape[1]
    features[numbers] = features[numbers].apply(lambda x: (x - x.mean()) / x.std())
    features[numbers] = features[numbers].fillna(0)
    X = nd.array(pandas.get_dummies(features, dummy_na=True).values)
    y = nd.array(houses.SalePrice.values).reshape((-1, 1))
    net, loss, errors = concise(nn.Dense(1)), gloss.L2Loss(), []
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': 5})
    for _ in range(3):
        for rows, prices in gdata.DataLoader(gdata.ArrayDataset(X, y), 64, True):
            with autograd.record():
                l = loss(net(rows), prices)
            l.backward()
            trainer.step(64)
        clipped = nd.clip(net(X), 1, float('inf'))
        errors.append(nd.sqrt(2 * loss(clipped.log(), y.log()).mean()).asscalar())
    d2l.semilogy(range(1, 4), errors, 'epochs', 'rmse')
    assert errors[2] < errors[1] < errors[0]
    assert plt.gca().lines[0].get_ydata().tolist() == pytest.approx(errors)
    assert not NAMES['3.16'] - d2l.used
