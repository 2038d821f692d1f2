"""What a step tells `fit`, and what it has compiled."""
import math

import pytest
from mxnet import gluon, np, npx
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx.context import Alone, running
from d2lmx.train.checkpoint import read


def batches(*sizes):
    return [(np.arange(n), np.ones(n)) for n in sizes]


class Noting(d2l.Step):
    """Notes epochs and batches; each example counts as 7 tokens."""

    counts_tokens = True

    def __init__(self, trains=None):
        super().__init__(trains=trains)
        self.notes = []

    def begin_epoch(self):
        self.notes.append('epoch')

    def __call__(self, X, y):
        self.notes.append(len(X))
        return {'train loss': (1.0, 7 * len(X))}


class FirstOfTwo(Alone):
    """The first of two workers; the other counts 100 where this one counts anything."""

    size = 2

    def part(self, rows):
        return rows[:len(rows) // 2]

    def sum(self, values):
        return [value + 100 if value else 0 for value in values]


def test_an_epoch_begins_once_before_its_first_batch():
    step = Noting()
    d2l.fit(step, batches(3, 2), 2)
    assert step.notes == ['epoch', 3, 2, 'epoch', 3, 2]


def test_a_function_is_a_step_that_begins_nothing_and_counts_no_tokens():
    history = d2l.fit(lambda X, y: {'train loss': (6.0, 3 * len(X))}, batches(1, 1), 2)
    assert history['train loss'] == 2 and history.tokens == 0
    assert 'tokens_per_sec' not in history.record()['timing']


def test_tokens_are_those_of_all_batches_and_epochs():
    history = d2l.fit(Noting(), batches(3, 2), 4)
    assert (history.examples, history.tokens) == (4 * 5, 4 * 7 * 5)
    timing = history.record()['timing']
    assert timing['tokens_per_sec'] == pytest.approx(7 * timing['examples_per_sec'])


def test_tokens_are_those_of_all_workers():
    step = Noting()
    with running(workers=FirstOfTwo()):
        history = d2l.fit(step, batches(3, 3, 2), 2)
    assert step.notes == ['epoch', 3, 1] * 2  # its part of the last batch is 1 of 2
    assert history.examples == 2 * (4 + 100)
    assert history.tokens == 2 * (7 * 4 + 100)


def test_rows_that_must_stay_in_order_are_not_dealt_out_to_workers():
    step = Noting()
    step.in_order = True
    with running(workers=FirstOfTwo()), pytest.raises(ValueError,
                                                      match='share their rows'):
        d2l.fit(step, batches(3, 3), 1)
    assert step.notes == []
    d2l.fit(step, batches(3, 3), 1)  # one process has no one to deal them out to
    assert step.notes == ['epoch', 3, 3]


class Stopped(Exception):
    """Stands for a process that dies."""


class Counting(Noting):
    """Counts its batches in two arrays, of which it says that it changes the first."""

    def __init__(self, last=None):
        self.told, self.untold = np.zeros(1), np.zeros(1)
        super().__init__(trains={'told': self.told})
        self.last = last

    def __call__(self, X, y):
        if len(self.notes) == self.last:
            raise Stopped
        self.told += 1
        self.untold += 1
        return super().__call__(X, y)


def test_checkpoints_save_what_a_step_trains_and_the_tokens_so_far(tmp_path):
    step = Counting(last=5)  # in the midst of the second epoch
    with pytest.raises(Stopped), d2l.Checkpoints(tmp_path, overhead=math.inf):
        d2l.fit(step, batches(3, 2), 3)
    about, parts = read(tmp_path / 'fit-001.npz')
    assert [(name, arrays[0].tolist()) for name, arrays, _ in parts] == [
        ('state.told', [2])]
    assert (about['epochs done'], about['tokens']) == (1, 7 * 5)
    resumed = Counting()
    with d2l.Checkpoints(tmp_path, resume=True):
        history = d2l.fit(resumed, batches(3, 2), 3)
    assert resumed.notes == ['epoch', 3, 2] * 2
    assert (resumed.told.item(), resumed.untold.item()) == (6, 4)
    assert (history.examples, history.tokens) == (3 * 5, 3 * 7 * 5)


class Traced(nn.HybridBlock):
    """A dense layer that counts how often Python runs through it."""

    def __init__(self):
        super().__init__()
        self.layer, self.calls = nn.Dense(1), 0

    def hybrid_forward(self, F, X):
        self.calls += 1
        return self.layer(X)


LOSS = gluon.loss.L2Loss()
X, Y = np.ones((3, 2)), np.ones((3, 1))


def regression(net, trainer):
    return d2l.regression_step(net, LOSS, trainer)


def by_hand(net, trainer):
    """As a section writes a step of its own."""
    inner = d2l.regression_step(lambda X: net(X), LOSS, trainer)
    return d2l.Step(lambda *batch: inner(*batch), trains=(net, trainer))


class Own(d2l.Step):
    """As a section writes a class of its own."""

    def __init__(self, net, trainer):
        super().__init__(trains=net)
        self._train = d2l.regression_step(lambda X: net(X), LOSS, trainer)

    def __call__(self, *batch):
        return self._train(*batch)


@pytest.mark.parametrize('make', [regression, by_hand, Own])
@pytest.mark.parametrize('compiles', [False, True])
def test_networks_are_compiled_in_a_run_that_wants_it_and_only_there(make, compiles):
    net = Traced()
    net.initialize()
    with running(compiles=compiles):
        step = make(net, gluon.Trainer(net.collect_params(), 'sgd'))
        d2l.fit(step, [(X, Y)] * 5, 1)
    assert net._active == (net._cached_op is not None) == compiles
    # a graph is traced for the shapes and for itself; without, each batch runs Python
    assert net.calls < 5 if compiles else net.calls >= 5
    assert not compiles or {'static_alloc', 'static_shape'} <= {
        name for name, on in net._flags if on}


@pytest.mark.parametrize('compiles', [False, True])
def test_steps_on_sequences_compile_their_networks_alike(compiles):
    model = d2l.RNNModel(rnn.RNN(3), 9)
    both = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(9, 2, 3, 1),
                              d2l.Seq2SeqDecoder(9, 2, 3, 1))
    with running(compiles=compiles):
        d2l.language_model_step(model, gluon.loss.SoftmaxCrossEntropyLoss(), None)
        d2l.seq2seq_step(both, d2l.MaskedSoftmaxCELoss(), None, bos=1)
    assert model._active == both._active == compiles


def test_a_network_that_its_owner_compiled_stays_so_in_a_run_that_does_not():
    net = Traced()
    net.initialize()
    net.hybridize()
    regression(net, gluon.Trainer(net.collect_params(), 'sgd'))
    assert net._active


def test_what_cannot_be_traced_is_left_imperative_in_a_run():
    def forward(inputs, state, params):  # as a page writes it, for arrays alone
        return np.concatenate([np.dot(X, params[0]) for X in inputs]), state

    net = d2l.RNNModelScratch(
        5, 4, npx.cpu(), lambda vocab_size, num_hiddens, device: [
            np.ones((vocab_size, vocab_size))],
        lambda batch_size, num_hiddens, device: (np.zeros((batch_size, 4)),), forward)
    with running(compiles=True):
        d2l.Step(lambda X: {}, trains=(net, None))
    assert not net._active
    assert net(np.zeros((2, 3)), net.begin_state(2))[0].shape == (6, 5)
