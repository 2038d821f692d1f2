"""Trainings that break off and go on: same numbers, whole files, clear refusals."""
import json
import math
import random
import subprocess
import sys

import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.files.whole import _running_system
from d2lmx.train.checkpoint import read


class Killed(Exception):
    """Stands for a process that dies."""


def data(num_inputs=4):
    d2l.set_seed(3)
    return d2l.synthetic_data(np.arange(num_inputs), 1, 20)


def adam_net(num_epochs, watch=None, after_batch=None):
    """Dropout, normalization and Adam in a static graph, batches in random order."""
    X, y = data()
    net = nn.HybridSequential()
    net.add(nn.Dense(5), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(1))
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    loss = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': 0.1})
    step = d2l.regression_step(net, loss, trainer)

    def counted(X, y):
        stats = step(X, y)
        if after_batch:
            after_batch()
        return stats

    history = d2l.fit(d2l.Step(counted, trains=step.trains),
                      d2l.load_array((X, y), 6), num_epochs, watch=watch,
                      points_per_epoch=2,
                      evaluate=lambda: {'loss': d2l.evaluate_loss(net, [(X, y)], loss)})
    return [history.series, [param.data().tolist()
                             for param in net.collect_params().values()]]


def by_hand(num_epochs, after_batch=None):
    """Momentum from scratch, in a loop of its own and an order of Python's random."""
    X, y = data()
    w, b, momentum, clock = np.zeros((4, 1)), np.zeros(1), np.zeros((4, 1)), {'t': 0}
    for param in (w, b):
        param.attach_grad()
    history = d2l.History()
    for epoch in d2l.epochs(num_epochs, [w, b, momentum, clock], history):
        for i in random.sample(range(20), 7):
            with autograd.record():
                l = d2l.squared_loss(d2l.linreg(X[i:i + 1], w, b), y[i:i + 1])
            l.backward()
            clock['t'] += 1
            momentum[:] = 0.9 * momentum + w.grad
            w[:] = w - 0.1 / clock['t'] * momentum
            b[:] = b - 0.1 * b.grad
            if after_batch:
                after_batch()
        history.add(epoch + 1, {'loss': l})
    return [history.series, w.tolist(), b.tolist(), clock]


def program(after_batch=None):
    """Three trainings, and random numbers between them."""
    return [adam_net(4, after_batch=after_batch), float(np.random.uniform()),
            by_hand(3, after_batch), random.random(), onp.random.uniform(),
            adam_net(2, after_batch=after_batch)]


def checkpoints(folder, **options):
    return d2l.Checkpoints(folder, overhead=math.inf, **options)  # saves every epoch


@pytest.fixture
def whole(tmp_path):
    """What the program gives where nothing disturbs it."""
    with checkpoints(tmp_path / 'whole'):
        return program()


@pytest.mark.parametrize('deaths', [[0], [3], [10], [16], [20, 0, 0, 5, 14], [40, 3]])
def test_a_program_that_died_ends_like_one_that_did_not(whole, tmp_path, deaths):
    # a batch is counted in this process: 4 x 4, 3 x 7 and 2 x 4 of them
    for death in deaths:
        batches = iter(range(death))

        def after_batch():
            if next(batches, None) is None:
                raise Killed

        with pytest.raises(Killed), checkpoints(tmp_path / 'part', resume=True):
            d2l.set_seed(9)  # what came before the first training does not matter
            program(after_batch)
    with checkpoints(tmp_path / 'part', resume=True) as saved:
        assert program() == whole
    assert saved.num_fits == 3
    for path in sorted((tmp_path / 'whole').glob('fit-*')):
        about, parts = read(path)
        about2, parts2 = read(tmp_path / 'part' / path.name)
        for clock in ('seconds', 'waiting'):
            del about[clock], about2[clock]
        assert about == about2
        assert all(onp.array_equal(a, b) for (_, arrays, _), (_, arrays2, _)
                   in zip(parts, parts2) for a, b in zip(arrays, arrays2))


def test_what_was_done_is_not_done_again(whole, tmp_path):
    def after_batch():
        pytest.fail('a batch was trained')

    with checkpoints(tmp_path / 'whole', resume=True) as saved:
        assert program(after_batch) == whole
    assert saved.found and saved.resumed == {'fit': 3, 'epoch': 2}


def test_seeds_of_epochs_follow_from_the_seed_of_the_run(whole, tmp_path):
    with checkpoints(tmp_path / 'again'):
        assert program() == whole
    with checkpoints(tmp_path / 'other', seed=1):
        assert program()[0] != whole[0]


def test_without_checkpoints_nothing_is_seeded_or_saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    d2l.set_seed(1)
    expected = random.random()
    d2l.set_seed(1)
    assert list(d2l.epochs(3)) == [0, 1, 2]
    d2l.fit(lambda X: {'ones': (1, 1)}, [[np.ones(1)]], 2)  # it need not say its state
    assert random.random() == expected and not list(tmp_path.iterdir())


