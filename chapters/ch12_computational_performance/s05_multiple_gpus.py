"""Training on multiple GPUs, from scratch (多GPU训练)

Source: chapter_computational-performance/multiple-gpus
"""
from mxnet import autograd, gluon, np, npx

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1)
# two printed runs; the test acc of other builds of LeNet has a deviation of 0.023
PRINTED = [({}, {'1 device/test acc': (.84, .79, .89),
                 '2 devices/test acc': (.85, .80, .90)})]
loss = gluon.loss.SoftmaxCrossEntropyLoss()


def init_params(scale=0.01):
    """Weights and biases of two convolutions and two dense layers, on the CPU."""
    shapes = [(20, 1, 3, 3), (50, 20, 5, 5), (800, 128), (128, 10)]
    biases = [20, 50, 128, 10]
    params = []
    for shape, size in zip(shapes, biases):
        params += [np.random.normal(scale=scale, size=shape), np.zeros(size)]
    return params


def lenet(X, params):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    W1, b1, W2, b2, W3, b3, W4, b4 = params
    H = npx.relu(npx.convolution(data=X, weight=W1, bias=b1, kernel=(3, 3),
                                 num_filter=20))              # (batch, 20, 26, 26)
    H = npx.pooling(data=H, pool_type='avg', kernel=(2, 2), stride=(2, 2))
    H = npx.relu(npx.convolution(data=H, weight=W2, bias=b2, kernel=(5, 5),
                                 num_filter=50))              # (batch, 50, 9, 9)
    H = npx.pooling(data=H, pool_type='avg', kernel=(2, 2), stride=(2, 2))
    H = H.reshape(H.shape[0], -1)                             # (batch, 800)
    # book: np.dot(H, W3) + b3, which may wait for ever on two CPU contexts (12.3)
    H = npx.relu(npx.fully_connected(H, W3.T, b3, num_hidden=len(b3)))  # (batch, 128)
    return npx.fully_connected(H, W4.T, b4, num_hidden=len(b4))


def get_params(params, device):
    """Copies of the parameters on a device, with room for gradients."""
    new_params = [p.copyto(device) for p in params]
    for p in new_params:
        p.attach_grad()
    return new_params


def allreduce(data):
    """Make each of the arrays, one a device, the sum of all, in place."""
    for i in range(1, len(data)):
        data[0][:] += data[i].copyto(data[0].ctx)
    for i in range(1, len(data)):
        data[0].copyto(data[i])


def allreduce_of_ones_and_twos(devices):
    """What allreduce makes of a one and a two."""
    data = [np.ones((1, 2), ctx=device) * (i + 1) for i, device in enumerate(devices)]
    before = [a.tolist() for a in data]
    allreduce(data)
    return {'before': before, 'after': [a.tolist() for a in data]}


def shards_of_a_batch(devices):
    """Twenty numbers split over the devices."""
    data = np.arange(20).reshape(4, 5)
    shards, _ = d2l.split_batch(data, np.arange(4), devices)
    return [shard.tolist() for shard in shards]


def train_batch(X, y, device_params, devices, lr):
    """One step on a batch; returns the shards' losses, not waited for."""
    X_shards, y_shards = d2l.split_batch(X, y, devices)
    with autograd.record():
        ls = [loss(lenet(X_shard, params), y_shard) for X_shard, y_shard, params
              in zip(X_shards, y_shards, device_params)]
    for l in ls:
        l.backward()
    for i in range(len(device_params[0])):
        allreduce([params[i].grad for params in device_params])
    for params in device_params:
        d2l.sgd(params, lr, X.shape[0])  # of the whole batch
    return ls


def train(num_gpus, batch_size, lr, num_epochs=10, params=None):
    """Train copies of the parameters, one a device; returns the history.

    Draws it, and prints the book's closing line. params: None for new ones.
    """
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    devices = d2l.try_gpus(max(2, num_gpus))[:num_gpus]  # of one kind for 1 and for 2
    params = params or init_params()
    device_params = [get_params(params, device) for device in devices]

    def step(X, y):
        ls = train_batch(X, y, device_params, devices, lr)
        return {'train loss': (sum(l.sum().as_in_ctx(devices[0]) for l in ls), y.size)}

    def evaluate():
        return {'test acc': d2l.evaluate_accuracy(
            lambda X: lenet(X, device_params[0]), test_iter, devices[:1])}

    history = d2l.fit(d2l.Step(step, trains=device_params), train_iter, num_epochs,
                      evaluate=evaluate)
    d2l.plot_history(history)
    print(f'test acc: {history["test acc"]:.2f}, {history.seconds / num_epochs:.1f} '
          f'sec/epoch on {", ".join(map(str, devices))}')
    return history


def run(*, num_epochs: int = 10, lr: float = 0.2, batch_size: int = 256) -> dict:
    params, two = init_params(), d2l.try_gpus(2)
    if two[0].device_type == 'cpu':
        print('this page wants two GPUs: shown on two contexts of the CPU instead, '
              'which share its cores')
    result = {'allreduce': allreduce_of_ones_and_twos(two),
              'shards': shards_of_a_batch(two)}
    series, seconds = {}, {}
    for name, num_gpus in [('1 device', 1), ('2 devices', 2)]:
        history = train(num_gpus, batch_size, lr, num_epochs, params)
        d2l.plt.title(name)
        result[name] = history.record()['final']
        series[name] = history.record()['series']
        seconds[name] = history.seconds / num_epochs
    return {**result, 'series': series, 'timing': {'seconds an epoch': seconds}}


if __name__ == '__main__':
    d2l.main(run)
