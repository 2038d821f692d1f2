import numpy as onp
import pytest


@pytest.fixture
def page(section):
    return section('10.4')


def test_shapes_are_those_that_the_book_prints(page):
    assert page.shapes() == {'output': [4, 7, 10], 'parts of the state': 3,
                             'encoder outputs in it': [4, 7, 16],
                             'hidden state in it': [2, 4, 16]}


def test_parameters_by_hand(page):
    net = page.build_net()
    net.initialize()
    net(*page.example_inputs())

    def gru(inputs, layers=2, h=32):
        return sum(3 * h * (width + h + 2) for width in (inputs, *[h] * (layers - 1)))

    encoder = 184 * 32 + gru(32)
    decoder = 201 * 32 + gru(32 + 32) + 2 * 32 * 32 + 32 + 201 * 33
    assert sum(onp.prod(p.shape) for p in net.collect_params().values()
               ) == encoder + decoder


def test_training_learns_and_weights_of_padding_are_zero(smoke_run):
    smoke = smoke_run('10.4')
    result = smoke.result
    losses = [value for _, value in result['series']['train loss']]
    assert losses[-1] < losses[0] / 2
    weights = onp.array(result['attention'])
    assert 1 <= len(weights) <= 10
    onp.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert (weights[:, 4:] == 0).all()  # i'm home . <eos>
    picture, = smoke.figures[-1].axes[0].images
    onp.testing.assert_array_equal(picture.get_array(), weights[:, :4])
