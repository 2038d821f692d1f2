"""A section's training examined in place of being run."""
import inspect
import tempfile
from pathlib import Path

import matplotlib

from ..context import running
from ..diagnosis.examining import examine_training
from ..errors import InputError
from ..runtime.devices import use_devices
from .results import as_json
from .runner import device_of, on_data, provenance


class Examined(Exception):
    """Ends a section's run where its first training would begin."""

    def __init__(self, findings):
        super().__init__()
        self.findings = findings


class OwnLoop:
    """In the place of checkpoints: what a loop asks for that is not `fit`'s."""

    def __init__(self, section):
        self.section = section

    def epochs(self, *_):
        """InputError: no step could be taken of it."""
        raise InputError(f'section {name_of(self.section)} trains by a loop of its '
                         'own: only what trains by d2l.fit, or by what calls it, can '
                         'be examined')


def examination(section, module, args, options) -> dict:
    """What is right or wrong with the first training of a section, all JSON values.

    args, options: of its run, as `parse` gives them. The section runs until its first
    training would begin. InputError where it has none that can be examined.
    """
    def examine(step, batches):
        raise Examined(examine_training(step, batches))

    matplotlib.use('Agg')
    with tempfile.TemporaryDirectory(prefix='d2lmx-') as folder:
        keywords = dict(options)
        if 'out' in inspect.signature(module.run).parameters:
            keywords['out'] = Path(folder)
        with running(files={}, section=section.slug, out=Path(folder), examine=examine,
                     checkpoints=OwnLoop(section)), use_devices(args.devices) as used:
            try:
                on_data(args.data, args.seed, lambda: module.run(**keywords))
            except Examined as stop:
                made_on = provenance()
                made_on['device'] = device_of(args.devices, used, made_on['device'])
                return as_json({
                    'section': section.number, 'name': section.name,
                    'title': section.title, 'options': options, 'seed': args.seed,
                    'smoke': args.smoke, **made_on,
                    'passed': all(found.ok is not False for found in stop.findings),
                    'findings': [vars(found) for found in stop.findings]})
    raise InputError(f'section {name_of(section)} trains no network by d2l.fit: there '
                     'is nothing to examine')


def name_of(section) -> str:
    """As a reader may call it."""
    return section.number or section.name
