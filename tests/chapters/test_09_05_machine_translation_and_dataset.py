import pytest
from matplotlib import pyplot as plt


@pytest.fixture
def page(section):
    return section('9.5')


def test_figure_counts_every_sentence_of_both_languages(page):
    source, target = page.tokenization('go .\tva !\nhe runs .\til court .\n')
    assert len(source) == len(target) == 2
    axes, = plt.gcf().axes
    assert [sum(bar.get_height() for bar in bars) for bars in axes.containers] == [2, 2]


def test_first_batch_has_the_shapes_that_the_book_prints(page):
    batch = page.first_batch(batch_size=2, num_steps=8)
    assert [len(batch[name]) for name in batch] == [2, 2, 2, 2]
    assert all(len(row) == 8 for name in 'XY' for row in batch[name])
    for name in 'XY':
        for row, length in zip(batch[name], batch[f'valid lengths for {name}']):
            assert row[length:] == [1] * (8 - length) and 1 not in row[:length]


@pytest.mark.data
def test_numbers_that_the_book_prints(page, real_data):
    result = page.run()
    assert result['tokens in the source vocabulary'] == 10012
    assert result['truncate_pad'] == [47, 4, 1, 1, 1, 1, 1, 1, 1, 1]
    assert result['preprocessed'] == (
        'go .\tva !\nhi .\tsalut !\nrun !\tcours !\nrun !\tcourez !\nwho ?\tqui ?\n'
        'wow !\tça alors !')
