"""d2lmx notebook: files that appear whole, and that replace none unasked."""
import json

import pytest

from d2lmx.pages import notebooks, sections

pytest.importorskip('nbformat')


def test_a_section_becomes_a_notebook(call, tmp_path, capsys):
    file = tmp_path / 'new' / 'lenet.ipynb'
    assert call('notebook', 'lenet', '-o', file) == 0
    assert capsys.readouterr().out == f'written: {file}\n'
    cells = json.loads(file.read_text(encoding='utf-8'))['cells']
    assert ''.join(cells[0]['source']).startswith('# 6.6 ')


def test_a_notebook_that_is_there_stays_unless_told(call, complaint, tmp_path):
    file = tmp_path / 'lenet.ipynb'
    file.write_text('mine')
    assert '--force replaces it' in complaint(2, 'notebook', 'lenet', '-o', file)
    assert file.read_text() == 'mine'
    assert call('notebook', 'lenet', '-o', file, '--force') == 0
    assert json.loads(file.read_text(encoding='utf-8'))['nbformat'] == 4


def test_all_sections_go_to_one_folder_or_none(call, tmp_path, monkeypatch, complaint):
    monkeypatch.setattr(notebooks, 'notebook_of',
                        lambda section, smoke: f'{section.slug} {smoke}')
    assert call('notebook', '--all', '--smoke', '-o', tmp_path / 'all') == 0
    written = {file.name: file.read_text() for file in (tmp_path / 'all').iterdir()}
    assert written == {f'{section.slug}.ipynb': f'{section.slug} True'
                       for section in sections.sections()}
    (tmp_path / 'all' / '02.01_ndarray.ipynb').unlink()
    assert 'is there' in complaint(2, 'notebook', '--all', '-o', tmp_path / 'all')
    assert not (tmp_path / 'all' / '02.01_ndarray.ipynb').exists()


def test_a_section_that_fails_leaves_nothing(call, tmp_path, monkeypatch):
    def fails_at_the_end(section, smoke):
        if section.number == '20.2':
            raise RuntimeError('a defect')
        return ''

    monkeypatch.setattr(notebooks, 'notebook_of', fails_at_the_end)
    with pytest.raises(RuntimeError):
        call('notebook', '--all', '-o', tmp_path / 'all')
    assert not (tmp_path / 'all').exists()


@pytest.mark.parametrize('words, told', [
    (['lenet', '-o', 'lenet.txt'], 'ends in .ipynb, got lenet.txt'),
    (['nothing'], "no section 'nothing'"),
    (['--all', '-o', __file__], 'name of a folder, got the file'),
    (['lenet', '--all'], 'not allowed with'), ([], 'is required')])
def test_a_slip_is_one_line(words, told, complaint):
    assert told in complaint(2, 'notebook', *words)
