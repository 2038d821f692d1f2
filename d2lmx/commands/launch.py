"""Several processes, here or on many machines, train a section."""
import argparse
from pathlib import Path

from ..errors import InputError
from ..pages.values import number
from . import status_after


def options(parser):
    parser.usage = ('d2lmx launch -n WORKERS -s SERVERS [options] -- '
                    'run SECTION [options]')
    parser.add_argument('-n', '--workers', type=number('workers', int, 2), default=2,
                        help='processes that train (default: 2)')
    parser.add_argument('-s', '--servers', type=number('servers', int, 1),
                        help='processes that add gradients up (default: 1)')
    parser.add_argument('--engine', choices=['kvstore', 'horovod'], default='kvstore',
                        help="kvstore: MXNet's own (default); horovod, where it is "
                             'installed: no servers, the workers add up')
    parser.add_argument('--hosts', type=Path, metavar='FILE',
                        help='machines to take in turn, by ssh, a name a line '
                             '(default: this one)')
    parser.add_argument('--mode', choices=['dist_sync', 'dist_async'],
                        default='dist_sync',
                        help='dist_sync: as one process with the joined batches; '
                             'dist_async: nobody waits, results differ')
    parser.add_argument('--threads', type=number('threads', int, 1),
                        help="of each worker (default: its share of a machine's cores)")
    parser.add_argument('--timeout', default=300, metavar='SECONDS',
                        type=number('timeout', float, 300, (1, 10 ** 6)),
                        help='end all where a worker gives no sign of life for so long '
                             '(default: 300)')
    parser.add_argument('--address', help='of this machine, for the others')
    parser.add_argument('--port', type=number('port', int, 1, (1, 65535)),
                        help='where all processes meet (default: any that is free)')
    parser.add_argument('command', type=str, nargs=argparse.REMAINDER,
                        help=argparse.SUPPRESS)


def obey(args):
    """0: all workers ended well; 2: wrong usage, by the workers' judgement too; 130
    after Ctrl-C; 1: a process died, could not be started, or gave no sign of life."""
    from ..distributed.launcher import job
    command = args.command[1:] if args.command[:1] == ['--'] else args.command
    if len(command) < 2 or command[0] != 'run':
        raise InputError('after the options of launch, give -- run SECTION [options]')
    if args.engine == 'horovod' and (args.servers or args.mode == 'dist_async'):
        raise InputError('Horovod has no servers, and its workers keep step: leave '
                         '--servers and --mode dist_async out')
    try:
        with job(args, command[1:], say) as training:
            training.run()
    except KeyboardInterrupt as stop:
        return status_after(stop)  # the job has told it already


def say(line) -> None:
    """A line of one of the processes, at once."""
    print(line, flush=True)
