"""``d2lmx debug``: a line a check, a file of numbers, and the status."""
import json
from pathlib import Path

import pytest

SECTION = '''"""A line (直线)

Source: mine
"""
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(lr=0.1)


def run(*, lr: float = 0.1, out: str = '') -> dict:
    X = np.random.normal(size=(60, 3))
    y = np.dot(X, np.array([[1.], [-2], [3]]))
    net = nn.Dense(1)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    d2l.fit(d2l.regression_step(net, gluon.loss.L2Loss(), trainer),
            d2l.load_array((X, y), 20), 1)
    raise AssertionError('no training was to be run')


if __name__ == '__main__':
    d2l.main(run)
'''


@pytest.fixture
def line(tmp_path):
    """A section's file, of one's own."""
    (tmp_path / 'line.py').write_text(SECTION, encoding='utf-8')
    return tmp_path / 'line.py'


def test_a_section_without_a_fault_is_status_0(line, call, tmp_path, capsys):
    assert call('debug', line, '--out', tmp_path) == 0
    *lines, empty, verdict, data, numbers = capsys.readouterr().out.splitlines()
    assert (empty, verdict, data) == ('', 'nothing to look at', 'data: none')
    assert {text.split(' ', 1)[0] for text in lines} == {'ok', '-'}
    assert not any('->' in text for text in lines)
    file = Path(numbers.removeprefix('numbers: '))
    assert file == tmp_path / 'debug_line.json'
    record = json.loads(file.read_text())
    assert record['passed'] and record['options'] == {'lr': .1}
    assert [row['name'] for row in record['findings']] == [
        text.split(None, 1)[1].split(': ')[0] for text in lines]


def test_a_rate_that_is_too_large_is_named_with_what_to_do(line, call, tmp_path,
                                                           capsys):
    assert call('debug', line, '--lr', '100', '--out', tmp_path) == 1
    shown = capsys.readouterr().out.splitlines()
    looks = [text for text in shown if text.startswith('look ')]
    assert [text.split()[1] for text in looks] == ['update:', '10']
    assert all(' -> ' in text for text in looks) and 'rate' in looks[0]
    assert '2 to look at' in shown
    assert not json.loads((tmp_path / 'debug_line.json').read_text())['passed']


@pytest.mark.parametrize('words,reason', [
    (('2.1',), 'section 2.1 trains no network by d2l.fit: there is nothing to examine'),
    (('3.2',), 'section 3.2 trains by a loop of its own'),
    (('lenat',), 'did you mean lenet'),
    (('3.7', '--checkpoint', 'x'), '--checkpoint is of a run'),
    (('3.7', '--lr', 'fast'), '--lr')])
def test_what_cannot_be_examined_is_one_line_and_status_2(words, reason, call, capsys,
                                                          tmp_path):
    capsys.readouterr()
    assert call('debug', *words, *(['--out', tmp_path] if len(words) == 1 else [])) == 2
    errors = capsys.readouterr().err
    assert reason in errors and errors.count('\n') == 1
    assert list(tmp_path.iterdir()) == []


def test_help_has_the_options_of_the_section(call, capsys):
    assert call('debug', '3.7', '--help') == 0
    shown = capsys.readouterr().out
    assert '--batch-size' in shown and '--seed' in shown


@pytest.mark.parametrize('number', [
    '3.7', *(pytest.param(number, marks=pytest.mark.slow)
             for number in ('3.3', '3.6', '6.6', '9.1', '9.2', '9.7', '10.7'))])
def test_sections_of_the_book_have_nothing_to_look_at(number, call, tmp_path, capsys):
    assert call('debug', number, '--data', 'toy', '--out', tmp_path) == 0, (
        capsys.readouterr().out)
