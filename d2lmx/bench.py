"""Whole training epochs, data loading included, every way side by side in one run."""
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
from .runtime.timing import interleave
from .train.engine import fit
from .train.steps import classification_step

WAYS = {  # our ways: options of hybridize()
    'imperative': dict(active=False),
    'hybridized': dict(active=True),
    'static': dict(active=True, static_alloc=True, static_shape=True),
}
BOOK, TORCH = 'book', 'torch'
LEGEND = {
    BOOK: "the book's way: DataLoader with workers and a transform an image, "
          'imperative, float() each batch',
    'imperative': 'this library, imperative',
    'hybridized': 'this library, hybridized',
    'static': 'this library, hybridized with static allocation and shapes',
    TORCH: 'PyTorch eager, fed by the same loader',
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
    options = {name: default for name, (_, default)
               in hyperparameters(module.run).items()}
    try:
        seconds = on_data(data, 0, lambda: measure(module, section.name, options, rounds))
        record = as_json({'section': section.number, 'name': section.name,
                          'rounds': rounds, **provenance(), 'legend': LEGEND,
                          'seconds': seconds, 'result': summary(seconds)})
        path = write_json(out / f'bench_{section.name}.json', record)
    except (hub.DataUnavailable, hub.BadData, ResultsUnwritable) as error:
        print(f'd2lmx: {error}', file=sys.stderr)
        return 1
    print_table(record)
    print(f'numbers: {path}')
    return 0


def measure(module, name, options, rounds) -> dict:
    """{way: seconds of each counted epoch}."""
    batch_size, lr = options['batch_size'], options['lr']
    train_iter, _ = load_data_fashion_mnist(batch_size)
    epochs = {BOOK: book_epoch(module.build_net(), batch_size, lr)}
    for way, hybridize in WAYS.items():
        epochs[way] = our_epoch(module.build_net(), train_iter, lr, hybridize)
    twin = find_twin(name) if has_torch() else None
    if twin:
        epochs[TORCH] = torch_epoch(twin, train_iter.rows, lr, compat.threads()[0])
    with tqdm(total=(rounds + 1) * len(epochs), disable=None, unit='epoch') as progress:
        def counted(epoch):
            def run():
                epoch()
                progress.update()
            return run

        counted_epochs = {way: counted(epoch) for way, epoch in epochs.items()}
        interleave(counted_epochs, 1)
        return interleave(counted_epochs, rounds)


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
    dataset = gluon.data.ArrayDataset(np.expand_dims(np.array(images, dtype='uint8'), -1),
                                      labels)
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
