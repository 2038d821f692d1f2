"""d2lmx page: a section with the library's part of its page."""
import ast

import pytest


def test_a_page_is_python_that_holds_section_and_library(call, capsys):
    assert call('page', '10.7') == 0
    defined = {node.name for node in ast.parse(capsys.readouterr().out).body
               if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert {'TransformerDecoder', 'AddNorm', 'build_net', 'run'} <= defined


def test_a_section_that_is_not_there_is_one_line(complaint):
    assert "no section '10.77'" in complaint(2, 'page', '10.77')


def test_a_page_of_the_first_edition_is_its_subjects(call, capsys):
    assert call('page', '5.2', '--edition', '1') == 0
    output, errors = capsys.readouterr()
    assert output.startswith('"""Padding and stride')
    assert errors == ('d2lmx: 5.2 of the first edition (padding-and-strides) is 6.3 '
                      "here, padding_and_strides; the second edition's 5.2 is "
                      'parameters\n')


@pytest.mark.parametrize('content', [b'def run(:', b'\0', b'\xff\xfe'])
def test_a_file_that_is_no_python_is_wrong_usage(content, complaint, tmp_path):
    (tmp_path / 'mine.py').write_bytes(content)
    assert 'mine.py cannot be read: ' in complaint(2, 'page', tmp_path / 'mine.py')
