"""A Gluon network and its port trained side by side: gradients, then ten steps."""
import numpy as onp
from mxnet import gluon, np

from ..export.symbol import flatten
from .calling import Incomparable, numbered
from .conventions import backward_gluon, backward_port, biased_statistics
from .differences import difference, magnitude
from .structure import weights_of

__all__ = ['random_batches', 'train_both']

FADED = 1e-4  # a gradient this small beside its layer's largest is rounding, not signal


def random_batches(net, example_inputs, batch_size, count, seed) -> list:
    """[(inputs, y), ...] with y drawn to suit the first output of the network.

    y is random class numbers where that output holds several scores an example, along
    its last axis, and otherwise, as for maps of pixels, random numbers in its shape.

    Ours, for 3.7
    """
    random, batches = onp.random.RandomState(seed), []
    shape = flatten(net(*example_inputs(batch_size)))[0].shape
    # log_softmax over the last axis of what a convolution gives ends the process
    has_classes = 1 < len(shape) < 4 and shape[-1] > 1
    for _ in range(count):
        inputs = example_inputs(batch_size)
        y = (random.randint(shape[-1], size=shape[:-1]) if has_classes
             else random.normal(size=shape))
        batches.append((inputs, np.array(y.astype('float32'))))
    return batches


def train_both(net, port, pairs, batches, lr: float, dtype: str, begin, losses):
    """Train both networks on the same batches, by SGD, hybridized and without dropout.

    Parameters
    ----------
    begin
        ``begin(port, pairs)`` puts the port in the mode in which it trains.
    losses
        The loss on either side, or (None, None).

    Returns
    -------
    tuple
        {(what, kind of tolerance): {where: difference}}: outputs and gradients of the
        first step, parameters and running statistics after the last; and the
        differences of each parameter, {Gluon's name: {'gradient', 'after_steps'}}.

    Incomparable where Gluon's own parameters are not finite in the end.

    Ours, for 7.6
    """
    begin(port, pairs)
    step = updates(net, port, lr)
    found = {}
    with biased_statistics(port):
        for inputs, y in batches:
            inputs, y = cast([*inputs, y], dtype)
            ours, theirs = (backward_gluon(net, inputs, y, losses[0]),
                            backward_port(port, inputs, y, losses[1]))
            if not found:
                found = first_step(ours, theirs, gradients_of(pairs, y.shape[0]))
            step(y.shape[0])
    parameters = {name: {'gradient': values} for name, values in found.get(
        ('gradients of the parameters', 'gradients'), {}).items()}
    for what, statistics in (('parameters', False), ('running statistics', True)):
        weights = [weight for weight in weights_of(pairs)
                   if weight.is_statistic == statistics]
        if not all(onp.isfinite(weight.ours()).all() for weight in weights):
            raise Incomparable(f"after {len(batches)} steps at lr {lr:g} the Gluon "
                               f"network's own {what} are not finite: take another lr")
        after = {weight.name: difference(weight.ours(), weight.theirs())
                 for weight in weights}
        for name, values in after.items():
            parameters.setdefault(name, {})['after_steps'] = values
        if after:
            found[f'{what} after {len(batches)} steps', 'steps'] = after
    return found, parameters


def updates(net, port, lr: float):
    """``step(batch_size)``, which updates the parameters of both, where there are any.
    """
    import torch
    ours, theirs = list(net.collect_params().values()), list(port.parameters())
    trainer = gluon.Trainer(ours, 'sgd', {'learning_rate': lr}) if ours else None
    # MXNet's operators take the rate in float32, whatever the arrays hold
    optimizer = torch.optim.SGD(theirs, lr=float(onp.float32(lr))) if theirs else None

    def step(batch_size):
        if trainer:
            trainer.step(batch_size)
        if optimizer:
            optimizer.step()

    return step


def cast(arrays, dtype):
    """(inputs, y) with all float arrays in one precision."""
    *inputs, y = [X.astype(dtype) if onp.issubdtype(X.dtype, onp.floating) else X
                  for X in arrays]
    return inputs, y


def first_step(ours, theirs, gradients) -> dict:
    """What the first step shows, as `train_both` returns it."""
    found = {('outputs in training', 'outputs'):
             numbered(ours[0], theirs[0], 'output')}
    if gradients:
        found['gradients of the parameters', 'gradients'] = gradients
    if ours[1]:  # token numbers have no gradient
        found['gradients of the inputs', 'gradients'] = numbered(
            ours[1], theirs[1], 'input')
    return found


def gradients_of(pairs, batch_size) -> dict:
    """{Gluon's name: difference of the gradients of the mean loss}.

    A gradient that is nothing beside its layer's others, as that of a bias ahead of
    batch normalization, which is 0 but for rounding, is measured by the largest there.
    """
    found = {}
    for pair in pairs:
        both = {weight.name: (gluon_gradient(weight) / batch_size,
                              port_gradient(weight))
                for weight in pair.weights if weight.param.grad_req != 'null'}
        sizes = {name: max(map(magnitude, sides)) for name, sides in both.items()}
        largest = max(sizes.values(), default=0)
        for name, (ours, theirs) in both.items():
            faded = sizes[name] < FADED * largest
            found[name] = difference(ours, theirs, scale=largest if faded else 0)
    return found


def gluon_gradient(weight):
    """The gradient that Gluon holds, a sum over the batch."""
    return weight.param.list_grad()[0].asnumpy()


def port_gradient(weight):
    """The gradient that the port holds, in Gluon's shape; zeros where it has none."""
    if weight.tensor.grad is None:
        return onp.zeros(weight.param.shape)
    return weight.tensor.grad.numpy().reshape(weight.param.shape)
