"""Real processes on toy data: equal results; come what may, an end with a message."""
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as onp
import pytest

from d2lmx import commands

try:
    import horovod.mxnet as horovod
except ImportError as error:
    horovod, reason = None, f'Horovod: {error}'
needs_horovod = pytest.mark.skipif(horovod is None,
                                   reason=reason if horovod is None else '')

ROOT = Path(__file__).parent.parent.parent
TAG = 'D2LMX_TEST_TAG'
pytestmark = pytest.mark.processes
SECTION = '''"""Two layers (两层)"""
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = {}


def run(*, num_epochs: int = 3, batch_size: int = 4, optimizer: str = 'adam',
        halve: bool = False) -> dict:
    X, y = d2l.synthetic_data(np.array([2, -3.4]), 4.2, 25)
    net = nn.HybridSequential()
    net.add(nn.Dense(3, activation='tanh'), nn.Dense(1))
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), optimizer, {'learning_rate': 0.1})
    loss = gluon.loss.L2Loss()
    test_iter = d2l.load_array((X[:7], y[:7]), batch_size, is_train=False)

    def watch(history):
        print('epoch done', flush=True)
        if halve:
            trainer.set_learning_rate(trainer.learning_rate / 2)

    history = d2l.fit(
        d2l.regression_step(net, loss, trainer), d2l.load_array((X, y), batch_size),
        num_epochs, evaluate=lambda: {'loss': d2l.evaluate_loss(net, test_iter, loss)},
        watch=watch)
    return {'w': [p.data().tolist() for p in net.collect_params().values()],
            **history.record()}
'''

# outside training convolutions turn their weights over into a layout of oneDNN's
CONVOLUTIONS = '''"""A residual block (残差块)"""
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = {}


class Block(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2D(16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2D(16, kernel_size=3, padding=1)

    def hybrid_forward(self, F, X):
        X = self.conv1(X)
        return X + self.conv2(F.npx.relu(X))


def run(*, batch_size: int = 4) -> dict:
    images, y = np.random.normal(size=(13, 3, 8, 8)), np.arange(13) % 3
    features = nn.Conv2D(16, kernel_size=3, padding=1)
    features.initialize()
    features.hybridize(static_alloc=True, static_shape=True)
    features.collect_params().setattr('grad_req', 'null')
    X = features(images)
    net = nn.HybridSequential()
    net.add(Block(), nn.GlobalAvgPool2D(), nn.Dense(3))
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    net(X)
    params = {**features.collect_params(), **net.collect_params()}
    trainer = gluon.Trainer(params, 'sgd', {'learning_rate': 0.1})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    test_iter = d2l.load_array((X, y), batch_size, is_train=False)
    history = d2l.fit(
        d2l.classification_step(net, loss, trainer), d2l.load_array((X, y), batch_size),
        2, evaluate=lambda: {'test acc': d2l.evaluate_accuracy(net, test_iter)})
    return {'w': [p.data().tolist() for p in params.values()],
            **history.record()}
'''

SEQUENCES = '''"""Text and translation (文本与翻译)"""
from mxnet import gluon
from mxnet.gluon import rnn

import d2lmx as d2l

SMOKE = {}


def language_model(batch_size):
    train_iter, vocab = d2l.load_data_time_machine(batch_size, 5, max_tokens=300)
    net = d2l.RNNModel(rnn.GRU(8), len(vocab))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 1})
    step = d2l.language_model_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer,
                                   theta=0.05)
    return net, d2l.fit(step, train_iter, 2), step


def translation(batch_size):
    train_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(batch_size, 6, num_examples=25)
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(len(src_vocab), 8, 8, 1),
                             d2l.Seq2SeqDecoder(len(tgt_vocab), 8, 8, 1))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 10})
    step = d2l.seq2seq_step(net, d2l.MaskedSoftmaxCELoss(), trainer, tgt_vocab['<bos>'],
                            theta=0.5)
    return net, d2l.fit(step, train_iter, 2), step


def run(*, batch_size: int = 4) -> dict:
    found = {'w': [], 'series': {}}
    for train in (language_model, translation):
        net, history, step = train(batch_size)
        found['w'] += [p.data().tolist() for p in net.collect_params().values()]
        found['series'][train.__name__] = history.series['train loss']
    return found
'''

