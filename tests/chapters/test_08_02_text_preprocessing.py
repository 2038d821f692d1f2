import pytest


@pytest.fixture
def page(section):
    return section('8.2')


def test_toy_text_runs_with_the_real_ones_structure(page):
    result = page.run()
    assert result['text']['line 0'] == 'the time machine a toy text'
    assert result['characters']['vocabulary'] == 28
    line = result['words']['line 10']
    numbers = result['words']['numbers']
    assert [numbers[word] for word in line['words'] if word in numbers] == [
        index for index in line['indices'] if index < 10]


def test_chinese_characters_are_tokens(page):
    result = page.chinese_text('char')
    assert ''.join(result['tokens'][0]) == page.CHINESE[0]
    assert result['most frequent'] == ('间', 3)  # 时间, 时间, 空间
    assert result['indices'][0][1] == 1


def test_jieba_finds_words_of_several_characters(page):
    pytest.importorskip('jieba', reason='needs jieba: pip install jieba')
    words = page.chinese_text('jieba')['tokens'][0]
    assert '时间' in words and ''.join(words) == page.CHINESE[0]


@pytest.mark.data
def test_real_text_gives_what_the_book_prints(page, real_data):
    result = page.run()
    assert result['text']['lines'] == 3221
    assert result['characters'] == {'corpus': 170580, 'vocabulary': 28}
    assert list(result['words']['numbers']) == [
        '<unk>', 'the', 'i', 'and', 'of', 'a', 'to', 'was', 'in', 'that']
    assert result['words']['line 10']['indices'] == [
        2186, 3, 25, 1044, 362, 113, 7, 1421, 3, 1045, 1]
    assert result['tokens'][8][:3] == ['the', 'time', 'traveller']
