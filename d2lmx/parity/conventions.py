"""Where Gluon and PyTorch mean different things by the same words.

Each function here makes one such pair of meanings agree for a comparison; `EXPLAINED`
says in words what was done, for the reader of a report.
"""
import contextlib

import numpy as onp
from mxnet import autograd, gluon, np

from ..export.symbol import flatten
from .calling import Incomparable, run_port, to_port
from .chance import dropouts
from .layers import NORMS

__all__ = ['EXPLAINED', 'explanations', 'start_alike', 'biased_statistics',
           'backward_gluon', 'backward_port', 'gluon_loss', 'port_loss']

EXPLAINED = {
    'initialisation': 'the Gluon network gets random weights (Xavier; biases, scales '
                      'and running statistics are drawn too, as zeros and ones would '
                      'hide mix-ups), and the port gets copies',
    'loss': 'Gluon sums a batch\'s losses and trainer.step(batch_size) divides, '
            'PyTorch takes the mean: Gluon\'s gradients are divided by batch_size '
            'before they are compared. L2Loss is half the squared error on both sides',
    'dropout': 'random streams differ, so dropout is switched off on both sides',
    'chance': 'the port is random in training by more than its layers, as by '
              'F.dropout: it was trained with self.training False in all modules but '
              'batch normalization, which switches such functions off',
    'order': 'parameters that have other names in the port were paired by their order '
             'and shape, in layers that are of neither library',
    'momentum': 'BatchNorm: Gluon\'s momentum 0.9 is the share of the old statistic, '
                'PyTorch\'s 0.1 that of the new one',
    'variance': 'BatchNorm: Gluon\'s running variance takes the biased variance of a '
                'batch, PyTorch\'s the unbiased one, n/(n-1) times as large; while '
                'comparing, the port\'s update is made with the biased one',
    'gates': 'recurrent layers: both order a GRU\'s gates reset, update, new and an '
             'LSTM\'s input, forget, cell, output, with a bias of its own for the '
             'input and for the hidden state, so that weights are copied as they are; '
             'Gluon\'s RNN is a ReLU one unless told otherwise, PyTorch\'s a tanh one',
    'rounding': 'a step of SGD can multiply rounding, most of all where batch '
                'normalization sees few values: training that exceeds a tolerance in '
                'float32 is repeated in float64 on both sides, and judged there',
}


def explanations(net, port, pairs) -> dict:
    """The entries of `EXPLAINED` that concern these two networks.

    Ours, for 7.5
    """
    import torch
    names = ['initialisation', 'loss']
    if dropouts(net, port):
        names.append('dropout')
    if any(isinstance(module, torch.nn.RNNBase) for module in port.modules()):
        names.append('gates')
    if batch_norms(port):
        names += ['momentum', 'variance']
    if any(pair.by_order for pair in pairs):
        names.append('order')
    return {name: EXPLAINED[name] for name in names}


def start_alike(pairs, seed: int) -> None:
    """Random weights, biases, scales and statistics for a Gluon network.

    Zeros and ones, which are the defaults, would let two of them be mistaken for one
    another unnoticed. Matrices are drawn as by Xavier, scales and variances lie in
    [0.75, 1.25], others in [-0.1, 0.1]; what is constant stays.

    Ours, for 4.8
    """
    random = onp.random.RandomState(seed)
    for pair in pairs:
        for weight in pair.weights:
            if weight.role in pair.ours.fixed:
                continue
            middle, reach = spread(weight, pair.ours.kind in NORMS)
            value = random.uniform(middle - reach, middle + reach, weight.param.shape)
            weight.param.set_data(np.array(value.astype('float32')))


def spread(weight, scales: bool):
    """Middle and reach of a parameter's random numbers; scales: its layer's kind."""
    shape = weight.param.shape
    if len(shape) > 1 and not scales:
        receptive = onp.prod(shape[2:])
        return 0, float((6 / (receptive * (shape[0] + shape[1]))) ** 0.5)
    return (1, 0.25) if weight.role in ('weight', 'running_var') else (0, 0.1)


