"""Two sections of one name: told apart, and nothing of one is taken for the other's."""
import json

import pytest

from d2lmx.commands import call
from d2lmx.pages import artefacts, networks, sections
from d2lmx.parity.torch_side import find_twin

SECTION = '''"""{title} (丢弃法)"""
from mxnet import np
from mxnet.gluon import nn

SMOKE = {{}}


def build_net():
    return nn.Dense({outputs})


def example_inputs(batch_size=2):
    return (np.ones((batch_size, 3)),)


def run(*, k: int = {outputs}) -> dict:
    return {{'k': k}}
'''


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    """A book with a section `dropout` in two of its chapters; its folder."""
    for place, title, outputs in (('ch04_perceptrons/s06_dropout', 'Dropout', 4),
                                  ('ch20_companions/s03_dropout', 'Leaving', 7)):
        file = tmp_path / 'book' / f'{place}.py'
        file.parent.mkdir(parents=True)
        file.write_text(SECTION.format(title=title, outputs=outputs), encoding='utf-8')
    monkeypatch.setattr(sections, 'chapters_folder', lambda: tmp_path / 'book')


@pytest.mark.parametrize('token', ['dropout', 'Dropout'])
def test_the_name_alone_is_refused_with_both_numbers(token):
    with pytest.raises(sections.UnknownSection) as error:
        sections.find(token)
    assert str(error.value) == (f'two sections are called {token}: 4.6 and 20.3; say '
                                'which by its number')


@pytest.mark.parametrize('token,title', [
    ('4.6', 'Dropout'), ('20.3', 'Leaving'), ('04.06_dropout', 'Dropout'),
    ('20.03_dropout', 'Leaving')])
def test_number_and_slug_find_the_one_that_is_meant(token, title):
    section = sections.find(token)
    assert section.title == title and sections.find(str(section.path)) == section


def test_both_run_by_their_numbers_and_keep_their_results_apart(tmp_path, capsys):
    out = ['--smoke', '--out', str(tmp_path / 'out')]
    assert call('run', ['dropout', *out]) == 2
    assert capsys.readouterr().err == ('d2lmx: two sections are called dropout: 4.6 '
                                       'and 20.3; say which by its number\n')
    assert call('run', ['4.6', *out]) == call('run', ['20.3', *out]) == 0
    results = {slug: json.loads((tmp_path / 'out' / slug / 'metrics.json').read_text())
               for slug in ('04.06_dropout', '20.03_dropout')}
    assert [record['result']['k'] for record in results.values()] == [4, 7]
    assert [record['section'] for record in results.values()] == ['4.6', '20.3']


def test_loading_one_leaves_the_other_as_it_is():
    first, second = (sections.load(sections.find(n)) for n in ('4.6', '20.3'))
    assert [first.run(), second.run()] == [{'k': 4}, {'k': 7}]


def test_the_networks_of_both_go_to_files_of_different_names(tmp_path):
    files = []
    for number, outputs in (('4.6', 4), ('20.3', 7)):
        network = networks.find_network(number)
        assert network.build_net()._units == outputs
        assert networks.find_network(network.address).section == network.section
        files += artefacts.export_network(network, 'symbol', tmp_path / 'out')
    assert len(set(files)) == len(list((tmp_path / 'out').iterdir())) == 4


def test_a_port_belongs_to_one_of_them(torch, tmp_path):
    first, second = (networks.find_network(number) for number in ('4.6', '20.3'))
    assert (first.twin, second.twin) == ('ch04.s06_dropout', 'ch20.s03_dropout')
    assert find_twin(first.twin).__module__.endswith('ch04.s06_dropout')
    folder = tmp_path / 'book' / 'ch77_elsewhere'  # where no port stands
    folder.mkdir()
    (folder / 's01_dropout.py').write_text(SECTION.format(title='Third', outputs=2))
    assert find_twin(networks.find_network('77.1').twin) is None


def test_two_files_of_one_number_are_told_by_their_paths(tmp_path):
    folder = tmp_path / 'book' / 'ch20_companions'
    (folder / 's03_other.py').write_text(SECTION.format(title='Other', outputs=2))
    with pytest.raises(sections.UnknownSection, match='two files are section 20.3: '
                       '.*s03_dropout.py and .*s03_other.py; give one'):
        sections.find('20.3')
