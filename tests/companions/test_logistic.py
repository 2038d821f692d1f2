import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

X = onp.array([[1, 0], [0, 2], [-1, 1], [3, -1]], 'float32')
y = onp.array([1, 0, 0, 1], 'float32')


@pytest.fixture
def net():
    """score = x1 - x2 / 2 + 0.25."""
    net = nn.Dense(1, in_units=2)
    net.initialize()
    net.weight.set_data(np.array([[1, -.5]]))
    net.bias.set_data(np.array([.25]))
    return net


def test_a_step_is_that_of_pytorch(net, torch):
    theirs = torch.nn.Linear(2, 1)
    with torch.no_grad():
        theirs.weight[:], theirs.bias[:] = torch.tensor([[1, -.5]]), .25
    optimizer = torch.optim.SGD(theirs.parameters(), lr=.5)
    loss = torch.nn.BCEWithLogitsLoss()(theirs(torch.tensor(X))[:, 0], torch.tensor(y))
    loss.backward()
    optimizer.step()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .5})
    stats = d2l.logistic_step(net, trainer)(np.array(X), np.array(y))
    total, count = stats['train loss']
    assert float(total) / count == pytest.approx(float(loss), rel=1e-5)
    for ours, other in ((net.weight, theirs.weight), (net.bias, theirs.bias)):
        onp.testing.assert_allclose(ours.data().asnumpy(), other.detach().numpy(),
                                    rtol=1e-5)


def test_what_is_right_is_counted_where_a_score_is_above_0(net):
    # scores 1.25, -0.75, -1.25, 3.75: all are right
    assert d2l.logistic_accuracy(net, X, y) == 1
    assert d2l.logistic_accuracy(net, X, [1, 1, 0, 0]) == .5
    stats = d2l.logistic_step(net, lambda batch_size: None)(
        np.array(X), np.array([1., 1., 0., 1.]))
    assert float(stats['train acc'][0]) == 3 and stats['train acc'][1] == 4
