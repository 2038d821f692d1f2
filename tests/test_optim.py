"""Updates of parameters."""
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l


def test_sgd_takes_one_step_in_place():
    w, b = np.array([1., 2.]), np.array([3.])
    for param in (w, b):
        param.attach_grad()
    with autograd.record():
        l = (w * np.array([4., 8.])).sum() + 10 * b
    l.backward()
    d2l.sgd([w, b], lr=.5, batch_size=2)
    assert w.tolist() == [1 - .5 * 4 / 2, 2 - .5 * 8 / 2]
    assert b.tolist() == [3 - .5 * 10 / 2]
    assert w.grad.tolist() == [4, 8]  # it stays, attached to the same array


@pytest.mark.parametrize('hybridize', [False, True])
def test_an_updater_from_a_trainer_divides_by_the_batch_size(hybridize):
    net = nn.Dense(1, use_bias=False, in_units=2)
    net.initialize()
    net.weight.set_data(np.array([[1., 1.]]))
    net.hybridize(hybridize)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    with autograd.record():
        l = net(np.array([[1., 2.], [3., 4.]]))
    l.backward()
    d2l.as_updater(trainer)(2)
    # the sum's gradient is (4, 6)
    assert net.weight.data()[0].tolist() == pytest.approx([.8, .7], rel=1e-6)


def test_a_function_is_an_updater_already():
    def updater(batch_size):
        return batch_size

    assert d2l.as_updater(updater) is updater
