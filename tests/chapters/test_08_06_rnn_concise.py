import pytest


def test_shapes_are_the_books(section):
    shapes = section('8.6').shapes_of_the_layer(28, 32, 35, 256)
    assert shapes == {'states': 1, 'state': (1, 32, 256), 'outputs': (35, 32, 256),
                      'new states': 1, 'new state': (1, 32, 256)}


def test_toy_text_is_learnt_beyond_the_frequencies_of_letters(section):
    result = section('8.6').run(num_epochs=40, num_hiddens=64)
    # the toy text's letters alone have a perplexity of about 16
    assert result['final']['perplexity'] < 8
    assert len(result['prediction']) == 65


@pytest.mark.slow
@pytest.mark.data
def test_real_text_follows_the_books_curve(section, real_data):
    curve = dict(section('8.6').run(num_epochs=50)['series']['perplexity'])
    # the book's median at epoch 50
    assert curve[50] == pytest.approx(8.05, rel=0.1)
