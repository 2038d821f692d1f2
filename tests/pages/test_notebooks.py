"""Notebooks of sections: a file that Jupyter takes, and the numbers of the run."""
import json
import os
import re

import pytest

from d2lmx import commands
from d2lmx.errors import InputError
from d2lmx.pages import sections
from d2lmx.pages.cells import opened, opens
from d2lmx.pages.notebooks import cells_of, notebook_of
from d2lmx.pages.results import as_json

OWN = '''import pathlib


def inner():
    return lr


lr = 2


def run(*, lr: float = 5e-1, out: pathlib.Path = pathlib.Path('.')) -> dict:
    return {'lr': lr, 'inner': inner(), 'out': out.is_dir()}
'''


def executed(cells, folder, monkeypatch):
    """The names that the code of cells leaves, executed in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv('D2LMX_DATA', os.environ['D2LMX_DATA'])
    names = {'__name__': 'notebook'}
    exec('\n'.join(source for kind, source in cells if kind == 'code'), names)
    return names


@pytest.mark.parametrize('number', ['2.2', '2.4', '3.2'])
def test_a_notebook_has_the_numbers_of_the_run(number, tmp_path, monkeypatch, capsys):
    section = sections.find(number)
    assert commands.call('run', [number, '--smoke', '--no-hybridize', '--out',
                                 str(tmp_path)]) == 0
    names = executed(cells_of(section, smoke=True), tmp_path, monkeypatch)
    record = json.loads((tmp_path / section.slug / 'metrics.json').read_text())
    result = as_json(names['result'])
    result.pop('timing', None)
    record['result'].pop('timing', None)
    assert result == record['result'] != {}


def test_a_run_that_cannot_be_opened_is_called(tmp_path, monkeypatch):
    (tmp_path / 'own.py').write_text(OWN)
    cells = cells_of(sections.find(str(tmp_path / 'own.py')))
    assert executed(cells, tmp_path, monkeypatch)['result'] == {
        'lr': .5, 'inner': 2, 'out': True}
    assert (tmp_path / 'own').is_dir()


def test_a_file_without_run_is_told_what_to_write(tmp_path):
    (tmp_path / 'own.py').write_text('import d2lmx as d2l\n')
    with pytest.raises(InputError, match='needs a function run: write def run'):
        cells_of(sections.find(str(tmp_path / 'own.py')))


def test_options_are_written_as_in_the_file_and_changed_for_a_try():
    section = sections.find('13.7')
    code = [source for kind, source in cells_of(section) if kind == 'code']
    options, = (source for source in code if source.startswith('images = '))
    assert options.splitlines() == [
        "images = 'banana-detection'",
        "backbone = 'tiny'  # 'tiny', 'mobilenet_v2_1_0'",
        'num_epochs = 20', 'lr = 0.2', 'weight_decay = 5e-4', 'batch_size = 32',
        'size = 256',
        "out = Path('13.07_ssd')", 'out.mkdir(exist_ok=True)', 'd2l.set_seed(0)']
    code = [source for kind, source in cells_of(section, smoke=True) if kind == 'code']
    options, = (source for source in code if 'set_seed' in source)
    assert 'num_epochs = 2\n' in options and "['D2LMX_DATA'] = 'toy'" in options


def test_a_notebook_is_valid_and_always_the_same():
    nbformat = pytest.importorskip('nbformat')
    section = sections.find('6.6')
    text = notebook_of(section)
    assert text == notebook_of(section)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source == (
        '# 6.6 Convolutional neural networks: LeNet\n\n卷积神经网络 LeNet\n\n'
        '[https://zh.d2l.ai/chapter_convolutional-neural-networks/lenet.html]'
        '(https://zh.d2l.ai/chapter_convolutional-neural-networks/lenet.html)')
    assert not any(cell.get('outputs') for cell in notebook.cells)


@pytest.mark.parametrize('number,address', [
    ('15.4', 'https://zh.d2l.ai/chapter_natural-language-processing-applications/'
             'natural-language-inference-and-dataset.html'),  # on a line of its own
    ('16.3', 'https://d2l.ai/chapter_recommender-systems/mf.html')])  # English alone
def test_the_page_of_a_notebook_is_one_that_is_there(number, address):
    (_, title), *_ = cells_of(sections.find(number))
    assert title.split('\n\n')[2] == f'[{address}]({address})'


def test_what_adds_to_a_figure_shows_no_object_below_it():
    cells = [cell for _, cell in opened(
        sections.find('11.5').path.read_text(encoding='utf-8'))]
    ends = [cell.splitlines()[-1] for cell in cells if 'plt.title(' in cell]
    assert ends and all(end.endswith(';') for end in ends)


def test_what_adds_to_a_figure_is_in_the_cell_that_draws_it():
    texts = {section.number: section.path.read_text(encoding='utf-8')
             for section in sections.sections()}
    adds = re.compile(r'(#.*\n)*(d2l\.)?plt\.(title|[xy]label|legend)')
    assert [(number, cell) for number, text in texts.items() if opens(text)
            for _, cell in opened(text) if adds.match(cell)] == []  # to an empty figure
