"""The layers of a network that own parameters, in either library, in one's words."""
import re
from dataclasses import dataclass

from mxnet import gluon

__all__ = ['KINDS', 'NORMS', 'STATISTICS', 'Layer', 'joined', 'gluon_layers',
           'port_layers', 'listing']

KINDS = {word: kind for kind, words in {
    'Dense': 'Dense Linear', 'Conv': 'Conv1D Conv2D Conv3D Conv1d Conv2d Conv3d',
    'ConvTranspose': 'Conv1DTranspose Conv2DTranspose Conv3DTranspose '
                     'ConvTranspose1d ConvTranspose2d ConvTranspose3d',
    'BatchNorm': 'BatchNorm BatchNorm1d BatchNorm2d BatchNorm3d',
    'LayerNorm': 'LayerNorm', 'GroupNorm': 'GroupNorm', 'Embedding': 'Embedding',
    'InstanceNorm': 'InstanceNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d',
    'RNN': 'RNN', 'GRU': 'GRU', 'LSTM': 'LSTM'}.items() for word in words.split()}
ROLES = {'gamma': 'weight', 'beta': 'bias',
         'moving_mean': 'running_mean', 'moving_var': 'running_var'}
STATISTICS = ('running_mean', 'running_var')
NORMS = ('BatchNorm', 'LayerNorm', 'GroupNorm', 'InstanceNorm')


@dataclass(frozen=True)
class Layer:
    """A layer that owns parameters, in either library.

    Ours, for 5.2
    """

    name: str      # structural, such as '0.conv1'; '' for the network itself
    kind: str      # a value of KINDS, or the roles of a layer of the reader's own
    block: object  # gluon.Block or torch.nn.Module
    roles: dict    # {role: attribute of the block}; roles are torch's words
    shapes: dict   # {role: shape}
    fixed: set     # roles that nothing changes: they need no counterpart

    @property
    def is_own(self) -> bool:
        """Whether it is a layer of the reader's, of neither library."""
        return library_kind(self.block) is None

    @property
    def is_optional(self) -> bool:
        """Whether nothing that it owns needs a counterpart."""
        return self.shapes.keys() <= self.fixed

    def __str__(self):
        shapes = ', '.join(f'{role} {shape}' for role, shape in self.shapes.items())
        return f'{type(self.block).__name__} {self.name or "(whole)"} [{shapes}]'


def joined(prefix: str, name: str) -> str:
    """'prefix.name', or the name alone where there is no prefix.

    Ours, for 5.2
    """
    return f'{prefix}.{name}' if prefix else name


def gluon_layers(net) -> list:
    """The layers of a Gluon network that own parameters, in the order of definition.

    Ours, for 5.2
    """
    def is_fixed(block, param):
        return isinstance(param, gluon.Constant) or (
            param.grad_req == 'null' and library_kind(block) in NORMS)

    return unshared((name, block, block._reg_params,
                     [key for key, param in block._reg_params.items()
                      if is_fixed(block, param)]) for name, block in walk(net, ''))


def walk(block, name):
    """(structural name, block) of a block and all its descendants."""
    yield name, block
    for key, child in block._children.items():
        yield from walk(child, joined(name, key))


def port_layers(port) -> list:
    """The layers of a PyTorch module that own parameters, in the order of definition.

    Running statistics that are plain attributes count too: so the book's batch
    normalization from scratch keeps them.

    Ours, for 5.2
    """
    import torch

    def own(module):
        plain = {name: value for name, value in vars(module).items()
                 if isinstance(value, torch.Tensor) and role_of(name) in STATISTICS}
        tensors = {**module._parameters, **module._buffers, **plain}
        return {name: tensor for name, tensor in tensors.items()
                if tensor is not None and name != 'num_batches_tracked'}

    return unshared((name, module, own(module), module._buffers)
                    for name, module in port.named_modules())


def unshared(layers) -> list:
    """A `Layer` for each (name, block, own parameters, those that nothing changes).

    Layers that only share what an earlier one owns, as tied ones do, are left out, and
    so are those without parameters, but for normalizations.
    """
    found, seen = [], set()
    for name, block, params, fixed in layers:
        is_new = any(id(param) not in seen for param in params.values())
        if is_new or not params and library_kind(block) in NORMS:
            shapes = {role_of(key): tuple(param.shape) for key, param in params.items()}
            fixed = {role_of(key) for key in fixed} - set(STATISTICS)
            found.append(Layer(name, kind_of(block, shapes, fixed), block,
                               {role_of(key): key for key in params}, shapes, fixed))
        seen.update(id(param) for param in params.values())
    return found


def role_of(attribute: str) -> str:
    """PyTorch's word for a parameter's part: weight, running_mean, weight_ih_l0, ..."""
    recurrent = re.fullmatch(r'([lr])(\d+)_([ih])2h_(weight|bias)', attribute)
    if recurrent:
        side, depth, source, word = recurrent.groups()
        return f'{word}_{source}h_l{depth}' + ('_reverse' if side == 'r' else '')
    return ROLES.get(attribute, attribute)


def library_kind(block):
    """The kind of a layer of Gluon or PyTorch, a value of KINDS; None of another."""
    for cls in type(block).__mro__:
        if cls.__module__.split('.')[0] in ('mxnet', 'torch') and cls.__name__ in KINDS:
            return KINDS[cls.__name__]
    return None


def kind_of(block, shapes: dict, fixed=frozenset()) -> str:
    """One word for a layer's kind; a layer of the reader's own goes by what it owns."""
    if library_kind(block):
        return library_kind(block)
    if set(STATISTICS) <= set(shapes):
        return 'BatchNorm'
    shapes = {role: shape for role, shape in shapes.items() if role not in fixed
              } or shapes
    if set(shapes) <= {'weight', 'bias'} and 'weight' in shapes:
        num_axes = len(shapes['weight'])
        return 'LayerNorm' if num_axes == 1 else 'Dense' if num_axes == 2 else 'Conv'
    return ' + '.join(sorted(shapes))


def listing(layers) -> str:
    """The layers' kinds and names, in short.

    Ours, for 5.2
    """
    return ', '.join(f'{type(layer.block).__name__} {layer.name or "(whole)"}'
                     for layer in layers) or 'none with parameters'
