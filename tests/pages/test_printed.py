"""The book's numbers beside those of a run: which run is compared, and how."""
from types import SimpleNamespace

import pytest

from d2lmx.pages import sections
from d2lmx.pages.options import hyperparameters
from d2lmx.pages.printed import beside_the_book, compared, number_at, pages, standing
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
    exact = compared(170580, 170580, 170580, 170580)
    assert '170580 to 170580' in book_lines({'numbers': {'corpus': exact}})[0]


@pytest.mark.parametrize('ours, lowest, highest, told', [
    (8.000118, 8.00011, 8.00013, '8.000118 8.00012 8.00011 to 8.00013'),
    (.48603, .458, .486, '0.48603 8.00012 0.458 to 0.486'),  # just outside
    (5.99999, 6, 6, '5.99999 8.00012 6 to 6'), (.5, .4, .6, '0.5 8 0.4 to 0.6'),
    ('nan', 8.00011, 8.00013, 'nan 8.00012 8.00011 to 8.00013')])
def test_numbers_have_the_digits_that_tell_the_ends_of_a_range_apart(ours, lowest,
                                                                    highest, told):
    row = compared(ours, 8.00012, lowest, highest)
    line = book_lines({'numbers': {'x': row}})[0].splitlines()[1]
    assert line.split()[1:-1] == told.split()


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
    ({'final': {'train loss': 'nan'}}, 'nan'),
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


@pytest.mark.parametrize('book,word', [
    (None, ''), ({'reason': 'why'}, 'not compared'),
    ({'numbers': {'a': {'inside': True}}}, 'inside'),
    ({'numbers': {'a': {'inside': True}, 'b': {'inside': False}}}, 'outside')])
def test_how_a_record_stands(book, word):
    assert standing(book) == word


@pytest.mark.parametrize('name,number', [
    ('losses/1', 5), ('losses/2', "no number at 'losses/2'"), ('folds/0/1', 7),
    ('losses/-1', "no number at 'losses/-1'"), ('losses/x', "no number at 'losses/x'"),
    ('losses', "no number at 'losses'"), ('losses/1/0', "no number at 'losses/1/0'")])
def test_a_path_leads_into_lists_too(name, number):
    assert number_at({'losses': [4, 5], 'folds': [[6, 7]]}, name) == number


def test_a_result_whose_final_is_no_table_has_its_paths_still():
    assert number_at({'final': [4, 5]}, 'final/1') == 5


@pytest.mark.parametrize('statistic,values,ours', [
    ('mean', [.2, .4, .9], .5), ('max', [.2, .9, .4], .9), ('min', [.2, .9, .1], .1),
    ('mean', [.2, 'nan', .4], 'nan'), ('max', [.2, 'nan', .4], .4),
    ('max', ['nan'] * 3, 'nan')])
def test_a_lottery_is_judged_by_a_mean_or_by_the_best_of_its_seeds(statistic, values,
                                                                   ours):
    page, = pages(SimpleNamespace(
        run=run, PRINTED=[({'num_epochs': 3}, {'acc': (.5, .1, .9)})],
        OVER_SEEDS=[({'num_epochs': 3}, {'acc': (statistic, 3, .5, .35, .95)})]))
    assert page.num_seeds == 3
    rows = page.compare_over_seeds([{'acc': value} for value in values])
    row = rows[f'acc, {statistic} of 3 seeds']
    assert row['ours'] == (ours if isinstance(ours, str) else pytest.approx(ours))
    assert row['inside'] is (ours in (.4, .5, .9))
    assert (row['lowest'], row['highest']) == (.35, .95)


WITH_NUMBERS = [s for s in sections.sections() if hasattr(sections.load(s), 'PRINTED')]
# of these no edition prints a number that another machine or seed could come near:
# shapes and values of examples, times, curves without an end
WITHOUT = {
    2: range(1, 8), 3: [1, 5], 4: [1, 7, 8, 9], 5: range(1, 7), 6: [1, 3, 4, 5], 7: [],
    8: [4, 7], 9: [6, 8], 10: [1, 3, 5, 6], 11: [1, 2, 3, 4], 12: [2, 3, 4, 7],
    13: [3, 4, 5, 6, 8, 10], 14: [1, 2, 5, 6, 8], 15: [6], 16: [1, 5, 8], 18: [8],
    20: [1, 2], 21: range(1, 25), 22: range(1, 9), 23: range(2, 22)}


def test_every_section_has_the_books_numbers_or_the_book_has_none():
    numbers = {s.number for s in sections.sections()} - {s.number for s in WITH_NUMBERS}
    assert numbers == {f'{chapter}.{section}' for chapter, found in WITHOUT.items()
                       for section in found}


@pytest.mark.parametrize('section', WITH_NUMBERS, ids=lambda s: s.slug)
def test_printed_numbers_lie_between_the_builds_and_name_real_options(section):
    module = sections.load(section)
    options = hyperparameters(module.run)
    for changed, numbers in module.PRINTED:
        assert changed.keys() <= options.keys() and numbers
        assert all(low <= book <= high for book, low, high in numbers.values())


def test_what_is_judged_over_seeds_is_a_number_of_one_run_too():
    lotteries = {s.number: pages(sections.load(s)) for s in WITH_NUMBERS
                 if hasattr(sections.load(s), 'OVER_SEEDS')}
    assert {'7.3', '7.5', '7.7'} <= lotteries.keys()
    for found in lotteries.values():
        assert any(page.num_seeds > 1 for page in found)
        for page in found:
            assert page.over_seeds.keys() <= page.numbers.keys()
            for _, runs, book, low, high in page.over_seeds.values():
                assert runs > 1 and low <= book <= high
