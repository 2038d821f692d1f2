"""The first edition's numbers lead to sections of ours."""
import argparse

import pytest

from d2lmx.errors import InputError
from d2lmx.pages import edition1, editions, sections

# its table of contents: how many sections each chapter has
SIZES = {2: 4, 3: 16, 4: 6, 5: 12, 6: 10, 7: 8, 8: 5, 9: 13, 10: 12}
TEXT = '2.1 3.4 3.14 3.15 6.1 6.6 6.9 6.10 10.1 10.2 10.4 10.5 10.9 10.10 10.11'


def parsed(**values):
    return argparse.Namespace(**{'edition': '1', **values})


def test_all_sections_are_there_in_order():
    found = edition1.printed()
    assert [section.number for section in found] == [
        f'{chapter}.{n + 1}' for chapter, size in SIZES.items() for n in range(size)]
    assert len(found) == 86 and len({section.page for section in found}) == 86
    assert [s.number for s in found if not s.has_code] == TEXT.split()


def test_each_subject_has_a_section_here_but_two_of_text_alone():
    assert [first.number for first in edition1.printed()
            if not editions.held(first)[0]] == ['2.1', '3.4']
    numbers = {section.number for section in sections.sections()} | {'3.4'}
    assert {number for first in edition1.printed() for number in first.second} <= (
        numbers)


@pytest.mark.parametrize('number, name', [
    ('2.3', 'autograd'), ('3.10', 'mlp_concise'), ('3.16', 'kaggle_house_price'),
    ('5.5', 'lenet'), ('5.11', 'resnet'), ('6.5', 'rnn_concise'), ('6.8', 'lstm'),
    ('7.8', 'adam'), ('8.5', 'multiple_gpus_concise'), ('9.7', 'ssd'),
    ('10.6', 'similarity_analogy'), ('10.8', 'sentiment_analysis_cnn')])
def test_a_number_leads_to_its_subject(number, name):
    token, _ = editions.ours(number)
    assert sections.find(token).name == name


@pytest.mark.parametrize('token', ['mlp-gluon', 'MLP_gluon', ' 3.10', '03.10'])
def test_its_own_names_do_too(token):
    assert editions.ours(token)[0] == '4.3'


def test_a_remark_says_what_the_number_is_in_both():
    assert editions.ours('5.5:wide') == (
        '6.6:wide', '5.5 of the first edition (lenet) is 6.6 here, lenet; the second '
        "edition's 5.5 is read_write")
    assert editions.ours('3.16')[1].endswith('is 4.10 here, kaggle_house_price')
    assert 'deep_rnn, and text without code there' in editions.ours('6.9')[1]
    assert editions.ours('3.6') == ('3.6', '')  # one subject in both
    assert editions.ours('my_lenet.py') == ('my_lenet.py', '')


@pytest.mark.parametrize('token, told', [
    ('6.3', 'is 2 sections here: 8.2 text_preprocessing, 8.3 language_models_and_data'),
    ('3.4', 'is text without code: so is 3.4 of the second'),
    ('2.1', 'is text without code: docs/first-steps.md'),
    ('4.9', "no section '4.9' in the first edition: there are 4.1, 4.2, 4.3"),
    ('alexnett', "in the first edition: there are alexnet"),
    ('12.1', "no section '12.1' in the first edition: `d2lmx list --edition 1`")])
def test_what_leads_nowhere_is_told(token, told):
    with pytest.raises(InputError) as error:
        editions.ours(token)
    assert told in str(error.value)


def test_the_option_may_stand_among_those_of_a_section():
    args, remarks = editions.by_our_numbers(parsed(
        edition=None, section='5.5', arguments=['--lr', '1', '--edition', '1', 'x']))
    assert (args.section, args.arguments) == ('6.6', ['--lr', '1', 'x'])
    assert len(remarks) == 1
    args, remarks = editions.by_our_numbers(parsed(sections=['5.5', '3.6']))
    assert args.sections == ['6.6', '3.6'] and len(remarks) == 1


def test_of_the_second_edition_all_stays():
    given = parsed(edition='2', section='5.5', arguments=None)
    assert editions.by_our_numbers(given) == (given, [])


def test_a_number_of_the_first_edition_alone_is_told_where_it_is_missed():
    with pytest.raises(sections.UnknownSection, match="3.7; with --edition 1 it is the "
                                                      "first edition's 3.16, kaggle-"):
        sections.find('3.16')
