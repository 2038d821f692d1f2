"""Copies of a network on several devices."""
from mxnet import gluon, np, npx, optimizer

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


def merge_statistics(trains) -> None:
    """Give all devices the mean of what each gathered for itself, as batch norms do.

    A block is then the same on each of its devices, and as it is exported. trains: as
    of a `Step`.
    """
    parts = trains if isinstance(trains, (list, tuple)) else [trains]
    params = [param for part in parts if len(devices_of(part) or ()) > 1
              for param in part.collect_params().values()
              if param.grad_req == 'null' and not isinstance(param, gluon.Constant)]
    if params:
        npx.waitall()  # reading a running average waits for no backward pass
    for param in params:
        arrays = param.list_data()
        mean = sum(array.asnumpy().astype('float64') for array in arrays) / len(arrays)
        for array in arrays:
            array[:] = np.array(mean, dtype=array.dtype, ctx=array.ctx)