# what must be equal on several workers and alone, in one job: a process takes seconds
ALL = '''"""Layers, convolutions and sequences (三种训练)"""
import runpy
from pathlib import Path

import d2lmx as d2l

SMOKE = {}


def run(*, batch_size: int = 4) -> dict:
    found = {}
    for name, options in (('s02_layers', dict(batch_size=2 * batch_size, halve=True)),
                          ('s03_convolutions', dict(batch_size=batch_size)),
                          ('s04_sequences', dict(batch_size=batch_size))):
        d2l.set_seed(0)
        page = runpy.run_path(str(Path(__file__).with_name(f'{name}.py')))
        found[name[4:]] = page['run'](**options)
    return found
'''

# runs here what it should run on another machine
SSH = '''#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
[ "$1" = -- ] && shift
echo "[$1] a greeting of the host"
shift
sh -c "$1"
'''


@pytest.fixture(scope='module')
def pages(tmp_path_factory):
    """The folder of the sections."""
    folder = tmp_path_factory.mktemp('sections')
    for name, text in (('s01_all', ALL), ('s02_layers', SECTION),
                       ('s03_convolutions', CONVOLUTIONS),
                       ('s04_sequences', SEQUENCES)):
        (folder / f'{name}.py').write_text(text, encoding='utf-8')
    return folder


@pytest.fixture(scope='module')
def section(pages):
    return pages / 's02_layers.py'


class Launch:
    """``d2lmx launch`` in a process; every process that comes of it bears a tag."""

    def __init__(self, *argv, path=None):
        self.tag = f'{os.getpid()}-{time.monotonic_ns()}'
        self.output = ''
        self.process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', 'd2lmx', 'launch', *map(str, argv)],
            cwd=ROOT, text=True, env={**os.environ, TAG: self.tag,
                                      'PATH': f'{path}:{os.environ["PATH"]}'},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def read_until(self, text):
        while text not in self.output:
            line = self.process.stdout.readline()
            assert line, self.output
            self.output += line
        return self

    def pid(self, role, rank=None):
        """Of the one process in that role."""
        found = [pid for pid, variables in self.alive()
                 if variables.get('DMLC_ROLE') == role
                 and rank in (None, variables.get('D2LMX_RANK'))]
        assert len(found) == 1
        return found[0]

    def alive(self):
        """(pid, its variables) of all processes that bear the tag."""
        found = []
        for folder in Path('/proc').glob('[0-9]*'):
            try:
                words = (folder / 'environ').read_bytes().decode().split('\0')
            except OSError:
                continue
            variables = dict(word.split('=', 1) for word in words if '=' in word)
            if variables.get(TAG) == self.tag:
                found.append((int(folder.name), variables))
        return found

    def end(self):
        """(status, all output); no process may be left, but for a moment."""
        rest, _ = self.process.communicate(timeout=60)
        self.output += rest
        deadline = time.monotonic() + 5
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.alive() == [], self.output
        return self.process.returncode, self.output


def result(folder):
    path, = folder.glob('*/metrics.json')
    return json.loads(path.read_text('utf-8'))


def alone(section, folder, *options):
    assert commands.call('run', [str(section), '--out', str(folder), *options]) == 0
    return result(folder)


def assert_equal(actual, expected):
    # sums in another order: float32 gives 1e-6 after a dozen steps
    for w, w_expected in zip(actual['w'], expected['w']):
        onp.testing.assert_allclose(w, w_expected, rtol=1e-5, atol=1e-6)
    series, series_expected = actual['series'], expected['series']
    assert series.keys() == series_expected.keys()
    for name, pairs in series.items():
        onp.testing.assert_allclose(pairs, series_expected[name], rtol=1e-5)


@pytest.fixture(scope='module', params=[
    'kvstore', pytest.param('horovod', marks=needs_horovod)])
