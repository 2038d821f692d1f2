"""The command ``d2lmx``, also ``python -m d2lmx``."""
import json
import os
import sys
from pathlib import Path

from . import sections
from .options import Parser, number, shape


def main(argv=None) -> None:
    """Parse and obey one command; exits with its status.

    0: done; 1: something is wrong with this machine or a check failed; 2: wrong usage.
    """
    parser = Parser(prog='d2lmx', description='Dive into Deep Learning on MXNet/Gluon '
                                              '(动手学深度学习)')
    commands = parser.add_subparsers(dest='command', required=True, metavar='COMMAND',
                                     parser_class=Parser)
    for add in (add_list, add_run, add_data, add_show, add_export, add_compare,
                add_convert, add_bench, add_translate, add_launch, add_doctor):
        add(commands)
    argv, command = split_command(sys.argv[1:] if argv is None else list(argv))
    args, rest = parser.parse_known_args(argv)
    args.launched = command
    if rest and args.command != 'run':
        parser.error(f'unknown arguments: {" ".join(rest)}')
    try:
        status = run(args, rest) if args.command == 'run' else args.function(args)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


def split_command(argv) -> tuple:
    """What stands before and behind the -- of ``d2lmx launch``."""
    if argv[:1] != ['launch'] or '--' not in argv:
        return argv, []
    place = argv.index('--')
    return argv[:place], argv[place + 1:]


def find_section(token):
    """The section named on the command line, or one line and exit status 2."""
    try:
        return sections.find(token)
    except sections.UnknownSection as error:
        print(f'd2lmx: {error}', file=sys.stderr)
        sys.exit(2)


def add_list(commands):
    command = commands.add_parser('list', help='all sections of the book')
    command.add_argument('--json', action='store_true', help='as JSON')
    command.set_defaults(function=list_sections)


def list_sections(args) -> int:
    """Number, name, titles and data of every section."""
    rows = [{'number': s.number, 'name': s.name, 'title': s.title,
             'title_zh': s.title_zh, 'data': list(s.data)} for s in sections.sections()]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        needs = f'  [{", ".join(row["data"])}]' if row['data'] else ''
        print(f'{row["number"]:>5}  {row["name"]:32} {row["title"]} '
              f'{row["title_zh"]}{needs}')
    return 0


def add_run(commands):
    command = commands.add_parser(
        'run', add_help=False, help='run a section: number (6.6), name (lenet) or file')
    command.add_argument('section', nargs='?')
    command.add_argument('-h', '--help', action='store_true')


def run(args, rest) -> int:
    """Run one section; what follows its name are the section's own options."""
    if args.section is None:
        print('usage: d2lmx run SECTION [options]\n\nSECTION is a number (6.6), a name '
              '(lenet) or a file; `d2lmx list` shows all,\n`d2lmx run SECTION --help` '
              'its options.', file=sys.stdout if args.help else sys.stderr)
        return 0 if args.help else 2
    section = find_section(args.section)
    from .runner import run_section
    return run_section(section, sections.load(section),
                       rest + (['--help'] if args.help else []))


def add_data(commands):
    command = commands.add_parser('data', help='the data files: list fetch verify path')
    actions = command.add_subparsers(dest='action', required=True, metavar='ACTION',
                                     parser_class=Parser)
    actions.add_parser('list', help='every file: here or not, and which it is')
    for name, text in (('fetch', 'download files'),
                       ('verify', 'compare with the SHA-1'),
                       ('path', 'where a file is')):
        action = actions.add_parser(name, help=text)
        action.add_argument('names', nargs='*' if name != 'path' else 1,
                            metavar='NAME', help='as in `d2lmx data list`; none: all')
    command.set_defaults(function=data)


def data(args) -> int:
    """List, fetch, verify or find the data files."""
    from . import datatool
    return datatool.obey(args.action, getattr(args, 'names', []))


def add_show(commands):
    command = commands.add_parser(
        'show', help="a section's network as table and picture")
    command.add_argument('section', help='a section with a network')
    command.add_argument('--out', type=Path, help='a .svg, .png or .pdf file to draw')
    command.set_defaults(function=show)


def show(args) -> int:
    """Print a network's layers; draw its graph where a file is named."""
    from .artefacts import show_network
    return show_network(args.section, args.out)


def add_export(commands):
    command = commands.add_parser('export', help="a section's network as files")
    command.add_argument('section', help='a section with a network')
    command.add_argument('--to', choices=['symbol', 'onnx', 'int8'], required=True,
                         help='int8: measures accuracy and speed, before and after')
    command.add_argument('--out', type=Path, default=Path('results'))
    command.add_argument('--params', type=Path, metavar='FILE|DIR',
                         help='trained weights: a file of net.save_parameters, or the '
                              'checkpoint of a run (default: Xavier weights; none for '
                              'int8)')
    command.add_argument('--input-shape', type=shape, metavar='CxHxW',
                         help="of one example, such as 1x224x224 (default: the "
                              "section's)")
    command.add_argument('--data', choices=['auto', 'book', 'toy'], default='auto',
                         help='to calibrate int8 on')
    command.set_defaults(function=export)


def export(args) -> int:
    """Write, reload and compare one network."""
    if args.to == 'int8':
        from .quantizing import export_quantized
        return export_quantized(args.section, args.out, args.params, args.input_shape,
                                args.data)
    from .artefacts import export_network
    return export_network(args.section, args.to, args.out, args.params,
                          args.input_shape)


