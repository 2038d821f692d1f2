"""PyTorch's pages from scratch compute what its own layers, and our sections, do."""
import copy

import pytest
from mxnet import np, npx

from d2lmx.bench.epochs import (built_in, find_trained, from_scratch, port_epoch,
                                scratch_epoch, task_of)
from d2lmx.context import running
from d2lmx.errors import InputError
from d2lmx.pages import sections

TOKENS = ('3.2', '3.6', '4.2', '4.5:scratch', '4.6:scratch', '8.5', '9.1:scratch',
          '9.2:scratch')


@pytest.fixture
def scratch(torch):
    from d2lmx.parity.twins import scratch
    torch.manual_seed(0)
    return scratch


@pytest.mark.torch
@pytest.mark.parametrize('name', ['rnn_scratch', 'gru', 'lstm'])
def test_recurrent_pages_have_the_sections_equations(name, scratch, torch):
    params, net, _ = scratch.PAGES[name][0]()
    for param in params:
        torch.nn.init.normal_(param, std=0.1)
    module = sections.load(sections.find(name))
    function = getattr(module, name.partition('_')[0])
    X = torch.randint(0, 28, (3, 6))
    state = [torch.randn(3, params[1].shape[0]) for _ in range(1 + (name == 'lstm'))]
    with torch.no_grad():
        Y, new = net(X, state)
    inputs = npx.one_hot(np.array(X.numpy().T), 28)
    theirs = [[np.array(a.detach().numpy()) for a in arrays]
              for arrays in (state, params)]
    Y_ours, new_ours = function(inputs, *theirs)
    for one, other in zip([Y, *new], [Y_ours, *new_ours]):  # float32 sums
        torch.testing.assert_close(one, torch.from_numpy(other.asnumpy()), rtol=1e-4,
                                   atol=1e-5)


@pytest.mark.torch
@pytest.mark.parametrize('shape', [(8, 5), (4, 5, 3, 2)])
def test_batch_norm_by_hand_is_pytorchs(scratch, torch, shape):
    layer = {2: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}[len(shape)](5)
    ours, X = scratch.BatchNorm(5, len(shape)), torch.randn(shape)
    X_too = X.clone().requires_grad_()
    X.requires_grad_()
    Y, Y_too = ours(X), layer(X_too)
    torch.testing.assert_close(Y, Y_too)
    torch.testing.assert_close(ours.moving_mean.flatten(), layer.running_mean)
    (Y ** 3).sum().backward()
    (Y_too ** 3).sum().backward()
    # sums in another order, of gradients that nearly cancel
    torch.testing.assert_close(X.grad, X_too.grad, rtol=1e-3, atol=1e-4)


@pytest.mark.torch
def test_the_softmax_page_and_its_update_are_pytorchs(scratch, torch):
    (W, b), net, loss = scratch.softmax_regression()
    X, y = torch.rand(6, 1, 28, 28), torch.randint(0, 10, (6,))
    linear = scratch.PAGES['softmax_regression_scratch'][1]()
    with torch.no_grad():
        linear[-1].weight.copy_(W.T)
        linear[-1].bias.copy_(b)
    optimizer = torch.optim.SGD(linear.parameters(), lr=0.5)
    l = torch.nn.functional.cross_entropy(linear(X), y)
    l.backward()
    optimizer.step()
    ls = loss(net(X), y)
    torch.testing.assert_close(ls.mean(), l)
    ls.sum().backward()
    scratch.sgd([W, b], 0.5, 6)
    torch.testing.assert_close(W, linear[-1].weight.T, rtol=1e-5, atol=1e-6)
    assert not W.grad.any() and not b.grad.any()


@pytest.mark.torch
@pytest.mark.parametrize('theta', [0.5, 100])
def test_clipping_by_hand_is_pytorchs(scratch, torch, theta):
    params = [torch.ones(3, requires_grad=True), torch.ones(2, requires_grad=True)]
    (params[0].sum() * 2 + params[1].sum()).backward()
    others = copy.deepcopy(params)
    for param, other in zip(params, others):
        other.grad = param.grad.clone()
    torch.nn.utils.clip_grad_norm_(others, theta)
    scratch.grad_clipping(params, theta)
    for param, other in zip(params, others):
        torch.testing.assert_close(param.grad, other.grad, rtol=1e-5, atol=1e-6)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize('token', TOKENS)
def test_each_page_from_scratch_learns_and_so_do_the_layers(scratch, token):
    network = find_trained(token)
    with running(data='toy'):
        task = task_of(network, 4)
    page, _ = from_scratch(network)
    for epoch in (task.torch_by_hand(*page(), 1), task.torch(built_in(network), 1)):
        first, *last = [loss_of(epoch()) for _ in range(4)]
        assert min(last) < first


@pytest.mark.torch
def test_batch_norm_from_scratch_and_built_in_learn_alike(scratch, torch):
    with running(data='toy'):
        task = task_of(find_trained('7.5'), 1)
    assert task.count() == 256
    losses = []
    for make in (scratch_epoch, port_epoch):
        torch.manual_seed(1)
        epoch = make(task)
        losses.append([loss_of(epoch()) for _ in range(3)])
    # the same first weights; the biases before a normalization change nothing but sums
    assert losses[0] == pytest.approx(losses[1], rel=0.02)
    assert losses[0][-1] < losses[0][0]


def loss_of(told):
    return told[0] if isinstance(told, tuple) else told


@pytest.mark.slow
@pytest.mark.parametrize('token', ['3.2', '3.6', '4.2', '4.5:scratch', '4.6:scratch'])
def test_functions_from_scratch_learn_in_our_way_and_the_pages(token, monkeypatch):
    from d2lmx.bench.tasks import images
    monkeypatch.setattr(images, 'get_dataloader_workers', lambda: 0)
    with running(data='toy'):
        task = task_of(find_trained(token), 4)
    for epoch in (task.ours({}), task.page()):
        told = [epoch() for _ in range(4)]
        losses = [one if isinstance(one, float) else one['train loss'] for one in told]
        assert min(losses[1:]) < losses[0]


@pytest.mark.parametrize('token,reason', [
    ('4.2:scratch', 'has no network'), ('4.6:tuned', 'has the variants none'),
    ('3.5', 'has no network')])
def test_what_is_no_function_from_scratch_is_told(token, reason):
    with pytest.raises(InputError, match=reason):
        find_trained(token)


def test_only_what_is_from_scratch_has_a_page_from_scratch(torch):
    assert from_scratch(find_trained('9.1:concise')) is None
    assert from_scratch(find_trained('4.6')) is None
    assert from_scratch(find_trained('9.1:tuned')) is from_scratch(
        find_trained('9.1:scratch'))
