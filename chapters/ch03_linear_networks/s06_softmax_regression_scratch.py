"""Implementation of softmax regression from scratch (softmax回归的从零开始实现)

Source: chapter_linear-networks/softmax-regression-scratch
"""
from mxnet import np

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=2, batch_size=64)
# printed, then 3 % (loss) and 1 % (acc) about the builds' median, or their range (test)
PRINTED = [({}, {'train loss': (0.451, 0.437, 0.465),
                 'train acc': (0.846, 0.838, 0.854),
                 'test acc': (0.829, 0.829, 0.845)})]


def init_params(num_inputs, num_outputs):
    """Random W (num_inputs, num_outputs), zero b (num_outputs,), with gradients."""
    W = np.random.normal(0, 0.01, (num_inputs, num_outputs))
    b = np.zeros(num_outputs)
    W.attach_grad()
    b.attach_grad()
    return W, b


def softmax(X):
    """Probabilities (batch, classes) from scores of that shape."""
    X_exp = np.exp(X)  # overflows for scores above 88, which 3.7 mends
    partition = X_exp.sum(1, keepdims=True)  # (batch, 1)
    return X_exp / partition


def make_net(W, b):
    """The function net, whose parameters are W and b."""
    def net(X):
        """X (batch, 1, 28, 28) -> probabilities (batch, classes)."""
        return softmax(np.dot(X.reshape((-1, W.shape[0])), W) + b)

    return net


def cross_entropy(y_hat, y):
    """-log of the probability y_hat (batch, classes) gives to the class y (batch,)."""
    return -np.log(y_hat[range(len(y_hat)), y])  # (batch,)


def sums_along_axes():
    """A matrix summed over its rows, then over its columns, both axes kept."""
    X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return {'axis 0': X.sum(0, keepdims=True).tolist(),
            'axis 1': X.sum(1, keepdims=True).tolist()}


def softmax_of_random_scores():
    """Probabilities of two examples over five classes, and their sums."""
    X_prob = softmax(np.random.normal(0, 1, (2, 5)))
    return {'probabilities': X_prob.tolist(), 'sums': X_prob.sum(1).tolist()}


def loss_and_accuracy_of_two_examples():
    """What the book computes by hand: two examples, three classes."""
    y = np.array([0, 2], dtype='int32')
    y_hat = np.array([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
    return {'probability of the right class': y_hat[[0, 1], y].tolist(),
            'cross-entropy': cross_entropy(y_hat, y).tolist(),
            'accuracy': d2l.accuracy(y_hat, y) / len(y)}


def run(*, num_epochs: int = 10, lr: float = 0.1, batch_size: int = 256) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    W, b = init_params(num_inputs=784, num_outputs=10)
    net = make_net(W, b)

    def updater(batch_size):
        d2l.sgd([W, b], lr, batch_size)

    before = d2l.evaluate_accuracy(net, test_iter)
    history = d2l.train_ch3(net, train_iter, test_iter, cross_entropy, num_epochs,
                            updater, trains=[W, b])
    d2l.predict_ch3(net, test_iter)
    return {'sums': sums_along_axes(), 'softmax': softmax_of_random_scores(),
            'two examples': loss_and_accuracy_of_two_examples(),
            'test acc before training': before, **history.record()}


if __name__ == '__main__':
    d2l.main(run)
