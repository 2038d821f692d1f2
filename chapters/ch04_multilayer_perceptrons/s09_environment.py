"""Environment and distribution shift (环境和分布偏移)

Source: chapter_multilayer-perceptrons/environment
"""
from mxnet import autograd, gluon, np, npx

import d2lmx as d2l

SMOKE = dict(num_examples=300, num_epochs=50)
RANGES = dict(num_examples=(20, 10 ** 6), lr=(0.01, 100))

# Covariate shift: x is normal with one spread and another mean, y = x ** 3 - x + noise
source_mean, target_mean, sigma = 0.0, 0.5, 0.5
# Label shift: three clouds of points, other shares of the classes
centers = np.array([[0.0, 1.5], [1.3, -0.75], [-1.3, -0.75]])
source_shares, target_shares = (1 / 3, 1 / 3, 1 / 3), (0.1, 0.2, 0.7)


def minimize(loss, params, batch, num_epochs, lr):
    """Descend the mean of loss(*batch), one value an example, on the whole batch."""
    for param in params:
        param.attach_grad()

    def step(*batch):
        with autograd.record():
            l = loss(*batch)
        l.backward()
        d2l.sgd(params, lr, len(l))
        return {'loss': (l.sum(), len(l))}

    return d2l.fit(d2l.Step(step, trains=params), [batch], num_epochs)


# ---- covariate shift


def draw_regression(n, mean):
    """x (n, 1) and y (n, 1) of the source or of the target."""
    x = np.random.normal(mean, sigma, (n, 1))
    return x, x ** 3 - x + np.random.normal(0, 0.1, (n, 1))


def logistic_regression(X, U, num_epochs, lr):
    """w and b of the h(x) = w x + b that tells U (m, 1), targets, from X (n, 1)."""
    inputs = np.concatenate([X, U])
    z = np.concatenate([-np.ones_like(X), np.ones_like(U)])
    w, b = np.zeros((1, 1)), np.zeros(1)
    minimize(lambda x, z: np.log(1 + np.exp(-z * d2l.linreg(x, w, b))), (w, b),
             (inputs, z), num_epochs, lr)
    return w, b


def weighted_linear_regression(X, y, beta, num_epochs, lr):
    """The line w x + b of the least weighted squared error; beta (n, 1)."""
    w, b = np.zeros((1, 1)), np.zeros(1)
    minimize(lambda x, y, beta: beta * d2l.squared_loss(d2l.linreg(x, w, b), y), (w, b),
             (X, y, beta), num_epochs, lr)
    return w, b


def covariate_shift(n, num_epochs, lr, c):
    """The book's algorithm: classify, weigh by exp(h), train with the weights."""
    X, y = draw_regression(n, source_mean)
    U, target_y = draw_regression(n, target_mean)  # target_y judges the result
    w, b = logistic_regression(X, U, num_epochs, lr)
    beta = np.minimum(np.exp(d2l.linreg(X, w, b)), c)
    lines = {'unweighted': weighted_linear_regression(X, y, np.ones_like(X),
                                                      num_epochs, lr),
             'weighted': weighted_linear_regression(X, y, beta, num_epochs, lr)}
    draw_lines((X, y), (U, target_y), lines)
    losses = {name: d2l.evaluate_loss(lambda x: d2l.linreg(x, *line), [(U, target_y)],
                                      d2l.squared_loss) for name, line in lines.items()}
    slope = (target_mean - source_mean) / sigma ** 2
    return {'h(x) = w x + b': {'w': float(w), 'b': float(b)},
            'true log p(x) / q(x)': {
                'w': slope, 'b': -slope * (target_mean + source_mean) / 2},
            'loss on the target': losses}


def draw_lines(source, target, lines):
    """Both sets of points, and the lines fitted to the source."""
    x = np.arange(-1.5, 2.0, 0.05).reshape(-1, 1)
    d2l.plot(x.reshape(-1), [d2l.linreg(x, *line).reshape(-1)
                             for line in lines.values()], 'x', 'y')
    axes = d2l.plt.gca()
    for X, y in (source, target):
        axes.scatter(X.asnumpy(), y.asnumpy(), s=2)
    axes.set(xlim=(-1.5, 2), ylim=(-1.5, 3))
    axes.legend([*lines, 'source', 'target'], fontsize='small')


# ---- label shift


def draw_classification(n, shares):
    """X (n, 2) and y (n,), with just these shares of the classes (up to rounding)."""
    y = np.concatenate([np.full(round(n * share), label)
                        for label, share in enumerate(shares)])
    return centers[y.astype('int32')] + np.random.normal(size=(len(y), 2)), y


def train_classifier(X, y, beta, num_epochs, lr):
    """Softmax regression with a weight beta (n,) an example; returns scores(X)."""
    W, b = np.zeros((2, len(centers))), np.zeros(len(centers))
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    minimize(lambda X, y, beta: beta * loss(d2l.linreg(X, W, b), y), (W, b),
             (X, y, beta), num_epochs, lr)
    return lambda X: d2l.linreg(X, W, b)


def one_hot(labels):
    return npx.one_hot(labels, len(centers))  # (n, classes)


def confusion_matrix(labels, predictions):
    """C[i, j]: the share of the examples of class j that are taken for class i."""
    counts = np.dot(one_hot(predictions).T, one_hot(labels))
    return counts / counts.sum(axis=0)


def label_shift(n, num_epochs, lr):
    """Estimate the target's p(y) from predictions alone, train with p(y) / q(y)."""
    X, y = draw_classification(n, source_shares)
    X_valid, y_valid = draw_classification(n, source_shares)
    U, target_y = draw_classification(n, target_shares)  # target_y judges the result
    scores = train_classifier(X, y, np.ones_like(y), num_epochs, lr)
    C = confusion_matrix(y_valid, scores(X_valid).argmax(axis=1))
    mean_output = one_hot(scores(U).argmax(axis=1)).mean(axis=0)
    p = np.linalg.solve(C, mean_output)
    beta = (p / one_hot(y).mean(axis=0))[y.astype('int32')]
    reweighted = train_classifier(X, y, beta, num_epochs, lr)
    return {'confusion matrix': C.tolist(),
            'mean output on the target': mean_output.tolist(),
            'estimated p(y)': p.tolist(),
            'true p(y)': one_hot(target_y).mean(axis=0).tolist(),
            'accuracy on the target': {
                'unweighted': d2l.evaluate_accuracy(scores, [(U, target_y)]),
                'weighted': d2l.evaluate_accuracy(reweighted, [(U, target_y)])}}


def run(*, num_examples: int = 3000, num_epochs: int = 300, lr: float = 1.0,
        c: float = 10.0) -> dict:
    return {'covariate shift': covariate_shift(num_examples, num_epochs, lr, c),
            'label shift': label_shift(num_examples, num_epochs, lr)}


if __name__ == '__main__':
    d2l.main(run)
