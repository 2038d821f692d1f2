import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.pages import sections


@pytest.fixture(scope='module')
def result():
    d2l.set_seed(0)
    return sections.load(sections.find('4.9')).run()


def test_logistic_regression_finds_the_true_ratio_of_densities(result):
    found = result['covariate shift']['h(x) = w x + b']
    # log N(x; 0.5, 0.5) / N(x; 0, 0.5) = ((x - 0) ** 2 - (x - 0.5) ** 2) / (2 * 0.25)
    assert result['covariate shift']['true log p(x) / q(x)'] == {'w': 2, 'b': -0.5}
    # from 6000 points: the standard error of w is about 0.07, of b 0.04
    assert found['w'] == pytest.approx(2, abs=0.25)
    assert found['b'] == pytest.approx(-0.5, abs=0.15)


def test_weights_lower_the_loss_on_the_target(result):
    losses = result['covariate shift']['loss on the target']
    assert losses['weighted'] < 0.85 * losses['unweighted']


def test_weighted_regression_equals_weighted_least_squares(section):
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    y = np.array([[1.0], [0.0], [2.0], [5.0]])
    beta = np.array([[1.0], [2.0], [0.5], [0.1]])
    # the mean's curvatures are 1.9 and .22: a step leaves at most .89 of the distance
    w, b = section('4.9').weighted_linear_regression(X, y, beta, 150, lr=0.5)
    A = onp.hstack([X.asnumpy(), onp.ones((4, 1))])
    root = onp.sqrt(beta.asnumpy())
    expected = onp.linalg.lstsq(root * A, root * y.asnumpy(), rcond=None)[0].ravel()
    onp.testing.assert_allclose([float(w), float(b)], expected, rtol=1e-3)


def test_the_confusion_matrix_has_the_true_class_in_its_columns(section):
    labels = np.array([0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2])
    predictions = np.array([0, 1, 1, 1, 1, 0, 2, 2, 2, 0, 1], dtype='int64')
    C = section('4.9').confusion_matrix(labels, predictions).asnumpy()
    onp.testing.assert_allclose(C, [[0.5, 0.25, 0.2], [0.5, 0.75, 0.2], [0, 0, 0.6]],
                                rtol=1e-6)


def test_the_linear_system_finds_the_shares_of_the_target(result):
    shift = result['label shift']
    assert shift['true p(y)'] == pytest.approx([0.1, 0.2, 0.7])
    # 3000 predictions and a matrix close to the identity: about 0.01 of standard error
    assert shift['estimated p(y)'] == pytest.approx([0.1, 0.2, 0.7], abs=0.04)
    C = onp.array(shift['confusion matrix'])
    onp.testing.assert_allclose(C.sum(axis=0), 1, rtol=1e-6)
    onp.testing.assert_allclose(C @ shift['estimated p(y)'],
                                shift['mean output on the target'], rtol=1e-5)


def test_reweighting_raises_the_accuracy_on_the_target(result):
    accuracy = result['label shift']['accuracy on the target']
    assert accuracy['weighted'] > accuracy['unweighted'] + 0.02


def test_the_classifier_comes_close_to_the_best_one_that_knows_the_target(
        section, result):
    # for three normal clouds of one spread the best rule is the nearest centre,
    # where a class's centre counts as nearer by the logarithm of its share
    module = section('4.9')
    X, y = module.draw_classification(3000, module.target_shares)
    distance = ((X.asnumpy()[:, None] - module.centers.asnumpy()) ** 2).sum(axis=2)
    best = (onp.log(module.target_shares) - distance / 2).argmax(axis=1)
    accuracy = result['label shift']['accuracy on the target']['weighted']
    assert accuracy == pytest.approx((best == y.asnumpy()).mean(), abs=0.02)


def test_the_confusion_matrix_is_of_examples_that_were_held_out(section, monkeypatch):
    page, drawn = section('4.9'), []
    draw = page.draw_classification

    def renamed_when_held_out(n, shares):
        """The second set, which is to validate, has every class by the next one's name.
        """
        X, y = draw(n, shares)
        drawn.append(shares)
        return X, (y + 1) % 3 if len(drawn) == 2 else y

    monkeypatch.setattr(page, 'draw_classification', renamed_when_held_out)
    C = onp.array(page.label_shift(300, 20, 1.0)['confusion matrix'])
    assert C.argmax(axis=0).tolist() == [2, 0, 1]  # rows are predictions
    assert drawn == [page.source_shares] * 2 + [page.target_shares]
