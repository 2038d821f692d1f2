"""Every section measured in turn; what stands in its file is not measured again."""
import json
import typing
from dataclasses import replace

from ..errors import Unavailable
from ..pages import sections
from ..pages.apart import KINDS
from ..pages.networks import networks, section_network
from ..pages.options import hyperparameters
from ..parity.torch_side import find_twin
from ..version import VERSION
from . import records
from .epochs import PAGE, SCRATCH, TORCH, find_kind, find_trained
from .measure import Plan
from .tasks import FUNCTIONS

EPOCHS = Plan(rounds=5, most_seconds=15, num_batches=30,
              ways=(PAGE, 'static', *TORCH, SCRATCH[0]))
STEPS = replace(EPOCHS, ways=('imperative', 'static', *TORCH))
# of a section with both, the form from scratch and the other are timed
OTHER = {'tuned': 'concise', 'concise': 'tuned'}


def trained():
    """What each section trains whose epochs can be timed, from scratch too."""
    for section in sections.sections():
        for name in (section.name, f'{section.name}:scratch'):
            if name in FUNCTIONS:
                yield find_trained(f'{section.path}{name[len(section.name):]}')
        network = section_network(section)
        if network and find_kind(network):
            yield network
            other = OTHER.get(network.variant)
            if other in variants_of(section):
                yield section_network(section, other)


def variants_of(section) -> tuple:
    """Those that its run offers."""
    options = hyperparameters(sections.load(section).run)
    return typing.get_args(options['variant'][0]) if 'variant' in options else ()


def with_ports() -> list:
    """The usual network of each section that has a PyTorch port."""
    return [network for network in networks() if find_twin(network.twin)]


def asked(plan, data, batch_size=None) -> dict:
    """What a record must have been made with to stand: JSON values."""
    return {'rounds': plan.rounds, 'threads': list(plan.threads),
            'under_load': plan.under_load, 'num_batches': plan.num_batches,
            'batch_size': batch_size, 'data': data}


def standing(network, out, wanted, is_epochs):
    """The record of the network that an earlier survey left, or None."""
    try:
        file = records.path_of(network.label, is_epochs, out)
        record = json.loads(file.read_text(encoding='utf-8'))
        stands = (record['asked_for'] == wanted
                  and record['versions']['d2lmx'] == VERSION
                  and record['data'] in KINDS[wanted['data']])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if stands else None


def survey(found, out, data, plan, *, is_epochs, batch_size=None, again=False,
           begin=None):
    """({label: record}, [(title, why it failed)]) of networks, measured or standing.

    begin: ``begin(title)``, called before one is measured, gives a `watch`.
    """
    wanted, measured, failed = asked(plan, data, batch_size), {}, []
    for network in found:
        record = None if again else standing(network, out, wanted, is_epochs)
        if record is None:
            watch = begin and begin(network.title)
            try:
                record = (records.epoch_record(network, data, plan, watch) if is_epochs
                          else records.step_record(network, batch_size, plan, watch))
            except Unavailable as error:
                failed.append((network.title, error))
                continue
            records.write({**record, 'asked_for': wanted}, out)
        measured[network.label] = record
    return measured, failed
