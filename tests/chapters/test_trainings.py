"""What a section's options come to in its training, which stops after one batch.

Each section that trains runs once with values of its own for all options. Its loaders,
its steps, its updates and its evaluations then tell what reached them.
"""
import io
import sys
from contextlib import redirect_stdout

import pytest
from mxnet import gluon, np

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.pages import sections

BOOK = [sys.modules[function.__module__] for function in
        (d2l.train_ch3, d2l.train_ch6, d2l.train_ch8, d2l.train_seq2seq,
         d2l.train_ch11)]
NUM_TEST = 7  # garments to test on
IMAGES = dict(num_epochs=3, lr=.25, batch_size=5)
TEXT = dict(num_epochs=3, lr=.25, batch_size=5, num_steps=11, num_hiddens=13)
PAIRS = dict(num_epochs=3, lr=.25, batch_size=5, num_steps=11, num_layers=3,
             dropout=.375)
GRUS = dict(PAIRS, embed_size=19, num_hiddens=13)
# section, options, and what else is to be seen of each training, name: value
TRAININGS = [
    ('3.3', dict(num_examples=23, num_epochs=3, lr=.25, batch_size=5), {'loss': 23}),
    ('3.6', IMAGES, {'test acc': NUM_TEST}), ('3.7', IMAGES, {'test acc': NUM_TEST}),
    ('4.2', dict(IMAGES, num_hiddens=13), {'test acc': NUM_TEST}),
    ('4.3', dict(IMAGES, num_hiddens=13), {'test acc': NUM_TEST}),
    ('4.4', dict(num_epochs=3, num_epochs_all=3, lr=.25, batch_size=5, n_train=17,
                 n_test=11), {'train': 17, 'test': 11}),
    ('4.5', dict(num_epochs=3, lr=.25, batch_size=5, n_train=17, n_test=11,
                 num_inputs=13), {'train': 17, 'test': 11}),
    ('4.6', dict(IMAGES, variant='scratch', num_hiddens1=13, num_hiddens2=19),
     {'test acc': NUM_TEST}),
    ('4.6', dict(IMAGES, variant='concise', num_hiddens1=13, num_hiddens2=19,
                 dropout1=.375, dropout2=.625), {'test acc': NUM_TEST}),
    ('6.6', IMAGES, {'test acc': NUM_TEST}),
    ('7.1', dict(IMAGES, resize=67), {'test acc': NUM_TEST}),
    ('7.2', dict(IMAGES, resize=32, ratio=16), {'test acc': NUM_TEST}),
    ('7.3', dict(IMAGES, resize=67), {'test acc': NUM_TEST}),
    ('7.4', dict(IMAGES, resize=28), {'test acc': NUM_TEST}),
    *(('7.5', dict(IMAGES, variant=variant), {'test acc': NUM_TEST})
      for variant in ('scratch', 'tuned', 'concise')),
    ('7.6', dict(IMAGES, resize=28), {'test acc': NUM_TEST}),
    ('7.7', dict(IMAGES, resize=32), {'test acc': NUM_TEST}),
    ('8.1', dict(num_epochs=3, lr=.25, batch_size=5, num_points=200, num_train=35,
                 tau=3), {'loss': 35}),
    *(('8.5', dict(TEXT, variant=variant, use_random_iter=random), {})
      for variant, random in (('scratch', False), ('tuned', True))),
    ('8.6', dict(TEXT, use_random_iter=False), {}),
    ('8.6', dict(TEXT, use_random_iter=True), {}),
    *((number, dict(TEXT, variant=variant), {}) for number in ('9.1', '9.2')
      for variant in ('scratch', 'tuned', 'concise')),
    ('9.3', dict(TEXT, num_layers=3), {}), ('9.4', dict(TEXT, num_layers=3), {}),
    ('9.7', GRUS, {}), ('9.8', GRUS, {}), ('10.4', GRUS, {}),
    ('10.7', dict(PAIRS, num_hiddens=12, num_heads=3, ffn_num_hiddens=19), {}),
    ('10.2', dict(n_train=9, num_epochs=3, lr=.25), {}),
    ('11.7', dict(num_epochs=3, lr=.25), {}), ('11.8', dict(num_epochs=3, lr=.25), {}),
    ('11.10', dict(num_epochs=3, lr=.25), {}),
    ('11.11', dict(IMAGES, schedule='constant'), {'test acc': NUM_TEST}),
    ('12.5', IMAGES, {'test acc': NUM_TEST})]
# what the pages of chapter 11 train with: rate, momentum, examples a batch
PAGES = {'11.5': [(1, 1500), (.005, 1), (.4, 100), (.05, 10), (.05, 10)],
         '11.6': [(.02, .5, 10), (.01, .9, 10), (.005, .9, 10), (.005, .9, 10)]}
