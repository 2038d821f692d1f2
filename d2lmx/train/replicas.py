"""Copies of a network on several devices."""
from mxnet import gluon, optimizer

from ..context import current

__all__ = ['devices_of', 'replicate']


def devices_of(net):
    """The devices that hold a block's parameters; None for functions, and without any.

    Ours, for 12.6
    """
    params = list(net.collect_params().values()) if isinstance(net, gluon.Block) else []
    return params[0].list_ctx() if params else None


def replicate(net, devices) -> None:
    """Keep a block's parameters on these devices, with the values they have.

    The block must be initialized; its `gluon.Trainer`, if it has one already, learns of
    it and loses the states it gathered.

    Ours, for 12.6
    """
    params = net.collect_params()
    params.reset_ctx(devices)
    for trainer in {param._trainer for param in params.values()} - {None}:
        # what its constructor notes about devices; it has no method for that
        trainer._contexts = trainer._check_contexts()
        trainer._updaters = [optimizer.get_updater(trainer._optimizer) for _ in devices]
        trainer._reset_kvstore()


def training_devices(net, devices):
    """The devices on which a step trains net, which is put there where it is not.

    Those given, else those chosen for the run, else those that hold net; None for
    functions, whose arrays stay where they are.
    """
    if devices is not None or devices_of(net) is None:
        return devices
    chosen = current().devices
    if chosen and devices_of(net) != chosen:
        replicate(net, chosen)
    return devices_of(net)


def clear_gradients(net, devices) -> None:
    """Zero a block's gradients on devices that got no example of a batch."""
    for param in net.collect_params().values():
        if param.grad_req != 'null':
            for device in devices:
                param.grad(device)[:] = 0
                param.data(device)._fresh_grad = True  # else Trainer.step refuses it
