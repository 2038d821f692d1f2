"""Cells in the form of the book's pages, in a Jupyter kernel, `d2l` as printed.

A notebook here is a Python file whose cells the lines `# %%` part. It takes the names
from `d2l` that the page takes, with the page's arguments; its last cell asserts.
"""
import os
import sys
from pathlib import Path

import pytest

nbformat = pytest.importorskip('nbformat')
nbclient = pytest.importorskip('nbclient')
pytest.importorskip('ipykernel')
FOLDER = Path(__file__).parent
# the figures that a reader sees below the cells
FIGURES = {'s02_04_calculus': 1, 's03_02_linear_regression_scratch': 1,
           's03_07_softmax_regression_concise': 2, 's04_04_underfit_overfit': 2,
           's06_06_lenet': 1, 's08_05_rnn_scratch': 1, 's10_02_nadaraya_watson': 2}
NAMES = sorted(path.stem for path in FOLDER.glob('s*.py'))


def notebook_of(name):
    text = (FOLDER / f'{name}.py').read_text(encoding='utf-8')
    cells = [nbformat.v4.new_code_cell(cell.strip())
             for cell in text.split('# %%\n')[1:]]
    return nbformat.v4.new_notebook(cells=cells)


def outputs_of(notebook, kind):
    return [output for cell in notebook.cells for output in cell.outputs
            if output.output_type == kind]


@pytest.mark.parametrize('name', NAMES)
def test_a_notebook_runs_as_printed(name, tmp_path, monkeypatch):
    chapter = tmp_path / 'chapter'
    chapter.mkdir()
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv('IPYTHONDIR', str(tmp_path / 'ipython'))
    monkeypatch.delenv('MPLBACKEND', raising=False)  # the kernel's own
    notebook = notebook_of(name)
    # raises where a cell does, with the cell and its traceback
    nbclient.NotebookClient(notebook, timeout=300, kernel_name='python3',
                            resources={'metadata': {'path': str(chapter)}}).execute()

    said = [output.text for output in outputs_of(notebook, 'stream')
            if output.name == 'stderr']
    assert not said
    figures = [output for output in outputs_of(notebook, 'display_data')
               if 'image/svg+xml' in output.data or 'image/png' in output.data]
    assert len(figures) == FIGURES.get(name, 0)
    texts = [output.data['text/plain'] for output in outputs_of(notebook,
                                                                'execute_result')]
    # the book's functions return None there: no object below a page's figure
    assert not [text for text in texts if 'Axes' in text or 'History' in text]


def test_the_kinds_of_cells_are_there():
    assert len(NAMES) == 10 and set(FIGURES) <= set(NAMES)
    texts = [(FOLDER / f'{name}.py').read_text(encoding='utf-8') for name in NAMES]
    assert sum('from d2l import mxnet as d2l\n' in text for text in texts) >= 8