def both(request, pages, far, tmp_path_factory):
    """What two workers and one process with joined batches give, and the output."""
    folder = tmp_path_factory.mktemp('both')
    (folder / 'hosts').write_text('localhost\nfar 127.0.0.1\n')
    options = (('-s', 2) if request.param == 'kvstore' else
               ('--engine', 'horovod', '--hosts', folder / 'hosts'))
    launch = Launch('-n', 2, *options, '--', 'run', pages / 's01_all.py', '--data',
                    'toy', '--out', folder / 'both', '--batch-size', 4, path=far)
    expected = alone(pages / 's01_all.py', folder / 'one', '--data', 'toy',
                     '--batch-size', '8')
    status, output = launch.end()
    assert status == 0, output
    return SimpleNamespace(found=result(folder / 'both'), expected=expected,
                           output=output, engine=request.param)


def assert_part_equal(both, part):
    assert_equal(both.found['result'][part], both.expected['result'][part])


def test_two_workers_give_what_one_process_gives_with_joined_batches(both):
    # 25 examples: the last batch of 16 holds 9, of which one worker gets 5, one 4;
    # a learning rate that changes on the way must be obeyed
    assert both.found['workers'] == 2 and both.expected['workers'] == 1
    assert_part_equal(both, 'layers')
    assert '[worker 1] epoch done' in both.output
    assert '[worker 0] data: toy' in both.output
    if both.engine == 'horovod':
        assert '[worker 1] [far] a greeting of the host' in both.output


def test_convolutions_that_ran_before_the_first_step_are_shared_as_well(both):
    assert_part_equal(both, 'convolutions')


def test_a_language_model_and_a_translation_with_clipped_gradients(both):
    # 25 pairs: of the last batch of 8 one is left, and one worker gets none
    assert_part_equal(both, 'sequences')


@pytest.mark.slow
@needs_horovod
def test_a_killed_worker_ends_all_with_horovod_too(section, tmp_path):
    launch = Launch('-n', 2, '--engine', 'horovod', '--', 'run', section,
                    '--num-epochs', 10 ** 6, '--out', tmp_path)
    launch.read_until('[worker 0] epoch done')
    begin = time.monotonic()
    os.kill(launch.pid('worker', '1'), signal.SIGKILL)
    status, output = launch.end()
    assert status == 1 and time.monotonic() - begin < 10
    assert 'd2lmx: worker 1 was killed (SIGKILL); ending all\n' in output


@pytest.mark.slow
@needs_horovod
def test_ctrl_c_ends_horovod_too(section, tmp_path):
    launch = Launch('-n', 2, '--engine', 'horovod', '--', 'run', section,
                    '--num-epochs', 10 ** 6, '--out', tmp_path)
    launch.read_until('[worker 0] epoch done')
    launch.process.send_signal(signal.SIGINT)
    status, output = launch.end()
    assert status == 130
    assert 'd2lmx: interrupted, ending all\n' in output


@pytest.mark.slow
def test_dist_async_trains_too(section, tmp_path):
    status, output = Launch('-n', 2, '--mode', 'dist_async', '--', 'run', section,
                            '--out', tmp_path, '--num-epochs', 24, '--optimizer', 'sgd'
                            ).end()
    assert status == 0, output
    assert '[worker 0] data: none' in output
    losses = [l for _, l in result(tmp_path)['result']['series']['loss']]
    assert losses[-1] < losses[0] / 2


