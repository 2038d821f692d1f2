import shutil
import xml.etree.ElementTree as ElementTree

import pytest
from mxnet import np

import d2lmx as d2l

needs_dot = pytest.mark.skipif(shutil.which('dot') is None,
                               reason='needs the program Graphviz')


@needs_dot
@pytest.mark.parametrize('suffix,start', [('.svg', b'<?xml'), ('.png', b'\x89PNG'),
                                          ('.pdf', b'%PDF')])
def test_a_drawing_has_the_format_of_its_suffix(suffix, start, tmp_path):
    path = d2l.draw_network(d2l.Residual(3), np.ones((1, 3, 6, 6)),
                            tmp_path / 'new' / f'residual{suffix}')
    assert path.read_bytes().startswith(start)


@needs_dot
def test_the_drawing_names_operators_and_the_shape_of_an_example(tmp_path):
    path = d2l.draw_network(d2l.Residual(6, use_1x1conv=True, strides=2),
                            np.ones((4, 3, 6, 6)), tmp_path / 'residual.svg')
    texts = [node.text for node in ElementTree.parse(path).iter() if node.text]
    assert sum(text == 'Convolution' for text in texts) == 3
    assert '6x3x3' in texts


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