def add_compare(commands):
    command = commands.add_parser(
        'compare', help='a network against its PyTorch port, with the same weights')
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument('section', nargs='?', help='a section with a network')
    which.add_argument('--all', action='store_true', help='every section with a port')
    command.add_argument('--torch', metavar='FILE.py:FACTORY', help='your own port')
    command.add_argument('--batch-size', type=number('batch_size', int, 4), default=4)
    command.add_argument('--lr', type=number('lr', float, 0.1),
                         help="of the ten steps (default: the section's)")
    command.add_argument('--rounds', type=number('rounds', int, 0), default=5,
                         help='timed rounds; 0: no timing (default: 5)')
    command.add_argument('--seed', type=number('seed', int, 0), default=0)
    command.add_argument('--out', type=Path, default=Path('results'))
    command.set_defaults(function=compare)


def compare(args) -> int:
    """Compare one network, or all, with PyTorch."""
    if args.all and args.torch:
        print('d2lmx: --torch needs a section, not --all', file=sys.stderr)
        return 2
    from . import comparing
    return (comparing.compare_all(args) if args.all
            else comparing.compare(args.section, args.torch, args))


def add_convert(commands):
    command = commands.add_parser(
        'convert', help="weights: PyTorch's file to Gluon's, or back")
    command.add_argument('section',
                         help='or squeezenet1_1, mobilenet_v2_1_0[_features]')
    command.add_argument('source', type=Path, help='.pt .pth .safetensors .npz .params')
    command.add_argument('target', type=Path, help='.params, or one of the others')
    command.add_argument('--torch', metavar='FILE.py:FACTORY', help='your own port')
    command.set_defaults(function=convert)


def convert(args) -> int:
    """Convert a file of weights."""
    from .comparing import convert as convert_weights
    return convert_weights(args.section, args.source, args.target, args.torch)


def add_bench(commands):
    command = commands.add_parser(
        'bench', help='training and prediction timed in every way, PyTorch beside')
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument('section', nargs='?',
                       help='a section with a network: lenet, batch_norm:concise')
    which.add_argument('--all', action='store_true', help='every section with a port')
    command.add_argument('--rounds', type=number('rounds', int, 10), default=10,
                         help='timed rounds of each way (default: 10)')
    command.add_argument('--batch-size', type=number('batch_size', int, 256),
                         help="(default: the section's, fewer for large images)")
    command.add_argument('--epochs', action='store_true',
                         help="time whole epochs on the section's data, loading "
                              "included, the book's way beside (at most 3 rounds where "
                              'they are images)')
    command.add_argument('--data', choices=['auto', 'book', 'toy'], default='auto',
                         help='for --epochs')
    command.add_argument('--out', type=Path, default=Path('results'))
    command.set_defaults(function=bench)


def bench(args) -> int:
    """Measure one network, or all."""
    if args.epochs and args.all:
        print('d2lmx: --epochs needs a section, not --all', file=sys.stderr)
        return 2
    from . import bench as tool
    return tool.bench_all(args) if args.all else tool.bench(args.section, args)


def add_translate(commands):
    command = commands.add_parser(
        'translate', help='Chinese to English, by what `run translator` trained')
    command.add_argument('sentences', nargs='*', metavar='SENTENCE',
                         help='none: the lines of standard input')
    command.add_argument('--model', type=Path, metavar='DIR',
                         default=Path('results/20.01_translator/model'),
                         help='the folder `model` of a run (default: %(default)s)')
    command.add_argument('--beam-size', type=number('beam_size', int, 4), default=4,
                         help='1: greedy search (default: 4)')
    command.add_argument('--length-penalty', default=0.75,
                         type=number('length_penalty', float, 0.75),
                         help='more prefers longer sentences (default: 0.75)')
    command.set_defaults(function=translate)


def translate(args) -> int:
    """Translate sentences by an exported network."""
    from .translating import translate as translate_all
    return translate_all(args.sentences, args.model, args.beam_size,
                         args.length_penalty)


def add_launch(commands):
    command = commands.add_parser(
        'launch', help='several processes, here or on many machines, train a section',
        usage='d2lmx launch -n WORKERS -s SERVERS [options] -- run SECTION [options]')
    command.add_argument('-n', '--workers', type=number('workers', int, 2), default=2,
                         help='processes that train (default: 2)')
    command.add_argument('-s', '--servers', type=number('servers', int, 1),
                         help='processes that add gradients up (default: 1)')
    command.add_argument('--engine', choices=['kvstore', 'horovod'], default='kvstore',
                         help="kvstore: MXNet's own (default); horovod, where it is "
                              'installed: no servers, the workers add up')
    command.add_argument('--hosts', type=Path, metavar='FILE',
                         help='machines to take in turn, by ssh, a name a line '
                              '(default: this one)')
    command.add_argument('--mode', choices=['dist_sync', 'dist_async'],
                         default='dist_sync',
                         help='dist_sync: as one process with the joined batches; '
                              'dist_async: nobody waits, results differ')
    command.add_argument('--threads', type=number('threads', int, 1),
                         help="of each worker (default: its share of a machine's "
                              'cores)')
    command.add_argument('--timeout', type=number('timeout', float, 300), default=300,
                         metavar='SECONDS', help='end all where a worker gives no sign '
                                                 'of life for so long (default: 300)')
    command.add_argument('--address', help='of this machine, for the others')
    command.add_argument('--port', type=number('port', int, 1),
                         help='where all processes meet (default: any that is free)')
    command.set_defaults(function=launch)


def launch(args) -> int:
    """Train a section on several workers."""
    from .distributed.launcher import launch as launch_all
    return launch_all(args, args.launched)


def add_doctor(commands):
    command = commands.add_parser(
        'doctor', help='what is right or wrong on this machine')
    command.set_defaults(function=doctor)


def doctor(args) -> int:
    """Check this machine in plain words; 1 where something needed is broken."""
    from .doctor import report
    return report(sys.stdout)