def test_a_watcher_sees_the_old_points_again(tmp_path):
    seen = []

    def watch(history):
        seen.append({name: list(pairs) for name, pairs in history.series.items()})

    with checkpoints(tmp_path):
        adam_net(2, watch)
    before = list(seen)
    seen.clear()
    with checkpoints(tmp_path, resume=True):
        adam_net(2, watch)
    assert seen == before and len(seen) == 4


def test_a_training_that_does_not_tell_its_state_is_refused_at_once(tmp_path):
    steps = []
    with pytest.raises(ValueError, match='must say'), checkpoints(tmp_path / 'new'):
        d2l.fit(steps.append, [[np.ones(1)]], 2)
    assert not steps and not (tmp_path / 'new').exists()


def test_a_folder_that_holds_a_checkpoint_is_not_overwritten(whole, tmp_path):
    before = (tmp_path / 'whole' / 'fit-001.npz').read_bytes()
    with pytest.raises(ValueError, match='holds a checkpoint already.*--resume'):
        with checkpoints(tmp_path / 'whole'):
            pytest.fail('it was opened')
    assert (tmp_path / 'whole' / 'fit-001.npz').read_bytes() == before


@pytest.mark.parametrize('options,difference', [
    (dict(run={'lr': 0.5}), 'run: lr was 0.1, is 0.5$'),
    (dict(run={'wd': 1}), 'run: wd was None, is 1; lr was 0.1, is None$'),
    (dict(run={'lr': 0.1}, seed=2), 'run: seed was 0, is 2$'),
    (dict(run={'lr': 0.1}, data=lambda: {'a.csv': 'cd'}), "a.csv was 'ab', is 'cd'$")])
def test_another_run_is_refused_by_what_differs(tmp_path, options, difference):
    with checkpoints(tmp_path, run={'lr': 0.1}, data=lambda: {'a.csv': 'ab'}):
        by_hand(1)
    with pytest.raises(ValueError, match=difference):
        with checkpoints(tmp_path, resume=True, **options):
            by_hand(1)


def test_another_number_of_epochs_or_another_network_is_refused(tmp_path):
    with checkpoints(tmp_path):
        by_hand(1)
    with checkpoints(tmp_path, resume=True), pytest.raises(
            ValueError, match='number of epochs was 1, is 2$'):
        by_hand(2)
    with checkpoints(tmp_path, resume=True), pytest.raises(
            ValueError, match='fit-001.npz does not fit.*4 trained parts.* has 9'):
        adam_net(1)


def test_another_machine_is_told(tmp_path):
    with checkpoints(tmp_path, machine={'threads': 2}):
        by_hand(1)
    with checkpoints(tmp_path, resume=True, machine={'threads': 2}) as saved:
        assert saved.changed == ''
    with checkpoints(tmp_path, resume=True, machine={'threads': 1}) as saved:
        assert saved.changed == 'threads was 2, is 1'


def test_no_damage_to_a_file_passes_for_its_content(tmp_path):
    with checkpoints(tmp_path):
        by_hand(2)
    path = tmp_path / 'fit-001.npz'
    content = path.read_bytes()
    expected = read(path)
    rng = onp.random.RandomState(0)
    refused = 0
    for place in rng.randint(len(content), size=300):
        damaged = bytearray(content)
        damaged[place] ^= 1 << rng.randint(8)
        path.write_bytes(damaged)
        try:  # a bit that carries nothing, such as a file's date, may pass
            about, parts = read(path)
        except d2l.CheckpointError as error:
            assert str(path) in str(error) and 'delete it' in str(error)
            refused += 1
        else:
            assert about == expected[0] and all(
                onp.array_equal(a, b) for (_, x, _), (_, y, _)
                in zip(parts, expected[1]) for a, b in zip(x, y))
    assert refused > 200
    for size in (0, 1, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(d2l.CheckpointError, match='cannot be read'):
            read(path)


def test_an_unfinished_file_of_a_dead_process_does_no_harm(whole, tmp_path):
    with checkpoints(tmp_path / 'part'):
        adam_net(4)
    for name, content in (('fit-001.npz', b'half a file'), ('fit-002.npz', b'')):
        place = tmp_path / 'part' / f'.{name}-dead'
        place.mkdir()
        (place / name).write_bytes(content)
        (place / '.lock').write_bytes(_running_system())
    with checkpoints(tmp_path / 'part', resume=True):
        assert program() == whole
    assert not (tmp_path / 'part' / '.fit-002.npz-dead').exists()


def test_a_disk_that_refuses_to_write_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, 'No space left on device')

    with checkpoints(tmp_path):
        by_hand(1)
    before = read(tmp_path / 'fit-001.npz')[0]
    monkeypatch.setattr('os.fsync', full)
    (tmp_path / 'fit-001.npz').rename(tmp_path / 'fit-002.npz')
    with pytest.raises(d2l.CheckpointError, match='fit-001.npz: No space left'):
        with checkpoints(tmp_path, resume=True):
            by_hand(1)
    assert read(tmp_path / 'fit-002.npz')[0] == before


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(d2l.CheckpointError, match='cannot save .* to .*file/x'):
        with checkpoints(tmp_path / 'file' / 'x'):
            by_hand(1)


