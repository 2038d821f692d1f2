"""Loops over steps in ONNX files, run by onnxruntime for other batches and lengths."""
import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.pages import sections

pytest.importorskip('onnx', reason='needs onnx')
pytest.importorskip('onnxruntime', reason='needs onnxruntime')


def calls(num_hiddens, num_states):
    """Inputs of three batches: of another size, of another number of steps."""
    return [(np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
             *(np.random.normal(size=(batch_size, num_hiddens))
               for _ in range(num_states)))
            for batch_size, num_steps in ((2, 3), (1, 3), (4, 7))]


@pytest.mark.parametrize('variant', ['scratch', 'tuned'])
@pytest.mark.parametrize('number, num_states', [('8.5', 1), ('9.1', 1), ('9.2', 2)])
def test_recurrent_networks_from_scratch_give_the_same_numbers(
        number, num_states, variant, tmp_path):
    page = sections.load(sections.find(number))
    net = page.build_net(variant, num_hiddens=6)
    first, *others = calls(6, num_states)
    path = d2l.export_onnx(net, first, tmp_path / 'net.onnx', other_inputs=others)
    predict = d2l.load_onnx(path)
    for call in (first, *others):
        found = predict(*(X.asnumpy() for X in call))
        for a, b in zip(d2l.flatten(net(*call)), found):
            onp.testing.assert_allclose(b, a.asnumpy(), rtol=1e-5, atol=1e-6)


class TwoLoops(nn.HybridBlock):
    """A loop whose body reads a parameter, then one over what it gave."""

    def __init__(self):
        super().__init__()
        self.W = self.params.get('W', shape=(3, 3))

    def hybrid_forward(self, F, X, S, W):
        def grow(X, S):
            S = F.np.dot(S, W) + X
            return S, [S]

        def alternate(X, A, B):
            return A * 2, [B + X, A]

        Y, (S,) = d2l.over_steps(F, grow, X, [S])
        Z, states = d2l.over_steps(F, alternate, Y, [S, S * 3])
        return Z, states[0], states[1]


def test_two_loops_with_several_states_keep_their_order(tmp_path):
    net = TwoLoops()
    net.initialize(init.Normal(1))
    first, other = (
        (np.random.normal(size=(steps, 2, 3)), np.random.normal(size=(2, 3)))
        for steps in (4, 5))
    path = d2l.export_onnx(net, first, tmp_path / 'net.onnx', other_inputs=[other])
    X, S = (a.asnumpy() for a in other)
    W, Y = net.W.data().asnumpy(), []
    for x in X:
        S = S @ W + x
        Y.append(S)
    A, B, Z = S, 3 * S, []
    for y in Y:
        Z.append(2 * A)
        A, B = B + y, A
    found = d2l.load_onnx(path)(*(a.asnumpy() for a in other))
    for expected, value in zip((onp.stack(Z), A, B), found):
        onp.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
