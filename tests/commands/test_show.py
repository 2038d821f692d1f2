"""``d2lmx show``: a network as table and picture."""
import math
import shutil

import pytest

from d2lmx.pages.networks import networks


def test_show_prints_layers_and_their_total(call, capsys):
    assert call('show', 'lenet') == 0
    # 6*26 + 16*151 + 120*401 + 84*121 + 10*85, by hand
    assert capsys.readouterr().out.splitlines()[-1].split()[-1] == '61,706'


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