HOLDER = '''
import fcntl, os, sys, time
lock = open(sys.argv[1], 'wb')
fcntl.lockf(lock, fcntl.LOCK_EX)
if os.fork() == 0:
    time.sleep(3)  # as a loading process that has not noticed its parent's death
    os._exit(0)
print('held', flush=True)
time.sleep(60)
'''


@pytest.mark.processes
def test_two_runs_cannot_save_to_one_folder(tmp_path):
    with checkpoints(tmp_path):
        by_hand(1)
    holder = subprocess.Popen([sys.executable, '-c', HOLDER, str(tmp_path / 'lock')],
                              stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b'held\n'
    with checkpoints(tmp_path, resume=True), pytest.raises(
            d2l.CheckpointError, match='another run is saving'):
        by_hand(1)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with checkpoints(tmp_path, resume=True):  # what the dead held is free
        by_hand(1)


def test_a_worker_that_does_not_write_trains_and_resumes_like_the_one_that_does(
        whole, tmp_path):
    with checkpoints(tmp_path / 'new', writes=False):
        assert program() == whole
    assert not (tmp_path / 'new').exists()
    with checkpoints(tmp_path / 'whole', resume=True, writes=False) as saved:
        assert program() == whole
    assert saved.resumed == {'fit': 3, 'epoch': 2}


def test_one_block_at_a_time_saves(tmp_path):
    with checkpoints(tmp_path / 'a'):
        with pytest.raises(ValueError, match='being saved to .*a already'):
            with checkpoints(tmp_path / 'b'):
                pass
    assert list(d2l.epochs(1)) == [0]


@pytest.mark.parametrize('seconds_an_epoch,num_saved', [(0.1, 2), (0.6, 6), (9, 10)])
def test_saving_takes_a_small_share_of_the_time(tmp_path, monkeypatch, seconds_an_epoch,
                                                num_saved):
    # a save takes 0.05 s, so there is at most one a second, but for the first and last
    now, saves = [0.0], []
    monkeypatch.setattr('time.monotonic', lambda: now[0])

    def save(self, path, about, done, state, history):
        now[0] += 0.05
        saves.append(done)

    monkeypatch.setattr(d2l.Checkpoints, '_save', save)
    with d2l.Checkpoints(tmp_path):
        for _ in d2l.epochs(10, np.ones(1)):
            now[0] += seconds_an_epoch
    assert len(saves) == num_saved and saves[-1] == 10


EDITS = {
    **{f'without {name}': lambda about, arrays, name=name: about.pop(name)
       for name in ('run', 'training', 'machine', 'epochs done', 'series', 'examples',
                    'seconds', 'parts', 'format')},
    'epochs in words': lambda about, arrays: about.update({'epochs done': 'two'}),
    'series as a list': lambda about, arrays: about.update(series=[1, 2]),
    'integers as weights': lambda about, arrays: arrays.update(
        {'state.0.0': onp.ones((4, 1), int)}),
    'text as weights': lambda about, arrays: arrays.update(
        {'state.0.0': onp.full((4, 1), 'a')}),
    'NaN as a weight': lambda about, arrays: arrays['state.0.0'].fill(onp.nan),
}


@pytest.mark.parametrize('edit', EDITS)
def test_a_file_that_was_edited_is_refused_in_one_line(tmp_path, edit):
    with checkpoints(tmp_path):
        by_hand(2)
    path = tmp_path / 'fit-001.npz'
    with onp.load(path) as file:
        arrays = dict(file)
    about = json.loads(arrays['about'].tobytes())
    EDITS[edit](about, arrays)
    arrays['about'] = onp.frombuffer(json.dumps(about).encode(), onp.uint8)
    onp.savez(path, **arrays)
    with pytest.raises(d2l.CheckpointError, match='cannot be read .it was changed'):
        with checkpoints(tmp_path, resume=True):
            by_hand(2)


def test_a_training_that_diverged_goes_on_with_its_numbers(tmp_path):
    with checkpoints(tmp_path):
        for _ in d2l.epochs(1, w := np.array([onp.nan, onp.inf])):
            pass
    w[:] = 0
    with checkpoints(tmp_path, resume=True):
        assert list(d2l.epochs(1, w)) == [] and str(w) == '[nan inf]'


def test_a_list_that_the_state_names_is_whole_when_a_loop_goes_on(tmp_path):
    def program(dies_in=None):
        w, losses, history = np.zeros(2), [], d2l.History()
        for epoch in d2l.epochs(4, [w, losses], history):
            losses.append(onp.float32(epoch / 4))
            history.add(epoch + 1, {'loss': epoch / 4})
            if epoch == dies_in:
                raise Killed
        return losses, [value for _, value in history.series['loss']]

    with pytest.raises(Killed), checkpoints(tmp_path):
        program(dies_in=2)
    with checkpoints(tmp_path, resume=True):
        assert program() == ([0, .25, .5, .75],) * 2