def batch_norms(port) -> list:
    """The port's layers that normalize over the batch and keep statistics."""
    from torch.nn.modules.batchnorm import _BatchNorm
    return [module for module in port.modules()
            if isinstance(module, _BatchNorm) and module.track_running_stats]


@contextlib.contextmanager
def biased_statistics(port):
    """In this context the port's running variances are updated as Gluon's are.

    PyTorch takes the unbiased variance of a batch, which for n values a channel is
    n / (n - 1) times the one that it normalizes with, and that Gluon takes.

    Ours, for 7.5
    """
    import torch
    before = {}

    def remember(module, inputs):
        before[module] = module.running_var.clone()

    def correct(module, inputs, output):
        if module.training:
            axes = [axis for axis in range(inputs[0].ndim) if axis != 1]
            variance = inputs[0].detach().var(dim=axes, unbiased=False)
            share = (1 / float(module.num_batches_tracked) if module.momentum is None
                     else module.momentum)
            # .data: the backward pass, which does not read it, must not notice
            module.running_var.data.copy_(torch.lerp(before[module], variance, share))

    hooks = [hook for module in batch_norms(port)
             for hook in (module.register_forward_pre_hook(remember),
                          module.register_forward_hook(correct))]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def gluon_loss(Y, y):
    """The loss of outputs Y, a value an example: L2 where y is shaped as they are.

    Cross-entropy elsewhere, with the class numbers y.

    Ours, for 3.7
    """
    return (gluon.loss.L2Loss() if Y.shape == y.shape
            else gluon.loss.SoftmaxCrossEntropyLoss())


def port_loss(Y, y):
    """The mean over the batch of the same loss, as a tensor.

    Ours, for 3.7
    """
    from torch.nn import functional
    if Y.shape == y.shape:
        return functional.mse_loss(Y, y) / 2
    return functional.cross_entropy(Y.flatten(0, -2), y.flatten().long())


def backward_gluon(net, inputs, y, loss=None):
    """Outputs in training mode, and gradients of the mean loss of the first of them.

    loss: of (Y, y), a value an example; None: `gluon_loss`.

    Returns NumPy arrays: (outputs, gradients of the inputs); those of the parameters
    stay where Gluon leaves them, batch_size times too large, as trainer.step wants
    them.

    Ours, for 3.7
    """
    inputs = [X.copy() for X in inputs]
    floats = [X for X in inputs if onp.issubdtype(X.dtype, onp.floating)]
    for X in floats:  # Embedding refuses to be asked for a gradient of token numbers
        X.attach_grad()
    with autograd.record():
        outputs = flatten(net(*inputs))
        l = (loss or gluon_loss(outputs[0], y))(outputs[0], y)
    l.backward()
    return ([Y.asnumpy() for Y in outputs],
            [X.grad.asnumpy() / y.shape[0] for X in floats])


def backward_port(port, inputs, y, loss=None):
    """The same of the port; its parameters get the gradients of the mean loss.

    loss: of (Y, y), the batch's mean; None: `port_loss`.

    Incomparable where it raises an error, or its output cannot be differentiated.

    Ours, for 3.7
    """
    import torch
    tensors, y = [to_port(X) for X in inputs], to_port(y)
    floats = [X.requires_grad_() for X in tensors if X.is_floating_point()]
    port.zero_grad()
    outputs = run_port(port, tensors)
    try:
        (loss or port_loss)(outputs[0], y).backward()
    except (RuntimeError, ValueError) as error:
        raise Incomparable('the port cannot be trained on its first output: '
                         f'{str(error).splitlines()[0]}') from error
    gradients = [torch.zeros_like(X) if X.grad is None else X.grad for X in floats]
    return [Y.detach().numpy() for Y in outputs], [X.numpy() for X in gradients]
