"""A training's state as arrays and numbers: told, taken and put back."""
import numpy as onp
import pytest
from mxnet import autograd, cpu, gluon, lr_scheduler, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.train.state import capture, parts_of, restore


def names(state):
    return [path for path, _ in parts_of(state)]


def build(optimizer='sgd', devices=None, **options):
    net = nn.HybridSequential()
    net.add(nn.Dense(3), nn.BatchNorm(), nn.Dropout(0.5), nn.Dense(2))
    net.initialize(ctx=devices)
    net.hybridize(static_alloc=True, static_shape=True)
    return net, gluon.Trainer(net.collect_params(), optimizer, options)


def train(net, trainer, seed, devices=None):
    """Three steps on batches that follow from the seed."""
    d2l.set_seed(seed)
    step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer, devices)
    for _ in range(3):
        step(np.random.normal(size=(8, 4)), np.random.normal(size=(8, 2)))


def same(state, other):
    """Whether both hold the same names, bits and numbers."""
    a, b = capture(state), capture(other)
    return len(a) == len(b) and all(
        p == q and v == w and len(x) == len(y) and all(map(onp.array_equal, x, y))
        for (p, x, v), (q, y, w) in zip(a, b))


def test_parts_are_found_in_containers_each_once():
    w = np.ones(2)
    trained = {'w': [w, w], 't': 1, 'name': 'adam', 'none': None, 'fixed': (0.9, w)}
    assert names(trained) == ['state.w.0', 'state.t']
    net, trainer = build()
    # weight and bias of two layers, four of the normalization; then the trainer
    assert len(names(net)) == 8 and len(names((net, trainer))) == 9
    assert len(names((trainer, net))) == len(names(trainer)) == 9


@pytest.mark.parametrize('state', [None, [], (None, 'sgd'), (1, 2.5)])
def test_a_state_without_anything_to_save_is_refused(state):
    with pytest.raises(ValueError, match='a step must say what it trains'):
        parts_of(state)


def test_a_function_does_not_say_what_it_trains():
    net, _ = build()
    with pytest.raises(ValueError, match='<function .* does not say it: .* trains='):
        parts_of((net, lambda batch_size: None))


def test_arrays_and_numbers_return_in_place():
    w, counts, beta = np.ones((2, 3)), {'t': 4, 'on': True}, [onp.float32(0.5)]
    scalar = np.array(2.5)
    saved = capture([w, counts, beta, scalar])
    w[:], counts['t'], counts['on'], beta[0], scalar[()] = 0, 9, False, 0, 0
    restore([w, counts, beta, scalar], saved)
    assert w.tolist() == [[1] * 3] * 2 and scalar.item() == 2.5
    assert (counts, beta) == ({'t': 4, 'on': True}, [0.5])


@pytest.mark.parametrize('optimizer,options', [
    ('sgd', {}), ('sgd', {'momentum': 0.9, 'wd': 0.01}), ('adam', {}), ('adagrad', {}),
    ('rmsprop', {}), ('adadelta', {}), ('ftrl', {}), ('nadam', {}),
    ('rmsprop', {'centered': True}),
    ('sgd', {'lr_scheduler': [2, 4]})])
@pytest.mark.parametrize('num_devices', [1, 2])
def test_training_goes_on_bit_by_bit_from_a_state_put_back(optimizer, options,
                                                           num_devices):
    devices = [cpu(i) for i in range(num_devices)]

    def fresh():
        made = dict(options)
        if 'lr_scheduler' in made:
            made['lr_scheduler'] = lr_scheduler.MultiFactorScheduler(
                made['lr_scheduler'], factor=0.5, base_lr=0.1)
        return build(optimizer, devices, **made)

    whole = fresh()
    train(*whole, 1, devices)
    saved = capture(whole)
    train(*whole, 2, devices)
    resumed = fresh()  # its shapes are not known yet
    restore(resumed, saved)
    train(*resumed, 2, devices)
    assert same(whole, resumed)
    used = fresh()  # this one has trained, and its graph is compiled
    train(*used, 5, devices)
    restore(used, saved)
    train(*used, 2, devices)
    assert same(whole, used)


def test_each_device_keeps_its_own_running_statistics():
    devices = [cpu(0), cpu(1)]
    net, trainer = build(devices=devices)
    train(net, trainer, 1, devices)
    mean, = [param for name, param in net.collect_params().items()
             if name.endswith('running_mean')]
    npx.waitall()
    before = [copy.asnumpy() for copy in mean.list_data()]
    assert not onp.array_equal(*before)
    other, other_trainer = build(devices=devices)
    restore((other, other_trainer), capture((net, trainer)))
    mean, = [param for name, param in other.collect_params().items()
             if name.endswith('running_mean')]
    assert all(map(onp.array_equal, before, [c.asnumpy() for c in mean.list_data()]))


