"""The book's numbers beside those of a run: which run is compared, and how."""
from types import SimpleNamespace

import pytest

from d2lmx.pages import sections
from d2lmx.pages.options import hyperparameters
from d2lmx.pages.printed import beside_the_book, compared
from d2lmx.pages.results import as_json, book_lines


def run(*, variant: str = 'scratch', num_epochs: int = 10) -> dict:
    return {}


PAGE = SimpleNamespace(run=run, PRINTED=[
    ({}, {'train loss': (.5, .4, .6), 'folds/1': (2, 1, 3)}),
    ({'variant': 'concise'}, {'train loss': (.7, .65, .7)})])
RESULT = {'final': {'train loss': .45}, 'folds': {'1': 3.5}}


def test_numbers_stand_beside_the_books_inside_or_outside():
    found = beside_the_book(PAGE, dict(variant='scratch', num_epochs=10), 'book',
                            RESULT)
    assert found == {'numbers': {
        'train loss': dict(ours=.45, book=.5, lowest=.4, highest=.6, inside=True),
        'folds/1': dict(ours=3.5, book=2, lowest=1, highest=3, inside=False)}}
    lines = book_lines(found)[0].splitlines()
    assert lines[1].split() == 'train loss 0.45 0.5 0.4 to 0.6 inside'.split()
    assert lines[2].split() == 'folds/1 3.5 2 1 to 3 OUTSIDE'.split()


@pytest.mark.parametrize('ours, inside', [
    (.4, True), (.6, True), (.39, False), (.61, False), ('no number', False)])
def test_both_ends_of_the_builds_range_are_inside(ours, inside):
    assert compared(ours, .5, .4, .6)['inside'] is inside


def test_each_variant_has_its_own_numbers():
    found = beside_the_book(PAGE, dict(variant='concise', num_epochs=10), 'book',
                            RESULT)
    assert found['numbers']['train loss']['inside'] is False


@pytest.mark.parametrize('options,data,reason', [
    (dict(variant='scratch', num_epochs=3), 'book',
     "options other than the page's: num_epochs is 3, not 10"),
    (dict(variant='concise', num_epochs=3), 'book',
     "options other than the page's: num_epochs is 3, not 10"),
    (dict(variant='scratch', num_epochs=10), 'toy', "the data is toy, not the book's"),
    (dict(variant='scratch', num_epochs=10), 'local',
     "the data is local, not the book's")])
def test_other_options_or_data_say_why_there_is_no_comparison(options, data, reason):
    found = beside_the_book(PAGE, options, data, RESULT)
    assert found == {'reason': reason}
    assert book_lines(found) == [f'not compared with the book: {reason}']


@pytest.mark.parametrize('result,ours', [
    ({'final': {'train los': .5}}, "no number at 'train loss'"),
    ({'final': {'train loss': float('nan')}}, float('nan'))])
def test_a_wrong_name_or_no_number_is_outside_and_loses_no_run(result, ours):
    page = SimpleNamespace(run=run, PRINTED=[({}, {'train loss': (.5, .4, .6)})])
    found = beside_the_book(page, dict(variant='scratch', num_epochs=10), 'book',
                            result)
    row = found['numbers']['train loss']
    assert row['inside'] is False and str(row['ours']) == str(ours)
    assert 'OUTSIDE' in book_lines(as_json(found))[0]


def test_a_section_without_printed_numbers_says_nothing():
    found = beside_the_book(SimpleNamespace(run=run), {}, 'book', RESULT)
    assert found is None and book_lines(found) == []


WITH_NUMBERS = [s for s in sections.sections()
                if '\nPRINTED = ' in s.path.read_text(encoding='utf-8')]


def test_ten_sections_have_the_books_numbers():
    numbers = {s.number for s in WITH_NUMBERS}
    assert len(numbers) >= 10 and {'3.6', '4.2', '4.10', '6.6', '9.7'} <= numbers


@pytest.mark.parametrize('section', WITH_NUMBERS, ids=lambda s: s.slug)
def test_printed_numbers_lie_between_the_builds_and_name_real_options(section):
    module = sections.load(section)
    options = hyperparameters(module.run)
    for changed, numbers in module.PRINTED:
        assert changed.keys() <= options.keys() and numbers
        assert all(low <= book <= high for book, low, high in numbers.values())
