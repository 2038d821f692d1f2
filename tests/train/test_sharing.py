"""Shares of workers: joined, they are the batches of one process n times as large."""
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx.commands import call
from d2lmx.context import Alone, current, running
from d2lmx.train.sharing import share


class Worker(Alone):
    """One of several workers, as far as shares go."""

    def __init__(self, rank, size):
        self.rank, self.size, self.updates = rank, size, 0

    def part(self, rows):
        return onp.array_split(rows, self.size)[self.rank]


def passes(make, size):
    """What each of the workers gets in one pass of what make() gives: lists."""
    found = []
    for rank in range(size):
        d2l.set_seed(3)
        with running(workers=Worker(rank, size)):
            batches = share(make())
            found.append([X.asnumpy().reshape(-1).tolist() for X, _ in batches])
            assert len(found[-1]) == len(batches)
    return found


@pytest.mark.parametrize('num_examples,batch_size,size', [
    (24, 4, 2), (25, 4, 2), (25, 4, 3), (23, 5, 4), (13, 4, 3)])
def test_shares_side_by_side_are_the_batches_of_one_process(num_examples, batch_size,
                                                           size):
    X = np.arange(num_examples).reshape(-1, 1)
    d2l.set_seed(3)
    expected = [sorted(X.reshape(-1).tolist()) for X, _ in
                d2l.load_array((X, X), batch_size * size)]

    def ordered():  # a list, whose batches are shared whole
        d2l.set_seed(3)
        return list(d2l.load_array((X, X), batch_size))

    batches = ordered()
    for make in (lambda: d2l.load_array((X, X), batch_size), lambda: batches):
        shares = passes(make, size)
        steps = [sorted(sum(parts, [])) for parts in zip(*shares)]
        assert steps == expected and len({len(s) for s in shares}) == 1
        assert max(map(len, shares[0])) == batch_size  # nobody gets more


def test_fewer_examples_than_workers_are_refused():
    data_iter = d2l.load_array((np.zeros((2, 1)),), 4)
    with running(workers=Worker(0, 3)), pytest.raises(ValueError,
                                                      match='2 examples cannot'):
        next(iter(data_iter))
    assert current().workers.size == 1


def test_a_worker_without_an_example_has_gradient_zero_and_counts_nothing():
    net = nn.Dense(1)
    net.initialize()
    X, y = np.ones((3, 2)), np.ones((3, 1))
    updates = []
    step = d2l.regression_step(net, gluon.loss.L2Loss(), updates.append)
    step(X, y)
    assert abs(net.weight.grad()).sum() > 0
    assert step(X[:0], y[:0]) == {'train loss': (0.0, 0)}
    assert abs(net.weight.grad()).sum() == 0 and updates == [3, 0]
    loss = d2l.evaluate_loss(net, [(X[:0], y[:0]), (X, y)], gluon.loss.L2Loss())
    assert loss == pytest.approx(d2l.evaluate_loss(net, [(X, y)], gluon.loss.L2Loss()))


def test_a_training_by_plain_functions_is_refused_on_several_workers():
    w = np.zeros((2, 1))
    w.attach_grad()

    def step(X, y):
        with autograd.record():
            l = d2l.squared_loss(np.dot(X, w), y).sum()
        l.backward()
        d2l.sgd([w], 0.1, len(X))
        return {'train loss': (l, len(X))}

    data_iter = d2l.load_array((np.ones((8, 2)), np.ones((8, 1))), 2)
    with running(workers=Worker(1, 2)), pytest.raises(ValueError, match='by itself'):
        d2l.fit(step, data_iter, 1)


@pytest.mark.parametrize('use_random_iter', [False, True])
def test_workers_rows_of_sequences_are_those_of_one_process(use_random_iter):
    def loader(batch_size):
        return d2l.load_data_time_machine(batch_size, 5, use_random_iter, 300)[0]

    def batches(batch_size):
        d2l.set_seed(3)
        return [(X.asnumpy(), Y.asnumpy()) for X, Y in share(loader(batch_size))]

    expected, shares = batches(6), []
    for rank in range(3):
        with running(workers=Worker(rank, 3)):
            shares.append(batches(2))
    assert len(expected) > 2
    assert {len(batches) for batches in shares} == {len(expected)}
    for parts, (X, Y) in zip(zip(*shares), expected):
        assert [part.shape for part, _ in parts] == [(2, 5)] * 3
        assert (onp.concatenate([X_part for X_part, _ in parts]) == X).all()
        assert (onp.concatenate([Y_part for _, Y_part in parts]) == Y).all()


def test_rows_that_go_on_are_not_taken_from_a_list_by_several_workers():
    data_iter, vocab = d2l.load_data_time_machine(2, 5, max_tokens=300)
    net = d2l.RNNModel(rnn.RNN(3), len(vocab))
    step = d2l.language_model_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), None)
    with running(workers=Worker(1, 2)), pytest.raises(ValueError,
                                                      match='share their rows'):
        d2l.fit(step, list(data_iter), 1)


def test_a_worker_without_a_sentence_has_gradient_zero_and_counts_nothing():
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(9, 2, 3, 1),
                             d2l.Seq2SeqDecoder(9, 2, 3, 1))
    net.initialize()
    updates = []
    step = d2l.seq2seq_step(net, d2l.MaskedSoftmaxCELoss(), updates.append, bos=1)
    X, lens = np.array([[3, 4, 2, 0], [5, 2, 0, 0]], 'int32'), np.array([3, 2], 'int32')
    step(X, lens, X, lens)
    grads = [param.grad() for param in net.collect_params().values()]
    assert sum(float(abs(grad).sum()) for grad in grads) > 0
    assert step(X[:0], lens[:0], X[:0], lens[:0]) == {'train loss': (0.0, 0)}
    assert all(float(abs(grad).sum()) == 0 for grad in grads) and updates == [5, 0]


@pytest.mark.parametrize('number,reason', [
    ('3.6', 'this training updates its parameters by itself: only one by a '
            'gluon.Trainer can run on several workers'),
    ('3.2', 'section 3.2 trains nothing by a gluon.Trainer: it cannot run on several '
            'workers'),
    ('2.1', 'section 2.1 trains nothing by a gluon.Trainer: it cannot run on several '
            'workers')])
def test_a_section_without_a_trainer_says_so_in_one_line(tmp_path, capsys, number,
                                                         reason):
    argv = [number, '--smoke', '--out', str(tmp_path / 'out')]
    with running(workers=Worker(0, 2)):
        assert call('run', argv) == 2
    assert capsys.readouterr().err == f'd2lmx: {reason}\n'
    assert list((tmp_path / 'out').iterdir()) == []
