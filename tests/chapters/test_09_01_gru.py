import numpy as onp
import pytest
from mxnet import np, npx

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('9.1')


def sigmoid(a):
    return 1 / (1 + onp.exp(-a))


def test_outputs_and_state_are_those_of_the_equations(page):
    params = page.get_params(5, 4, npx.cpu())
    for param in params:  # biases too must matter
        param[:] = np.random.normal(size=param.shape)
    inputs, H = np.random.normal(size=(3, 2, 5)), np.random.normal(size=(2, 4))
    Y, (end,) = page.gru(inputs, (H,), params)
    (W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq,
     b_q) = (param.asnumpy() for param in params)
    h, outputs = H.asnumpy(), []
    for x in inputs.asnumpy():
        z = sigmoid(x @ W_xz + h @ W_hz + b_z)
        r = sigmoid(x @ W_xr + h @ W_hr + b_r)
        candidate = onp.tanh(x @ W_xh + (r * h) @ W_hh + b_h)
        h = z * h + (1 - z) * candidate
        outputs.append(h @ W_hq + b_q)
    onp.testing.assert_allclose(Y.asnumpy(), onp.concatenate(outputs), rtol=1e-4,
                                atol=1e-5)
    onp.testing.assert_allclose(end.asnumpy(), h, rtol=1e-4, atol=1e-5)


@pytest.mark.torch
def test_outputs_and_gradients_are_those_of_torch(page, torch, same_as_torch):
    def equations(inputs, state, params):  # torch.gru_cell resets after the product
        W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
        (H,), outputs = state, []
        for X in inputs:
            Z = torch.sigmoid(X @ W_xz + H @ W_hz + b_z)
            R = torch.sigmoid(X @ W_xr + H @ W_hr + b_r)
            candidate = torch.tanh(X @ W_xh + (R * H) @ W_hh + b_h)
            H = Z * H + (1 - Z) * candidate
            outputs.append(H @ W_hq + b_q)
        return torch.cat(outputs), (H,)

    same_as_torch(page.gru, equations, page.get_params, num_states=1)


@pytest.mark.parametrize('variant', ['scratch', 'tuned'])
def test_model_from_scratch_keeps_the_contract(page, variant):
    def inputs(batch_size, num_steps):
        return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
                np.random.normal(size=(batch_size, 6)))

    d2l.check_hybrid_block(lambda: page.build_net(variant, num_hiddens=6), inputs(2, 3),
                           other_inputs=inputs(1, 5))


@pytest.mark.slow
@pytest.mark.parametrize('variant', ['tuned', 'concise'])
def test_both_variants_learn(page, variant):
    result = page.run(variant=variant, num_epochs=8, num_hiddens=32, lr=2)
    curve = [ppl for _, ppl in result['series']['perplexity']]
    assert curve[-1] < 17.2 < curve[0] < 28 and len(result['prediction']) == 65
