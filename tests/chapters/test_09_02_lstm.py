import numpy as onp
import pytest
from mxnet import np, npx

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('9.2')


def sigmoid(a):
    return 1 / (1 + onp.exp(-a))


def test_outputs_and_states_are_those_of_the_equations(page):
    params = page.get_lstm_params(5, 4, npx.cpu())
    for param in params:  # biases too must matter
        param[:] = np.random.normal(size=param.shape)
    inputs = np.random.normal(size=(3, 2, 5))
    state = np.random.normal(size=(2, 4)), np.random.normal(size=(2, 4))
    Y, ends = page.lstm(inputs, state, params)
    (W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c, W_hq,
     b_q) = (param.asnumpy() for param in params)
    (h, c), outputs = (S.asnumpy() for S in state), []
    for x in inputs.asnumpy():
        i = sigmoid(x @ W_xi + h @ W_hi + b_i)
        f = sigmoid(x @ W_xf + h @ W_hf + b_f)
        o = sigmoid(x @ W_xo + h @ W_ho + b_o)
        c = f * c + i * onp.tanh(x @ W_xc + h @ W_hc + b_c)
        h = o * onp.tanh(c)
        outputs.append(h @ W_hq + b_q)
    onp.testing.assert_allclose(Y.asnumpy(), onp.concatenate(outputs), rtol=1e-4,
                                atol=1e-5)
    for found, expected in zip(ends, (h, c)):
        onp.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.torch
def test_outputs_and_gradients_are_those_of_torchs_cells(page, torch, same_as_torch):
    def cells(inputs, state, params):
        [W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c, W_hq,
         b_q] = params
        W_x, W_h = (torch.cat(gates, dim=1).T for gates in (
            [W_xi, W_xf, W_xc, W_xo], [W_hi, W_hf, W_hc, W_ho]))
        (H, C), outputs = state, []
        for X in inputs:
            H, C = torch.lstm_cell(X, (H, C), W_x, W_h, torch.cat([b_i, b_f, b_c, b_o]))
            outputs.append(H @ W_hq + b_q)
        return torch.cat(outputs), (H, C)

    same_as_torch(page.lstm, cells, page.get_lstm_params, num_states=2)


@pytest.mark.parametrize('variant', ['scratch', 'tuned'])
def test_model_from_scratch_keeps_the_contract(page, variant):
    def inputs(batch_size, num_steps):
        return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
                np.random.normal(size=(batch_size, 6)),
                np.random.normal(size=(batch_size, 6)))

    d2l.check_hybrid_block(lambda: page.build_net(variant, num_hiddens=6), inputs(2, 3),
                           other_inputs=inputs(1, 5))


@pytest.mark.slow
@pytest.mark.parametrize('variant', ['tuned', 'concise'])
def test_both_variants_learn(page, variant):
    result = page.run(variant=variant, num_epochs=8, num_hiddens=32, lr=2)
    curve = [ppl for _, ppl in result['series']['perplexity']]
    assert curve[-1] < 18 < curve[0] < 28 and len(result['prediction']) == 65
