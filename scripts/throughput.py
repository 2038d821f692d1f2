"""Seconds a training step takes (训练一步的时间)

Source: scripts, for scripts/scaling.py
"""
import statistics
import time

from mxnet import gluon, init, np, npx

import d2lmx as d2l
from d2lmx.pages.networks import find_network

SMOKE = dict(steps=4, batch_size=4, section='lenet')


def run(*, section: str = 'resnet', batch_size: int = 32, steps: int = 20,
        compute: bool = True) -> dict:
    # without compute: updates by the first step's gradients, which are sent anew
    network = find_network(section)
    net = network.build_net()
    net.initialize(init.Xavier())
    net.hybridize(static_alloc=True, static_shape=True)
    X, = network.example_inputs(batch_size)
    params = net.collect_params()
    net(X)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(params, 'sgd', {'learning_rate': 0.01})
    train = d2l.classification_step(net, loss, trainer)
    clock = []

    def step(X, y):
        stats = {}
        if compute or not clock:
            stats = train(X, y)
        else:
            trainer.step(batch_size, ignore_stale_grad=True)
        npx.waitall()
        clock.append(time.monotonic())
        return stats

    d2l.fit(step, [(X, np.zeros(batch_size))] * steps, 1)
    # the first steps allocate memory and start connections
    seconds = [b - a for a, b in zip(clock[2:], clock[3:])]
    return {'parameters': sum(p.data().size for p in params.values()
                              if p.grad_req != 'null'),
            'timing': {'seconds a step': statistics.median(seconds)}}


if __name__ == '__main__':
    d2l.main(run)
