"""Learning rate scheduling (学习率调度器)

Source: chapter_optimization/lr-scheduler
"""
import math
from typing import Literal

from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=2, schedule='warmup')
# of the constant rate, 4 of whose 46 builds stayed at chance. The page's others ask
# their schedule at every minibatch, so that it is over within an epoch: ours ask it at
# every epoch, as the text says, and end elsewhere
CONSTANT = {'constant/train loss': (.151, .145, .170),
            'constant/train acc': (.942, .933, .948),
            'constant/test acc': (.892, .858, .904)}
PRINTED = [({}, CONSTANT), ({'schedule': 'constant'}, CONSTANT)]


def build_net():
    """LeNet with ReLUs. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(channels=6, kernel_size=5, padding=2, activation='relu'),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Conv2D(channels=16, kernel_size=5, activation='relu'),
            nn.MaxPool2D(pool_size=2, strides=2),
            nn.Dense(120, activation='relu'),
            nn.Dense(84, activation='relu'),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


# Each schedule gives the learning rate of an epoch, counted from 0.

def constant(lr):
    return lambda epoch: lr


class SquareRootScheduler:
    def __init__(self, lr=0.1):
        self.lr = lr

    def __call__(self, epoch):
        return self.lr * (epoch + 1) ** -0.5


class FactorScheduler:
    """Multiplied by factor after each epoch, but never below stop_factor_lr."""

    def __init__(self, factor=1, stop_factor_lr=1e-7, base_lr=0.1):
        self.factor, self.stop_factor_lr = factor, stop_factor_lr
        self.base_lr = base_lr

    def __call__(self, epoch):
        # book: multiplies base_lr itself, at each call and before the first
        return max(self.stop_factor_lr, self.base_lr * self.factor ** epoch)


def multi_factor(step, factor, base_lr):
    """Multiplied by factor from each epoch in step on."""
    return lambda epoch: base_lr * factor ** sum(epoch >= at for at in step)


def cosine(max_update, base_lr, final_lr, warmup_steps=0, warmup_begin_lr=0):
    """A straight line up for warmup_steps epochs, then half a cosine down."""
    def lr(epoch):
        if epoch < warmup_steps:
            return warmup_begin_lr + (base_lr - warmup_begin_lr) * epoch / warmup_steps
        done = (min(epoch, max_update) - warmup_steps) / (max_update - warmup_steps)
        return final_lr + (base_lr - final_lr) * (1 + math.cos(math.pi * done)) / 2

    return lr


TRAINED = {  # what the page trains with; lr is the option
    'constant': constant,
    'square_root': lambda lr: SquareRootScheduler(lr=0.1),
    # a rate of 0.5 from the start leaves about a third of all seeds at chance
    'multi_factor': lambda lr: multi_factor(step=[15, 30], factor=0.5, base_lr=0.5),
    'cosine': lambda lr: cosine(max_update=20, base_lr=lr, final_lr=0.01),
    'warmup': lambda lr: cosine(max_update=20, base_lr=lr, final_lr=0.01,
                                warmup_steps=5),
}


def draw(name, schedule, num_epochs):
    """The learning rates of all epochs, as a list; draws them."""
    lrs = [schedule(epoch) for epoch in range(num_epochs)]
    d2l.plot(range(num_epochs), lrs, 'epoch', 'learning rate')
    d2l.plt.title(name)
    return lrs


def new_net(devices):
    """The network and its first weights, drawn by chance."""
    net = build_net()
    net.initialize(init.Xavier(), ctx=devices)
    X, = example_inputs()
    net(X.as_in_ctx(devices[0]))
    return net, [param.data(devices[0]).copy() for param
                 in net.collect_params().values()]


def reset(net, weights):
    """Give the network its first weights again."""
    for param, value in zip(net.collect_params().values(), weights):
        param.set_data(value)


def train(net, train_iter, test_iter, num_epochs, loss, trainer, device):
    """Train from the weights that net has; draws, returns the history."""
    # book: draws new weights here; ours are the same under all schedules
    devices = d2l.as_devices(device)
    animator = d2l.Animator(xlabel='epoch', ylabel='loss, accuracy',
                            xlim=[0, num_epochs],
                            legend=['train loss', 'train acc', 'test acc'])
    return d2l.fit(
        d2l.classification_step(net, loss, trainer, devices), train_iter, num_epochs,
        points_per_epoch=5, watch=d2l.animate(animator),
        evaluate=lambda: {'test acc': d2l.evaluate_accuracy(net, test_iter, devices)})


def run(*, schedule: Literal['all', 'constant', 'square_root', 'multi_factor',
                             'cosine', 'warmup'] = 'all',
        num_epochs: int = 30, lr: float = 0.3, batch_size: int = 256) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    scheduler = FactorScheduler(factor=0.9, stop_factor_lr=1e-2, base_lr=2.0)
    rates, device = {'factor': draw('factor', scheduler, 50)}, d2l.try_gpu()
    net, weights = new_net(d2l.as_devices(device))
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    result, series = {}, {}
    for name in TRAINED if schedule == 'all' else [schedule]:
        scheduler = TRAINED[name](lr)
        if name != 'constant':
            rates[name] = draw(name, scheduler, num_epochs)
        reset(net, weights)
        # book: gives the trainer the schedule itself, which it asks at every minibatch
        trainer = gluon.Trainer(net.collect_params(), 'sgd', {
            'lr_scheduler': d2l.ByEpoch(scheduler, len(train_iter))})
        history = train(net, train_iter, test_iter, num_epochs, loss, trainer, device)
        d2l.plt.title(name)
        print(f'{name}: train loss {history["train loss"]:.3f}, train acc '
              f'{history["train acc"]:.3f}, test acc {history["test acc"]:.3f}')
        result[name] = history.record()['final']
        series[name] = history.record()['series']
    return {**result, 'learning rates': rates, 'series': series}


if __name__ == '__main__':
    d2l.main(run)
