"""Two networks against each other: a step is the page's two updates, and PyTorch's."""
import math

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running

LATENT, BATCH = 3, 6


def networks():
    """(discriminator, generator), with batch normalization, of points (batch, 2).

    The generator's last layer has no bias, which the discriminator's normalization
    would undo: its gradient is 0 but for rounding, which Adam makes as large as any.
    """
    net_D, net_G = nn.HybridSequential(), nn.HybridSequential()
    net_D.add(nn.Dense(5, in_units=2, use_bias=False), nn.BatchNorm(in_channels=5),
              nn.LeakyReLU(.2), nn.Dense(1, in_units=5))
    net_G.add(nn.Dense(4, in_units=LATENT, use_bias=False), nn.BatchNorm(in_channels=4),
              nn.Activation('relu'), nn.Dense(2, in_units=4, use_bias=False))
    d2l.set_seed(1)
    for net in (net_D, net_G):
        net.initialize(init.Normal(0.5))
    return net_D, net_G


def trainers(net_D, net_G):
    return [gluon.Trainer(net.collect_params(), 'adam',
                          {'learning_rate': lr, 'beta1': .5})
            for net, lr in ((net_D, .02), (net_G, .01))]


def batches(count=4):
    rng = onp.random.RandomState(0)
    return [rng.normal(1, 2, (BATCH, 2)).astype('float32') for _ in range(count)]


@pytest.fixture
def noise(monkeypatch):
    """The noise of each batch, drawn before; every step takes the next."""
    rng = onp.random.RandomState(5)
    drawn = [rng.normal(size=(BATCH, LATENT)).astype('float32') for _ in range(4)]
    coming, normal_of_mxnet = iter(drawn), np.random.normal

    def normal(*args, size=None, **options):
        if args:  # of initial weights
            return normal_of_mxnet(*args, **options)
        Z = next(coming)
        assert size == Z.shape
        return np.array(Z, **options)

    monkeypatch.setattr(np.random, 'normal', normal)
    return drawn


def values(*nets):
    """All parameters and running averages, by place in the network."""
    npx.waitall()
    return [param.data().asnumpy() for net in nets
            for _, param in sorted(net._collect_params_with_prefix().items())]


def stepped(num_steps=4, **options):
    """The networks after steps of `gan_step`, and the sums of each."""
    net_D, net_G = networks()
    step = d2l.gan_step(net_D, net_G, gluon.loss.SigmoidBCELoss(),
                        *trainers(net_D, net_G), (LATENT,), **options)
    sums = [{name: float(total) for name, (total, n) in step(np.array(X)).items()
             if n == BATCH} for X in batches(num_steps)]
    return net_D, net_G, sums


def updated(noise):
    """The same by the page's two functions."""
    net_D, net_G = networks()
    trainer_D, trainer_G = trainers(net_D, net_G)
    loss, sums = gluon.loss.SigmoidBCELoss(), []
    for X, Z in zip(batches(), map(np.array, noise)):
        sums.append({
            'discriminator': d2l.update_D(np.array(X), Z, net_D, net_G, loss,
                                          trainer_D),
            'generator': d2l.update_G(Z, net_D, net_G, loss, trainer_G)})
    return net_D, net_G, sums


@pytest.mark.parametrize('compiles', [False, True])
def test_a_step_is_the_two_updates_of_the_page(noise, compiles):
    with running(compiles=compiles):
        *nets, sums = stepped()
    *others, expected = updated(noise)
    for found, wanted in zip(sums, expected):
        assert found == pytest.approx(wanted, rel=1e-5)
    for found, wanted in zip(values(*nets), values(*others)):
        # float32; Adam divides small gradients by their size
        onp.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def port_after(nets, noise, torch):
    """PyTorch's networks of the same weights after its page's loop."""
    from d2lmx.parity.conventions import biased_statistics
    from torch.nn import functional as F
    ports = []
    for net in nets:
        first, norm, _, last = net._children.values()
        layers = [torch.nn.Linear(*first.weight.shape[::-1], bias=False),
                  torch.nn.BatchNorm1d(first.weight.shape[0]),
                  torch.nn.LeakyReLU(.2) if len(ports) == 0 else torch.nn.ReLU(),
                  torch.nn.Linear(*last.weight.shape[::-1])]
        with torch.no_grad():
            layers[0].weight[:] = torch.tensor(first.weight.data().asnumpy())
            layers[3].weight[:] = torch.tensor(last.weight.data().asnumpy())
            layers[3].bias[:] = 0  # the generator's is not trained below
        layers[3].bias.requires_grad_(last.bias is not None)
        ports.append(torch.nn.Sequential(*layers))
    port_D, port_G = ports
    optim_D, optim_G = (torch.optim.Adam(port.parameters(), lr=lr, betas=(.5, .999))
                        for port, lr in ((port_D, .02), (port_G, .01)))

    def loss(Y, label):
        return F.binary_cross_entropy_with_logits(Y[:, 0], torch.full((BATCH,), label))

    with biased_statistics(port_D), biased_statistics(port_G):
        for X, Z in zip(map(torch.from_numpy, batches()), map(torch.from_numpy, noise)):
            optim_D.zero_grad()
            l = (loss(port_D(X), 1.) + loss(port_D(port_G(Z).detach()), 0.)) / 2
            l.backward()
            optim_D.step()
            optim_G.zero_grad()
            loss(port_D(port_G(Z)), 1.).backward()
            optim_G.step()
    return ports


