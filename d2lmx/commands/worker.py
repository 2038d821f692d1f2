"""One process of a training; `launch` starts it."""
import argparse
import os
import sys
import traceback

from ..errors import InputError
from . import status_of


def options(parser):
    parser.add_argument('arguments', type=str, nargs=argparse.REMAINDER,
                        help='as of `d2lmx run`')


def obey(args):
    """`d2lmx run`, by a process that trains together with others; ends the process."""
    from ..distributed.link import Link
    if 'D2LMX_RANK' not in os.environ:
        raise InputError('a worker is started by d2lmx launch -- run SECTION [options]')
    link = Link()
    try:
        status = status_of(work, link, *args.arguments)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    if status:
        os._exit(status)  # the usual way waits, in the store's end, for all workers
    link.send(done=True)


def work(link, token, *argv):
    """Run the section of that token, joined with the others."""
    from ..distributed.worker import joined
    from ..pages import sections
    from .run import run_with
    section = sections.find(token)
    with joined(link):
        return run_with(section, sections.load(section), argv)