# sections that train with tests of their own: loops of their own, no option of a kind
# above, or several trainings
OTHERS = {'3.2', '4.9', '4.10', '11.5', '11.6', '11.9', '12.6', '13.1', '13.2', '13.7',
          '13.8', '13.11', '13.12', '13.13', '13.14', '14.1', '14.2', '14.4', '14.5',
          '14.6', '15.2', '15.3', '15.5', '15.7', '16.3', '16.4', '16.6', '16.7',
          '16.9', '16.10', '17.1', '17.2', '20.1', '20.2',
          '21.1', '21.2', '21.3', '21.4', '21.5', '21.6', '21.7',
          '21.8', '21.9', '21.10', '21.11', '21.12',
          '21.13', '21.14', '21.15', '21.16', '21.17', '21.19',
          '21.18', '21.20', '21.22', '21.23', '21.24', '22.1', '22.2', '22.3',
          '22.4', '22.5', '22.6', '22.7', '22.8', '23.6', '23.7', '23.9',
          '23.10', '23.11', '23.12', '23.14', '23.15', '23.20'}


class Seen:
    """What reached loaders, steps and evaluations; `facts` is a dict a training."""

    def __init__(self, monkeypatch):
        self.loaded, self.rates, self.facts = {}, set(), []
        for name in ('load_data_time_machine', 'load_data_nmt', 'load_array'):
            monkeypatch.setattr(d2l, name, self.watched(getattr(d2l, name)))
        monkeypatch.setattr(d2l, 'load_data_fashion_mnist', self.garments)
        monkeypatch.setattr(sys.modules[d2l.evaluate_loss.__module__],
                            'mean_over_shards', self.count)
        for module in [d2l, *BOOK]:
            monkeypatch.setattr(module, 'fit', self.fit)
        for module, name in ((d2l, 'sgd'), (BOOK[2], 'fused_sgd')):
            monkeypatch.setattr(module, name, lambda params, lr, batch_size:
                                self.rates.add(lr))

    def watched(self, load):
        """A loader that notes its arguments of an option's name."""
        names = load.__code__.co_varnames[:load.__code__.co_argcount]

        def loader(*args, **keywords):
            self.loaded = {**dict(zip(names, args)), **keywords}
            return load(*args, **keywords)

        return loader

    def garments(self, batch_size, resize=None):
        self.loaded = dict(batch_size=batch_size, resize=resize)
        size = resize or 28
        return [[(np.random.uniform(size=(n, 1, size, size)),
                  np.zeros(n, dtype='int32'))] for n in (batch_size, NUM_TEST)]

    @staticmethod
    def count(measure, net, data_iter, *args):
        """In place of a mean: over how many examples it would be."""
        return sum(len(X) for X, y in data_iter)

    def fit(self, step, train_iter, num_epochs, *, evaluate=None, watch=None,
            points_per_epoch=1):
        """One batch of a training; its history as if it had gone on."""
        batch = next(iter(train_iter))
        stats = step(*batch)
        history = d2l.History()
        for epoch in range(num_epochs):
            history.add(epoch + 1, dict.fromkeys(stats, .5))
            history.add(epoch + 1, evaluate() if evaluate else {})
            if watch:
                watch(history)
        history.examples = history.tokens = history.seconds = 1
        self.facts.append({**self.loaded, **facts_of(step), 'batch': len(batch[0]),
                           'num_epochs': num_epochs, 'evaluated': history.record()[
                               'final'], **({'lr': self.rates} if self.rates else {})})
        self.rates = set()
        return history


def parts_of(trains):
    """All blocks, trainers and arrays in nested containers."""
    if isinstance(trains, dict):
        trains = list(trains.values())
    if isinstance(trains, (list, tuple)):
        return [part for item in trains for part in parts_of(item)]
    return [trains]


def facts_of(step):
    """Rates, sizes, chances to drop and numbers of layers of what a step trains."""
    parts, facts = parts_of(step.trains), {'in_order': step.in_order}
    optimizers = [part._optimizer for part in parts if isinstance(part, gluon.Trainer)]
    hyperparams = dicts_in(step.trains)
    for name, theirs in (('lr', 'learning_rate'), ('wd', 'wd'), ('rho', 'rho'),
                         ('momentum', 'momentum'), ('gamma', 'gamma1')):
        facts[name] = {getattr(optimizer, theirs) for optimizer in optimizers
                       if hasattr(optimizer, theirs)} | {
            part[name] for part in hyperparams if name in part}
    blocks = []
    for part in parts:
        if isinstance(part, gluon.Block):
            part.apply(blocks.append)
    params = [param for part in parts if isinstance(part, gluon.Block)
              for param in part.collect_params().values()]
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    facts['sizes'] = {size for array in [*params, *arrays] for size in array.shape}
    facts['dropout'] = {getattr(block, '_rate', getattr(block, '_dropout', None))
                        for block in blocks} - {None}
    facts['num_layers'] = {block._num_layers for block in blocks
                           if hasattr(block, '_num_layers')} | {
        len(block.blks) for block in blocks if hasattr(block, 'blks')}
    return facts


