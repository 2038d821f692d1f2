import numpy as onp
import pytest
from mxnet import np


@pytest.fixture
def page(section):
    return section('10.7')


def test_shapes_are_those_that_the_book_prints(page):
    assert page.shapes() == {'add & norm': [2, 3, 4], 'encoder block': [2, 100, 24],
                             'encoder': [2, 100, 24], 'decoder block': [2, 100, 24]}


def test_perceptron_treats_steps_alike(page):
    rows = page.position_wise()
    assert len(rows) == 3 and len(rows[0]) == 8 and rows[0] == rows[1] == rows[2]


def test_norms_of_two_examples_by_hand(page):
    # within an example [1, 2]: deviation 0.5; across the examples 1 and 2: the same
    found = page.layer_and_batch_norm()
    onp.testing.assert_allclose(found['layer norm'], [[-1, 1], [-1, 1]], atol=1e-4)
    onp.testing.assert_allclose(found['batch norm'], [[-1, -1], [1, 1]], atol=1e-4)


def test_parameters_by_hand(page):
    net = page.build_net()
    net.initialize()
    net(*page.example_inputs())
    d, ffn = 32, 64
    attention, norm = 4 * d * d, 2 * d
    perceptron = d * ffn + ffn + ffn * d + d
    encoder = 184 * d + 2 * (attention + perceptron + 2 * norm)
    decoder = 201 * d + 2 * (2 * attention + perceptron + 3 * norm) + 201 * (d + 1)
    assert sum(onp.prod(p.shape) for p in net.collect_params().values()
               if p.grad_req != 'null') == encoder + decoder


def test_weights_of_a_translation_are_aligned_by_target_step(page):
    steps = [[[np.full((4, 1, t + 1), 1 / (t + 1))] * 2, [np.full((4, 1, 10), 0.1)] * 2]
             for t in range(3)]
    to_target = page.decoder_weights(steps, 0, 10)
    assert to_target.shape == (2, 4, 10, 10)
    onp.testing.assert_allclose(to_target[1, 2, :3].sum(axis=1), 1, rtol=1e-6)
    assert (onp.triu(to_target[0, 0], 1) == 0).all()
    assert (to_target[:, :, 3:] == 0).all()
    onp.testing.assert_allclose(page.decoder_weights(steps, 1, 10)[0, 0, 2], 0.1,
                                rtol=1e-6)


def test_training_learns_and_three_pictures_are_drawn(smoke_run):
    smoke = smoke_run('10.7')
    losses = [value for _, value in smoke.result['series']['train loss']]
    assert losses[-1] < losses[0] / 2
    pictures = [[onp.array(ax.images[0].get_array()) for ax in figure.axes[:8]]
                for figure in smoke.figures
                if len(figure.axes) == 2 * 4 + 1]  # layers times heads, a colour bar
    of_source, to_target, to_source = pictures
    for weights in (*of_source, *to_target, *to_source):
        onp.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    for weights in of_source:  # i'm home . <eos>, of 10 steps
        assert weights.shape == (10, 10) and not weights[:, 4:].any()
    for weights in to_target:
        assert not onp.triu(weights, 1).any()
    assert {weights.shape[1] for weights in to_source} == {4}
    assert all(onp.triu(weights, 1).any() for weights in to_source)
