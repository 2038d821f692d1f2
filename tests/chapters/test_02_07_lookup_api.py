import pytest
from mxnet import np


@pytest.fixture
def lookup(section):
    return section('2.7')


def test_names_for_users_include_the_distributions_and_no_internals(lookup):
    names = lookup.public_names(np.random)
    assert {'uniform', 'normal', 'multinomial'} <= set(names)
    assert not any(name.startswith('_') for name in names)
    assert all(hasattr(np.random, name) for name in names)


def test_help_names_function_module_and_arguments(lookup):
    lines = lookup.help_text(np.ones, 5).splitlines()
    assert len(lines) == 5
    assert lines[0] == 'Help on function ones in module mxnet.numpy'
    assert lines[2].startswith('ones(shape, dtype=')
    assert 'filled with ones' in lines[3]


def test_help_is_plain_text(lookup):
    assert '\b' not in lookup.help_text(np.ones, 100)  # pydoc overstrikes for bold


def test_ones_makes_what_its_help_says(lookup):
    results = lookup.run(num_lines=3)
    assert results['np.ones(4)'] == [1, 1, 1, 1]
    assert results['help(np.ones)'].count('\n') == 2
