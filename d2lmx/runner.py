"""A section as a command: seed, data, run, results."""
import contextlib
import inspect
import platform
import sys
import tempfile
import traceback
from pathlib import Path

import matplotlib
import mxnet as mx
import numpy as onp
from matplotlib import pyplot as plt
from mxnet import npx

from . import compat, sections
from .data import hub
from .options import parse
from .results import ResultsUnwritable, as_json, results_folder, show, write
from .runtime.devices import set_seed, try_gpu, use_devices
from .runtime.team import team
from .runtime.timing import Timer
from .train.checkpoint import CheckpointError, Checkpoints

__all__ = ['main']


def main(run, argv=None) -> None:
    """The command line of a section's own file; exits with its status.

    run: the section's function; its keyword arguments become options.

    Book: all sections
    """
    section = sections.find(inspect.getsourcefile(run))
    sys.exit(run_section(section, sys.modules[run.__module__], argv))


def run_section(section, module, argv=None) -> int:
    """Parse, run, write the results folder, say where; returns the exit status.

    0 where all went well, 1 where data, the results folder or a checkpoint are out of
    reach, 2 for options that are wrong or do not go together, 130 after Ctrl-C. What
    fails leaves no results behind. Of several workers, the first writes them.
    """
    args, options = parse(section, module, argv)
    if team().rank > 0:
        with tempfile.TemporaryDirectory(prefix='d2lmx-') as args.out:
            args.out, args.show = Path(args.out), False
            return run_parsed(section, module, options, args)
    return run_parsed(section, module, options, args)


def run_parsed(section, module, options, args) -> int:
    """`run_section` with its arguments parsed."""
    if not args.show:
        matplotlib.use('Agg')
    try:
        with results_folder(args.out, section.slug) as folder:
            record = execute(section, module, options, args, folder)
            write(record, folder)
    except (hub.DataUnavailable, hub.BadData, CheckpointError,
            ResultsUnwritable) as error:
        print(f'd2lmx: {error}', file=sys.stderr)
        return 1
    except ValueError as error:
        if not is_complaint(error, section):
            raise
        print(f'd2lmx: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('\nd2lmx: interrupted, ' + (
            f'go on from {args.checkpoint} with --resume' if args.checkpoint else
            'nothing was written'), file=sys.stderr)
        return 130
    if team().rank == 0:
        show(record, args.out / section.slug)
    if args.show:
        plt.show()
    return 0


def is_complaint(error, section) -> bool:
    """Whether the library or the section raised the error itself, about its input.

    What comes from deeper down is a defect and keeps its traceback.
    """
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    raised_in = Path(frame.f_code.co_filename)
    return raised_in == section.path or Path(__file__).parent in raised_in.parents


def execute(section, module, options, args, folder) -> dict:
    """Run the section and return its record, all of JSON values."""
    keywords = dict(options)
    if 'out' in inspect.signature(module.run).parameters:
        keywords['out'] = folder
    timer = Timer()
    with use_devices(args.devices) as were_used, \
            checkpoints(section, options, args) as saved:
        result = dict(on_data(args.data, args.seed, lambda: module.run(**keywords),
                              saved))
        npx.waitall()
        made_on = provenance()
    if not were_used():
        print(f'd2lmx: this section splits no batch over devices: it ran on '
              f'{made_on["device"]} alone', file=sys.stderr)
    elif args.devices:
        made_on['device'] = ', '.join(map(str, args.devices))
    if team().updates == 0:
        raise ValueError(f'section {section.number or section.name} trains nothing by '
                         'a gluon.Trainer: it cannot run on several workers')
    timing = {'total_seconds': timer.stop(), **result.pop('timing', {})}
    return as_json({
        'section': section.number, 'name': section.name, 'title': section.title,
        'options': options, 'seed': args.seed, 'smoke': args.smoke,
        'resumed': saved and saved.resumed, 'workers': team().size, **made_on,
        'result': result, 'timing': timing})


@contextlib.contextmanager
def checkpoints(section, options, args):
    """The run's open `Checkpoints`; None without --checkpoint.

    ValueError where the run ended without a training to save.
    """
    if args.checkpoint is None:
        yield None
        return
    run = {'section': section.number or section.path.name, **options}
    with Checkpoints(args.checkpoint, resume=args.resume, seed=args.seed, run=run,
                     data=lambda: {file['name']: file['sha1'] for file in hub.used()},
                     machine=machine(), writes=team().rank == 0) as saved:
        if args.resume:
            print(f'd2lmx: resuming from {args.checkpoint}' if saved.found else
                  f'd2lmx: no checkpoint in {args.checkpoint}: starting from the '
                  'beginning', file=sys.stderr)
        if saved.changed:
            print('d2lmx: the last bits may differ from those of a run that was not '
                  f'interrupted: {saved.changed}', file=sys.stderr)
        yield saved
        if saved.num_fits == 0:
            raise ValueError(f'section {section.number or section.name} has no '
                             'training to save: leave --checkpoint out')


def on_data(data: str, seed: int, function, saved=None):
    """What ``function()`` returns, run on 'book', 'toy' or 'auto' data from a seed.

    saved: the open `Checkpoints` of its trainings, or None.

    'auto': where the real data cannot be had, the function is called again, from its
    start, on toy data, and that is said aloud: one run never mixes the two. Several
    workers cannot start again together: there 'auto' is an error without real data.
    """
    kinds = [hub.policy_kind()] if data == 'auto' else [data]
    if data == 'auto' and team().size == 1:
        kinds.append('toy')
    for kind in kinds:
        plt.close('all')
        hub.forget()
        set_seed(seed)
        if saved:
            saved.restart()
        try:
            with hub.policy(kind):
                return function()
        except hub.DataUnavailable as error:
            if kind == kinds[-1]:
                raise
            print(f'd2lmx: {error}\nd2lmx: *** RUNNING ON TOY DATA: the numbers below '
                  'are not the book\'s ***', file=sys.stderr)


def provenance() -> dict:
    """On which data, with which software and on what a result was made."""
    files = hub.used()
    kinds = {file['data'] for file in files}
    # one toy or local file makes the whole result toy or local
    data = next((kind for kind in ('toy', 'local', 'book') if kind in kinds), 'none')
    return {'data': data, 'files': files,
            **machine()}


def machine() -> dict:
    """With which software and on what this process computes."""
    from . import __version__
    return {'versions': {'d2lmx': __version__, 'python': platform.python_version(),
                         'mxnet': mx.__version__, 'numpy': onp.__version__},
            'device': str(try_gpu()), 'threads': compat.threads()[0]}
