"""What a network does at random while it trains, and how a comparison goes without."""
import numpy as onp
from mxnet import autograd, gluon

from ..export.symbol import flatten
from .calling import NoPredictions, call_port
from .structure import copy_to_port

__all__ = ['TrainingUnlike', 'dropouts', 'without_dropout', 'how_to_train',
           'train_all', 'train_norms', 'refuse_random_predictions']

UNTRAINED = ('training: the outputs of {} change from call to call, by functions that '
             'draw random numbers; predictions alone were compared')


class TrainingUnlike(Exception):
    """Training cannot be compared, since one side's is random; says which.

    Ours, for 4.6
    """


def dropouts(net, port) -> list:
    """(layer, name of its rate) of all layers of both networks that drop at random.

    Recurrent and attention layers are among them, which drop inside.

    Ours, for 4.6
    """
    from torch import nn
    from torch.nn.modules.dropout import _DropoutNd
    kinds = ((gluon.nn.Dropout, '_rate'), (gluon.rnn.rnn_layer._RNNLayer, '_dropout'),
             (_DropoutNd, 'p'), (nn.RNNBase, 'dropout'),
             (nn.MultiheadAttention, 'dropout'))
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


def refuse_random_predictions(net, port, inputs) -> None:
    """NoPredictions where one network predicts at random.

    Ours, for 4.6
    """
    with autograd.predict_mode():
        if changes(lambda: gluon_outputs(net, inputs)):
            raise NoPredictions("the Gluon network's predictions change from call to "
                                'call: it draws random numbers in prediction, too')
    if is_random(port.eval(), inputs):
        raise NoPredictions("the port's predictions change from call to call: "
                            'F.dropout drops in prediction, too, unless it gets '
                            'training=self.training')


def how_to_train(net, port, pairs, inputs):
    """A function that puts the port in a mode of training without chance.

    It takes the port and the pairs; `train_norms` where more than layers is random.
    Layers that drop must have the rate 0 already, in both networks. TrainingUnlike
    where one of the two stays random.

    Ours, for 4.6
    """
    with autograd.train_mode():
        if changes(lambda: gluon_outputs(net, inputs)):
            raise TrainingUnlike(UNTRAINED.format('the Gluon network'))
    for begin in (train_all, train_norms):
        begin(port, pairs)
        random = is_random(port, inputs)
        copy_to_port(pairs)  # the calls moved its running statistics
        if not random:
            return begin
    raise TrainingUnlike(UNTRAINED.format('the port'))


def train_all(port, pairs) -> None:
    """Training mode, of all modules.

    Ours, for 4.6
    """
    port.train()


def train_norms(port, pairs) -> None:
    """Training mode of batch normalization alone: functions see self.training False.

    Ours, for 4.6
    """
    from torch.nn.modules.batchnorm import _NormBase
    port.eval()
    own = {pair.theirs.block for pair in pairs if pair.ours.kind == 'BatchNorm'}
    for module in port.modules():
        if isinstance(module, _NormBase) or module in own:
            module.train()


def gluon_outputs(net, inputs) -> list:
    """The outputs as NumPy arrays."""
    return [Y.asnumpy() for Y in flatten(net(*inputs))]


def changes(call) -> bool:
    """Whether two calls give other arrays."""
    return not all(onp.array_equal(*both, equal_nan=True)
                   for both in zip(call(), call()))


def is_random(port, inputs) -> bool:
    """Whether the port, as it is, draws random numbers or gives others each time."""
    import torch
    with torch.random.fork_rng(devices=[]):  # the reader's draws stay as they were
        before = torch.get_rng_state()
        return (changes(lambda: call_port(port, inputs))
                or not torch.equal(before, torch.get_rng_state()))