def dicts_in(trains):
    """The dicts in nested lists and tuples."""
    if isinstance(trains, (list, tuple)):
        return [found for item in trains for found in dicts_in(item)]
    return [trains] if isinstance(trains, dict) else []


def assert_reached(facts, name, value):
    """That an option's value is where it belongs.

    Numbers of examples are seen in what is evaluated; tests/chapters/test_wiring.py
    has all options by their names.
    """
    if name == 'lr':
        assert facts['lr'] == {value}
    elif name == 'batch_size':
        assert facts['batch_size'] == facts['batch'] == value
    elif name in ('num_epochs', 'resize', 'num_steps'):
        assert facts[name] == value
    elif name == 'use_random_iter':
        assert facts[name] == value and facts['in_order'] is not value
    elif name.startswith('dropout'):
        assert value in facts['dropout']
    elif name == 'num_layers':
        assert facts['num_layers'] == {value}
    elif name in ('num_hiddens', 'num_hiddens1', 'num_hiddens2', 'embed_size',
                  'ffn_num_hiddens', 'num_inputs', 'tau'):
        assert value in facts['sizes']


def dry_run(page, options, monkeypatch):
    """The facts of each training, and with each what the run gave."""
    seen = Seen(monkeypatch)
    with running(compiles=False), redirect_stdout(io.StringIO()):
        result = page.run(**options)
    return [{**facts, 'result': result} for facts in seen.facts]


@pytest.mark.parametrize('number, options, evaluated', TRAININGS, ids=[
    '-'.join([number, *filter(None, [options.get('variant')])])
    for number, options, _ in TRAININGS])
def test_options_reach_the_training(section, number, options, evaluated, monkeypatch):
    trainings = dry_run(section(number), options, monkeypatch)
    assert trainings
    for facts in trainings:
        for name, value in options.items():
            assert_reached(facts, name, value)
        assert {name: facts['evaluated'][name] for name in evaluated} == evaluated


def test_the_accuracy_before_training_is_that_of_garments_to_test_on(section,
                                                                     monkeypatch):
    facts, = dry_run(section('3.6'), IMAGES, monkeypatch)
    assert facts['result']['test acc before training'] == NUM_TEST


def test_house_prices_are_learnt_with_the_options(section, monkeypatch, tmp_path):
    options = dict(k=3, num_epochs=3, lr=.25, weight_decay=.125, batch_size=5)
    trainings = dry_run(section('4.10'), {**options, 'out': tmp_path}, monkeypatch)
    assert len(trainings) == 3 + 1
    for facts in trainings:
        assert facts['wd'] == {.125}
        for name in ('num_epochs', 'lr', 'batch_size'):
            assert_reached(facts, name, options[name])


def test_minibatches_are_learnt_from_as_on_the_page(section, monkeypatch):
    trainings = dry_run(section('11.5'), dict(n=4, num_epochs=3, num_epochs_gd=2),
                        monkeypatch)
    assert [(*facts['lr'], facts['batch']) for facts in trainings] == PAGES['11.5']
    assert [facts['num_epochs'] for facts in trainings] == [2, 3, 3, 3, 3]
    names = list(trainings[0]['result']['loss'])
    assert names[:2] == ['gd', 'sgd']
    assert [int(name.rpartition('=')[2]) for name in names[2:]] == [
        facts['batch'] for facts in trainings[2:]]


def test_momenta_are_those_of_the_page(section, monkeypatch):
    trainings = dry_run(section('11.6'), dict(num_epochs=3), monkeypatch)
    assert [(*facts['lr'], *facts['momentum'], facts['batch']) for facts in trainings
            ] == PAGES['11.6']


@pytest.mark.parametrize('number, name', [('11.8', 'gamma'), ('11.9', 'rho')])
def test_means_leak_as_the_option_says_from_scratch_and_with_gluon(
        section, monkeypatch, number, name):
    trainings = dry_run(section(number), {name: .375}, monkeypatch)
    assert [facts[name] for facts in trainings] == [{.375}] * 2


def test_a_second_device_doubles_the_batch_and_the_rate(section, monkeypatch):
    one, two = dry_run(section('12.6'), dict(num_epochs=3, lr=.25, batch_size=2),
                       monkeypatch)
    assert (one['lr'], one['batch'], two['lr'], two['batch']) == ({.25}, 2, {.5}, 4)
    assert [facts['evaluated']['test acc'] for facts in (one, two)] == [NUM_TEST] * 2


def test_every_section_that_trains_is_here():
    training = {entry.number for entry in sections.sections()
                if ' num_epochs: int' in entry.path.read_text(encoding='utf-8')}
    assert training == {number for number, _, _ in TRAININGS} | OTHERS
