import numpy as onp
import pytest


@pytest.fixture
def page(section):
    return section('9.6')


def test_shapes_on_the_way(page):
    assert page.run() == {'source': [2, 6, 3], 'state': [2, 3], 'target': [2, 4, 3],
                          'outputs': [2, 4, 5]}


def test_outputs_by_hand(page):
    net, (enc_X, dec_X) = page.build_net(), page.example_inputs()
    net.initialize()
    Y, state = net(enc_X, dec_X)
    mean = enc_X.asnumpy().mean(axis=1)
    W = net.decoder.dense.weight.data().asnumpy()
    onp.testing.assert_allclose(state.asnumpy(), mean, rtol=1e-5)
    onp.testing.assert_allclose(Y.asnumpy(), (dec_X.asnumpy() + mean[:, None]) @ W.T,
                                rtol=1e-4, atol=1e-6)
