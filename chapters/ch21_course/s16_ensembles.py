"""Ensembles and ten crops (集成与十次裁剪)

Source: deep-learning-specialization, topic 16

Two ways to win a competition that cost a product too much: several networks, each from
its own first weights, whose probabilities are averaged; and one picture seen ten times,
by its corners, its middle, and all of these mirrored. Both are measured on garments,
alone and together, and how the gain grows with the number of networks.
"""
import numpy as onp
from mxnet import np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=2, num_epochs=1, num_train=128, num_test=64, num_nets=2)

SIZE = 24  # of the parts of a picture that are seen, of 28 pixels


def build_net():
    """A classifier of parts of garments. X (batch, 1, 24, 24) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(16, 3, padding=1, activation='relu'), nn.MaxPool2D(2),
            nn.Conv2D(32, 3, padding=1, activation='relu'), nn.MaxPool2D(2),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, SIZE, SIZE)),)


def random_parts(images):
    """A part of each picture (n, 28, 28), at a place and mirrored by chance.

    (n, 1, 24, 24), float32 in [0, 1], as `ten_crops` gives them.
    """
    rows, columns = onp.random.randint(0, images.shape[1] - SIZE + 1, (2, len(images)))
    parts = onp.stack([image[i:i + SIZE, j:j + SIZE] for image, i, j
                       in zip(images, rows, columns)])
    is_mirrored = onp.random.uniform(size=len(images)) < 0.5
    parts[is_mirrored] = parts[is_mirrored, :, ::-1]
    return as_inputs(parts)


def as_inputs(parts):
    return (parts[:, None] / onp.float32(255)).astype('float32')


def ten_crops(images):
    """Middle, corners, and all mirrored, of pictures (n, h, w): ten (n, 1, 24, 24)."""
    last = [side - SIZE for side in images.shape[1:]]
    places = [tuple(n // 2 for n in last), (0, 0), (0, last[1]), (last[0], 0), last]
    parts = [images[:, i:i + SIZE, j:j + SIZE] for i, j in places]
    return [as_inputs(part) for part in parts + [part[:, :, ::-1] for part in parts]]


def probabilities(net, X):
    """Of a network for inputs (n, 1, 24, 24), NumPy's: (n, 10)."""
    device = d2l.try_gpu()
    return onp.concatenate([
        npx.softmax(net(np.array(part, ctx=device))).asnumpy()
        for part in onp.array_split(X, max(1, len(X) // 500))])


def measure(data, num_nets, lr, num_epochs, batch_size):
    """Accuracies of networks alone and of the first 1, 2, ... together: two lists.

    Of each by one crop and by ten.
    """
    (images, labels), (test_images, test_labels) = data
    train_iter = d2l.BatchIterator([images, labels], batch_size, shuffle=True,
                                   transform=random_parts)
    crops, found = ten_crops(test_images), []
    for _ in range(num_nets):
        net = build_net()
        d2l.train_quietly(net, train_iter, num_epochs, lr)
        found.append([probabilities(net, X) for X in crops])
    found = onp.stack(found)  # (networks, crops, n, 10)
    result = {}
    for name, seen in (('one crop', found[:, 0]), ('ten crops', found.mean(axis=1))):
        sums = seen.cumsum(axis=0)
        result[f'alone, {name}'] = accuracies(seen, test_labels).mean()
        result[f'together, {name}'] = accuracies(sums, test_labels).tolist()
    return result


def accuracies(scores, labels):
    """Of each of several networks: scores (networks, n, 10), labels (n,)."""
    return (scores.argmax(axis=2) == labels).mean(axis=1)


def first(part, count):
    """The first pictures and labels of garments."""
    return [array[:count] for array in part]


def show_gains(found):
    """Draw the mean accuracy over seeds by the number of networks."""
    curves = {name: onp.mean(found[f'together, {name}'], axis=0)
              for name in ('one crop', 'ten crops')}
    numbers = onp.arange(1, len(curves['one crop']) + 1)
    d2l.plot(numbers, list(curves.values()), 'networks', 'test accuracy',
             list(curves))
    d2l.plt.xticks(numbers)


def run(*, num_seeds: int = 3, num_nets: int = 5, num_epochs: int = 4,
        lr: float = 0.003, batch_size: int = 32, num_train: int = 5000,
        num_test: int = 10000) -> dict:
    data = (first(d2l.read_fashion_mnist(), num_train),
            first(d2l.read_fashion_mnist(is_train=False), num_test))
    found = d2l.over_seeds(lambda: measure(data, num_nets, lr, num_epochs, batch_size),
                           num_seeds)
    show_gains(found)
    alone, crops = found['alone, one crop'], found['alone, ten crops']
    nets, both = ([values[-1] for values in found[f'together, {name}']]
                  for name in ('one crop', 'ten crops'))
    return {'claims': [
        d2l.claim(f'{num_nets} networks together classify better than one',
                  {'one network': alone, 'together': nets},
                  d2l.exceeds(nets, alone)),
        d2l.claim('ten crops classify better than the middle one',
                  {'one crop': alone, 'ten crops': crops},
                  d2l.exceeds(crops, alone)),
        d2l.claim('both together do better than either',
                  {'networks': nets, 'ten crops': crops, 'both': both},
                  d2l.exceeds(both, nets) and d2l.exceeds(both, crops))],
        'accuracy of the first networks together':
            {name: found[f'together, {name}'] for name in ('one crop', 'ten crops')}}


if __name__ == '__main__':
    d2l.main(run)
