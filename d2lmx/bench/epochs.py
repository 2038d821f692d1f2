"""Whole training epochs, data loading included, in the page's way, ours and PyTorch's.

Each way has a process of its own, as each has its own way of waiting for threads.
"""
import multiprocessing
from dataclasses import replace

from .. import processor
from ..context import running
from ..errors import InputError
from ..files import hub
from ..pages import sections
from ..pages.networks import GLUONCV, Network, find_network
from ..pages.options import hyperparameters
from ..parity.torch_side import find_twin, has_torch
from .measure import measure
from .roofline import gluon_limits, port_limits
from .tasks import FUNCTIONS, TASKS
from .ways import HYBRIDIZE, CannotRun, compiling

EPOCH, PAGE = 'training epoch', 'page'
TORCH = 'torch eager', 'torch compiled'
SCRATCH = 'torch scratch', 'torch scratch compiled'
_THEIRS = 'fed by the same loader, default waiting of threads'
TORCH_LEGEND = {
    TORCH[0]: f"PyTorch's own layers, {_THEIRS}",
    TORCH[1]: 'the same by torch.compile, which is not timed',
    SCRATCH[0]: f"PyTorch's page: parameters as tensors, equations by hand, {_THEIRS}",
    SCRATCH[1]: 'the same, its network by torch.compile, which is not timed'}
MOST_ROUNDS = 3  # of epochs of images, which take long
A_TURN = 0.5     # seconds: a training does not stop to wake up after each epoch
LOADED_TURN = 3  # nor do others come and go, for which threads look twice a second


def measure_epochs(network, plan, watch):
    """Time epochs of a section's network on the section's data.

    Returns ({condition: {('training epoch', way): seconds of each}}, {'what, way': why
    it was not timed}, the task that was timed).
    """
    task = task_of(network, plan.num_batches)  # here: missing data is known at once
    theirs = []
    if has_torch():
        theirs = [*(TORCH if built_in(network) else ()),
                  *(SCRATCH if from_scratch(network) else ())]
    ways = [*plan.wants([PAGE]), *getattr(task, 'ways', plan.wants(HYBRIDIZE)),
            *plan.wants(theirs)]
    makers = {way: (make_epoch, network.address, way, hub.policy(), plan.num_batches)
              for way in ways}
    if getattr(task, 'counts_work', False):
        makers['limits'] = (port_limits if has_torch() else gluon_limits,)
    if task.unit == 'examples':
        plan = replace(plan, rounds=min(plan.rounds, MOST_ROUNDS))
    return *measure(makers, plan, {way: processor.UNTOUCHED for way in (
        PAGE, *TORCH, *SCRATCH)}, warm_up=1, watch=watch,
        a_turn=LOADED_TURN if plan.under_load else A_TURN), task


def make_epoch(address, way, data, num_batches) -> dict:
    """{(way, 'training epoch'): function}, which trains a network in that way.

    In place of the function stands the reason why PyTorch cannot compile it.
    """
    # the page's DataLoader forks its workers; a spawned process would spawn them
    multiprocessing.set_start_method('fork', force=True)
    run = dict(data=data, alone=True)
    with running(**run):
        task = task_of(find_trained(address), num_batches)
        if way == PAGE:
            epoch = task.page()
        elif way in HYBRIDIZE:
            epoch = task.ours(HYBRIDIZE[way])
        else:
            make = port_epoch if way in TORCH else scratch_epoch
            epoch = compiled(make, task) if way in (TORCH[1], SCRATCH[1]) else (
                make(task))

    def timed():
        with running(**run):  # in which a training chooses its threads
            epoch()

    return {(way, EPOCH): timed if callable(epoch) else epoch}


def compiled(make, task):
    """The function that ``make(task, compile)`` gives, or why there is none."""
    import torch
    try:
        with compiling():
            epoch = make(task, torch.compile)
            epoch()
    except CannotRun as reason:
        return str(reason)
    return epoch


def port_epoch(task, compile=None):
    """An epoch of PyTorch's layers; compile: what makes another network of one."""
    build_port = built_in(task.network)

    def build(*sizes):
        port = build_port(*sizes)
        if compile:
            port.compile()
        return port

    return task.torch(build, processor.threads()[0])


def scratch_epoch(task, compile=None):
    """An epoch as PyTorch's page has it from scratch."""
    page, _ = from_scratch(task.network)
    found = page()
    if not isinstance(found, tuple):
        if compile:
            found.compile()
        return task.torch(lambda: found, processor.threads()[0])
    params, net, loss = found
    return task.torch_by_hand(params, compile(net) if compile else net, loss,
                              processor.threads()[0])


def from_scratch(network):
    """(page, what builds the same of PyTorch's layers) of a network from scratch.

    None for others.
    """
    from ..parity.twins.scratch import PAGES
    is_scratch = network.build_net is None or network.variant in ('scratch', 'tuned')
    return PAGES.get(network.name) if is_scratch else None


def built_in(network):
    """What builds the network of PyTorch's own layers, or None."""
    _, build = from_scratch(network) or (None, find_twin(network.twin))
    return build


def find_trained(token: str):
    """What a section trains, as `find_network` finds it, or functions from scratch.

    Those, of 3.6 or ``4.6:scratch``, come as a `Network` without build_net.
    """
    name, _, variant = token.partition(':')
    if not token.startswith(GLUONCV):
        section = sections.find(name)
        if (f'{section.name}:{variant}' if variant else section.name) in FUNCTIONS:
            values = options_of(section)
            return Network(section.name, section, None, None, values['lr'],
                           values['batch_size'], variant)
    return find_network(token)


def kind_of(network):
    """The class of what a section trains; InputError where none here serves it."""
    kind = find_kind(network)
    if kind is None:
        raise InputError(f'{network.title} has no epochs to time: --epochs is for '
                         f'sections whose data are or whose name is one of '
                         f'{", ".join(TASKS)}')
    return kind


def find_kind(network):
    """The same, but None where there is none."""
    data = network.section.data if network.section else ()
    names = f'{network.name}:{network.variant}', network.name, *data
    return next((TASKS[name] for name in names if name in TASKS), None)


def options_of(section) -> dict:
    """The section's hyperparameters."""
    return {name: default for name, (_, default)
            in hyperparameters(sections.load(section).run).items()}


def task_of(network, num_batches=None):
    """What a section trains, ready to be timed; of so many batches at most."""
    task = kind_of(network)(network, options_of(network.section))
    if num_batches and hasattr(task, 'shorten'):
        task.shorten(num_batches)
    return task
