"""Whole training epochs, data loading included, in the page's way, ours and PyTorch's.

Each way has a process of its own, as each has its own way of waiting for threads.
"""
import multiprocessing

from .. import processor
from ..context import running
from ..errors import InputError
from ..files import hub
from ..pages import sections
from ..pages.networks import find_network
from ..pages.options import hyperparameters
from ..parity.torch_side import find_twin, has_torch
from .processes import seconds_in_turn
from .tasks import TASKS
from .ways import HYBRIDIZE

EPOCH, PAGE, TORCH = 'training epoch', 'page', 'torch eager'
TORCH_LEGEND = 'PyTorch eager, fed by the same loader, default waiting of threads'
MOST_ROUNDS = 3  # of epochs of images, which take long
A_TURN = 0.5     # seconds: a training does not stop to wake up after each epoch


def measure_epochs(network, rounds: int, watch):
    """Time epochs of a section's network on the section's data.

    Returns ({('training epoch', way): seconds of each}, the task that was timed, how
    many of its units an epoch has).
    """
    task = task_of(network)  # here, so that missing data is known at once
    ways = [PAGE, *HYBRIDIZE]
    if has_torch() and find_twin(network.twin):
        ways.append(TORCH)
    makers = {way: (make_epoch, network.address, way, hub.policy()) for way in ways}
    rounds = min(rounds, MOST_ROUNDS) if task.unit == 'examples' else rounds
    times, _ = seconds_in_turn(
        makers, rounds, warm_up=1, watch=watch, a_turn=A_TURN,
        environments={PAGE: processor.UNTOUCHED, TORCH: processor.UNTOUCHED})
    return {(EPOCH, way): times[way, EPOCH] for way in ways}, task, task.count()


def make_epoch(address, way, data) -> dict:
    """{'training epoch': function}, which trains a network in one of the ways."""
    # the page's DataLoader forks its workers; a spawned process would spawn them
    multiprocessing.set_start_method('fork', force=True)
    with running(data=data):
        task = task_of(find_network(address))
        if way == PAGE:
            epoch = task.page()
        elif way == TORCH:
            epoch = task.torch(find_twin(task.network.twin), processor.threads()[0])
        else:
            epoch = task.ours(HYBRIDIZE[way])
    return {EPOCH: epoch}


def kind_of(network):
    """The class of what a section trains; InputError where none here serves it."""
    names = (*network.section.data, network.name) if network.section else ()
    kinds = [kind for name, kind in TASKS.items() if name in names]
    if not kinds:
        raise InputError(f'{network.title} has no epochs to time: --epochs is for '
                         f'sections whose data are or whose name is one of '
                         f'{", ".join(TASKS)}')
    return kinds[0]


def task_of(network):
    """What a section trains, ready to be timed."""
    module = sections.load(network.section)
    options = {name: default for name, (_, default)
               in hyperparameters(module.run).items()}
    return kind_of(network)(network, options)
