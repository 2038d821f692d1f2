"""Optimisers: the airfoil data, updates against NumPy, points of the figure."""
import re

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import nd

from d2lmx.edition1 import optimization
from d2lmx.errors import InputError
from d2lmx.files import hub


def test_the_table_is_standardised_whole():
    features, labels = optimization.get_data_ch7()
    assert type(features) is nd.NDArray and features.dtype == onp.float32
    table = onp.genfromtxt(hub.download('airfoil'), delimiter='\t')
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    onp.testing.assert_allclose(features.asnumpy(), table[:, :5], atol=1e-4)  # float32
    onp.testing.assert_allclose(labels.asnumpy(), table[:, 5], atol=1e-4)


def test_a_readers_file_in_the_folder_data_beside_it_is_used(tmp_path, monkeypatch):
    (tmp_path / 'data').mkdir()
    (tmp_path / 'code').mkdir()
    monkeypatch.chdir(tmp_path / 'code')
    file = tmp_path / 'data' / 'airfoil_self_noise.dat'
    file.write_text('1\t1\t2\t3\t4\t5\n3\t2\t4\t5\t6\t1\n')
    features, labels = optimization.get_data_ch7()
    assert features.asnumpy().tolist() == [[-1] * 5, [1] * 5]
    assert labels.asnumpy().tolist() == [1, -1]
    file.write_text('1 2 3\n')
    with pytest.raises(hub.BadData, match='line 1 of .*airfoil_self_noise.dat'):
        optimization.get_data_ch7()


def test_twenty_steps_are_taken_with_their_states(capsys):
    def halve(x1, x2, s1, s2):
        return x1 / 2, x2 + 1, s1 + x1, s2 - 1

    results = optimization.train_2d(halve)
    assert len(results) == 21 and results[:2] == [(-5, -2), (-2.5, -1)]
    assert results[-1] == (-5 / 2 ** 20, 18)
    assert capsys.readouterr().out == 'epoch 20, x1 -0.000005, x2 18.000000\n'


def plane(num_examples=103):
    """Examples of y = 2 x1 - x2 + 1, without noise."""
    X = onp.random.RandomState(1).normal(size=(num_examples, 2)).astype('f4')
    return nd.array(X), nd.array(X @ [2, -1] + 1)


def sgd(params, states, hyperparams):
    for param in params:
        param[:] = param - hyperparams['lr'] * param.grad
    states.append([param.asnumpy() for param in params])


def test_a_step_has_the_gradients_of_the_mean_loss_of_its_batch(capsys):
    (X, y), states = plane(), []
    optimization.train_ch7(sgd, states, {'lr': .3}, X, y, 103, 2)  # a batch is all
    (w, b), (w2, b2) = states
    error = X.asnumpy() @ w + b - y.asnumpy()[:, None]
    onp.testing.assert_allclose(w2, w - .3 * X.asnumpy().T @ error / 103, atol=1e-5)
    onp.testing.assert_allclose(b2, b - .3 * error.mean(), atol=1e-5)
    loss, seconds = re.fullmatch(r'loss: (\d+\.\d{6}), (\d+\.\d{6}) sec per epoch\n',
                                 capsys.readouterr().out).groups()
    error = X.asnumpy() @ w2 + b2 - y.asnumpy()[:, None]
    assert float(loss) == pytest.approx((error ** 2).mean() / 2, rel=1e-4)  # float32


def scratch(X, y, lr, batch_size, num_epochs):
    optimization.train_ch7(sgd, [], {'lr': lr}, X, y, batch_size, num_epochs)


def concise(X, y, lr, batch_size, num_epochs):
    optimization.train_gluon_ch7('sgd', {'learning_rate': lr}, X, y, batch_size,
                                 num_epochs)


@pytest.mark.parametrize('train', [scratch, concise])
def test_both_trainings_find_a_plane_and_draw_the_way_there(train, capsys):
    train(*plane(200), lr=.2, batch_size=10, num_epochs=3)
    assert float(capsys.readouterr().out[6:14]) < 1e-5
    line, = plt.gca().lines
    # every hundred examples of 200 in each of three epochs
    assert line.get_xdata().tolist() == [0, .5, 1, 1.5, 2, 2.5, 3]
    losses = line.get_ydata()
    assert losses[0] > 1 > losses[2] > losses[-1]
    assert (plt.gca().get_xlabel(), plt.gca().get_ylabel()) == ('epoch', 'loss')


def test_the_loss_after_an_epoch_is_told_whatever_the_batches_are(capsys):
    scratch(*plane(103), lr=.1, batch_size=30, num_epochs=2)
    # 30, 60, 90 and 103: none divides 100 but the last is the end of the epoch
    assert plt.gca().lines[0].get_xdata().tolist() == [0, 1, 2]
    assert float(capsys.readouterr().out[6:14]) == pytest.approx(
        plt.gca().lines[0].get_ydata()[-1], abs=1e-6)


def test_gluons_gradients_are_divided_by_the_batchs_size():
    X, y = plane(10)
    scratch(X, y, .1, 10, 1)
    by_hand = plt.gca().lines[0].get_ydata()
    concise(X, y, .1, 10, 1)
    # weights begin about 0.01 from 0: from there one step is nearly the same
    onp.testing.assert_allclose(plt.gca().lines[0].get_ydata(), by_hand, rtol=.05)


@pytest.mark.parametrize('numbers,told', [
    ({'batch_size': 0, 'num_epochs': 1}, 'batch_size must be'),
    ({'batch_size': 1, 'num_epochs': 0}, 'num_epochs must be')])
def test_numbers_that_cannot_be_are_told(numbers, told):
    with pytest.raises(InputError, match=told):
        concise(*plane(10), lr=.1, **numbers)
