"""DeepFM beyond what it shares with factorization machines, see test_16_09_fm.py."""
import pytest
from mxnet import autograd, init


def test_without_its_layers_it_is_a_factorization_machine(section):
    page, machine = section('16.10'), section('16.9')
    net = page.DeepFM([3, 2, 4], 5, mlp_dims=[6], drop_rate=.5)
    fm = machine.FM([3, 2, 4], 5)
    for each in (net, fm):
        each.initialize(init.Normal(.5))
    for name in ('embedding', 'fc'):
        getattr(fm, name).weight.set_data(getattr(net, name).weight.data())
    fm.linear_layer.weight.set_data(net.linear_layer.weight.data())
    net.mlp[-1].weight.set_data(0 * net.mlp[-1].weight.data())
    x, = page.example_inputs(5, [3, 2, 4])
    assert net(x)[:, 0].tolist() == pytest.approx(fm(x)[:, 0].tolist(), rel=1e-5,
                                                  abs=1e-6)


def test_hidden_units_are_dropped_while_training_alone(section):
    net = section('16.10').build_net([3, 2, 4], drop_rate=.5)
    net.initialize(init.Normal(.5))
    x, = section('16.10').example_inputs(5, [3, 2, 4])
    assert (net(x) == net(x)).all()
    with autograd.train_mode():
        assert not (net(x) == net(x)).all()


@pytest.mark.parametrize('number', ['16.9', '16.10'])
def test_example_inputs_are_numbers_of_each_field(section, number):
    x, = section(number).example_inputs(200, [3, 2, 4])
    for column, wanted in zip(x.T.tolist(), ({0, 1, 2}, {3, 4}, {5, 6, 7, 8})):
        assert set(column) == wanted  # all occur: a miss has a chance of (3/4)^200
