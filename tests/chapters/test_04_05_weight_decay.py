import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def test_the_penalty_is_half_the_squared_norm(section):
    assert float(section('4.5').l2_penalty(np.array([[3.0], [4.0]]))) == 12.5


@pytest.mark.slow
def test_the_four_trainings_end_at_the_losses_of_the_book(section):
    result = section('4.5').run()
    for name, test_loss in [('scratch, lambda 0', 60.2), ('scratch, lambda 3', 0.095),
                            ('concise, lambda 0', 94.6), ('concise, lambda 3', 0.0736)]:
        assert result[name]['test'] == pytest.approx(test_loss, rel=0.02)
        assert result[name]['train'] < 1e-3  # without decay the fit is as close


def test_decay_shrinks_the_weights_a_step_by_lr_times_lambda(section):
    # with inputs of 0 the loss has no gradient in w, so that only the decay is left
    data = [(np.zeros((2, 3)), np.zeros((2, 1)))] * 2
    for make in ('make_train', 'make_train_concise'):
        norms = {}
        for num_epochs in (1, 4):
            d2l.set_seed(0)
            _, w = getattr(section('4.5'), make)(data, num_epochs, 0.1, 2)(3)
            norms[num_epochs] = onp.linalg.norm(w.asnumpy())
        assert norms[4] / norms[1] == pytest.approx(0.7 ** 3, rel=1e-5)


def test_the_bias_is_not_decayed(section):
    # targets of 1 from inputs of 0: the bias alone must reach 1, whatever lambda is
    data = [(np.zeros((2, 3)), np.ones((2, 1)))] * 2
    for make in ('make_train', 'make_train_concise'):
        history, _ = getattr(section('4.5'), make)(data, 100, 0.1, 2)(3)
        assert history['train'] < 1e-6  # a decayed bias would stop at 1 / 4


def test_the_penalty_is_in_the_training_loss_but_not_in_the_evaluation(section):
    # inputs of 0 and targets of 2: a loss of 2 before the bias moves
    data = [(np.zeros((2, 3)), np.full((2, 1), 2.0))] * 2
    history, w = section('4.5').make_train(data, 1, 1e-9, 2)(3)
    assert history['train'] == pytest.approx(2)
    assert history['train loss'] == pytest.approx(2 + 3 * float((w ** 2).sum() / 2))
