"""Where Gluon and PyTorch mean different things by the same words.

Each function here makes one such pair of meanings agree for a comparison; `EXPLAINED`
says in words what was done, for the reader of a report.
"""
import contextlib

import numpy as onp
from mxnet import autograd, gluon, np

from ..export.symbol import flatten
from .differences import difference

__all__ = ['PortFailed', 'call_port', 'explanations', 'start_alike',
           'without_dropout', 'biased_statistics', 'backward_gluon', 'backward_port',
           'numbered', 'gluon_loss', 'port_loss', 'to_port']

EXPLAINED = {
    'initialisation': 'the Gluon network draws its weights (Xavier; biases, scales and '
                      'running statistics are drawn too, as zeros and ones would hide '
                      'mix-ups), and the port gets copies',
    'loss': 'Gluon sums a batch\'s losses and trainer.step(batch_size) divides, '
            'PyTorch takes the mean: Gluon\'s gradients are divided by batch_size '
            'before they are compared. L2Loss is half the squared error on both sides',
    'dropout': 'random streams differ, so dropout is switched off on both sides',
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


class PortFailed(ValueError):
    """The port raised an error of its own, or returned what the network does not.

    Ours, for 7.6
    """


def explanations(net, port) -> dict:
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
    return {name: EXPLAINED[name] for name in names}


def start_alike(pairs, seed: int) -> None:
    """Random biases, scales and statistics for a Gluon network just initialized.

    Zeros and ones, which are the defaults, would let two of them be mistaken for one
    another unnoticed. Scales and variances lie in [0.75, 1.25], others in [-0.1, 0.1].

    Ours, for 4.8
    """
    random = onp.random.RandomState(seed)
    for pair in pairs:
        scales = pair.ours.kind in ('BatchNorm', 'LayerNorm')
        for weight in pair.weights:
            is_matrix = weight.role.startswith('weight') or weight.param.data().ndim > 1
            if is_matrix and not scales:
                continue  # has its random numbers already
            around_one = weight.role in ('weight', 'running_var')
            middle, reach = (1, 0.25) if around_one else (0, 0.1)
            value = random.uniform(middle - reach, middle + reach, weight.param.shape)
            weight.param.set_data(np.array(value.astype('float32')))


def dropouts(net, port) -> list:
    """(layer, name of its rate) of all layers of both networks that drop at random.

    Recurrent layers are among them: they drop between their own layers.
    """
    from torch import nn
    from torch.nn.modules.dropout import _DropoutNd
    kinds = ((gluon.nn.Dropout, '_rate'), (gluon.rnn.rnn_layer._RNNLayer, '_dropout'),
             (_DropoutNd, 'p'), (nn.RNNBase, 'dropout'))
    layers = list(port.modules())
    net.apply(layers.append)
    found = [(layer, rate) for layer in layers for kind, rate in kinds
             if isinstance(layer, kind)]
    return [(layer, rate) for layer, rate in found if getattr(layer, rate)]


def without_dropout(net, port) -> None:
    """Set the rate of every layer of both networks that drops at random to 0.

    Ours, for 4.6
    """
    for layer, rate in dropouts(net, port):
        setattr(layer, rate, 0)


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


def to_port(array):
    """A copy of an MXNet array as a tensor; whole numbers become long ones.

    Ours, for 2.1
    """
    import torch
    tensor = torch.from_numpy(array.asnumpy().copy())
    return tensor if tensor.is_floating_point() else tensor.long()


def run_port(port, tensors) -> list:
    """The port's output tensors in a flat list; PortFailed with what it raised."""
    try:
        outputs = flatten(port(*tensors))
    except Exception as error:  # the port is the reader's code: it may raise anything
        reason = (str(error) or 'no message').splitlines()[0]
        raise PortFailed(f'the port fails with {type(error).__name__}: {reason}'
                         ) from error
    wrong = [Y for Y in outputs if not hasattr(Y, 'detach')]
    if wrong:
        raise PortFailed('the port must return a tensor, or a tuple of tensors, got '
                         f'{type(wrong[0]).__name__}')
    return outputs


def call_port(port, inputs) -> list:
    """The port's outputs on MXNet arrays, without gradients, as NumPy arrays.

    PortFailed where the port raises an error.

    Ours, for 6.6
    """
    import torch
    with torch.no_grad():
        return [Y.numpy() for Y in run_port(port, [to_port(X) for X in inputs])]


def numbered(ours, theirs, word: str) -> dict:
    """{'word 0': difference, ...} of two lists of arrays; PortFailed if one is longer.

    Ours, for 5.1
    """
    if len(ours) != len(theirs):
        raise PortFailed(f'the port returns {len(theirs)} arrays, Gluon {len(ours)}')
    return {f'{word} {i}': difference(*both)
            for i, both in enumerate(zip(ours, theirs))}


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


def backward_gluon(net, inputs, y):
    """Outputs in training mode, and gradients of the mean loss of the first of them.

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
        l = gluon_loss(outputs[0], y)(outputs[0], y)
    l.backward()
    return ([Y.asnumpy() for Y in outputs],
            [X.grad.asnumpy() / y.shape[0] for X in floats])


def backward_port(port, inputs, y):
    """The same of the port; its parameters get the gradients of the mean loss.

    PortFailed where it raises an error, or its output cannot be differentiated.

    Ours, for 3.7
    """
    import torch
    tensors, y = [to_port(X) for X in inputs], to_port(y)
    floats = [X.requires_grad_() for X in tensors if X.is_floating_point()]
    port.zero_grad()
    outputs = run_port(port, tensors)
    try:
        port_loss(outputs[0], y).backward()
    except (RuntimeError, ValueError) as error:
        raise PortFailed('the port cannot be trained on its first output: '
                         f'{str(error).splitlines()[0]}') from error
    gradients = [torch.zeros_like(X) if X.grad is None else X.grad for X in floats]
    return [Y.detach().numpy() for Y in outputs], [X.numpy() for X in gradients]
