"""A section as a run: seed, data, devices, checkpoints, results."""
import contextlib
import inspect
import logging
import platform
import tempfile
from pathlib import Path

import matplotlib
import mxnet as mx
import numpy as onp
from matplotlib import pyplot as plt
from mxnet import npx

from .. import processor
from ..context import current, running
from ..errors import InputError
from ..files import hub
from ..files.whole import whole_folder
from ..runtime.devices import set_seed, try_gpu, use_devices
from ..runtime.timing import Timer
from ..train.checkpoint import Checkpoints
from ..version import VERSION
from .printed import beside_the_book
from .results import as_json, write

LOG = logging.getLogger('d2lmx')


def run_section(section, module, args, options) -> dict:
    """Run a section with its options, write its results folder, return the record.

    args: the runner's own options, as `parse` gives them. What fails leaves no results
    behind. Of several workers, the first writes them; the others write to a folder that
    goes with them.
    """
    if not args.show:
        matplotlib.use('Agg')
    with contextlib.ExitStack() as stack:
        out = args.out
        if current().workers.rank > 0:
            out = Path(stack.enter_context(
                tempfile.TemporaryDirectory(prefix='d2lmx-')))
        refuse_to_replace(out / section.slug, args.checkpoint)
        folder = stack.enter_context(whole_folder(out / section.slug))
        record = execute(section, module, args, options, folder)
        write(record, folder)
    return record


def refuse_to_replace(target, checkpoint) -> None:
    """InputError where results would replace what no run has written, or what it saves.
    """
    if target.is_dir() and any(target.iterdir()) and not (
            target / 'metrics.json').is_file():
        raise InputError(f'{target} holds no results of a run, and would be replaced: '
                         'choose another folder with --out')
    if checkpoint and target.resolve() in [checkpoint.resolve(),
                                           *checkpoint.resolve().parents]:
        raise InputError(f'the results in {target} would replace the checkpoint in '
                         f'{checkpoint}: choose another folder')


def execute(section, module, args, options, folder) -> dict:
    """Run the section and return its record, all of JSON values."""
    keywords = dict(options)
    if 'out' in inspect.signature(module.run).parameters:
        keywords['out'] = folder
    timer = Timer()
    with running(files={}, compiles=args.hybridize, alone=True, section=section.slug,
                 out=folder), \
            use_devices(args.devices) as used, \
            checkpoints(section, options, args) as saved:
        result = on_data(args.data, args.seed, lambda: module.run(**keywords), saved)
        if not isinstance(result, dict):
            raise InputError('run must return a dict of JSON values, such as '
                             f'history.record(), got {type(result).__name__}')
        result = dict(result)
        npx.waitall()
        made_on = provenance()
        made_on['device'] = device_of(args.devices, used, made_on['device'])
    if current().workers.updates == 0:
        raise InputError(f'section {section.number or section.name} trains nothing by '
                         'a gluon.Trainer: it cannot run on several workers')
    timing = {'total_seconds': timer.stop(), **result.pop('timing', {})}
    if 'claims' in timing:  # those that times decide join the others
        result['claims'] = [*result.get('claims', ()), *timing.pop('claims')]
    result = as_json(result)
    return as_json({
        'section': section.number, 'name': section.name, 'title': section.title,
        'options': options, 'seed': args.seed, 'smoke': args.smoke,
        'hybridized': args.hybridize, 'resumed': saved and saved.resumed,
        'workers': current().workers.size, **made_on, 'result': result,
        'book': beside_the_book(module, options, made_on['data'], result),
        'timing': timing})


def device_of(chosen, used, default: str) -> str:
    """The devices that a run counts as made on, in words.

    Those on which it put batches, of the devices chosen for it; the default where none
    were chosen, or none was used.
    """
    names = [str(device) for device in chosen or () if device in used] or [default]
    if chosen and len(names) < len(chosen):
        LOG.warning('this section splits no batch over devices: it ran on %s alone',
                    ', '.join(names))
    return ', '.join(names)


@contextlib.contextmanager
def checkpoints(section, options, args):
    """The run's open `Checkpoints`; None without --checkpoint.

    A run without a training that it could save says so at its end.
    """
    if args.checkpoint is None:
        yield None
        return
    run = {'section': section.number or section.path.name, **options}
    with Checkpoints(args.checkpoint, resume=args.resume, seed=args.seed, run=run,
                     data=lambda: {file['name']: file['sha1'] for file in hub.used()},
                     machine={**machine(), 'hybridized': args.hybridize},
                     writes=current().workers.rank == 0) as saved:
        if args.resume and saved.found:
            LOG.warning('resuming from %s', args.checkpoint)
        elif args.resume:
            LOG.warning('no checkpoint in %s: starting from the beginning',
                        args.checkpoint)
        if saved.changed:
            LOG.warning('the last bits may differ from those of a run that was not '
                        'interrupted: %s', saved.changed)
        yield saved
        if saved.num_fits == 0:
            LOG.warning('section %s saved no training in %s: it has none, or its loop '
                        'should run over d2l.epochs(num_epochs, [net, trainer], '
                        'history)', section.number or section.name, args.checkpoint)


def on_data(data: str, seed: int, function, saved=None):
    """What ``function()`` returns, run on 'book', 'toy' or 'auto' data from a seed.

    saved: the open `Checkpoints` of its trainings, or None.

    'auto': where the real data cannot be had, the function is called again, from its
    start, on toy data, and that is said aloud: one run never mixes the two. Several
    workers cannot start again together: there 'auto' is an error without real data.
    """
    kinds = [hub.policy()] if data == 'auto' else [data]
    if data == 'auto' and current().workers.size == 1:
        kinds.append('toy')
    for kind in kinds:
        plt.close('all')
        current().files.clear()
        set_seed(seed)
        if saved:
            saved.restart()
        try:
            with running(data=kind):
                return function()
        except hub.DataUnavailable as error:
            if kind == kinds[-1]:
                raise
            LOG.warning('%s', error)
            LOG.warning('*** RUNNING ON TOY DATA: the numbers below are not the '
                        "book's ***")


def provenance() -> dict:
    """On which data, with which software and on what a result was made."""
    return {'data': current().kind, 'files': hub.used(), **machine()}


def machine() -> dict:
    """With which software and on what this process computes."""
    return {'versions': {'d2lmx': VERSION, 'python': platform.python_version(),
                         'mxnet': mx.__version__, 'numpy': onp.__version__},
            'device': str(try_gpu()), 'threads': processor.threads()[0]}
