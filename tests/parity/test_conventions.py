"""What the two libraries mean by the same words is made to agree, exactly."""
import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

from d2lmx.parity.calling import Incomparable, call_port
from d2lmx.parity.chance import without_dropout
from d2lmx.parity.conventions import (backward_gluon, backward_port,
                                      biased_statistics, explanations)

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')


@pytest.mark.parametrize('momentum, share', [(.1, .1), (.3, .3), (None, 1)])
def test_running_variance_is_updated_with_the_biased_variance(momentum, share):
    X = torch.tensor([[1.0], [2.0], [6.0]])  # mean 3, biased variance 14/3, unbiased 7
    for hooked, variance in ((False, 7), (True, 14 / 3)):
        norm = torch.nn.BatchNorm1d(1, momentum=momentum)  # None: a mean over batches
        with torch.no_grad():
            norm.running_var.fill_(2)
        if hooked:
            with biased_statistics(norm):
                norm(X)
        else:
            norm(X)
        assert float(norm.running_var) == pytest.approx(
            (1 - share) * 2 + share * variance, rel=1e-6)
        assert float(norm.running_mean) == pytest.approx(3 * share, rel=1e-6)


def test_statistics_stay_equal_to_gluons_over_steps():
    net, port = nn.BatchNorm(in_channels=3), torch.nn.BatchNorm2d(3)
    net.initialize()
    with biased_statistics(port):
        for _ in range(4):
            X = np.random.normal(1, 2, size=(2, 3, 4, 5))
            with autograd.record():
                Y = net(X)
            Y.backward()  # it is here that Gluon updates its statistics
            port(torch.from_numpy(X.asnumpy()))
    onp.testing.assert_allclose(net.running_var.data().asnumpy(),
                                port.running_var.numpy(), rtol=1e-6)
    onp.testing.assert_allclose(net.running_mean.data().asnumpy(),
                                port.running_mean.numpy(), rtol=1e-5, atol=1e-7)


def test_hooks_are_gone_afterwards_and_idle_in_prediction():
    port = torch.nn.BatchNorm1d(1)
    with biased_statistics(port):
        port.eval()
        port(torch.tensor([[1.0], [5.0]]))
        assert float(port.running_var) == 1
    assert not port._forward_hooks and not port._forward_pre_hooks


def test_backward_works_after_the_corrected_update():
    port = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    with biased_statistics(port):
        port(torch.rand(4, 2)).square().sum().backward()
    assert port[0].weight.grad is not None


@pytest.mark.parametrize('classes', [4, 1])
def test_gluons_gradient_is_batch_size_times_that_of_the_mean_loss(classes):
    net = nn.Dense(classes, in_units=3)
    net.initialize()
    port = torch.nn.Linear(3, classes)
    with torch.no_grad():
        port.weight.copy_(torch.from_numpy(net.weight.data().asnumpy()))
        port.bias.zero_()
    X = np.random.normal(size=(5, 3))
    y = np.array([0, 3, 1, 1, 2]) if classes > 1 else np.random.normal(size=(5, 1))
    ours, X_gradients = backward_gluon(net, (X,), y)
    theirs, port_gradients = backward_port(port, (X,), y)
    onp.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5, atol=1e-6)
    onp.testing.assert_allclose(net.weight.grad().asnumpy() / 5,
                                port.weight.grad.numpy(), rtol=1e-4, atol=1e-6)
    onp.testing.assert_allclose(X_gradients[0], port_gradients[0], rtol=1e-4, atol=1e-6)


def test_dropout_is_switched_off_on_both_sides():
    net, port = nn.HybridSequential(), torch.nn.Sequential(torch.nn.Dropout(0.5))
    net.add(nn.Dropout(0.5))
    assert 'dropout' in explanations(net, port, [])
    without_dropout(net, port)
    X = np.ones((2, 50))
    with autograd.train_mode():
        onp.testing.assert_array_equal(net(X).asnumpy(), X.asnumpy())
    assert torch.equal(port.train()(torch.ones(2, 50)), torch.ones(2, 50))
    assert 'dropout' not in explanations(net, port, [])


def test_what_the_port_raises_is_told():
    with pytest.raises(Incomparable, match='RuntimeError: mat1 and mat2'):
        call_port(torch.nn.Linear(2, 3), (np.ones((4, 5)),))


def test_port_that_returns_no_tensor_is_told():
    class Port(torch.nn.Module):
        def forward(self, X):
            return {'scores': X}

    with pytest.raises(Incomparable, match='a tuple of tensors, got dict'):
        call_port(Port(), (np.ones((4, 5)),))


def test_l2_loss_is_half_the_squared_error_on_both_sides():
    X = np.array([[3.0]])
    y = np.array([[1.0]])
    net = nn.HybridLambda(lambda F, X: X * 1)
    for _, gradients in (backward_gluon(net, (X,), y),
                         backward_port(torch.nn.Identity(), (X,), y)):
        assert gradients[0].tolist() == [[2]]  # d/dX (X - 1)^2 / 2 at 3
