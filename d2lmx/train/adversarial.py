"""Two networks that train against each other, on the one loop."""
import mxnet as mx
from mxnet import autograd, np
from mxnet.gluon import nn

from ..context import current
from ..runtime.devices import split_batch
from .joint import Joint
from .replicas import clear_gradients, training_devices
from .step import Step

__all__ = ['gan_step', 'move_twice', 'real_or_fake_loss', 'real_loss']

NAMES = 'discriminator', 'generator'


def real_or_fake_loss(real_Y, fake_Y, loss, F=mx.nd):
    """Losses (batch,) of scores that are to be high for real and low for fake examples.

    The mean of both. real_Y, fake_Y (batch, ...); loss: ``loss(scores, labels)``, of
    labels 1 and 0 in the scores' shape. F: as of ``hybrid_forward``.

    Ours, for 17.1
    """
    # in this order: the backward pass, in which MXNet moves running averages, comes by
    # the last first; PyTorch's move by the real examples, and then by the fake ones
    return (loss(fake_Y, F.np.zeros_like(fake_Y)) + real_loss(real_Y, loss, F)) / 2


def real_loss(Y, loss, F=mx.nd):
    """Losses (batch,) of scores (batch, ...) that are to be those of real examples.

    Ours, for 17.1
    """
    return loss(Y, F.np.ones_like(Y))


def discriminator_loss(F, net_D, loss, X, fake_X):
    """X, fake_X (batch, ...) -> the sum of the losses of telling them apart."""
    return F.np.sum(real_or_fake_loss(net_D(X), net_D(fake_X), loss, F))


def generator_loss(F, net_D, loss, fake_X):
    """fake_X (batch, ...) -> the sum of its losses where it is found out."""
    return F.np.sum(real_loss(net_D(fake_X), loss, F))


def move_twice(net_G) -> None:
    """Let a generator's running averages move in one backward pass as by two.

    PyTorch moves those of a batch normalization in each forward pass of training, and
    so a generator's twice a batch, by the same numbers: for the discriminator's update
    and for its own. MXNet moves them in the backward pass, of which the first update
    has none: it ends at the fake examples. Two moves by one number, of momentum m, are
    one of momentum m squared. A layer is changed once, however often this is called.

    Ours, for 17.2
    """
    def square(block):
        if isinstance(block, nn.BatchNorm) and not getattr(block, 'moves_twice', False):
            block._kwargs['momentum'] **= 2
            block.moves_twice = True
            changed.append(block)

    def forget(block):
        if isinstance(block, nn.HybridBlock):
            block._clear_cached_op()  # which would go on with the old one

    changed = []
    net_G.apply(square)
    if changed:
        net_G.apply(forget)


def gan_step(net_D, net_G, loss, trainer_D, trainer_G, latent_shape, devices=None):
    """A step for X, real examples: an update of the discriminator, then the generator.

    Fake examples are made of new standard normal noise, (batch, ...) with latent_shape.
    What a batch has beside X, such as labels, is not read. Reports the losses as
    'discriminator' and 'generator'.

    The numbers are those of `update_D` and `update_G`, but for rounding: these make the
    same fake examples twice, this once. Running averages of batch normalizations are
    moved as often as PyTorch moves them: see `move_twice`.

    Parameters
    ----------
    net_D, net_G
        HybridBlocks, initialized: ``net_D(X)`` gives one score an example, high for a
        real one; ``net_G(Z)`` fake examples in X's shape.
    loss
        ``loss(scores, labels)``, one value an example, such as Gluon's SigmoidBCELoss.
    trainer_D, trainer_G
        A `gluon.Trainer` for the parameters of each.
    latent_shape
        Of the noise of one example, such as (100, 1, 1).
    devices
        As of `classification_step`.

    Ours, for 17.1
    """
    devices, _ = [training_devices(net, devices) for net in (net_D, net_G)]
    move_twice(net_G)
    workers = current().workers
    D_loss, G_loss = (Joint(function, net_D, loss)
                      for function in (discriminator_loss, generator_loss))

    def step(X, *_):
        n = len(X)
        if not n:  # a worker without a share of the last batch
            for net, trainer in ((net_D, trainer_D), (net_G, trainer_G)):
                clear_gradients(net, devices or [X.ctx])
                trainer.step(0)
            return dict.fromkeys(NAMES, (0.0, 0))
        busy = devices and devices[:n]
        # all workers draw the same, of which each takes a part of its own
        Z = np.random.normal(size=(workers.size * n, *latent_shape), ctx=X.ctx)
        Z = Z[workers.rank * n:(workers.rank + 1) * n] if workers.size > 1 else Z
        shards = list(zip(*split_batch(X, Z, busy)))
        with autograd.record():
            fakes = [net_G(Z) for _, Z in shards]
            ls_D = [D_loss(X, fake_X.detach())
                    for (X, _), fake_X in zip(shards, fakes)]
        update(ls_D, net_D, trainer_D, n)
        with autograd.record():
            ls_G = list(map(G_loss, fakes))
        update(ls_G, net_G, trainer_G, n)
        return {name: (sum_of(ls), n) for name, ls in zip(NAMES, (ls_D, ls_G))}

    def update(ls, net, trainer, n):
        autograd.backward(ls)
        if devices and devices[n:]:
            clear_gradients(net, devices[n:])
        trainer.step(n)

    return Step(step, trains=(D_loss, G_loss, net_G, trainer_D, trainer_G,
                              net_D))


def sum_of(ls):
    """Of the sums of all shards, an array on the first one's device."""
    first, *others = ls
    return sum((l.as_in_ctx(first.ctx) for l in others), first)
