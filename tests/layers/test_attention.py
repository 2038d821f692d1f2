import numpy as onp
import pytest
from mxnet import autograd, init, np
from mxnet.gluon import nn

import d2lmx as d2l

LENS = {'none': None, 'one an example': np.array([2, 5], dtype='int32'),
        'reals': np.array([2.0, 5.0]),
        'one a query': np.array([[1, 2, 5], [5, 4, 1]], dtype='int32')}
BLOCKS = {'additive': lambda: d2l.AdditiveAttention(7, 0.1),
          'dot product': lambda: d2l.DotProductAttention(0.1),
          'two heads': lambda: d2l.MultiHeadAttention(6, 2, 0.1)}


class DotProductWithOutput(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.attention = BLOCKS['dot product']()
        self.output = nn.Dense(3, flatten=False)

    def hybrid_forward(self, F, *args):
        return self.output(self.attention(*args))


@pytest.fixture(params=LENS)
def lens(request):
    return LENS[request.param]


def inputs(batch_size=2, lens=None):
    arrays = (np.random.normal(size=(batch_size, 3, 6)),
              np.random.normal(size=(batch_size, 5, 6)),
              np.random.normal(size=(batch_size, 5, 4)))
    if lens is None:
        return arrays
    rows = onp.arange(batch_size) % 2
    return (*arrays, np.array(lens.asnumpy()[rows], dtype=lens.dtype))


def by_hand(X, lens):
    """Masked softmax by NumPy, row by row."""
    found = onp.zeros(X.shape)
    for i, j in onp.ndindex(*X.shape[:2]):
        n = X.shape[2]
        if lens is not None:
            n = int(lens[i] if lens.ndim == 1 else lens[i, j])
        e = onp.exp(X[i, j, :n].astype('float64'))
        found[i, j, :n] = e / e.sum()
    return found


def test_masked_softmax_gives_padding_no_weight(lens):
    X = np.random.normal(size=(2, 3, 5))
    expected = by_hand(X.asnumpy(), None if lens is None else lens.asnumpy())
    onp.testing.assert_allclose(d2l.masked_softmax(X, lens).asnumpy(), expected,
                                rtol=1e-5, atol=1e-7)


def test_masked_softmax_has_the_gradient_of_a_softmax_of_the_valid_scores(lens):
    X, head = np.random.normal(size=(2, 3, 5)), np.random.normal(size=(2, 3, 5))
    X.attach_grad()
    with autograd.record():
        l = (d2l.masked_softmax(X, lens) * head).sum()
    l.backward()
    p = by_hand(X.asnumpy(), None if lens is None else lens.asnumpy())
    g = head.asnumpy()
    expected = p * (g - (p * g).sum(axis=2, keepdims=True))
    onp.testing.assert_allclose(X.grad.asnumpy(), expected, rtol=1e-4, atol=1e-6)


def test_length_of_zero_weighs_all_keys_alike():
    weights = d2l.masked_softmax(np.array([[[1.0, 2, 3, 4]]]), np.array([0]))
    assert weights.tolist() == [[[0.25] * 4]]


@pytest.mark.parametrize('build', BLOCKS.values(), ids=BLOCKS)
def test_attention_keeps_the_contract_with_every_form_of_lengths(build, lens):
    d2l.check_hybrid_block(build, inputs(lens=lens))


@pytest.mark.torch
@pytest.mark.parametrize('name', BLOCKS)
def test_attention_agrees_with_pytorch_for_every_form_of_lengths(name, lens, torch):
    from d2lmx.parity.compare import compare_port
    from d2lmx.parity.twins.ch10 import s03_attention_scoring_functions as scoring

    class Heads(torch.nn.Module):
        """Two heads, on slices rather than by folding."""

        def __init__(self):
            super().__init__()
            self.W_q, self.W_k, self.W_v, self.W_o = (
                torch.nn.Linear(n, 6, bias=False) for n in (6, 6, 4, 6))
            self.attention = scoring.DotProductAttention(0.1)

        def forward(self, queries, keys, values, lens=None):
            Q, K, V = self.W_q(queries), self.W_k(keys), self.W_v(values)
            halves = [self.attention(*(part[:, :, half] for part in (Q, K, V)), lens)
                      for half in (slice(0, 3), slice(3, 6))]
            return self.W_o(torch.cat(halves, dim=2))

    port = {'additive': lambda: scoring.AdditiveAttention(6, 6, 7, 0.1),
            'dot product': lambda: scoring.DotProductAttention(0.1),
            'two heads': Heads}[name]()
    if name == 'dot product':  # an output layer, since there must be weights to train
        port = torch.nn.ModuleList([port, torch.nn.Linear(4, 3)])
        port.forward = lambda *args: port[1](port[0](*args))
        build = DotProductWithOutput
    else:
        build = BLOCKS[name]
    record = compare_port(build, lambda batch_size=2: inputs(batch_size, lens), port,
                          steps=1)
    assert record['passed'], record['checks']


@pytest.mark.parametrize('build', BLOCKS.values(), ids=BLOCKS)
def test_weights_of_a_compiled_block_are_those_of_its_last_call(build, lens):
    net = build()
    net.initialize(init.Xavier())
    first, second = inputs(lens=lens), inputs(lens=lens)
    net(*second)
    expected = net.attention_weights.asnumpy()
    assert onp.allclose(expected.sum(axis=2), 1, atol=1e-6)
    net.hybridize(static_alloc=True, static_shape=True)
    net(*first)
    net(*second)
    graph = net._cached_op
    onp.testing.assert_allclose(net.attention_weights.asnumpy(), expected, rtol=1e-6)
    net(*second)
    assert net._cached_op is graph  # looking at the weights costs no new trace


def test_weights_of_a_block_inside_a_compiled_one_say_why_there_are_none():
    class Around(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.inner = d2l.DotProductAttention(0)

        def hybrid_forward(self, F, *args):
            return self.inner(*args)

    net = Around()
    with pytest.raises(RuntimeError, match='not called yet'):
        net.inner.attention_weights
    net(*inputs())
    assert net.inner.attention_weights.shape == (2, 3, 5)
    net.hybridize()
    net(*inputs())
    with pytest.raises(RuntimeError, match=r'call hybridize\(False\)'):
        net.inner.attention_weights


def test_dropout_acts_on_attention_weights_in_training_only():
    net = d2l.DotProductAttention(0.5)
    arrays = np.zeros((1, 1, 4)), np.zeros((1, 100, 4)), np.ones((1, 100, 1))
    for active in (False, True):
        net.hybridize(active)
        assert net(*arrays).item() == pytest.approx(1, abs=1e-5)
        with autograd.train_mode():
            outputs = {net(*arrays).item() for _ in range(5)}
        assert len(outputs) > 1 and all(0.5 < Y < 1.5 for Y in outputs)


def test_heads_are_slices_of_the_hidden_units():
    X = np.arange(2 * 3 * 8).reshape(2, 3, 8)
    heads = d2l.transpose_qkv(X, 4)
    assert heads.shape == (8, 3, 2)
    for example, head in onp.ndindex(2, 4):
        onp.testing.assert_array_equal(
            heads[example * 4 + head].asnumpy(),
            X[example, :, 2 * head:2 * head + 2].asnumpy())
    onp.testing.assert_array_equal(d2l.transpose_output(heads, 4).asnumpy(),
                                   X.asnumpy())


def test_heads_that_do_not_divide_the_hidden_units_are_refused():
    with pytest.raises(ValueError, match='3 heads and 8 hidden units'):
        d2l.MultiHeadAttention(8, 3, 0)


@pytest.mark.parametrize('scores, lens', [((2, 3), (2,)), ((2, 3, 4), (3,)),
                                          ((2, 3, 4), (2, 2)), ((2, 3, 4), (1, 2, 3))])
def test_scores_and_lengths_that_do_not_go_together_are_refused(scores, lens):
    with pytest.raises(ValueError, match=r'must be \(batch, queries, keys\)'):
        d2l.masked_softmax(np.ones(scores), np.ones(lens))
    with pytest.raises(ValueError, match='must be an array, .* got list'):
        d2l.masked_softmax(np.ones((2, 3, 4)), [1, 2])


@pytest.mark.parametrize('make, words', [
    (lambda: d2l.MultiHeadAttention(10, 0, .1), 'num_heads must be .* got 0'),
    (lambda: d2l.MultiHeadAttention(10, -2, .1), 'num_heads must be .* got -2'),
    (lambda: d2l.MultiHeadAttention(0, 2, .1), 'num_hiddens must be .* got 0'),
    (lambda: d2l.DotProductAttention(2), 'dropout must be .* got 2'),
    (lambda: d2l.AdditiveAttention(4, -.1), 'dropout must be .* got -0.1'),
    (lambda: d2l.AddNorm(1), 'dropout must be .* got 1'),
    (lambda: d2l.PositionalEncoding(4, None), 'dropout must be .* got None'),
    (lambda: d2l.GRU(4, dropout=2), 'dropout must be .* got 2')])
def test_sizes_and_chances_that_can_be_none_are_refused_when_a_layer_is_made(
        make, words):
    with pytest.raises(ValueError, match=words):
        make()
