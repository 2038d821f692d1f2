"""Sections as notebooks, by `d2lmx notebook --smoke`, executed in a Jupyter kernel."""
import json
import os
import sys

import pytest

from d2lmx import commands
from d2lmx.pages import sections
from d2lmx.pages.notebooks import notebook_of

nbformat = pytest.importorskip('nbformat')
nbclient = pytest.importorskip('nbclient')
pytest.importorskip('ipykernel')
# how often their figures are redrawn at least, as curves grow: 6.6 at five points of
# each of two epochs
SECTIONS = {'2.2': 0, '2.4': 0, '3.6': 1, '6.6': 10, '8.5': 1, '10.2': 1, '11.5': 1,
            '12.1': 0, '13.7': 2, '13.8': 0}
TELL = ('import json\nfrom d2lmx.pages.results import as_json\n'
        'print(json.dumps(as_json(result)))')


class Client(nbclient.NotebookClient):
    """Counts how often a cell's output so far gives way, as curves do that grow."""

    redrawn = 0

    def process_message(self, message, cell, cell_index):
        self.redrawn += message['msg_type'] == 'clear_output'
        return super().process_message(message, cell, cell_index)


def execute(section, folder):
    """The executed notebook, and how often its figures were redrawn."""
    notebook = nbformat.reads(notebook_of(section, smoke=True), as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(TELL))
    client = Client(notebook, timeout=300, kernel_name='python3',
                    resources={'metadata': {'path': str(folder)}})
    client.execute()  # raises where a cell does
    return notebook, client.redrawn


@pytest.mark.parametrize('number', SECTIONS)
def test_a_section_runs_in_jupyter_as_on_the_command_line(number, tmp_path,
                                                          monkeypatch):
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv('IPYTHONDIR', str(tmp_path / 'ipython'))
    section = sections.find(number)
    assert commands.call('run', [number, '--smoke', '--no-hybridize', '--out',
                                 str(tmp_path / 'results')]) == 0
    monkeypatch.delenv('MPLBACKEND', raising=False)  # the kernel's own
    notebook, redrawn = execute(section, tmp_path)

    outputs = [output for cell in notebook.cells if cell.cell_type == 'code'
               for output in cell.outputs]
    folder = tmp_path / 'results' / section.slug
    record = json.loads((folder / 'metrics.json').read_text(encoding='utf-8'))['result']
    result = json.loads(outputs.pop().text)
    for numbers in (result, record):
        numbers.pop('timing', None)
        numbers.pop('files', None)  # sizes, with layers' names, counted in each process
    assert result == record
    drawn = [output for output in outputs if output.output_type == 'display_data']
    assert len(drawn) == len(list((folder / 'figures').glob('*.svg')))
    assert redrawn >= SECTIONS[number]
    shown = [output for output in outputs if output.output_type == 'execute_result']
    assert len(shown) == 1  # what came of it, and no object below a figure
    if any('.mkdir(' in cell.source for cell in notebook.cells):
        assert any((tmp_path / section.slug).iterdir())
