"""Densities of binary units by hand, by all their states, as files, and by parts."""
import itertools

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l
from d2lmx.export.onnx import export_onnx, load_onnx

STATES = onp.array(list(itertools.product([0., 1.], repeat=6)))
IN_ORDER = {'nade': lambda: d2l.NADE(6, 4), 'made': lambda: d2l.MADE(6, 7)}
NETS = {**IN_ORDER, 'vae': lambda: d2l.VAE(6, 2, 5)}


def inputs_of(name, n=3):
    X = np.array(STATES[5:5 + n], dtype='float32')
    return (X, np.random.normal(size=(n, 2))) if name == 'vae' else (X,)


def initialized(name):
    """A network whose weights, and biases, are large enough to matter."""
    net = NETS[name]()
    net.initialize(mx.init.Normal(1))
    net(*inputs_of(name))
    for param in net.collect_params().values():
        if param.grad_req != 'null':
            param.set_data(np.random.normal(size=param.shape))
    return net


def numbers(net, *names):
    return [getattr(net, name).data().asnumpy().astype('float64') for name in names]


def sigmoid(x):
    return 1 / (1 + onp.exp(-x))


@pytest.mark.parametrize('name', NETS)
def test_each_network_keeps_the_contract_and_is_exported(name, tmp_path):
    d2l.check_hybrid_block(NETS[name], inputs_of(name))
    net, inputs = initialized(name), inputs_of(name)
    outputs = net(*inputs)
    export_onnx(net, inputs, tmp_path / 'net.onnx')
    found = load_onnx(tmp_path / 'net.onnx')(*(X.asnumpy() for X in inputs))
    outputs, found = (each if isinstance(each, (list, tuple)) else [each]
                      for each in (outputs, found))
    assert len(outputs) == len(found) == (3 if name == 'vae' else 1)
    for a, b in zip(outputs, found):
        onp.testing.assert_allclose(b, a.asnumpy(), rtol=1e-5, atol=1e-5)


def test_nade_is_the_loop_over_units():
    net = initialized('nade')
    W, V, b, c = numbers(net, 'W', 'V', 'b', 'c')
    expected = [[b[i] + V[i] @ sigmoid(c + W[:i].T @ x[:i]) for i in range(6)]
                for x in STATES]
    onp.testing.assert_allclose(d2l.scores_of(net, STATES), expected, rtol=1e-5,
                                atol=1e-5)


def test_made_is_a_perceptron_whose_masks_leave_paths_from_before_alone():
    net = initialized('made')
    W, c, V, b, sees, hears = numbers(net, 'W', 'c', 'V', 'b', 'sees', 'hears')
    # who hears of whom, by as many hidden units
    paths = hears @ sees
    assert (paths[onp.triu_indices(6)] == 0).all()
    assert (paths[onp.tril_indices(6, -1)] > 0).all()
    H = (STATES @ (W * sees).T + c).clip(0)
    onp.testing.assert_allclose(d2l.scores_of(net, STATES), H @ (V * hears).T + b,
                                rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('name', IN_ORDER)
def test_a_score_depends_on_all_units_before_and_on_no_other(name):
    net = initialized(name)
    X = np.random.uniform(size=(1, 6))
    X.attach_grad()
    for i in range(6):
        with autograd.record():
            l = net(X)[:, i].sum()
        l.backward()
        gradient = X.grad.asnumpy()[0]
        assert (gradient[i:] == 0).all()
        if name == 'nade':  # MADE's hidden units may be switched off
            assert (gradient[:i] != 0).all()


@pytest.mark.parametrize('name', IN_ORDER)
def test_chances_of_all_states_add_up_to_one(name):
    p = onp.exp(d2l.log_in_order(initialized(name), STATES))
    assert p.sum() == pytest.approx(1, abs=1e-5) and p.max() < .9


def test_a_vae_moves_its_noise_by_mu_and_sigma():
    net, (X, epsilon) = initialized('vae'), inputs_of('vae')
    scores, mu, log_var = net(X, epsilon)
    Y = net.encoder(X).asnumpy()
    onp.testing.assert_array_equal(mu.asnumpy(), Y[:, :2])
    onp.testing.assert_array_equal(log_var.asnumpy(), Y[:, 2:])
    z = Y[:, :2] + onp.exp(Y[:, 2:]) ** .5 * epsilon.asnumpy()
    onp.testing.assert_allclose(scores.asnumpy(), net.decoder(np.array(z)).asnumpy(),
                                rtol=1e-5, atol=1e-5)
