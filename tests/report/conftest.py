"""A folder of results as the commands write it, of a few sections, without running any.
"""
import json

import pytest

from d2lmx.pages import sections

FEW = ('2.4', '3.6', '3.7', '6.6', '7.5', '9.7')
MADE = {'data': 'book', 'files': [], 'device': 'cpu(0)', 'threads': 1,
        'versions': {'d2lmx': '0.1.0', 'python': '3.11.7', 'mxnet': '1.9.1',
                     'numpy': '1.23.5'}}
SVG = ('<svg xmlns="http://www.w3.org/2000/svg" width="90pt" height="60pt" '
       'viewBox="0 0 90 60"><!-- epoch --><!-- 0.5 --><!-- $\\mathdefault{10}$ -->'
       '<!-- train loss --><path d="M0 0L90 60" stroke="blue"/>%s</svg>')


@pytest.fixture(autouse=True)
def few_sections(monkeypatch):
    """The book has six sections."""
    chosen = [s for s in sections.sections() if s.number in FEW]
    monkeypatch.setattr(sections, 'sections', lambda: chosen)


def run_record(number, **changed):
    """What a run of a section writes."""
    return {**MADE, 'section': number, 'name': 'name', 'title': 'Title', 'seed': 0,
            'options': {'num_epochs': 10}, 'smoke': False, 'hybridized': True,
            'resumed': None, 'workers': 1, 'result': {'final': {'train loss': 0.5}},
            'book': None, 'timing': {'total_seconds': 65.2}, **changed}


def beside(ours, book, lowest, highest):
    """A number of a run beside the book's."""
    return {'ours': ours, 'book': book, 'lowest': lowest, 'highest': highest,
            'inside': lowest <= ours <= highest}


def write(folder, record, name='metrics.json'):
    """A record as a file in a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(record), encoding='utf-8')


def comparison(**changed):
    """What ``compare`` writes."""
    check = {'absolute': 2e-7, 'relative': 1e-6, 'at': 'x', 'tolerance': 1e-5,
             'passed': True}
    sides = {'gluon': 0.002, 'torch': 0.003, 'ratio': 1.5}
    return {**MADE, 'section': '6.6', 'title': 'lenet (6.6)', 'port': 'its twin',
            'torch': '2.13.0', 'batch_size': 4, 'steps': 10, 'lr': 0.9,
            'checks': {'predictions': check}, 'settings': [], 'not_compared': [],
            'conventions': {'loss': 'the mean'}, 'error': None, 'parting': None,
            'passed': True, 'timing': {'batch_size': 256, 'threads': 1, 'rounds': 5,
                                       'training step': sides, 'prediction': sides},
            **changed}


def speeds(**changed):
    """What ``bench`` writes."""
    def way(median, times, torch):
        return {'examples_per_second': 256 / median, 'median_seconds': median,
                'min_seconds': median, 'times_imperative': times,
                'times_best_torch': torch, 'share_of_peak': None}
    return {**MADE, 'section': '6.6', 'title': 'lenet (6.6)',
            'processor': 'a processor', 'rounds': 10, 'batch_size': 256,
            'unit': 'examples', 'refused': {}, 'result': {'training step': {
                'imperative': way(.02, 1, .5), 'static': way(.008, 2.5, 1.25),
                'torch eager': way(.01, 2, 1)}}, **changed}


@pytest.fixture
def results(tmp_path):
    """A folder with a section of each state, and what is of no section."""
    folder = tmp_path / 'results'
    write(folder / '03.06_softmax_regression_scratch', run_record('3.6', book={
        'numbers': {'train loss': beside(0.451, 0.451, 0.437, 0.465),
                    'test acc': beside(0.5, 0.83, 0.8, 0.84)}}))
    write(folder / '03.07_softmax_regression_concise', run_record('3.7', book={
        'numbers': {'train loss': beside(0.449, 0.451, 0.437, 0.465)}}))
    write(folder / '06.06_lenet', run_record(
        '6.6', data='toy', options={'num_epochs': 1, 'lr': 0.9},
        book={'reason': "the data is toy, not the book's"},
        result={'final': {'train loss': 2.25}, 'series': {'train loss': [[1, 2.25]]},
                'said': 'two\nlines'},
        files=[{'name': 'f', 'file': 'images.gz', 'data': 'toy', 'sha1': 'ab12' * 10}]))
    write(folder / '07.05_batch_norm', run_record('7.5', timing={'total_seconds': 9.5},
                                                  book={'reason': 'other options'}))
    write(folder / '02.04_calculus', run_record('2.4', data='none'))
    write(folder / 'own', run_record('', title='My own file'))
    write(folder, comparison(), 'compare_06.06_lenet.json')
    write(folder, speeds(), 'bench_06.06_lenet.json')
    for name in ('06.06_lenet.onnx', '07.05_batch_norm_concise-symbol.json',
                 '07.05_batch_norm_concise-0000.params', 'resnet.onnx'):
        (folder / name).write_bytes(b'x' * 1500)
    for number in (1, 2, 10):
        figures = folder / '06.06_lenet' / 'figures'
        figures.mkdir(exist_ok=True)
        (figures / f'{number}.svg').write_text(SVG % number)
    return folder
