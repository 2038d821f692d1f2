"""`d2lmx page`: a section and its library code, in the page's order."""
import ast
import re

import pytest

from d2lmx.pages import sections
from d2lmx.pages.reading import page_of

OWN = '''"""My own page (我的)"""
import d2lmx as d2l


def build_net():
    return d2l.EncoderDecoder(d2l.Seq2SeqEncoder(9, 8, 7, 1), None)
'''


@pytest.mark.parametrize('number,order', [
    ('9.7', 'Seq2SeqEncoder Seq2SeqDecoder build_net MaskedSoftmaxCELoss train_seq2seq '
            'run predict_seq2seq bleu translations'),
    ('10.4', 'AttentionDecoder Seq2SeqAttentionDecoder build_net run'),
    ('10.7', 'PositionWiseFFN AddNorm EncoderBlock TransformerEncoder DecoderBlock '
             'TransformerDecoder build_net position_wise shapes run')])
def test_a_page_has_what_the_library_holds_of_it_before_its_first_use(number, order):
    text = page_of(sections.find(number))
    defined = [node.name for node in ast.parse(text).body
               if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    places = [defined.index(name) for name in order.split()]
    assert places == sorted(places) and len(set(defined)) == len(defined)


def test_every_line_of_the_section_is_there_in_its_order():
    section = sections.find('10.7')
    lines = iter(page_of(section).splitlines())
    for line in section.path.read_text(encoding='utf-8').splitlines():
        assert line in lines  # goes on where the line before was found


@pytest.mark.parametrize('number,unused', [
    ('3.6', 'Accumulator train_epoch_ch3'), ('6.6', 'evaluate_accuracy_gpu')])
def test_what_the_page_prints_and_the_section_does_not_use_is_there_too(number,
                                                                       unused):
    text = page_of(sections.find(number))
    for name in unused.split():
        assert re.search(rf'^(def|class) {name}\b', text, re.MULTILINE)


def test_what_other_pages_print_is_named_with_its_page_and_file(tmp_path):
    (tmp_path / 'mine.py').write_text(OWN, encoding='utf-8')
    text = page_of(sections.find(str(tmp_path / 'mine.py')))
    code, _, rows = text.partition('# ---- also used')
    assert code.rstrip() == OWN.rstrip()
    assert [row.split() for row in rows.splitlines()[1:]] == [
        ['#', 'EncoderDecoder', '9.6', 'd2lmx/models/seq2seq.py'],
        ['#', 'Seq2SeqEncoder', '9.7', 'd2lmx/models/seq2seq.py']]
