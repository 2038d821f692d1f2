"""``d2lmx show``: a network as table and picture."""
import shutil

import pytest


def test_show_prints_layers_and_their_total(call, capsys):
    assert call('show', 'lenet') == 0
    # 6*26 + 16*151 + 120*401 + 84*121 + 10*85, by hand
    assert capsys.readouterr().out.splitlines()[-1].split()[-1] == '61,706'


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
