"""Weights: PyTorch's file to Gluon's, or back."""
from pathlib import Path

from ..errors import InputError, MissingPackage


def options(parser):
    parser.add_argument('section',
                        help='or squeezenet1_1, mobilenet_v2_1_0[_features]')
    parser.add_argument('source', type=Path, help='.pt .pth .safetensors .npz .params')
    parser.add_argument('target', type=Path, help='.params, or one of the others')
    parser.add_argument('--torch', metavar='FILE.py:FACTORY', help='your own port')


def obey(args):
    """A .params file on one side, and .pt, .safetensors or .npz on the other, under the
    names of the port's state_dict."""
    from ..bench.comparison import port_of
    from ..pages.networks import find_network
    from ..parity.convert import to_gluon, to_port_file
    from ..parity.files import PORT_SUFFIXES
    from ..parity.torch_side import NO_TORCH, has_torch
    source, target = args.source, args.target
    theirs = {source.suffix, target.suffix} - {'.params'}
    if len(theirs) != 1 or source.suffix == target.suffix or not (
            theirs <= set(PORT_SUFFIXES)):
        raise InputError('one of the two files must end in .params (Gluon), the other '
                         f'in one of {", ".join(PORT_SUFFIXES)}; got {source} and '
                         f'{target}')
    if not has_torch():
        raise MissingPackage(NO_TORCH)
    network = find_network(args.section, with_zoo=True)
    function = to_port_file if source.suffix == '.params' else to_gluon
    count = function(network.build_net, network.example_inputs,
                     port_of(network, args.torch), source, target)
    print(f'{count} arrays of {network.title}: {source} -> {target}')