def test_a_trainer_that_made_no_step_has_nothing_to_save():
    net, trainer = build()
    restore((net, trainer), capture((net, trainer)))
    assert not trainer._kv_initialized
    train(net, trainer, 1)


def test_learning_rates_set_by_hand_return():
    net, trainer = build(learning_rate=0.5)
    train(net, trainer, 1)
    trainer.set_learning_rate(0.125)
    other, other_trainer = build(learning_rate=0.5)
    restore((other, other_trainer), capture((net, trainer)))
    assert other_trainer.learning_rate == 0.125


class Halving(lr_scheduler.LRScheduler):
    """Halves its rate every time that it is told to: no count of updates tells it."""

    def __call__(self, num_update):
        return self.base_lr


@pytest.mark.parametrize('resumed_at', [0, 3, 6])
def test_a_schedule_goes_on_from_where_it_was(resumed_at):
    def fresh(schedule):
        return build(lr_scheduler=schedule)

    for schedule in (lambda: lr_scheduler.MultiFactorScheduler([1, 4], .5, base_lr=.1),
                     lambda: Halving(base_lr=.1)):
        whole, resumed = fresh(schedule()), fresh(schedule())
        train(*whole, 1)
        if type(schedule()) is Halving:
            whole[1]._optimizer.lr_scheduler.base_lr /= 2
        saved = capture(whole)
        for _ in range(resumed_at // 3):  # a training that has gone further, or not
            train(*resumed, 2)
        restore(resumed, saved)
        assert resumed[1].learning_rate == .05


def test_a_state_that_does_not_fit_changes_nothing():
    w, b = np.zeros(2), np.zeros(3)
    with pytest.raises(ValueError, match=r'state.1 has shape \(3,\), but \(4,\)'):
        restore([w, b], capture([np.ones(2), np.ones(4)]))
    with pytest.raises(ValueError, match='holds 1 trained parts, this training has 2'):
        restore([w, b], capture([np.ones(2)]))
    assert w.tolist() == [0, 0]
    net = nn.Dense(2, in_units=3)
    net.initialize(ctx=[cpu(0), cpu(1)])
    saved = capture(net)
    alone = nn.Dense(2, in_units=3)
    alone.initialize()
    with pytest.raises(ValueError, match='is on 1 devices, but was on 2'):
        restore(alone, saved)


def test_gradients_still_reach_arrays_that_were_put_back():
    w = np.zeros(2)
    w.attach_grad()
    restore([w], capture([np.ones(2)]))
    with autograd.record():
        l = (w ** 2).sum()
    l.backward()
    assert w.grad.tolist() == [2, 2]


def test_a_running_average_is_taken_when_its_backward_pass_is_over():
    # MXNet does not know that this pass writes it; a third of these reads came early
    for _ in range(20):
        net, trainer = build(devices=[cpu(0), cpu(1)])
        train(net, trainer, 1, [cpu(0), cpu(1)])
        (_, taken, _), = capture(net[1].running_mean)
        npx.waitall()
        (_, final, _), = capture(net[1].running_mean)
        assert all(map(onp.array_equal, taken, final))


def test_weights_of_a_convolution_that_has_run_are_put_back():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5), nn.Conv2D(16, kernel_size=5))
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    X = np.random.normal(size=(2, 1, 28, 28))
    before, saved = net(X).asnumpy(), capture(net)
    for param in net.collect_params().values():
        param.set_data(np.zeros(param.shape))
    net(X).wait_to_read()  # oneDNN lays the weights out anew
    restore(net, saved)
    onp.testing.assert_array_equal(net(X).asnumpy(), before)


def test_states_find_their_parameters_under_other_numbers_of_layers():
    def trained(*names):
        params = {name: gluon.Parameter(name, shape=(2 + i,))
                  for i, name in enumerate(names)}
        for param in params.values():
            param.initialize()
        trainer = gluon.Trainer(params, 'sgd', {'momentum': 0.9})
        with autograd.record():
            l = sum((param.data() ** 3).sum() for param in params.values())
        l.backward()
        trainer.step(1)
        return trainer

    # as text, dense10 comes before dense9
    before = trained('dense9_weight', 'dense10_weight')
    after = trained('dense1_weight', 'dense2_weight')
    restore(after, capture(before))
    assert same(before, after)
