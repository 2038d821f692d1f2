"""Steps of three sizes: what is scaled, and how growth is told."""
import pytest

from d2lmx.bench import measure
from d2lmx.bench.growth import (at_torch, functions_at, growth_record, inputs_at,
                                places, scaled, WIDTHS)
from d2lmx.bench.measure import Plan
from d2lmx.pages.networks import find_network


@pytest.mark.parametrize('token,dimensions', [
    ('lenet', ['batch size']), ('4.3', ['batch size', 'width']),
    ('alexnet', ['batch size', 'length']),
    ('9.1:tuned', ['batch size', 'width', 'length'])])
def test_a_section_grows_by_what_its_functions_take(token, dimensions):
    found = places(find_network(token))
    assert list(dict.fromkeys(dimension for dimension, _ in found)) == dimensions
    assert len(found) == 3 * len(dimensions)


def test_states_are_as_wide_as_the_network():
    network = find_network('9.3')
    X, *states = inputs_at(network, 'width', 2)(3)
    assert X.shape == (3, 35)
    assert [S.shape for S in states] == [(2, 3, 512)] * 2
    X, *states = inputs_at(network, 'length', 2)(3)
    assert X.shape == (3, 70) and states[0].shape == (2, 3, 256)
    net = network.build_net(**scaled(network.build_net, WIDTHS, 2))
    net.initialize()
    assert net(*inputs_at(network, 'width', 2)(3))[0].shape == (3 * 35, 28)


def test_all_widths_of_a_network_grow_together():
    assert scaled(find_network('10.7').build_net, WIDTHS, 0.5) == {
        'num_hiddens': 16, 'ffn_num_hiddens': 32}


@pytest.mark.torch
def test_a_port_that_cannot_grow_says_why(torch):
    network = find_network('alexnet')
    assert 'shape' in at_torch(network, inputs_at(network, 'length', 0.5), {}, 2)
    assert 'one width' in at_torch(network, network.example_inputs, {'size': 3}, 2)
    assert callable(at_torch(find_network('4.3'), find_network('4.3').example_inputs,
                             {'num_hiddens': 128}, 2))


def test_powers_by_hand(monkeypatch):
    # a step that takes as many seconds as its batch, its square at other widths
    def seconds_in_turn(makers, rounds, **_):
        keys = functions_at(find_network('4.3'), 8, 'static', lambda *_: None)
        values = iter([[4.0], [8.0], [16.0], [1.0], [4.0], [16.0]])
        return {(('gluon', None), key): next(values) for key in keys}, {}

    monkeypatch.setattr(measure, 'seconds_in_turn', seconds_in_turn)
    record = growth_record(find_network('4.3'), 8, Plan(rounds=1))
    assert record['result']['batch size'] == [
        {'size': size, 'seconds': {'static': float(size)}} for size in (4, 8, 16)]
    assert [row['size'] for row in record['result']['width']] == [128, 256, 512]
    assert record['powers'] == {'batch size': {'static': pytest.approx(1)},
                                'width': {'static': pytest.approx(2)}}
