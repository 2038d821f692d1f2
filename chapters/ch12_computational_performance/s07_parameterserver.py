"""Parameter servers (参数服务器)

Source: chapter_computational-performance/parameterserver
"""
import mxnet as mx
from mxnet import np, npx

import d2lmx as d2l

SMOKE = dict(size=1000)
RANGES = dict(size=(1, 10 ** 8))


def central_sum(data):
    """Each of the arrays becomes the sum of all, gathered on the first device.

    Returns the floats that the busiest device sends or takes.
    """
    host, n = data[0].ctx, len(data)
    total = sum((a.as_in_ctx(host) for a in data[1:]), data[0])
    for a in data:
        a[:] = total.as_in_ctx(a.ctx)
    return 2 * (n - 1) * data[0].size


def ring_sum(data):
    """The same, each device sending only to the next one in a ring.

    Arrays (size,) are cut into n pieces. In n - 1 rounds each piece travels around the
    ring and gathers what it passes; in n - 1 more the sums travel on. Returns the
    floats that the busiest device sends. ValueError for fewer numbers than devices.
    """
    n, size = len(data), data[0].size
    if size < n:
        raise d2l.InputError(f'{size} numbers cannot be cut into a piece for each of '
                             f'{n} devices')
    pieces = [slice(i * size // n, (i + 1) * size // n) for i in range(n)]
    sent = [0] * n

    def one_round(lag, gathering):
        """Device i sends piece i - lag to the next device, all at once."""
        leaving = [(i, pieces[(i - lag) % n]) for i in range(n)]
        values = [data[i][piece].copy() for i, piece in leaving]
        for (i, piece), value in zip(leaving, values):
            there = data[(i + 1) % n]
            value = value.as_in_ctx(there.ctx)
            there[piece] = there[piece] + value if gathering else value
            sent[i] += value.size

    for round_ in range(n - 1):
        one_round(round_, gathering=True)
    for round_ in range(n - 1):
        one_round(round_ - 1, gathering=False)  # device i has the sum of piece i + 1
    return max(sent)


def synchronize(num_devices, size):
    """Both ways on arrays 1, 2, ..., and the floats that the busiest device moves."""
    devices = [npx.cpu(i) for i in range(num_devices)]
    expected = num_devices * (num_devices + 1) // 2
    result = {}
    for way in (central_sum, ring_sum):
        data = [np.ones(size, ctx=d) * (i + 1) for i, d in enumerate(devices)]
        moved = way(data)
        right = all(bool((a == expected).all()) for a in data)
        result[way.__name__] = {'floats moved': moved, 'sums are right': right}
    return result


def seconds_to_synchronize(num_devices, megabytes=160, gigabytes_a_second=16):
    """Milliseconds of both ways by the arithmetic, at the speed of one link."""
    one = megabytes / 1000 / gigabytes_a_second * 1e3
    return {'central': 2 * (num_devices - 1) * one,
            'ring': 2 * (num_devices - 1) / num_devices * one}


def key_value_store(num_devices=3):
    """Push values from several devices, pull their sum; then with an update rule.

    push(key, values) adds up what the workers send; pull(key) hands out the result.
    """
    devices = [npx.cpu(i) for i in range(num_devices)]
    store = mx.kv.create('local')
    store.init('w', np.zeros(2))
    store.push('w', [np.ones(2, ctx=d) * (i + 1) for i, d in enumerate(devices)])
    pulled = [np.zeros(2, ctx=d) for d in devices]
    store.pull('w', out=pulled)
    shown = {'sum pulled on each device': [a.tolist() for a in pulled]}
    store = mx.kv.create('local')  # a store with an optimiser updates what it keeps
    store.set_optimizer(mx.optimizer.create('sgd', learning_rate=0.1))
    store.init('w', np.ones(2))
    for _ in range(2):
        store.push('w', [np.ones(2, ctx=d) for d in devices])
    store.pull('w', out=pulled)
    return {**shown, 'updated twice': pulled[0].tolist()}


class ParameterServers:
    """Parameters spread over servers by key; workers push gradients and pull values.

    The servers of the page, within one process: each holds a share of the keys and
    updates it by gradient descent when all workers have pushed.
    """

    def __init__(self, num_servers, num_workers, lr):
        self.servers = [{} for _ in range(num_servers)]
        self.pushed = {}
        self.num_workers, self.lr = num_workers, lr

    def server_of(self, key):
        return self.servers[key % len(self.servers)]

    def init(self, key, value):
        self.server_of(key)[key] = value.copy()

    def push(self, key, gradient):
        self.pushed.setdefault(key, []).append(gradient)
        if len(self.pushed[key]) == self.num_workers:
            mean = sum(self.pushed.pop(key)) / self.num_workers
            self.server_of(key)[key] -= self.lr * mean

    def pull(self, key):
        """The value, once all workers have pushed; ValueError while they have not."""
        if key in self.pushed:
            raise ValueError(f'{len(self.pushed[key])} of {self.num_workers} workers '
                             f'have pushed {key}: pull again when all have')
        return self.server_of(key)[key].copy()


def train_on_servers(num_servers=2, num_workers=3, num_steps=5, lr=0.3):
    """Linear regression by workers and servers, and by one machine with all the data.

    Returns the largest difference of their parameters, and who holds which key.
    """
    X, y = d2l.synthetic_data(np.array([2.0, -3.4]), 4.2, 60)
    start = [np.zeros((2, 1)), np.zeros(1)]
    servers = ParameterServers(num_servers, num_workers, lr)
    for key, value in enumerate(start):
        servers.init(key, value)
    alone = [p.copy() for p in start]
    shards = [slice(i, None, num_workers) for i in range(num_workers)]
    for _ in range(num_steps):
        weights = [servers.pull(key) for key in range(2)]
        for shard in shards:  # each a worker
            for key, g in enumerate(mean_gradients(X[shard], y[shard], weights)):
                servers.push(key, g)
        for p, g in zip(alone, mean_gradients(X, y, alone)):
            p -= lr * g
    difference = max(float(abs(servers.pull(key) - p).max())
                     for key, p in enumerate(alone))
    return {'keys of each server': [sorted(held) for held in servers.servers],
            'largest difference from one machine': difference}


def mean_gradients(X, y, params):
    """Gradients of the mean squared loss of linear regression."""
    w, b = params
    error = np.dot(X, w) + b - y  # (n, 1)
    return [np.dot(X.T, error) / len(X), error.mean(axis=0)]


def run(*, num_devices: int = 4, size: int = 1000003) -> dict:
    print(f'shown on {num_devices} contexts of the CPU, one for each GPU of the page')
    return {'synchronization': synchronize(num_devices, size),
            'milliseconds for 160 MB at 16 GB/s': seconds_to_synchronize(num_devices),
            'key-value store': key_value_store(num_devices),
            'servers': train_on_servers()}


if __name__ == '__main__':
    d2l.main(run)
