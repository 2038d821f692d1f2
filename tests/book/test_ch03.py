"""Chapter 3's training and prediction, fed by cells in the book's call forms."""
import pytest
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l


def two_classes(num_batches=4):
    """Batches in which the sign of the first of three numbers is the class."""
    X = np.random.normal(size=(num_batches * 8, 3))
    y = (X[:, 0] > 0).astype('int32')
    return [(X[i:i + 8], y[i:i + 8]) for i in range(0, len(X), 8)]


@pytest.fixture
def scratch():
    """net, loss and updater as section 3.6 writes them."""
    W = d2l.normal(0, 0.01, (3, 2))
    b = d2l.zeros(2)
    W.attach_grad()
    b.attach_grad()

    def softmax(X):
        X_exp = d2l.exp(X)
        return X_exp / d2l.reduce_sum(X_exp, 1, keepdims=True)

    def net(X):
        return softmax(d2l.matmul(d2l.reshape(X, (-1, W.shape[0])), W) + b)

    def cross_entropy(y_hat, y):
        return -d2l.log(y_hat[range(len(y_hat)), y])

    def updater(batch_size):
        return d2l.sgd([W, b], 0.5, batch_size)

    return net, cross_entropy, updater


def concise():
    """A Sequential net, as the book's concise sections write it, and its trainer."""
    net = nn.Sequential()
    net.add(nn.Dense(2))
    net.initialize(init.Normal(sigma=0.01))
    return net, gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .5})


def test_one_epoch_gives_mean_loss_and_accuracy_before_each_update(scratch):
    net, loss, _ = scratch
    data = two_classes()
    expected = [(float(loss(net(X), y).mean()), d2l.accuracy(net(X), y) / 8)
                for X, y in data]
    measured = d2l.train_epoch_ch3(net, data, loss, lambda batch_size: None)
    assert measured == pytest.approx([sum(column) / 4 for column in zip(*expected)])


def test_the_books_loop_written_out_trains_to_the_same_weights():
    data = two_classes()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    d2l.set_seed(3)
    ours, trainer = concise()
    d2l.train_epoch_ch3(ours, data, loss, trainer)
    d2l.set_seed(3)
    theirs, trainer = concise()
    for X, y in data:
        with autograd.record():
            l = loss(theirs(X), y)
        l.backward()
        trainer.step(X.shape[0])
    assert ours[0].weight.data().tolist() == theirs[0].weight.data().tolist()


def test_training_from_scratch_learns_and_draws_three_curves(scratch):
    net, loss, updater = scratch
    history = d2l.train_ch3(net, two_classes(), two_classes(2), loss, 8, updater)
    assert history['test acc'] > .8 and history['train loss'] < .5
    axes, = d2l.plt.gcf().axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        'train loss', 'train acc', 'test acc']
    assert [list(line.get_xdata()) for line in axes.lines] == [list(range(1, 9))] * 3
    assert list(axes.lines[2].get_ydata()) == [y for _, y in history.series['test acc']]


def test_a_trainer_over_a_sequential_net_trains_too():
    net, trainer = concise()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    history = d2l.train_ch3(net, two_classes(), two_classes(2), loss, 8, trainer)
    assert history['test acc'] > .8


def test_predictions_stand_under_the_true_labels():
    X = np.zeros((4, 1, 28, 28))
    scores = npx.one_hot(np.array([0, 9, 1, 1]), 10)
    d2l.predict_ch3(lambda X: scores, [(X, np.array([0, 9, 8, 1]))], n=3)
    axes = d2l.plt.gcf().axes
    assert [ax.get_title() for ax in axes] == [
        't-shirt\nt-shirt', 'ankle boot\nankle boot', 'bag\ntrouser']


def test_the_books_linear_regression_cell_finds_the_true_weights():
    true_w, true_b = d2l.tensor([2, -3.4]), 4.2
    features, labels = d2l.synthetic_data(true_w, true_b, 200)
    w = d2l.normal(0, 0.01, (2, 1))
    b = d2l.zeros(1)
    w.attach_grad()
    b.attach_grad()
    for epoch in range(5):
        for X, y in d2l.load_array((features, labels), 10):
            with autograd.record():
                l = d2l.squared_loss(d2l.linreg(X, w, b), y)
            l.backward()
            d2l.sgd([w, b], 0.1, 10)
    # noise of 0.01 over 200 examples leaves about 0.001
    assert d2l.reshape(w, -1).tolist() == pytest.approx([2, -3.4], abs=.01)
    assert float(b) == pytest.approx(4.2, abs=.01)


def test_the_books_evaluation_of_a_network_by_a_generator():
    net, trainer = concise()
    data = two_classes()
    d2l.train_epoch_ch3(net, data, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    accuracy = d2l.evaluate_accuracy(net, (batch for batch in data))
    right = sum(d2l.accuracy(net(X), y) for X, y in data)
    assert accuracy == right / sum(d2l.size(y) for _, y in data)
