import mxnet as mx
import numpy as onp
import pytest
from mxnet import np, npx

from d2lmx.errors import InputError


@pytest.fixture
def page(section):
    return section('15.6')


def test_new_parameters_are_one_dense_layer_by_hand(page):
    result, d = page.run(), 32
    assert {name: row['new parameters'] for name, row in result.items()} == {
        'single text': 2 * (d + 1), 'pair of texts': d + 1, 'tagging': 5 * (d + 1),
        'question answering': 2 * (d + 1)}
    assert {name: row['outputs'] for name, row in result.items()} == {
        'single text': [2, 2], 'pair of texts': [2, 1], 'tagging': [2, 9, 5],
        'question answering': [[2, 9], [2, 9]]}
    # heads of texts take over the hidden layer above '<cls>' as well
    text, tagging = (result[name]['pretrained parameters']
                     for name in ('single text', 'tagging'))
    assert text - tagging == d * (d + 1)


def test_an_answer_lies_in_the_passage(page):
    net = page.build_net()
    net.initialize(mx.init.Normal(0.5))
    tokens, segments, _ = page.example_inputs()
    lens = np.array([9, 6], dtype='int32')
    *_, begin, end = net(tokens, segments, lens)
    allowed = segments.asnumpy().astype(bool) & (
        onp.arange(9) < lens.asnumpy()[:, None])
    for scores in (begin, end):
        p = npx.softmax(scores).asnumpy()
        assert (p[~allowed] == 0).all() and (p[allowed] > 0).all()
        onp.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize('use', ['text', 'pair', 'tagging', 'answer', None])
@pytest.mark.parametrize('hybridize', [False, True])
def test_more_steps_than_positions_are_told(page, use, hybridize):
    net = page.build_net()
    net = net if use is None else getattr(net, use)
    net.initialize()
    if hybridize:
        net.hybridize()
    net(*page.example_inputs(num_steps=64))
    with pytest.raises(InputError, match='65 tokens is too long.*max_len = 64'):
        net(*page.example_inputs(num_steps=65))
