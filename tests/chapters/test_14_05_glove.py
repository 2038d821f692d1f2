import json

import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l
from d2lmx.data.toys.trades import TRADES


def own_share(ours, others):
    """The share of our words whose mean cosine with ours is above that with others."""
    ours, others = (V / onp.linalg.norm(V, axis=1, keepdims=True)
                    for V in (ours, others))
    return ((ours @ ours.T).mean(axis=1) > (ours @ others.T).mean(axis=1)).mean()


@pytest.fixture
def page(section):
    return section('14.5')


def test_the_net_gives_the_product_and_both_biases(page):
    net = page.build_net(5, 3)
    net.initialize()
    center, context = np.array([0, 4, 4]), np.array([1, 1, 4])
    v, u, b, c = (part.weight.data().asnumpy() for part in (net.v, net.u, net.b, net.c))
    expected = [u[j] @ v[i] + b[i, 0] + c[j, 0] for i, j in ((0, 1), (4, 1), (4, 4))]
    onp.testing.assert_allclose(net(center, context).asnumpy(), expected, rtol=1e-5,
                                atol=1e-6)
    onp.testing.assert_allclose(net.vectors().asnumpy(), u + v)


def test_the_loss_by_hand(page):
    # h(1) = 1/100^.75, h(100) = h(1000) = 1
    l = page.GloVeLoss()(np.array([2., 0., 3.]), np.array([1., 100., 1000.]))
    onp.testing.assert_allclose(
        l.asnumpy(), [4 / 100 ** .75, onp.log(100) ** 2, (3 - onp.log(1000)) ** 2],
        rtol=1e-5)
    l = page.GloVeLoss(x_max=4, alpha=.5)(np.array([0.]), np.array([1.]))
    assert l.tolist() == [0]


def test_the_gradient_is_that_of_pytorch(page, torch):
    from d2lmx.parity.twins.ch14 import s05_glove as twin
    net, port = page.build_net(7, 4), twin.build_net(7, 4)
    net.initialize()
    with torch.no_grad():
        for ours, theirs in zip((net.v, net.u, net.b, net.c), port.children()):
            theirs.weight.copy_(torch.tensor(ours.weight.data().asnumpy()))
    center, context, x = [0, 3, 3], [1, 1, 6], [.5, 20., 300.]
    with autograd.record():
        l = page.GloVeLoss()(net(np.array(center), np.array(context)), np.array(x))
    l.backward()
    theirs = twin.glove_loss(port(torch.tensor(center), torch.tensor(context)),
                             torch.tensor(x))
    theirs.sum().backward()
    onp.testing.assert_allclose(l.asnumpy(), theirs.detach().numpy(), rtol=1e-5)
    for part, other in zip((net.v, net.u, net.b, net.c), port.children()):
        onp.testing.assert_allclose(part.weight.grad().asnumpy(), other.weight.grad,
                                    rtol=1e-5, atol=1e-6)


def test_toy_trades_end_nearer_to_their_own(smoke_run):
    run = smoke_run('14.5')
    losses = [loss for _, loss in run.result['series']['train loss']]
    assert losses[-1] < losses[0] / 10
    embed = d2l.TokenEmbedding(run.folder)
    computers, farms = (embed[trade['NOUN']].asnumpy() for trade in TRADES.values())
    assert own_share(computers, farms) > .95 and own_share(farms, computers) > .95


def test_vectors_and_model_are_saved(smoke_run, page):
    folder = smoke_run('14.5').folder
    tokens, vectors = d2l.read_vectors(folder / 'vec.txt')
    model = d2l.load_model(folder / 'model', 'tokens')
    assert ['<unk>', *tokens] == model.about['tokens'] and vectors.shape[1] == 16
    one = np.array([1], dtype='int32')
    assert model(one, one + 1).shape == (1,)
    json.dumps(smoke_run('14.5').result['nearest'])


def test_predict_reads_its_vectors(smoke_run, section):
    folder = smoke_run('14.5').folder
    found, = section('14.7').predict(folder / 'model', 'chip', k=2)
    assert found['nearest'] == pytest.approx(dict(
        list(smoke_run('14.5').result['nearest']['chip'].items())[:2]))
    with pytest.raises(d2l.InputError, match='no vector of: chipx'):
        section('14.7').predict(folder, 'chip', 'chipx')
