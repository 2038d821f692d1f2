import math

import mxnet as mx
import pytest
from mxnet import gluon

import d2lmx as d2l


def rates(schedule, num_epochs=30):
    return [schedule(epoch) for epoch in range(num_epochs)]


def test_rates_by_hand(section):
    page = section('11.11')
    assert rates(page.SquareRootScheduler(.1), 4) == pytest.approx(
        [.1, .0707107, .057735, .05])
    assert rates(page.FactorScheduler(.9, 1e-2, 2.), 3) == pytest.approx([2, 1.8, 1.62])
    assert rates(page.FactorScheduler(.9, 1e-2, 2.), 60)[-1] == 1e-2
    assert rates(page.multi_factor([15, 30], .5, .5), 32) == (
        [.5] * 15 + [.25] * 15 + [.125] * 2)
    warm = rates(page.cosine(20, .3, .01, warmup_steps=5))
    assert warm[:6] == pytest.approx([0, .06, .12, .18, .24, .3])
    assert warm[20:] == pytest.approx([.01] * 10)
    assert warm[10] == pytest.approx(.01 + .29 * (1 + math.cos(math.pi / 3)) / 2)


def test_cosine_rates_are_mxnets(section):
    page = section('11.11')
    for warmup_steps in (0, 5):
        theirs = mx.lr_scheduler.CosineScheduler(20, base_lr=.3, final_lr=.01,
                                                 warmup_steps=warmup_steps)
        assert rates(page.cosine(20, .3, .01, warmup_steps)) == pytest.approx(
            rates(theirs))


def test_mxnets_factors_come_a_count_later(section):
    page = section('11.11')
    theirs = mx.lr_scheduler.MultiFactorScheduler(step=[15, 30], factor=.5, base_lr=.5)
    assert rates(theirs, 33)[1:] == rates(page.multi_factor([15, 30], .5, .5), 32)
    theirs = mx.lr_scheduler.FactorScheduler(step=1, factor=.9, stop_factor_lr=1e-2,
                                             base_lr=2.)
    assert rates(theirs, 61)[1:] == pytest.approx(
        rates(page.FactorScheduler(.9, 1e-2, 2.), 60))


@pytest.mark.torch
def test_rates_are_pytorchs(section, torch):
    page = section('11.11')

    def theirs(name, base_lr, **options):
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=base_lr)
        scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
        found = []
        for _ in range(35):
            found.append(optimizer.param_groups[0]['lr'])
            optimizer.step()
            scheduler.step()
        return found

    assert rates(page.multi_factor([15, 30], .5, .5), 35) == pytest.approx(
        theirs('MultiStepLR', .5, milestones=[15, 30], gamma=.5))
    assert rates(page.FactorScheduler(.9, 0, 2.), 35) == pytest.approx(
        theirs('ExponentialLR', 2., gamma=.9))
    assert rates(page.cosine(20, .3, .01), 21) == pytest.approx(
        theirs('CosineAnnealingLR', .3, T_max=20, eta_min=.01)[:21])


@pytest.mark.slow
def test_training_takes_the_rate_of_each_epoch(section, monkeypatch, fewer_garments):
    page, seen = section('11.11'), []
    monkeypatch.setitem(page.TRAINED, 'constant',
                        lambda lr: lambda epoch: seen.append(epoch) or lr)
    with fewer_garments(640):
        page.run(schedule='constant', num_epochs=3, batch_size=256)
        train_iter, _ = d2l.load_data_fashion_mnist(256)
    # one question when the trainer is made, then one at least for each of all batches
    assert set(seen) == {0, 1, 2} and seen == sorted(seen)
    assert seen.count(1) == seen.count(2) >= len(train_iter)


@pytest.mark.slow
def test_every_training_starts_from_the_same_weights(section, fewer_garments):
    page, devices = section('11.11'), [mx.cpu(0), mx.cpu(1)]
    net, weights = page.new_net(devices)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    with fewer_garments(640):
        data_iters = d2l.load_data_fashion_mnist(256)
    for rate in (.1, 0):  # the second time nothing is learnt
        page.reset(net, weights)
        trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': rate})
        page.train(net, *data_iters, 1, loss, trainer, devices)
        for param, first in zip(net.collect_params().values(), weights):
            assert all((copy.asnumpy() == first.asnumpy()).all() == (rate == 0)
                       for copy in param.list_data())
    # Glorot's bound for 400 inputs and 120 outputs
    assert .105 < float(abs(weights[4]).max()) < (6 / 520) ** .5


def test_a_run_gives_every_schedule_the_first_weights(section, monkeypatch):
    page, begun = section('11.11'), []

    def train(net, *_):
        begun.append([])
        for param in net.collect_params().values():
            begun[-1].append(param.data().asnumpy())
            param.set_data(param.data() + 1)
        history = d2l.History()
        history.add(1, {'train loss': 1, 'train acc': 1, 'test acc': 1})
        return history

    monkeypatch.setattr(page, 'train', train)
    page.run(num_epochs=1)
    assert len(begun) == len(page.TRAINED) == 5
    for weights in begun[1:]:
        assert all((a == b).all() for a, b in zip(weights, begun[0]))


def test_parameters_by_hand(section):
    page = section('11.11')
    rows = d2l.summary(page.build_net(), *page.example_inputs())
    # 5 x 5 windows, then 16 maps of 5 x 5
    assert rows[-1][2] == ((25 + 1) * 6 + (25 * 6 + 1) * 16 + (400 + 1) * 120
                           + (120 + 1) * 84 + (84 + 1) * 10)
