"""``d2lmx show``: a network as table and picture."""
import math
import shutil

import cv2
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.pages.activations import activations, picture_for
from d2lmx.pages.networks import find_network, networks


def test_show_prints_layers_and_their_total(call, capsys):
    assert call('show', 'lenet') == 0
    # 6*26 + 16*151 + 120*401 + 84*121 + 10*85, by hand
    assert capsys.readouterr().out.splitlines()[-1].split()[-1] == '61,706'


@pytest.mark.slow
def test_every_network_is_shown_with_the_parameters_that_it_has(call, capsys):
    for network in networks():
        assert call('show', network.address) == 0
        *_, total = capsys.readouterr().out.splitlines()
        net, inputs = network.build_net(), network.example_inputs(1)
        net.initialize()
        net(*inputs)
        learnt = sum(math.prod(param.shape) for param in net.collect_params().values()
                     if param.grad_req != 'null')
        assert total.split()[-1] == f'{learnt:,}', network.title


@pytest.mark.parametrize('section,encoder,decoder', [
    ('9.7', 'Seq2SeqEncoder', 'Seq2SeqDecoder'),
    ('10.4', 'Seq2SeqEncoder', 'Seq2SeqAttentionDecoder'),
    ('10.7', 'TransformerEncoder', 'TransformerDecoder'),
    ('20.1', 'TransformerEncoder', 'TransformerDecoder')])
def test_an_encoder_and_its_decoder_have_a_row_each(section, encoder, decoder, call,
                                                    capsys):
    assert call('show', section) == 0
    _, first, second, total = capsys.readouterr().out.splitlines()
    assert first.startswith(encoder + ' ') and second.startswith(decoder + ' ')
    counts = [int(row.split()[-1].replace(',', '')) for row in (first, second, total)]
    assert counts[0] + counts[1] == counts[2]


@pytest.mark.skipif(shutil.which('dot') is None, reason='needs the program Graphviz')
def test_show_tells_where_the_picture_is(call, tmp_path, capsys):
    picture = tmp_path / 'lenet.svg'
    assert call('show', 'lenet', '--out', picture) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f'picture: {picture}'
    assert picture.read_bytes().startswith(b'<?xml')


def test_without_graphviz_the_table_stands_in_the_complaint(call, tmp_path, capsys,
                                                            monkeypatch):
    monkeypatch.setattr(shutil, 'which', lambda program: None)
    assert call('show', 'lenet', '--out', tmp_path / 'lenet.svg') == 1
    output, errors = capsys.readouterr()
    assert output == '' and errors.splitlines()[-1].split()[-1] == '61,706'
    assert 'apt-get install graphviz' in errors.splitlines()[0]


@pytest.mark.parametrize('words,reason', [
    (('lenat',), 'did you mean lenet'), (('2.1',), 'has no network'),
    (('lenet', '--out', 'lenet.doc'), 'ends in .svg, .png, .pdf')])
def test_what_cannot_be_shown_is_wrong_usage(words, reason, complaint):
    assert reason in complaint(2, 'show', *words)


@pytest.fixture
def photo(tmp_path):
    """A picture, red on its left and grey on its right."""
    picture = onp.full((20, 30, 3), 100, 'uint8')
    picture[:, :15] = 0, 0, 255  # OpenCV's order
    cv2.imwrite(str(tmp_path / 'photo.png'), picture)
    return tmp_path / 'photo.png'


def test_maps_of_a_photo_are_drawn_and_listed(call, photo, tmp_path, capsys):
    out = tmp_path / 'new' / 'maps.png'
    assert call('show', 'lenet', '--activations', photo, '--out', out) == 0
    first, *rows, last = capsys.readouterr().out.splitlines()
    assert first.startswith('its weights are random')
    assert rows == ['Conv2D: 6 maps of 28 x 28', 'AvgPool2D: 6 maps of 14 x 14',
                    'Conv2D: 16 maps of 10 x 10', 'AvgPool2D: 16 maps of 5 x 5']
    assert last == f'picture: {out}' and out.read_bytes()[1:4] == b'PNG'


def test_maps_are_of_the_trained_weights_that_are_given(photo, tmp_path):
    network = find_network('lenet')
    net = network.build_net()
    net.initialize()
    net(*network.example_inputs(1))
    net[0].weight.set_data(np.zeros((6, 1, 5, 5)))
    net[0].bias.set_data(np.arange(6))
    net.save_parameters(str(tmp_path / 'a.params'))
    _, maps = activations(network, photo, tmp_path / 'a.params')
    onp.testing.assert_allclose(maps[0][1], onp.broadcast_to(
        1 / (1 + onp.exp(-onp.arange(6.)))[:, None, None], (6, 28, 28)), rtol=1e-6)


@pytest.mark.parametrize('section, left, right', [
    ('lenet', [1 / 3], [100 / 255]),                       # grey, in 0 to 1
    ('rcnn', [255, 0, 0], [100] * 3),                      # as pixels are
    ('13.2', [(1 - .485) / .229, -.456 / .224, -.406 / .225],
     [(100 / 255 - mean) / std for mean, std in
      [(.485, .229), (.456, .224), (.406, .225)]])])
def test_a_photo_comes_in_the_range_of_the_networks_inputs(photo, section, left, right):
    network = find_network(section)
    X = picture_for(network, d2l.read_picture(photo))
    assert X.shape == network.example_inputs(1)[0].shape
    onp.testing.assert_allclose(X[0, :, 3, 1], left, rtol=1e-5)
    onp.testing.assert_allclose(X[0, :, 3, -2], right, rtol=1e-5)


def test_a_network_that_takes_no_picture_says_what_it_takes(complaint, photo):
    assert 'takes no picture, but inputs of shape 1 x 4' in complaint(
        2, 'show', '8.1', '--activations', photo)
    assert 'neuron (21.1) makes no maps of a picture' in complaint(
        2, 'show', '21.1', '--activations', photo)
    assert 'ends in .svg' in complaint(2, 'show', 'lenet', '--activations', photo,
                                       '--out', 'a.txt')
    assert 'there is no picture' in complaint(1, 'show', 'lenet', '--activations',
                                              'nothing.jpg')
