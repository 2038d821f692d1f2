"""GPUs (GPU)

Source: chapter_deep-learning-computation/use-gpu
"""
from mxnet import np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


def build_net():
    """A single dense layer. X (batch, 3) -> (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.ones((batch_size, 3)),)


def names(devices):
    """Devices as text, as they print."""
    return [str(device) for device in devices]


def computing_devices():
    """How devices are named, how many GPUs there are, and what stands in for one."""
    return {'devices have names': names([npx.cpu(), npx.gpu(), npx.gpu(1)]),
            'num_gpus': npx.num_gpus(),
            'try_gpu()': str(d2l.try_gpu()), 'try_gpu(10)': str(d2l.try_gpu(10)),
            'try_all_gpus()': names(d2l.try_all_gpus())}


def two_devices():
    """The first two GPUs; contexts of the CPU take the places of those that lack.

    A network keeps cpu(0) and cpu(1) as far apart as two GPUs. Operators on arrays do
    not: a sum over two contexts of the CPU passes, where one over two GPUs fails.
    """
    gpus = [npx.gpu(i) for i in range(npx.num_gpus())]
    devices = (gpus + [npx.cpu(0), npx.cpu(1)])[:2]
    if len(gpus) < 2:
        print(f'this page wants two GPUs, found {len(gpus)}: shown on '
              f'{devices[0]} and {devices[1]} instead')
    return devices


def arrays_on_devices(first, second):
    """Arrays made on a device, copied to another, and added there."""
    X = np.ones((2, 3), ctx=first)
    Y = np.random.uniform(size=(2, 3), ctx=second)
    Z = X.copyto(second)
    return {'x.ctx': str(np.array([1, 2, 3]).ctx),
            'X': X.tolist(), 'X.ctx': str(X.ctx),
            'Y': Y.tolist(), 'Y.ctx': str(Y.ctx), 'Z.ctx': str(Z.ctx),
            'Y + Z': (Y + Z).tolist(), '(Y + Z).ctx': str((Y + Z).ctx),
            'Z.as_in_ctx(Z.ctx) is Z': Z.as_in_ctx(second) is Z}


def network_on_device(device):
    """A network computes where its parameters and its input are."""
    net = build_net()
    net.initialize(ctx=device)
    X, = example_inputs()
    Y = net(X.as_in_ctx(device))
    return {'net(X)': Y.tolist(), 'net(X).ctx': str(Y.ctx),
            'parameters on': str(net[0].weight.data().ctx)}


def run() -> dict:
    shown = computing_devices()
    first, second = two_devices()
    shown.update(arrays_on_devices(first, second))
    shown.update(network_on_device(second))
    return shown


if __name__ == '__main__':
    d2l.main(run)
