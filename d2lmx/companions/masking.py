"""Networks that are left with less: small weights made zero, and kept there."""
import numpy as onp
from mxnet import np
from mxnet.gluon import nn

from ..errors import InputError
from ..optim import as_updater
from ..runtime.checks import check_chance

__all__ = ['magnitude_masks', 'apply_masks', 'masked_updater']


def magnitude_masks(net, sparsity: float) -> dict:
    """{parameter: mask of its shape}, 0 where a weight is to go and 1 where it stays.

    Of all weights of convolutions, dense and recurrent layers taken together, so large
    a share has to go, in [0, 1): those nearest to 0; one at least stays. Weights that
    are 0 are the first of them, so that what was pruned before stays so. Biases,
    normalizations and embeddings are no weights here. InputError for another share, and
    for a network without weights.

    Ours, for 22.4
    """
    check_chance(sparsity=sparsity)
    tables = set()
    net.apply(lambda block: isinstance(block, nn.Embedding)
              and tables.add(block.weight.name))
    values = {name: param.list_data()[0].asnumpy()
              for name, param in net.collect_params().items()
              if name.endswith('weight') and len(param.shape) > 1
              and name not in tables}
    if not values:
        raise InputError(f'{type(net).__name__} has no weights to prune')
    sizes = onp.concatenate([abs(value).ravel() for value in values.values()])
    count = min(round(sparsity * sizes.size), sizes.size - 1)
    stays = onp.ones(sizes.size, 'float32')
    stays[onp.argpartition(sizes, count)[:count]] = 0
    parts = onp.split(stays, onp.cumsum([value.size for value in values.values()])[:-1])
    return {name: part.reshape(value.shape)
            for (name, value), part in zip(values.items(), parts)}


def apply_masks(net, masks: dict) -> None:
    """Multiply a network's weights, on each of its devices, by `magnitude_masks`.

    InputError, before any is changed, for a mask that no weight has the shape of.

    Ours, for 22.4
    """
    masking(net, masks)()


def masking(net, masks):
    """The function () -> None that does what `apply_masks` does."""
    params = net.collect_params()
    for name, mask in masks.items():
        if name not in params or params[name].shape != onp.shape(mask):
            raise InputError(f'{type(net).__name__} has no weight {name!r} of the '
                             f'shape {onp.shape(mask)} of its mask')
    pairs = [(weight, np.array(mask, ctx=weight.ctx)) for name, mask in masks.items()
             for weight in params[name].list_data()]

    def mask_weights():
        for weight, mask in pairs:
            weight *= mask

    return mask_weights


def masked_updater(net, updater, masks: dict):
    """An updater after whose updates what the masks took away is 0 again.

    For a training step, in the place of `updater`, a `gluon.Trainer` or a function of
    the batch size. The weights are masked at once, too. InputError as of
    `apply_masks`.

    Ours, for 22.4
    """
    update, mask_weights = as_updater(updater), masking(net, masks)
    mask_weights()

    def masked_update(batch_size):
        update(batch_size)
        mask_weights()

    return masked_update
