"""Runs that are killed, by SIGKILL at random moments, and resumed: identical endings.

The suite kills a few times. ``D2LMX_KILLS=20 scripts/test tests/test_kills.py`` kills
so often, in sections of the book too.
"""
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as onp
import pytest

from d2lmx.train.checkpoint import read

ROOT = Path(__file__).parent.parent
KILLS = int(os.environ.get('D2LMX_KILLS', 0))
pytestmark = pytest.mark.processes
SECTION = '''"""Two nets and a loop (直线)"""
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = {}


def train_net(optimizer, num_epochs, **options):
    X, y = d2l.synthetic_data(np.array([2, -3.4]), 4.2, 60)
    net = nn.HybridSequential()
    net.add(nn.Dense(8), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(1))
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), optimizer, options)
    step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
    history = d2l.fit(step, d2l.load_array((X, y), 10), num_epochs)
    d2l.plot_history(history)
    return history.record()['series']


def train_by_hand(num_epochs):
    X, y = d2l.synthetic_data(np.array([2, -3.4]), 4.2, 60)
    w, v, history = np.zeros((2, 1)), np.zeros((2, 1)), d2l.History()
    w.attach_grad()
    for epoch in d2l.epochs(num_epochs, [w, v], history):
        for X_batch, y_batch in d2l.load_array((X, y), 10):
            with autograd.record():
                l = d2l.squared_loss(d2l.linreg(X_batch, w, 0), y_batch).mean()
            l.backward()
            v[:] = 0.9 * v + w.grad
            w[:] = w - 0.01 * v
        history.add(epoch + 1, {'loss': l})
    return history.record()['series']


def run(*, num_epochs: int = 150) -> dict:
    print('begin', flush=True)
    return {'adam': train_net('adam', num_epochs, learning_rate=0.01),
            'by hand': train_by_hand(num_epochs),
            'momentum': train_net('sgd', num_epochs, learning_rate=0.01, momentum=0.9)}
'''


@pytest.fixture(scope='module')
def trainer(tmp_path_factory):
    """``trainer(name, section, *options)`` starts a process with its own folders."""
    folder = tmp_path_factory.mktemp('kills')
    (folder / 's01_line.py').write_text(SECTION, encoding='utf-8')

    def start(name, section, *options):
        section = str(folder / 's01_line.py') if section == 'line' else section
        command = [sys.executable, '-W', 'ignore', '-m', 'd2lmx', 'run', section,
                   '--smoke', '--checkpoint', str(folder / name / 'checkpoint'),
                   '--resume', '--out', str(folder / name), *options]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True), folder / name

    return start


def ending(process, folder):
    """Numbers, figures and checkpoints of a run, once it has ended by itself."""
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    # a run that was killed before it held its folder leaves that
    results, = {*folder.iterdir()} - {folder / 'checkpoint', *folder.glob('.*')}
    metrics = results / 'metrics.json'
    record = json.loads(metrics.read_text(encoding='utf-8'))
    resumed = record.pop('resumed')
    del record['timing']
    pictures = [path.read_bytes() for path in sorted(results.glob('figures/*.png'))]
    files = []
    for path in sorted((folder / 'checkpoint').glob('fit-*.npz')):
        about, parts = read(path)
        for clock in ('seconds', 'waiting'):
            del about[clock]
        files.append((about, [(name, value, [(a.dtype, a.shape, a.tobytes())
                                             for a in arrays])
                              for name, arrays, value in parts]))
    return (record, pictures, files), resumed


def kill_after(process, seconds):
    """SIGKILL after a while; whether it came before the process had ended."""
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_like_one_that_was_left_alone(trainer):
    num_kills, dice = max(KILLS, 3), random.Random()
    begin = time.monotonic()
    process, folder = trainer('whole', 'line')
    process.stdout.readline()
    began = time.monotonic()
    expected, resumed = ending(process, folder)
    longest = 1.5 * (time.monotonic() - began) / num_kills  # of which half on average
    assert resumed is None and len(expected[2]) == 3
    killed = []
    for _ in range(num_kills):
        process, _ = trainer('part', 'line')
        assert process.stdout.readline() == 'begin\n'
        killed.append(kill_after(process, dice.uniform(0, longest)))
    assert killed[0]
    process, folder = trainer('part', 'line')
    actual, resumed = ending(process, folder)
    assert actual == expected and resumed is not None
    assert [*folder.glob('.*')] == []  # what the killed ones left is removed
    print(f'{sum(killed)} kills, resumed at last from {resumed}, '
          f'{time.monotonic() - begin:.0f} s')


@pytest.mark.skipif(KILLS == 0, reason='slow: set D2LMX_KILLS to the number of kills')
@pytest.mark.parametrize('section,options', [
    ('line', []), ('6.6', ['--num-epochs', '3']), ('3.6', ['--num-epochs', '8']),
    ('4.6', ['--num-epochs', '6', '--variant', 'concise']),
    ('4.10', ['--num-epochs', '60']), ('13.2', ['--num-epochs', '4']),
    ('13.7', ['--num-epochs', '6'])],
    ids=['line', 'lenet', 'softmax_scratch', 'dropout', 'house_price', 'fine_tuning',
         'ssd'])
def test_each_run_killed_once_ends_like_one_that_was_left_alone(trainer, section,
                                                                options):
    dice = random.Random()
    trainer(f'{section}-warm', section, *options)[0].communicate()  # toy data, caches
    begin = time.monotonic()
    expected, _ = ending(*trainer(f'{section}-whole', section, *options))
    duration = time.monotonic() - begin
    where, attempts = [], itertools.count()
    while len(where) < KILLS:
        name = f'{section}-{next(attempts)}'
        process, folder = trainer(name, section, *options)
        if not kill_after(process, dice.uniform(0.2, 0.95) * duration):
            continue  # it had ended by itself
        actual, resumed = ending(*trainer(name, section, *options))
        assert actual == expected
        where.append(resumed and (resumed['fit'], resumed['epoch']))
    print(f'{section}: {len(where)} kills, {len(where)} identical endings; resumed '
          f'from {where}')
