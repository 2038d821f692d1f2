"""Whole training epochs, data loading included, every way side by side in one run.

Each way has a process of its own, since MXNet and PyTorch share one OpenMP library and
slow each other down where they share a process. The processes work in turn.
"""
import multiprocessing
import statistics
import sys
from pathlib import Path

from mxnet import autograd, gluon, init, np
from mxnet.gluon.data.vision import transforms
from tqdm import tqdm

from . import compat, sections
from .data import hub
from .data.fashion_mnist import (get_dataloader_workers, load_data_fashion_mnist,
                                 read_fashion_mnist)
from .metrics import Accumulator, accuracy
from .options import hyperparameters
from .parity.torch_side import find_twin, has_torch, torch_epoch
from .results import ResultsUnwritable, as_json, write_json
from .runner import on_data, provenance
from .runtime.workers import WorkerDied, seconds_in_turn
from .train.engine import fit
from .train.steps import classification_step

BOOK, TORCH = 'book', 'torch'
OURS = {  # this library's ways: options of hybridize()
    'imperative': dict(active=False),
    'hybridized': dict(active=True),
    'static': dict(active=True, static_alloc=True, static_shape=True),
}
LEGEND = {
    BOOK: "the book's way: DataLoader with workers and a transform an image, "
          'imperative, float() each batch, default waiting of threads',
    'imperative': 'this library, imperative',
    'hybridized': 'this library, hybridized',
    'static': 'this library, hybridized with static allocation and shapes',
    TORCH: 'PyTorch eager, fed by the same loader, default waiting of threads',
}


def bench_section(section, rounds: int, data: str, out: Path) -> int:
    """Measure, print the table, write ``out/bench_NAME.json``; returns exit status.

    Every way trains the section's network for an epoch, in turn, ``rounds`` times after
    one epoch of each that is not counted.
    """
    module = sections.load(section)
    if not hasattr(module, 'build_net') or not section.data:
        print(f'd2lmx: section {section.name} trains no network on data: there is '
              'nothing to time', file=sys.stderr)
        return 2
    ways = [BOOK, *OURS]
    if has_torch() and find_twin(section.name):
        ways.append(TORCH)
    try:
        seconds = on_data(data, 0, lambda: measure(str(section.path), ways, rounds))
        record = as_json({'section': section.number, 'name': section.name,
                          'rounds': rounds, **provenance(), 'legend': LEGEND,
                          'seconds': seconds, 'result': summary(seconds)})
        path = write_json(out / f'bench_{section.name}.json', record)
    except (hub.DataUnavailable, hub.BadData, ResultsUnwritable, WorkerDied) as error:
        print(f'd2lmx: {error}', file=sys.stderr)
        return 1
    print_table(record)
    print(f'numbers: {path}')
    return 0


# ---- measuring -----------------------------------------------------------------------

def measure(path: str, ways: list, rounds: int) -> dict:
    """{way: seconds of each counted epoch}."""
    read_fashion_mnist(is_train=True)  # here, so that missing data is known at once
    makers = {way: (make_epoch, path, way, hub.policy_kind()) for way in ways}
    with tqdm(total=(rounds + 1) * len(ways), disable=None, unit='epoch') as bar:
        seconds = seconds_in_turn(
            makers, ('epoch',), rounds, warm_up=1, watch=bar.update,
            environments={BOOK: compat.UNTOUCHED, TORCH: compat.UNTOUCHED})
    return {way: seconds[way, 'epoch'] for way in ways}


# ---- the ways ------------------------------------------------------------------------

def make_epoch(path, way, policy) -> dict:
    """{'epoch': function}, which trains a section's network in one of the ways."""
    # the book's DataLoader forks its workers; a spawned process would spawn them
    multiprocessing.set_start_method('fork', force=True)
    section = sections.find(path)
    module = sections.load(section)
    options = {name: default for name, (_, default)
               in hyperparameters(module.run).items()}
    batch_size, lr = options['batch_size'], options['lr']
    with hub.policy(policy):
        if way == BOOK:
            return {'epoch': book_epoch(module.build_net(), batch_size, lr)}
        train_iter, _ = load_data_fashion_mnist(batch_size, options.get('resize'))
    if way == TORCH:
        return {'epoch': torch_epoch(find_twin(section.name), train_iter.rows, lr,
                                     compat.threads()[0])}
    return {'epoch': our_epoch(module.build_net(), train_iter, lr, OURS[way])}


def our_epoch(net, train_iter, lr, hybridize):
    """A function that trains for one epoch as this library's sections do."""
    net.initialize(init.Xavier())
    net.hybridize(**hybridize)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    step = classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    return lambda: fit(step, train_iter, 1)


def book_epoch(net, batch_size, lr):
    """A function that trains for one epoch in the manner of the book's pages."""
    images, labels = read_fashion_mnist(is_train=True)
    images = np.array(images[..., None], dtype='uint8')  # (n, 28, 28, 1)
    dataset = gluon.data.ArrayDataset(images, labels)
    loader = gluon.data.DataLoader(
        dataset.transform_first(transforms.ToTensor()), batch_size, shuffle=True,
        num_workers=get_dataloader_workers())
    net.initialize(init.Xavier())
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})

    def epoch():
        metric = Accumulator(3)
        for X, y in loader:
            with autograd.record():
                y_hat = net(X)
                l = loss(y_hat, y)
            l.backward()
            trainer.step(X.shape[0])
            metric.add(float(l.sum()), accuracy(y_hat, y), y.size)

    return epoch


# ---- the table -----------------------------------------------------------------------

def summary(seconds: dict) -> dict:
    """Median, least and most seconds of each way, and medians as ratios."""
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    return {way: {'median_seconds': medians[way], 'min_seconds': min(times),
                  'max_seconds': max(times),
                  'times_the_book': medians[BOOK] / medians[way],
                  'times_torch': (medians[TORCH] / medians[way]
                                  if TORCH in medians else None)}
            for way, times in seconds.items()}


def print_table(record) -> None:
    """The table, for people."""
    print(f'{record["name"]}: seconds an epoch, data loading included; data: '
          f'{record["data"]}, {record["threads"]} threads, {record["rounds"]} rounds')
    print(f'{"":12}{"median":>8}{"min":>8}{"max":>8}{"x book":>8}{"x torch":>9}')
    for way, row in record['result'].items():
        torch = f'{row["times_torch"]:9.2f}' if row['times_torch'] else f'{"-":>9}'
        print(f'{way:12}{row["median_seconds"]:8.2f}{row["min_seconds"]:8.2f}'
              f'{row["max_seconds"]:8.2f}{row["times_the_book"]:8.2f}{torch}')
    for way in record['result']:
        print(f'  {way}: {LEGEND[way]}')
