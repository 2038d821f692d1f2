import shutil
import xml.etree.ElementTree as ElementTree

import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.pages.networks import find_network

needs_dot = pytest.mark.skipif(shutil.which('dot') is None,
                               reason='needs the program Graphviz')


def texts_of(net, inputs, tmp_path):
    path = d2l.draw_network(net, inputs, tmp_path / 'net.svg')
    return [node.text for node in ElementTree.parse(path).iter() if node.text]


@needs_dot
@pytest.mark.parametrize('suffix,start', [('.svg', b'<?xml'), ('.png', b'\x89PNG'),
                                          ('.pdf', b'%PDF')])
def test_a_drawing_has_the_format_of_its_suffix(suffix, start, tmp_path):
    path = d2l.draw_network(d2l.Residual(3), np.ones((1, 3, 6, 6)),
                            tmp_path / 'new' / f'residual{suffix}')
    assert path.read_bytes().startswith(start)


@needs_dot
def test_the_drawing_names_operators_and_the_shapes_they_give(tmp_path):
    texts = texts_of(d2l.Residual(6, use_1x1conv=True, strides=2),
                     np.ones((4, 3, 6, 6)), tmp_path)
    assert sorted(text for text in texts if text.startswith('Convolution')) == [
        'Convolution 1 x 1, 6', 'Convolution 3 x 3, 6', 'Convolution 3 x 3, 6']
    assert texts.count('4 x 6 x 3 x 3') == 8  # with two norms, two ReLUs and the sum
    assert not any('weight' in text for text in texts)


@needs_dot
def test_a_shared_layer_is_drawn_each_time(tmp_path):
    shared, net = nn.Dense(4, in_units=4), nn.HybridSequential()
    net.add(shared, shared)
    assert texts_of(net, np.ones((2, 4)), tmp_path).count('FullyConnected 4') == 2


@needs_dot
@pytest.mark.parametrize('name,layers', [('gru', 1), ('seq2seq', 2 + 2)])
def test_recurrent_layers_are_drawn_with_their_states(name, layers, tmp_path):
    network = find_network(name)
    inputs = network.example_inputs(1)
    texts = texts_of(network.build_net(), inputs, tmp_path)
    assert sum(text.startswith('RNN') for text in texts) == layers


def test_without_graphviz_the_complaint_says_how_to_get_it_and_has_the_summary(
        monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, 'which', lambda program: None)
    net, path = d2l.Residual(3), tmp_path / 'residual.svg'
    with pytest.raises(d2l.GraphvizMissing, match='apt-get install graphviz') as caught:
        d2l.draw_network(net, np.ones((1, 3, 6, 6)), path)
    assert str(caught.value).endswith(d2l.summary_table(net, np.ones((1, 3, 6, 6))))
    assert not path.exists()


def test_other_suffixes_are_refused():
    with pytest.raises(ValueError, match=r"ends in \.svg, \.png, \.pdf, got 'net.doc'"):
        d2l.draw_network(d2l.Residual(3), np.ones((1, 3, 6, 6)), 'net.doc')
