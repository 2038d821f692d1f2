"""16.8: what is told of the click-through data is what its files hold."""
from collections import Counter

import pytest

import d2lmx as d2l


def test_the_page_tells_what_the_files_hold(section, smoke_run):
    result = smoke_run('16.8').result
    rows, folder = {}, d2l.download_extract('ctr')
    for part in ('train', 'test'):
        with open(f'{folder}/{part}.csv', encoding='ascii') as file:
            rows[part] = [line.rstrip('\n').split('\t') for line in file]
        assert result['examples'][part] == len(rows[part])
        assert result['share of clicks'][part] == pytest.approx(
            sum(row[0] == '1' for row in rows[part]) / len(rows[part]))
    assert result['fields'] == 34 == len(rows['train'][0]) - 1
    assert result['values'] == sum(result['values a field'])
    first, sizes = result['first example'], result['values a field']
    assert first['label'] == float(rows['train'][0][0])
    for i, number in enumerate(first['features']):
        assert sum(sizes[:i]) <= number < sum(sizes[:i + 1])
    known = [set() for _ in sizes]
    for column, values in enumerate(zip(*rows['train'])):
        if column:
            known[column - 1] = {v for v, n in Counter(values).items() if n >= 4}
    new = sum(value not in values for row in rows['test']
              for value, values in zip(row[1:], known))
    assert result['share of rare and unknown values in the test'] == pytest.approx(
        new / len(rows['test']) / 34)


def test_rarer_values_are_unknown_by_a_higher_threshold(section):
    result = section('16.8').run(min_threshold=10 ** 5)
    assert result['values'] == 34  # all are their field's unknown one
    assert result['share of rare and unknown values in the test'] == 1


def test_the_real_data_has_the_fields_of_its_file(real_data, section):
    result = section('16.8').run()
    assert result['fields'] == 39
    assert result['examples'] == {'train': 10000, 'test': 10000}