@pytest.mark.slow
def test_a_killed_worker_ends_all_and_resume_goes_on(section, tmp_path):
    options = ('--batch-size', '4', '--num-epochs', '80', '--optimizer', 'sgd')
    saved = ('--checkpoint', tmp_path / 'saved')
    launch = Launch('-n', 2, '--', 'run', section, *options, *saved,
                    '--out', tmp_path / 'both')
    launch.read_until('[worker 0] epoch done')
    while not (tmp_path / 'saved' / 'fit-001.npz').exists():
        time.sleep(0.01)
    begin = time.monotonic()
    os.kill(launch.pid('worker', '1'), signal.SIGKILL)
    status, output = launch.end()
    assert status == 1 and time.monotonic() - begin < 10
    assert 'd2lmx: worker 1 was killed (SIGKILL); ending all\n' in output
    launch = Launch('-n', 2, '--', 'run', section, *options, *saved, '--resume',
                    '--out', tmp_path / 'both')
    expected = alone(section, tmp_path / 'one', *options, '--batch-size', '8',
                     '--checkpoint', str(tmp_path / 'saved alone'))
    status, output = launch.end()
    assert status == 0, output
    assert result(tmp_path / 'both')['resumed']['epoch'] >= 1
    # 320 steps: the differences by the sums' order had time to grow
    onp.testing.assert_allclose(result(tmp_path / 'both')['result']['series']['loss'],
                                expected['result']['series']['loss'], rtol=1e-2)


@pytest.fixture(scope='module')
def far(tmp_path_factory):
    """A folder with an ssh of our own."""
    folder = tmp_path_factory.mktemp('far')
    (folder / 'ssh').write_text(SSH)
    (folder / 'ssh').chmod(0o755)
    return folder


@pytest.fixture(scope='module')
def running(section, far, tmp_path_factory):
    """One training of one worker for each way to end it, all at work."""
    folder = tmp_path_factory.mktemp('running')
    (folder / 'hosts').write_text('far 127.0.0.1\n')
    launches = {}
    for way in ('server', 'scheduler', 'ctrl-c', 'launcher'):
        hosts = ('--hosts', folder / 'hosts') if way in ('ctrl-c', 'launcher') else ()
        launches[way] = Launch('-n', 1, *hosts, '--', 'run', section, '--num-epochs',
                               10 ** 6, '--out', folder / way, '--checkpoint',
                               folder / way, path=far)
    for launch in launches.values():
        launch.read_until('[worker 0] epoch done')
    return launches


@pytest.mark.slow
@pytest.mark.parametrize('role,name', [('server', 'server 0'),
                                       ('scheduler', 'scheduler')])
def test_a_killed_server_or_scheduler_ends_all(running, role, name):
    begin = time.monotonic()
    os.kill(running[role].pid(role), signal.SIGKILL)
    status, output = running[role].end()
    assert status == 1 and time.monotonic() - begin < 10
    assert f'd2lmx: {name} was killed (SIGKILL); ending all\n' in output


@pytest.mark.slow
def test_ctrl_c_reaches_the_workers_and_ends_all(running):
    launch = running['ctrl-c']
    launch.process.send_signal(signal.SIGINT)
    status, output = launch.end()
    assert status == 130
    assert 'd2lmx: interrupted, ending all\n' in output
    assert re.search(r'\[worker 0\] d2lmx: interrupted, go on from .* with --resume',
                     output)


@pytest.mark.slow
def test_no_process_outlives_a_killed_launcher(running):
    launch = running['launcher']
    assert len(launch.alive()) >= 4
    launch.process.kill()
    assert launch.end()[0] == -signal.SIGKILL


@pytest.mark.slow
def test_a_host_that_cannot_be_reached_by_ssh_is_named(tmp_path):
    hosts = tmp_path / 'hosts'
    hosts.write_text('nowhere.invalid 127.0.0.2\n')
    status, output = Launch('-n', 1, '--hosts', hosts, '--address', '127.0.0.1', '--',
                            'run', '3.3').end()
    assert status == 1
    assert re.search(r'd2lmx: (server|worker) 0 on nowhere.invalid could not be '
                     r'started, or was lost: ssh failed \(status 255\); ending all',
                     output)


@pytest.mark.slow
@pytest.mark.processes
def test_a_fault_before_any_trainer_is_told_and_ends_all(tmp_path):
    (tmp_path / 'file').write_text('')
    status, output = Launch('-n', 2, '--', 'run', 'lenet', '--smoke', '--out',
                            tmp_path / 'file').end()
    assert status == 1 and 'cannot write' in output and 'ending all' in output
