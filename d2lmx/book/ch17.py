"""The two updates of a generative adversarial network, as chapter 17 spells them."""
from mxnet import autograd

from ..train.adversarial import move_twice, real_loss, real_or_fake_loss

__all__ = ['update_D', 'update_G']


def update_D(X, Z, net_D, net_G, loss, trainer_D) -> float:
    """Train the discriminator on one batch; the sum of its examples' losses.

    X (batch, ...) real examples; Z (batch, ...) noise, of which net_G makes fake ones;
    ``net_D(X)`` gives one score an example, ``loss(scores, labels)`` one value. Waits
    for the sum. For many batches `gan_step` is faster.

    A generator's batch normalizations have their running averages moved by the
    `update_G` that follows with the same Z, by as much as PyTorch moves them in both:
    see `move_twice`.

    Book: 17.1 (sec_basic_gan)
    """
    move_twice(net_G)
    with autograd.record():
        fake_X = net_G(Z).detach()  # the generator gets no gradient here
        l = real_or_fake_loss(net_D(X), net_D(fake_X), loss)
    l.backward()
    trainer_D.step(len(X))
    return float(l.sum())


def update_G(Z, net_D, net_G, loss, trainer_G) -> float:
    """Train the generator on one batch; the sum of its examples' losses.

    Arguments as of `update_D`. Only net_G is updated; the gradients of net_D, which the
    next `update_D` writes anew, are changed. Waits for the sum.

    Book: 17.1 (sec_basic_gan)
    """
    with autograd.record():
        l = real_loss(net_D(net_G(Z)), loss)
    l.backward()
    trainer_G.step(len(Z))
    return float(l.sum())