@pytest.mark.torch
@pytest.mark.parametrize('way', ['updates', 'step', 'compiled step'])
def test_running_averages_and_weights_are_pytorchs(noise, torch, way):
    ports = port_after(networks(), noise, torch)
    with running(compiles=way == 'compiled step'):
        nets = (updated(noise) if way == 'updates' else stepped())[:2]
    npx.waitall()
    for net, port in zip(nets, ports):
        norm = net[1]
        for ours, theirs in ((norm.running_mean, port[1].running_mean),
                             (norm.running_var, port[1].running_var),
                             (net[0].weight, port[0].weight),
                             (net[3].weight, port[3].weight)):
            # float32, after four steps of Adam
            onp.testing.assert_allclose(ours.data().asnumpy(), theirs.detach().numpy(),
                                        rtol=1e-3, atol=1e-4)


def test_mxnet_moves_running_averages_in_the_backward_pass_alone():
    """What `move_twice` and the order of two losses are for; PyTorch's forward moves.
    """
    norm = nn.BatchNorm(in_channels=2)
    norm.initialize()
    X = np.array([[1., 2.], [3., 8.]])
    with autograd.record():
        Y = norm(X)
        npx.waitall()
        assert norm.running_mean.data().tolist() == [0, 0]
    Y.backward()
    npx.waitall()
    # 0.1 of the means 2 and 5
    onp.testing.assert_allclose(norm.running_mean.data().asnumpy(), [.2, .5], rtol=1e-6)


@pytest.mark.parametrize('container', [nn.HybridSequential, nn.Sequential])
def test_two_moves_by_one_number_are_one_of_the_squared_momentum(container):
    norm = nn.BatchNorm(in_channels=2, momentum=.5)
    net = container()
    net.add(norm)
    net.initialize()
    net.hybridize()
    X = np.array([[1., 2.], [3., 8.]])
    net(X)  # traced before
    for _ in range(2):  # the second changes nothing
        d2l.move_twice(net)
    with autograd.record():
        Y = net(X)
    Y.backward()
    npx.waitall()
    # 0 -> 1 -> 1.5 and 0 -> 2.5 -> 3.75
    onp.testing.assert_allclose(norm.running_mean.data().asnumpy(), [1.5, 3.75])


def test_losses_begin_at_ln_2_where_scores_are_0():
    net_D, net_G = networks()
    net_D[3].weight.set_data(np.zeros((1, 5)))
    step = d2l.gan_step(net_D, net_G, gluon.loss.SigmoidBCELoss(), *(
        gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0})
        for net in (net_D, net_G)), (LATENT,))
    for total, n in step(np.array(batches(1)[0])).values():
        assert float(total) / n == pytest.approx(math.log(2), rel=1e-6)


def test_devices_share_a_batch_and_give_the_weights_of_one():
    """Without batch normalization, whose statistics are those of a device's share."""
    found = []
    for devices in ([mx.cpu(0)], [mx.cpu(0), mx.cpu(1)]):
        d2l.set_seed(1)
        net_D, net_G = nn.Dense(1, in_units=2), nn.Dense(2, in_units=LATENT)
        for net in (net_D, net_G):
            net.initialize(init.Normal(.5))
        with d2l.use_devices(devices) as used:
            step = d2l.gan_step(net_D, net_G, gluon.loss.SigmoidBCELoss(),
                                *trainers(net_D, net_G), (LATENT,))
            step(np.array(batches(1)[0]))
            step(np.array(batches(1)[0][:1]))  # one example: a device has none
        npx.waitall()
        assert used == set(devices)
        found.append([param.data(devices[-1]).asnumpy() for net in (net_D, net_G)
                      for param in net.collect_params().values()])
    for alone, shared in zip(*found):
        onp.testing.assert_allclose(shared, alone, rtol=1e-5, atol=1e-6)


class Noted:
    """In place of a worker's trainer, which takes a batch of 0: the sizes of batches.
    """

    def __init__(self):
        self.sizes = []

    def step(self, batch_size):
        self.sizes.append(batch_size)


def test_an_empty_share_has_gradients_of_0_and_counts_nothing():
    net_D, net_G = networks()
    trainer_D, trainer_G = Noted(), Noted()
    step = d2l.gan_step(net_D, net_G, gluon.loss.SigmoidBCELoss(), trainer_D,
                        trainer_G, (LATENT,))
    step(np.array(batches(1)[0]))
    assert abs(net_G[0].weight.grad()).max() > 0
    assert step(np.zeros((0, 2))) == {'discriminator': (0, 0), 'generator': (0, 0)}
    assert trainer_D.sizes == trainer_G.sizes == [BATCH, 0]  # one step a batch in all
    for net in (net_D, net_G):
        for param in net.collect_params().values():
            assert param.grad_req == 'null' or not abs(param.grad()).max()


def test_all_that_is_trained_is_in_one_state():
    from d2lmx.train.state import parts_of
    net_D, net_G = networks()
    step = d2l.gan_step(net_D, net_G, gluon.loss.SigmoidBCELoss(),
                        *trainers(net_D, net_G), (LATENT,))
    parts = [part for _, part in parts_of(step.trains)]
    params = [*net_D.collect_params().values(), *net_G.collect_params().values()]
    assert all(any(part is param for part in parts) for param in params)
    assert sum(isinstance(part, gluon.Trainer) for part in parts) == 2
    assert len(parts) == len(params) + 2
