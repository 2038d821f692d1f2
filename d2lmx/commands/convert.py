"""Weights: PyTorch's or the first edition's to Gluon's, or back to PyTorch's."""
import re
from pathlib import Path

from ..errors import InputError, MissingPackage
from ..pages.editions import add_edition
from ..pages.options import shape

# where all arrays fit, and yet the networks of the two editions differ
DIFFERS = {'7.5': 'the first edition pools by the maximum where 7.5 takes means, so '
                  'parameters trained there predict otherwise here'}


def options(parser):
    parser.add_argument('section',
                        help='or squeezenet1_1, mobilenet_v2_1_0[_features]; or the '
                             'symbol file, .json, of an export of the first edition')
    parser.add_argument('source', type=Path, help='.pt .pth .safetensors .npz .params')
    parser.add_argument('target', type=Path,
                        help='.params, or one of the others; of a symbol file: a '
                             'folder, for d2l.load_model')
    add_edition(parser)
    parser.add_argument('--torch', metavar='FILE.py:FACTORY', help='your own port')
    parser.add_argument('--set', metavar='NAME=NUMBER', action='append', default=[],
                        help="an argument of the section's build_net, such as "
                             'vocab_size=1027')
    parser.add_argument('--input-shape', type=shape, metavar='CxHxW',
                        help='of one example: a symbol file is then run on such, as it '
                             'was and as it is now')


def obey(args):
    """Between a .params file and one of .pt, .safetensors or .npz, under the names of
    the port's state_dict; from .params of legacy names to .params of today's; from a
    symbol and its .params to a folder."""
    if args.section.endswith('.json'):
        return convert_symbol(args)
    if args.input_shape:
        raise InputError('--input-shape is for a symbol file, such as net-symbol.json')
    if args.source.suffix == args.target.suffix == '.params':
        return convert_legacy(args)
    return convert_port(args)


def convert_port(args):
    from ..bench.comparison import port_of
    from ..parity.convert import to_gluon, to_port_file
    from ..parity.files import PORT_SUFFIXES
    from ..parity.torch_side import NO_TORCH, has_torch
    source, target = args.source, args.target
    theirs = {source.suffix, target.suffix} - {'.params'}
    if len(theirs) != 1 or source.suffix == target.suffix or not (
            theirs <= set(PORT_SUFFIXES)):
        raise InputError('one of the two files must end in .params (Gluon), the other '
                         f'in one of {", ".join(PORT_SUFFIXES)}, or both in .params '
                         f'(the first edition\'s to Gluon\'s); got {source} and '
                         f'{target}')
    if not has_torch():
        raise MissingPackage(NO_TORCH)
    network, build_net = network_of(args)
    function = to_port_file if source.suffix == '.params' else to_gluon
    count = function(build_net, network.example_inputs,
                     port_of(network, args.torch), source, target)
    print(f'{count} arrays of {network.title}: {source} -> {target}')


def convert_legacy(args):
    from ..parity.convert import legacy_to_gluon
    network, build_net = network_of(args)
    count = legacy_to_gluon(build_net, network.example_inputs, args.source, args.target)
    print(f'{count} arrays of {network.title}: {args.source} -> {args.target}')
    if network.number in DIFFERS:
        print(f'*** not exact: {DIFFERS[network.number]}. '
              'A network that was exported, as -symbol.json and .params, is converted '
              'exactly: d2lmx convert SYMBOL.json PARAMS FOLDER ***')


def convert_symbol(args):
    from ..export.legacy_symbol import convert_exported
    shapes = [(2, *args.input_shape)] if args.input_shape else []
    count = convert_exported(args.section, args.source, args.target, shapes)
    checked = 'equal to it on a batch of 2' if shapes else (
        'not run: give --input-shape to compare')
    print(f'{args.section}, {count} input{"s" if count > 1 else ""}: {checked}\n'
          f'written: {args.target}, read by d2l.load_model')


def network_of(args) -> tuple:
    """The network that a command names, and its build_net with what --set gives."""
    from functools import partial
    from inspect import signature

    from ..pages.networks import find_network
    network = find_network(args.section, with_zoo=True)
    given = {}
    for word in args.set:
        name, _, number = word.partition('=')
        known = [key for key in signature(network.build_net).parameters]
        if name not in known or not re.fullmatch('0*[1-9][0-9]{0,8}', number):
            raise InputError(f'--set takes NAME=NUMBER, a whole number of at least 1, '
                             f'where NAME is an argument of {network.title}: '
                             f'{", ".join(known) or "it has none"}; got {word!r}')
        given[name] = int(number)
    return network, partial(network.build_net, **given)
