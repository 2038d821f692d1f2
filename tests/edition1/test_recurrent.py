"""Language models of the first edition, from scratch and of Gluon, in one loop."""
import math
import re

import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, init, nd

from d2lmx.edition1 import recurrent
from d2lmx.edition1.networks import RNNModel
from d2lmx.errors import InputError

CHARS = 'abcde'
NUMBERS = {char: i for i, char in enumerate(CHARS)}
CORPUS = [i % 5 for i in range(61)]  # abcdeabcde...
CPU = mx.cpu()


def with_gradients(*grads):
    arrays = [nd.zeros(len(grad)) for grad in grads]
    for array, grad in zip(arrays, grads):
        array.attach_grad()
        array.grad[:] = grad
    return arrays


@pytest.mark.parametrize('theta, clipped', [
    (1, [.6, 0, .8]), (10, [3, 0, 4]), (5, [3, 0, 4]), (None, [3, 0, 4])])
def test_gradients_are_scaled_to_a_joint_norm(theta, clipped):
    arrays = with_gradients([3, 0], [4])  # of norm 5
    recurrent.grad_clipping(arrays, theta, CPU)
    grads = onp.concatenate([array.grad.asnumpy() for array in arrays])
    onp.testing.assert_allclose(grads, clipped, rtol=1e-6)


def test_no_gradient_at_all_stays_so_and_what_learns_nothing_is_left_out():
    arrays = with_gradients([0, 0])
    recurrent.grad_clipping([*arrays, nd.ones(3)], 1, CPU)
    assert arrays[0].grad.asnumpy().tolist() == [0, 0]


@pytest.mark.parametrize('arrays', [[], [nd.ones(3)]])
def test_arrays_that_learn_nothing_are_no_reason_to_die(arrays):
    recurrent.grad_clipping(arrays, 1, CPU)
    nd.waitall()


@pytest.mark.parametrize('theta', [0, -1, math.nan])
def test_a_theta_that_is_not_above_zero_is_told(theta):
    with pytest.raises(InputError, match='clipping_theta must be above 0, or None'):
        recurrent.grad_clipping(with_gradients([1]), theta, CPU)


def begin(batch_size, num_hiddens, ctx):
    return (nd.zeros((batch_size, num_hiddens), ctx),)


def successor(inputs, state, params):
    """Scores the letter after each; its state counts the letters that it has read."""
    count, = state
    outputs = [nd.dot(X, params[0]) for X in inputs]
    return outputs, (count + len(inputs),)


def next_letter():
    params = [nd.array(onp.roll(onp.eye(5), 1, axis=1))]  # a: b, b: c, ..., e: a
    params[0].attach_grad()
    return params


@pytest.mark.parametrize('prefix, count, text', [
    ('a', 3, 'abcd'), ('ce', 4, 'ceabcd'), ('ba', 0, 'ba')])
def test_a_prefix_is_read_and_continued(prefix, count, text):
    assert recurrent.predict_rnn(prefix, count, successor, next_letter(), begin, 2, 5,
                                 CPU, CHARS, NUMBERS) == text


@pytest.mark.parametrize('prefix, told', [
    ('', "one or more characters of the text, got ''$"),
    ('axb', r"got 'axb', of which the text has not \['x'\]$")])
def test_a_prefix_that_cannot_be_read_is_told(prefix, told):
    with pytest.raises(InputError, match=told):
        recurrent.predict_rnn(prefix, 1, successor, next_letter(), begin, 2, 5, CPU,
                              CHARS, NUMBERS)


def train(rnn, get_params, init_state=begin, random=False, epochs=2, lr=1e-12, theta=1,
          period=1, prefixes=('ab', 'd'), length=3):
    recurrent.train_and_predict_rnn(
        rnn, get_params, init_state, 2, 5, CPU, CORPUS, CHARS, NUMBERS, random, epochs,
        4, lr, theta, 2, period, length, prefixes)


def zeros():
    params = [nd.zeros((5, 5))]
    params[0].attach_grad()
    return params


def test_what_is_printed_is_the_pages_lines(capsys):
    train(successor, zeros, epochs=3, period=2, lr=0)
    line, *texts = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r'epoch 2, perplexity \d\.\d{6}, time \d\.\d\d sec', line)
    # five letters, equally likely; float32 has log 5 to 1e-6
    assert float(line.split()[3][:-1]) == pytest.approx(5, rel=1e-5)
    assert texts == [' - abaaa', ' - daaa']  # the first of equal scores


