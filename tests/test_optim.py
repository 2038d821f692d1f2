"""Updates of parameters."""
from types import SimpleNamespace

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx import optim


@pytest.mark.parametrize('sgd', [d2l.sgd, d2l.fused_sgd])
def test_sgd_takes_one_step_in_place(sgd):
    w, b = np.array([1., 2.]), np.array([3.])
    for param in (w, b):
        param.attach_grad()
    with autograd.record():
        l = (w * np.array([4., 8.])).sum() + 10 * b
    l.backward()
    sgd([w, b], lr=.5, batch_size=2)
    assert w.tolist() == [1 - .5 * 4 / 2, 2 - .5 * 8 / 2]
    assert b.tolist() == [3 - .5 * 10 / 2]
    assert w.grad.tolist() == [4, 8]  # it stays, attached to the same array


def test_fused_sgd_is_sgd_but_for_rounding():
    values = np.random.normal(size=(2, 7, 3))
    params = [values[0].copy(), values[0].copy()]
    for param, sgd in zip(params, (d2l.sgd, d2l.fused_sgd)):
        param.attach_grad()
        param.grad[:] = values[1]
        for _ in range(3):
            sgd([param], lr=.3, batch_size=7)
    # rounding of 1 / 7
    assert params[1].tolist() == [pytest.approx(row, rel=1e-6, abs=1e-7)
                                  for row in params[0].tolist()]
    assert abs(params[0] - values[0]).max() > .01


@pytest.mark.parametrize('theta, scale', [(100, 1), (5.01, 1), (2.5, .5), (0, 0)])
@pytest.mark.parametrize('is_block', [False, True])
def test_clipping_scales_down_to_the_norm_theta_and_never_up(is_block, theta, scale):
    net = nn.Dense(2, in_units=1)  # of w (2, 1) and b (2,)
    net.initialize()
    if not is_block:
        net = SimpleNamespace(params=[np.zeros((2, 1)), np.zeros(2)])
        for param in net.params:
            param.attach_grad()
    grads = ([param.grad() for param in net.collect_params().values()] if is_block else
             [param.grad for param in net.params])
    grads[0][:], grads[1][:] = np.array([[4], [0]]), np.array([0, 3])  # a norm of 5
    d2l.grad_clipping(net, theta)
    assert grads[0].reshape(-1).tolist() == pytest.approx([4 * scale, 0], rel=1e-6)
    assert grads[1].tolist() == pytest.approx([0, 3 * scale], rel=1e-6)


def test_a_network_that_learns_nothing_is_no_reason_to_die():
    net = nn.Dense(2, in_units=1)
    net.initialize()
    net.collect_params().setattr('grad_req', 'null')
    d2l.grad_clipping(net, 1)
    d2l.grad_clipping(SimpleNamespace(params=[]), 1)
    npx.waitall()


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


def rates(schedule, batches_per_epoch, num_batches, contexts=1, **options):
    """What the weight of a constant gradient 1 loses at each update."""
    import mxnet as mx
    net = nn.Dense(1, use_bias=False, in_units=1)
    net.initialize(mx.init.Constant(0), ctx=[mx.cpu(i) for i in range(contexts)])
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {
        'lr_scheduler': d2l.ByEpoch(schedule, batches_per_epoch)}, **options)
    step = d2l.regression_step(net, lambda y_hat, y: y_hat, trainer)
    weights = [0]
    for _ in range(num_batches):
        step(np.ones((4, 1)), np.ones(4))
        weights.append(float(net.weight.data(mx.cpu(0))))
    return [before - after for before, after in zip(weights, weights[1:])]


@pytest.mark.parametrize('contexts,options', [
    (1, {}), (3, {}), (3, dict(update_on_kvstore=False))])
def test_a_schedule_by_epoch_keeps_its_rate_for_all_batches_of_an_epoch(
        contexts, options):
    assert rates(lambda epoch: .5 ** epoch, 2, 6, contexts, **options) == pytest.approx(
        [1, 1, .5, .5, .25, .25])


def test_mxnets_own_schedulers_count_batches_unless_they_run_by_epoch():
    import mxnet as mx
    schedule = mx.lr_scheduler.CosineScheduler(4, base_lr=1., final_lr=0)
    assert rates(schedule, 3, 6) == pytest.approx([1] * 3 + [(1 + .5 ** .5) / 2] * 3)
    assert schedule(4) == pytest.approx(0)


def test_a_schedule_is_asked_for_epoch_0_before_the_first_update():
    by_epoch = d2l.ByEpoch(lambda epoch: 10 - epoch, 4)
    assert [by_epoch(n) for n in (0, 1, 4, 5, 9)] == [10, 10, 10, 9, 8]
    with pytest.raises(ValueError, match='at least 1, got 0'):
        d2l.ByEpoch(lambda epoch: 1, 0)


@pytest.mark.parametrize('options, is_joined', [
    ({}, True), (dict(beta1=.5, epsilon=1e-3), True), (dict(wd=.1), False),
    (dict(clip_gradient=.2), False)])
def test_the_joined_adam_is_adam_but_for_rounding(options, is_joined, monkeypatch):
    """Small parameters by one operator, the large one, and what it does not, alone."""
    calls, update = [], mx.nd.contrib.multi_adamw_update
    monkeypatch.setattr(mx.nd.contrib, 'multi_adamw_update', lambda *args, **others: (
        calls.append([weight.size for weight in args[0]]), update(*args, **others)))
    monkeypatch.setattr(optim, 'SMALL', 4)
    ends = []
    for Adam in (mx.optimizer.Adam, d2l.JoinedAdam):
        d2l.set_seed(3)
        net = nn.HybridSequential()
        net.add(nn.Dense(3, in_units=2, activation='tanh'), nn.Dense(1, in_units=3),
                nn.Dense(4, in_units=1, use_bias=False))
        net.initialize(init.Normal(1))
        trainer = gluon.Trainer(net.collect_params(), Adam(learning_rate=.1, **options))
        for batch_size in (5, 5, 3):  # whose mean is another number
            X = np.random.normal(size=(batch_size, 2))
            with autograd.record():
                l = (net(X) ** 2).sum()
            l.backward()
            trainer.step(batch_size)
        ends.append([param.data().asnumpy() for param in net.collect_params().values()])
    for alone, found in zip(*ends):
        # float32, in which Adam divides by the roots of small squares
        onp.testing.assert_allclose(found, alone, rtol=1e-4, atol=1e-5)
    # without the first layer's six weights
    assert list(map(sorted, calls)) == [[1, 3, 3, 4]] * (3 if is_joined else 0)


def test_the_joined_adam_goes_on_where_a_checkpoint_left_it(tmp_path):
    """A file of states holds counts of steps, of which the first steps' sizes are."""
    ends = []
    for saved in (None, tmp_path / 'states'):
        net = nn.Dense(2, in_units=1)
        net.initialize(init.Constant(1))
        trainer = gluon.Trainer(net.collect_params(), d2l.JoinedAdam(learning_rate=.1))
        for step in range(4):
            with autograd.record():
                l = (net(np.array([[step + 1.]])) ** 2).sum()
            l.backward()
            trainer.step(1)
            if saved and step == 1:
                trainer.save_states(str(saved))
                trainer = gluon.Trainer(net.collect_params(), d2l.JoinedAdam())
                trainer.load_states(str(saved))
        ends.append(net.weight.data().asnumpy())
    onp.testing.assert_array_equal(*ends)
