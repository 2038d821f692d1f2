"""Concise implementation for multiple GPUs (多GPU的简洁实现)

Source: chapter_computational-performance/multiple-gpus-concise
"""
from mxnet import gluon, init, np

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, batch_size=4, max_batches=1)
# two printed runs; that of another ResNet-18, in 7.6, spans 0.853 to 0.930
PRINTED = [({}, {'1 device/test acc': (.93, .85, .94),
                 '2 devices/test acc': (.92, .85, .94)})]


def build_net():
    """ResNet-18 for small pictures. X (batch, 1, h, w) -> scores (batch, 10)."""
    return d2l.resnet18(10)


def example_inputs(batch_size=2, size=28):
    return (np.random.uniform(size=(batch_size, 1, size, size)),)


def initialization_on_devices(devices):
    """A batch of four split over two devices, and the weights that each has."""
    net, (X,) = build_net(), example_inputs(batch_size=4)
    net.initialize(init=init.Normal(sigma=0.01), ctx=devices)
    shards, _ = d2l.split_batch(X, np.zeros(4), devices)
    weight = net[0].params.get('weight')
    scores = [net(shard) for shard in shards]
    firsts = [weight.data(device)[0].tolist() for device in devices]
    return {'shapes of the scores': [list(y.shape) for y in scores],
            'weights are equal': firsts[0] == firsts[1]}


def train(num_gpus, batch_size, lr, num_epochs=10, max_batches=0):
    """Train on as many devices; returns the history.

    Draws it, and prints the book's closing line. max_batches: of each pass over either
    set, 0 for all.
    """
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    if max_batches:
        train_iter, test_iter = (
            [batch for batch, _ in zip(data_iter, range(max_batches))]
            for data_iter in (train_iter, test_iter))
    devices = d2l.try_gpus(max(2, num_gpus))[:num_gpus]  # of one kind for 1 and for 2
    net = build_net()
    net.initialize(init=init.Normal(sigma=0.01), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer,
                                   devices)
    history = d2l.fit(
        step, train_iter, num_epochs,
        evaluate=lambda: {'test acc': d2l.evaluate_accuracy_gpus(net, test_iter)})
    d2l.plot_history(history)
    print(f'test acc: {history["test acc"]:.2f}, {history.seconds / num_epochs:.1f} '
          f'sec/epoch on {", ".join(map(str, devices))}')
    return history


def run(*, num_epochs: int = 10, lr: float = 0.1, batch_size: int = 256,
        max_batches: int = 0) -> dict:
    two = d2l.try_gpus(2)
    if two[0].device_type == 'cpu':
        print('this page wants two GPUs: shown on two contexts of the CPU instead, '
              'which share its cores')
    result, series, timing = {'replicas': initialization_on_devices(two)}, {}, {}
    for name, n in [('1 device', 1), ('2 devices', 2)]:
        # each device's share of a batch stays, and the rate grows with the batch
        history = train(n, n * batch_size, n * lr, num_epochs, max_batches)
        d2l.plt.title(name)
        result[name] = history.record()['final']
        series[name] = history.record()['series']
        timing[name] = history.record()['timing']
    return {**result, 'series': series, 'timing': timing}


if __name__ == '__main__':
    d2l.main(run)