def test_a_text_without_chance_is_learnt(capsys):
    train(successor, zeros, epochs=40, lr=100, theta=.1, period=40)
    line, *texts = capsys.readouterr().out.splitlines()
    assert float(line.split()[3][:-1]) < 1.2
    assert texts == [' - abcde', ' - deab']


def test_a_loss_beyond_all_numbers_is_infinite(capsys):
    def wrong():
        params = [nd.eye(5) * 1e4]  # surely the letter itself
        params[0].attach_grad()
        return params

    train(successor, wrong, epochs=1)
    assert capsys.readouterr().out.startswith('epoch 1, perplexity inf, time')


@pytest.mark.parametrize('random, read', [(False, [0, 4, 8, 12, 16, 20, 24]),
                                          (True, [0] * 7)])
def test_a_state_goes_on_between_neighbours_alone(random, read):
    seen = []

    def watched(inputs, state, params):
        if len(inputs) == 4:  # while it trains
            seen.append(int(state[0][0, 0].asscalar()))
        return successor(inputs, state, params)

    train(watched, zeros, random=random, epochs=2, prefixes=())
    assert seen == read * 2


def test_unknown_prefixes_are_told_before_any_training():
    def never(*arguments):
        raise AssertionError('trains')

    with pytest.raises(InputError, match=r"has not \['x'\]"):
        train(never, zeros, prefixes=['a', 'x'])


def scratch(inputs, state, params):
    """A recurrent network by its equations."""
    W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        H = nd.tanh(nd.dot(X, W_xh) + nd.dot(H, W_hh) + b_h)
        outputs.append(nd.dot(H, W_hq) + b_q)
    return outputs, (H,)


def lines(capsys):
    found = capsys.readouterr().out.splitlines()
    return ([float(line.split()[3][:-1]) for line in found if line[0] == 'e'],
            [line for line in found if line[0] != 'e'])


def test_both_ways_are_one_training(capsys):
    model = RNNModel(gluon.rnn.RNN(6, activation='tanh'), 5)

    model.initialize()
    model(nd.zeros((2, 4)), model.begin_state(batch_size=2, ctx=CPU))  # now has shapes

    def drawn():
        mx.random.seed(1)
        model.initialize(init.Normal(.01), force_reinit=True)
        W_xh, W_hh, b_xh, b_hh, W_hq, b_q = (
            param.data() for param in model.collect_params().values())
        params = [W_xh.T, W_hh.T, b_xh + b_hh, W_hq.T, b_q]
        params = [param.copy() for param in params]
        for param in params:
            param.attach_grad()
        return params

    def state(batch_size, num_hiddens, ctx):
        return (nd.zeros((batch_size, 6), ctx),)

    # the biases of both are one here and two there: only a step along the others is
    # the same, so none of them learns
    def frozen(inputs, state, params):
        W_xh, W_hh, b_h, W_hq, b_q = params
        return scratch(inputs, state, [W_xh, W_hh, b_h.detach(), W_hq, b_q])

    train(frozen, drawn, state, epochs=4, lr=5, theta=.05, period=2)
    mine = lines(capsys)
    for name in ('i2h_bias', 'h2h_bias'):
        model.collect_params(f'.*{name}').setattr('grad_req', 'null')
    mx.random.seed(1)
    recurrent.train_and_predict_rnn_gluon(model, 6, 5, CPU, CORPUS, CHARS, NUMBERS, 4,
                                          4, 5, .05, 2, 2, 3, ['ab', 'd'])
    theirs = lines(capsys)
    assert mine[0][1] < mine[0][0] - .1
    # 28 updates by sums in another order
    onp.testing.assert_allclose(theirs[0], mine[0], rtol=1e-4)
    assert theirs[1] == mine[1]


def test_a_model_continues_a_prefix_as_its_scores_say():
    class Successor(gluon.nn.Block):
        def begin_state(self, batch_size, ctx):
            return [nd.zeros((1, batch_size, 1), ctx)]

        def forward(self, X, state):
            return nd.one_hot((X.T.reshape((-1,)) + 1) % 5, 5), [state[0] + 1]

    assert recurrent.predict_rnn_gluon('ad', 3, Successor(), 5, CPU, CHARS,
                                       NUMBERS) == 'adeab'
