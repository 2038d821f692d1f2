"""The index: numbers from paths, titles without importing, nearest names."""
import pytest

from d2lmx.errors import InputError
from d2lmx.pages import sections


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of three sections, one of which cannot be imported; its folder."""
    texts = {
        'ch06_convolutional_neural_networks/s06_lenet.py':
            '"""Convolution: LeNet (卷积神经网络)\n\nSource: x\n"""\n'
            "DATA = ('images', 'labels')\nraise RuntimeError('imported')\n",
        'ch06_convolutional_neural_networks/s10_padding_and_strides.py':
            '"""Padding (and strides) (填充)"""\n',
        'ch02_preliminaries/s01_ndarray.py': 'def broken(:\n'}
    for name, text in texts.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding='utf-8')
    (tmp_path / 'ch06_convolutional_neural_networks' / 'notes.py').write_text('')
    monkeypatch.setattr(sections, 'chapters_folder', lambda: tmp_path)
    return tmp_path


def test_number_name_title_and_data_come_from_path_and_text(book):
    lenet = sections.find('6.6')
    assert (lenet.number, lenet.name, lenet.slug) == ('6.6', 'lenet', '06.06_lenet')
    assert (lenet.title, lenet.title_zh) == ('Convolution: LeNet', '卷积神经网络')
    assert lenet.data == ('images', 'labels')


def test_only_the_last_brackets_hold_the_chinese_title(book):
    padding = sections.find('6.10')
    assert (padding.title, padding.title_zh) == ('Padding (and strides)', '填充')


def test_the_books_order_is_by_number_and_one_broken_file_hides_nothing(book):
    assert [s.number for s in sections.sections()] == ['2.1', '6.6', '6.10']
    assert sections.find('ndarray').title.startswith('cannot be read')


@pytest.mark.parametrize('token', [
    '6.10', '06.10', ' 6.10 ', 'padding_and_strides', 'padding-and-strides',
    'Padding-And-Strides', 'padding', 'padding-and', 'padding_strides'])
def test_a_section_is_found_in_every_spelling(book, token):
    assert sections.find(token).number == '6.10'


def test_a_file_is_a_section_wherever_it_lies(book, tmp_path):
    inside = book / 'ch06_convolutional_neural_networks' / 's06_lenet.py'
    assert sections.find(str(inside)) == sections.find('lenet')
    own = tmp_path / 'mine.py'
    own.write_text('"""My own section"""\n')
    found = sections.find(str(own))
    assert (found.number, found.slug, found.title) == ('', 'mine', 'My own section')


@pytest.mark.parametrize('token,near', [
    ('lenat', 'did you mean lenet?'),
    ('6.7', 'the sections of chapter 6 with code are 6.6, 6.10; '),
    ('6.07', 'the sections of chapter 6 '), ('13.1', 'chapters 2, 6 are ported; '),
    ('padding_and_stride', 'padding_and_strides')])
def test_an_unknown_section_suggests_the_nearest(book, token, near):
    with pytest.raises(sections.UnknownSection, match=f"section '{token}': .*{near}"):
        sections.find(token)


def test_first_words_of_two_names_are_none(book):
    chapter = book / 'ch06_convolutional_neural_networks'
    (chapter / 's11_padding_twice.py').write_text('')
    with pytest.raises(sections.UnknownSection, match="no section 'padding'"):
        sections.find('padding')
    assert sections.find('padding_twice').number == '6.11'


def test_what_resembles_nothing_gets_no_suggestion(book):
    with pytest.raises(sections.UnknownSection, match="section 'qqqq': `d2lmx list`"):
        sections.find('qqqq')


def test_loading_runs_the_file(book):
    with pytest.raises(RuntimeError, match='imported'):
        sections.load(sections.find('lenet'))


@pytest.mark.parametrize('content,reason', [
    (b'x = 1\ndef run(:\n', ', line 2: '), (b'\xff\xfe', "can't decode byte 0xff"),
    (b'x = 1\0', 'null bytes')])
def test_a_file_that_is_no_python_is_one_line_with_its_name(tmp_path, content, reason):
    path = tmp_path / 'mine.py'
    path.write_bytes(content)
    with pytest.raises(InputError) as told:
        sections.load(sections.find(str(path)))
    assert str(path) in str(told.value) and reason in str(told.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    for path in (tmp_path / 'gone.py', 'x' * 300 + '.py'):
        with pytest.raises(sections.UnknownSection, match='there is no file'):
            sections.find(str(path))


def test_the_real_book_has_every_section_of_chapters_2_to_6_with_code():
    # the book's 3.4 explains softmax regression without code
    index = {s.number: s.name for s in sections.sections()}
    wanted = {f'{chapter}.{n}' for chapter, pages in
              {2: range(1, 8), 3: (1, 2, 3, 5, 6, 7), 4: range(1, 11), 5: range(1, 7),
               6: range(1, 7)}.items() for n in pages}
    assert wanted <= set(index)
    assert index['2.3'] == 'linear_algebra' and index['4.10'] == 'kaggle_house_price'
    assert all(s.title and s.title_zh for s in sections.sections())
