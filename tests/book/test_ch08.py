import math

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import rnn

import d2lmx as d2l


@pytest.fixture
def vocab():
    return d2l.load_corpus_time_machine()[1]


class Cycle(gluon.nn.HybridBlock):
    """Scores that make 'a' follow 'z', 'b' follow 'a', and so on; counts its steps."""

    def __init__(self, vocab):
        super().__init__()
        letters = 'abcdefghijklmnopqrstuvwxyz'
        self.next = {vocab[a]: vocab[b] for a, b in zip(letters, letters[1:] + 'a')}
        self.size, self.read = len(vocab), []

    def begin_state(self, batch_size, ctx):
        return [np.zeros(1)]

    def forward(self, X, state):
        self.read += X.reshape(-1).tolist()
        y = [self.next.get(token, 0) for token in X.T.reshape(-1).tolist()]
        return npx.one_hot(np.array(y), self.size), [state[0] + X.shape[1]]


def test_prediction_reads_the_prefix_and_goes_on_with_the_likeliest(vocab):
    net = Cycle(vocab)
    assert d2l.predict_ch8('time x', 4, net, vocab, npx.cpu()) == 'time xyzab'
    assert vocab.to_tokens(net.read) == list('time xyza')  # the last one is not read
    assert d2l.predict_ch8('ab', 0, net, vocab, npx.cpu()) == 'ab'


def test_empty_prefix_is_refused(vocab):
    with pytest.raises(ValueError, match='a character at least'):
        d2l.predict_ch8('', 4, Cycle(vocab), vocab, npx.cpu())


def small_model(hybridize=False):
    d2l.set_seed(1)
    net = d2l.RNNModel(rnn.GRU(16, input_size=28), 28)
    net.initialize(init.Normal(0.1), force_reinit=True)
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    return net


def updater(net):
    return gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 1})


def test_perplexity_before_learning_is_that_of_the_mean_cross_entropy():
    net = small_model()
    data_iter, _ = d2l.load_data_time_machine(8, 10, max_tokens=1000)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    batches = list(data_iter)
    ppl, speed = d2l.train_epoch_ch8(net, batches, loss, lambda batch_size: None,
                                     npx.cpu(), False)
    state, total = net.begin_state(batch_size=8), 0
    for X, Y in batches:  # the state goes from batch to batch
        scores, state = net(X, state)
        scores = scores.asnumpy().astype('float64')
        log_p = scores - onp.log(onp.exp(scores).sum(1, keepdims=True))
        y = Y.asnumpy().T.ravel()
        total -= log_p[onp.arange(len(y)), y].sum()
    assert ppl == pytest.approx(math.exp(total / sum(Y.size for _, Y in batches)),
                                rel=1e-5)
    assert speed > 0


def test_state_goes_on_in_sequential_batches_only():
    seen = []

    class Watching(d2l.RNNModel):
        def hybrid_forward(self, F, inputs, *state):
            seen.append(float(abs(state[0][0]).sum()))
            return super().hybrid_forward(F, inputs, *state)

    net = Watching(rnn.GRU(4, input_size=28), 28)
    net.initialize()
    batches = list(d2l.load_data_time_machine(2, 5, max_tokens=50)[0])
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    for use_random_iter in (False, True):
        seen.clear()
        step = d2l.language_model_step(net, loss, lambda n: None,
                                       use_random_iter=use_random_iter)
        d2l.fit(step, batches, 2)
        begins = [value == 0 for value in seen]
        first = [i % len(batches) == 0 for i in range(len(seen))]
        assert begins == ([True] * len(seen) if use_random_iter else first)


def test_gradient_stops_at_the_border_of_a_batch():
    net = small_model()
    X, Y = next(iter(d2l.load_data_time_machine(2, 5, max_tokens=100)[0]))
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    step = d2l.language_model_step(net, loss, lambda n: None, theta=1e9)
    step(X, Y)
    state = net(X, net.begin_state(batch_size=2))[1]
    step(X, Y)
    found = net.dense.weight.grad().asnumpy()
    with autograd.record():
        l = loss(net(X, [S.detach() for S in state])[0], Y.T.reshape(-1)).mean()
    l.backward()
    onp.testing.assert_allclose(found, net.dense.weight.grad().asnumpy(), rtol=1e-5,
                                atol=1e-8)


@pytest.mark.parametrize('hybridize', [False, True])
def test_training_gives_one_perplexity_an_epoch_and_falls(hybridize, vocab, capsys):
    data_iter, vocab = d2l.load_data_time_machine(32, 35)
    net = small_model(hybridize)
    history = d2l.train_ch8(net, data_iter, vocab, 1, 12, npx.cpu())
    curve = [value for _, value in history.series['perplexity']]
    assert len(curve) == 12 and curve[-1] < 17 < curve[0] <= 28
    assert curve[-1] == pytest.approx(math.exp(history['train loss']))
    assert history.tokens == 12 * 8 * 32 * 35
    perplexity, first, second = capsys.readouterr().out.splitlines()
    assert perplexity.startswith(f'perplexity {curve[-1]:.1f}, ')
    assert first.startswith('time traveller ') and len(first) == 15 + 50
    assert second.startswith('traveller') and len(second) == 9 + 50
    lines = plt.gcf().axes[0].lines
    assert list(lines[0].get_xdata()) == [10, 12]


def test_model_without_a_block_is_trained_through_its_list_of_arrays(vocab):
    class Bigrams:
        """The book's plain class: a table of scores."""

        def __init__(self):
            self.params = [np.zeros((28, 28))]
            self.params[0].attach_grad()

        def begin_state(self, batch_size, ctx):
            return np.zeros(1),

        def __call__(self, X, state):
            return np.dot(npx.one_hot(X.T.reshape(-1), 28), self.params[0]), state

    data_iter, vocab = d2l.load_data_time_machine(32, 35)
    history = d2l.train_ch8(Bigrams(), data_iter, vocab, 1, 3, npx.cpu())
    assert history.series['perplexity'][0][1] <= 28 > history['perplexity']


def test_a_language_model_that_diverges_ends_with_a_perplexity_of_inf(vocab, capsys):
    net = d2l.RNNModel(d2l.RNN(3), len(vocab))
    X, y = np.zeros((2, 1), dtype='int32'), np.ones((2, 1), dtype='int32')
    # one step of this length puts the first label's score 1e4 above the second's
    history = d2l.train_ch8(net, [(X, y), (X, y + 1)], vocab, 1e4, 1, npx.cpu())
    assert history['train loss'] > 709
    assert history['perplexity'] == math.inf
    assert 'perplexity inf' in capsys.readouterr().out
