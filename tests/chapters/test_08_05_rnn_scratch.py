import numpy as onp
import pytest
from mxnet import np, npx

import d2lmx as d2l
from d2lmx.context import running


@pytest.fixture
def page(section):
    return section('8.5')


def test_outputs_and_state_are_those_of_the_equations(page):
    params = page.get_params(5, 4, npx.cpu())
    for param in params:  # biases too must matter
        param[:] = np.random.normal(size=param.shape)
    inputs, H = np.random.normal(size=(3, 2, 5)), np.random.normal(size=(2, 4))
    Y, (end,) = page.rnn(inputs, (H,), params)
    W_xh, W_hh, b_h, W_hq, b_q = (param.asnumpy() for param in params)
    h, outputs = H.asnumpy(), []
    for x in inputs.asnumpy():
        h = onp.tanh(x @ W_xh + h @ W_hh + b_h)
        outputs.append(h @ W_hq + b_q)
    onp.testing.assert_allclose(Y.asnumpy(), onp.concatenate(outputs), rtol=1e-4,
                                atol=1e-5)
    onp.testing.assert_allclose(end.asnumpy(), h, rtol=1e-4, atol=1e-5)


@pytest.mark.torch
def test_outputs_and_gradients_are_those_of_torchs_cells(page, torch, same_as_torch):
    def cells(inputs, state, params):
        W_xh, W_hh, b_h, W_hq, b_q = params
        (H,), outputs = state, []
        for X in inputs:
            H = torch.rnn_tanh_cell(X, H, W_xh.T, W_hh.T, b_h)
            outputs.append(H @ W_hq + b_q)
        return torch.cat(outputs), (H,)

    same_as_torch(page.rnn, cells, page.get_params, num_states=1)


@pytest.mark.parametrize('variant', ['scratch', 'tuned'])
def test_model_keeps_the_contract(page, variant):
    def inputs(batch_size, num_steps):
        return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
                np.random.normal(size=(batch_size, 6)))

    d2l.check_hybrid_block(lambda: page.build_net(variant, num_hiddens=6), inputs(2, 3),
                           other_inputs=inputs(1, 5))


def test_shapes_are_the_books(page):
    net = page.build_net()
    shapes = page.shapes_of_outputs(net, npx.cpu())
    assert shapes == {'outputs': (10, 28), 'states': 1, 'state': (2, 512)}
    encoded = page.one_hot_encoding(28)
    assert encoded['shape of two sequences'] == (5, 2, 28)
    assert [row.index(1) for row in encoded['tokens 0 and 2']] == [0, 2]


def test_untrained_prediction_keeps_the_prefix(smoke_run):
    result = smoke_run('8.5').result
    assert result['prediction before training'].startswith('time traveller ')
    assert len(result['prediction before training']) == 25
    assert len(result['prediction']) == 65


@pytest.mark.parametrize('use_random_iter', [False, True])
def test_hybridized_training_is_the_imperative_one(page, use_random_iter):
    curves = []
    for hybridize in (True, False):
        d2l.set_seed(3)
        with running(compiles=hybridize):
            result = page.run(num_epochs=2, num_hiddens=16,
                              use_random_iter=use_random_iter)
        curves.append([ppl for _, ppl in result['series']['perplexity']])
    assert curves[0] == pytest.approx(curves[1], rel=1e-5)


@pytest.mark.slow
@pytest.mark.data
def test_real_text_starts_on_the_books_curve(page, real_data):
    curve = page.run(num_epochs=10)['series']['perplexity']
    # the unigram perplexity of the text is 17.1; the book's curve starts near it
    assert 10 < curve[-1][1] < 17.1 < curve[0][1] < 28
