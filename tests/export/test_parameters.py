"""Parameters from a file: whole, or refused with the first thing that is wrong."""
import mxnet as mx
import pytest
from mxnet import gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

X = np.array([[1., -2., 3.]])


def perceptron(hidden=4, outputs=2, in_units=0):
    net = nn.HybridSequential()
    net.add(nn.Dense(hidden, in_units=in_units), nn.Dense(outputs))
    return net


@pytest.fixture
def saved(tmp_path):
    """A network, and the file that holds its parameters."""
    net = perceptron()
    net.initialize(mx.init.Normal(1))
    net(X)
    net.save_parameters(str(tmp_path / 'net.params'))
    return net, tmp_path / 'net.params'


@pytest.mark.parametrize('as_type', [str, lambda path: path])
def test_a_new_network_gets_the_values(saved, as_type):
    net, file = saved
    clone = perceptron()
    d2l.load_parameters(clone, as_type(file))
    assert clone(X).tolist() == net(X).tolist()


@pytest.mark.parametrize('run_before', [False, True])
def test_an_initialized_network_gets_the_values(saved, run_before):
    net, file = saved
    clone = perceptron()
    clone.initialize()
    if run_before:
        clone(X)
    d2l.load_parameters(clone, file)
    assert clone(X).tolist() == net(X).tolist()


def test_a_device_may_be_named(saved):
    clone = perceptron()
    d2l.load_parameters(clone, saved[1], mx.cpu(1))
    assert clone[0].weight.list_ctx() == [mx.cpu(1)]


def test_every_device_of_a_network_gets_the_values(saved):
    net, file = saved
    clone = perceptron()
    clone.initialize(ctx=[mx.cpu(0), mx.cpu(1)])
    d2l.load_parameters(clone, file)
    assert clone(X.as_in_ctx(mx.cpu(1))).tolist() == net(X).tolist()


@pytest.mark.parametrize('build,reason', [
    (lambda: nn.HybridSequential(), "a parameter '0.weight' that the net has not"),
    (lambda: perceptron(hidden=5), r"'0.weight' .* shape \(5, -1\), but \(4, 3\) in"),
    (lambda: perceptron(in_units=7), r"'0.weight' .* \(4, 7\), but \(4, 3\)")])
def test_another_structure_is_refused_by_the_parameters_name(saved, build, reason):
    net = build()
    net.initialize()
    with pytest.raises(ValueError, match=reason):
        d2l.load_parameters(net, saved[1])


def test_a_network_with_more_layers_is_refused(saved):
    net = perceptron()
    net.add(nn.Dense(3))
    with pytest.raises(ValueError, match="no parameter '2.weight'; it has: 0.bias"):
        d2l.load_parameters(net, saved[1])


def test_a_refused_file_changes_nothing(saved):
    net = perceptron(outputs=3)
    net.initialize()
    before = net(X).tolist()
    with pytest.raises(ValueError):
        d2l.load_parameters(net, saved[1])
    assert net(X).tolist() == before


def test_a_network_without_parameters_is_saved_and_loaded_too(tmp_path):
    net = nn.Activation('relu')
    net.save_parameters(str(tmp_path / 'net.params'))
    d2l.load_parameters(net, tmp_path / 'net.params')
    with pytest.raises(ValueError, match="no parameter '0.weight'"):
        d2l.load_parameters(perceptron(), tmp_path / 'net.params')


def test_a_file_that_is_missing_damaged_or_nameless_is_told_apart(tmp_path):
    net, file = perceptron(), tmp_path / 'net.params'
    with pytest.raises(FileNotFoundError, match='no parameter file .*net.params'):
        d2l.load_parameters(net, file)
    file.write_bytes(b'no parameters at all, but longer than a header')
    with pytest.raises(ValueError, match='no file of MXNet arrays'):
        d2l.load_parameters(net, file)
    npx.save(str(file), [X])
    with pytest.raises(ValueError, match='arrays without names'):
        d2l.load_parameters(net, file)


def test_weights_come_back_from_a_checkpoint_of_their_training(tmp_path):
    net = nn.HybridSequential()
    net.add(nn.Dense(3), nn.BatchNorm(), nn.Dense(2))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    X = np.random.uniform(size=(4, 5))
    with d2l.Checkpoints(tmp_path / 'saved'):
        d2l.fit(step, [(X, np.array([0, 1, 1, 0]))], 2)
    again = nn.HybridSequential()
    again.add(nn.Dense(3), nn.BatchNorm(), nn.Dense(2))
    d2l.load_trained(again, tmp_path / 'saved')
    assert again(X).tolist() == net(X).tolist()


def test_checkpoint_of_another_network_is_refused(tmp_path):
    net = nn.Dense(3)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
    with d2l.Checkpoints(tmp_path):
        d2l.fit(step, [(np.ones((4, 5)), np.ones((4, 3)))], 1)
    with pytest.raises(ValueError, match='fit-001.npz was saved from another network'):
        d2l.load_trained(nn.Dense(2), tmp_path)


def test_folder_without_a_checkpoint_is_told(tmp_path):
    for holds in ('no checkpoint', 'a graph, for predict, but no checkpoint'):
        with pytest.raises(ValueError, match=f'holds {holds}: .* DIR saves one'):
            d2l.load_trained(nn.Dense(2), tmp_path)
        (tmp_path / 'model.json').write_text('{}')


def test_a_parameter_that_is_used_twice_may_be_saved_once(tmp_path):
    def tied():
        dense, net = nn.Dense(3, in_units=3), nn.HybridSequential()
        net.add(dense, nn.Activation('tanh'), dense)
        return net

    net, clone = tied(), tied()
    net.initialize(mx.init.Normal(1))
    net.save_parameters(str(tmp_path / 'tied.params'), deduplicate=True)
    d2l.load_parameters(clone, tmp_path / 'tied.params')
    assert clone(X).tolist() == net(X).tolist()


def test_weights_come_back_where_the_network_is_all_that_a_step_trains(tmp_path):
    net = perceptron(in_units=3)
    net.initialize(mx.init.Normal(1))
    net(X)

    def step(X):
        net[0].bias.set_data(net[0].bias.data() + 1)
        return {'train loss': (0, 1)}

    with d2l.Checkpoints(tmp_path):
        d2l.fit(d2l.Step(step, trains=net), [(X,)], 2)
    again = perceptron(in_units=3)
    d2l.load_trained(again, tmp_path)
    assert again[0].bias.data().tolist() == [2] * 4
    assert again(X).tolist() == net(X).tolist()


def test_of_several_trainings_in_a_folder_the_last_counts(tmp_path):
    def dense(value):
        net = nn.Dense(1, in_units=1)
        net.initialize(mx.init.Constant(value))
        return net

    with d2l.Checkpoints(tmp_path):
        for value in (1., 2., 3.):
            step = d2l.Step(lambda X: {'train loss': (0., 1)}, trains=dense(value))
            d2l.fit(step, [(X,)], 1)
    clone = nn.Dense(1, in_units=1)
    d2l.load_trained(clone, tmp_path)
    assert clone.weight.data().item() == 3
