"""Losses with soft targets, by hand and by PyTorch, with their gradients."""
import math

import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


@pytest.fixture
def batch():
    """Scores of student and teacher (3, 5), labels (3,), as NumPy arrays."""
    rng = onp.random.RandomState(0)
    pred, teacher = rng.normal(0, 3, (2, 3, 5))
    return pred, onp.array([4, 0, 2]), teacher


def loss_and_gradient(loss, pred, *others):
    # in float64, as oneDNN's exponentials in float32 are off by 1e-6, times T^2
    pred, *others = (np.array(array, dtype='float64') for array in (pred, *others))
    pred.attach_grad()
    with autograd.record():
        l = loss(pred, *others)
    l.backward()
    return l.asnumpy(), pred.grad.asnumpy()


@pytest.mark.parametrize('hybrid', [False, True])
@pytest.mark.parametrize('T,soft', [(1, .5), (4, .9), (20, 1), (.5, 0)])
def test_distillation_is_pytorchs_divergence_and_cross_entropy(torch, batch, T, soft,
                                                                hybrid):
    from torch.nn import functional as F
    loss = d2l.DistillationLoss(T, soft)
    if hybrid:
        loss.hybridize()
    l, gradient = loss_and_gradient(loss, *batch)
    pred, label, teacher = (torch.tensor(array) for array in batch)
    pred.requires_grad_(True)
    far = F.kl_div(F.log_softmax(pred / T, 1), F.softmax(teacher / T, 1),
                   reduction='none').sum(dim=1)
    expected = soft * T * T * far + (1 - soft) * F.cross_entropy(pred, label,
                                                                 reduction='none')
    expected.sum().backward()
    assert l.shape == (3,)
    onp.testing.assert_allclose(l, expected.detach(), rtol=1e-9, atol=1e-12)
    onp.testing.assert_allclose(gradient, pred.grad, rtol=1e-9, atol=1e-12)


def test_a_student_that_is_its_teacher_has_no_loss_but_that_of_labels(batch):
    pred, label, _ = batch
    l, gradient = loss_and_gradient(d2l.DistillationLoss(3, 1), pred, label, pred)
    assert abs(l).max() < 1e-12 and abs(gradient).max() < 1e-12


@pytest.mark.parametrize('dtype', ['float32', 'float64'])
def test_classes_that_the_teacher_rules_out_have_no_part_by_hand(dtype):
    """p = (3/4, 1/4, 0) and q = (1/3, 1/3, 1/3): gradient T (q - p)."""
    pred, label, teacher = (np.array(array, dtype=dtype) for array in (
        [[1, 1, 1]], [0], [[2 * math.log(3), 0, -math.inf]]))
    pred.attach_grad()
    with autograd.record():
        l = d2l.DistillationLoss(2, 1)(pred, label, teacher)
    l.backward()
    far = .75 * math.log(.75 * 3) + .25 * math.log(.25 * 3)
    error = 4e-6  # oneDNN's exponentials in float32 are off by 1e-6, times T^2
    assert l.tolist() == pytest.approx([4 * far], abs=error)
    assert pred.grad[0].tolist() == pytest.approx(
        [2 * (1 / 3 - 3 / 4), 2 * (1 / 3 - 1 / 4), 2 / 3], abs=error)


def test_a_teacher_that_rules_out_classes_is_pytorchs(torch, batch):
    from torch.nn import functional as F
    pred, label, teacher = batch
    teacher[0, 1] = teacher[2, 3] = -math.inf
    l, gradient = loss_and_gradient(d2l.DistillationLoss(4, 1), pred, label, teacher)
    pred, teacher = torch.tensor(pred, requires_grad=True), torch.tensor(teacher)
    expected = 16 * F.kl_div(F.log_softmax(pred / 4, 1), F.softmax(teacher / 4, 1),
                             reduction='none').sum(dim=1)
    expected.sum().backward()
    onp.testing.assert_allclose(l, expected.detach(), rtol=1e-9)
    onp.testing.assert_allclose(gradient, pred.grad, rtol=1e-9, atol=1e-12)


def test_two_classes_by_hand():
    """p = (3/4, 1/4) and q = (1/2, 1/2) at T = 2, so scores 2 ln 3 apart."""
    l, _ = loss_and_gradient(
        d2l.DistillationLoss(2, .25), [[1., 1.]], [0], [[2 * math.log(3), 0]])
    far = .75 * math.log(1.5) + .25 * math.log(.5)
    assert l.tolist() == pytest.approx([.25 * 4 * far + .75 * math.log(2)])


def test_at_high_temperatures_scores_are_matched(batch):
    """Hinton's limit: the gradient is the difference of centred scores, over classes.
    """
    pred, label, teacher = batch
    _, gradient = loss_and_gradient(d2l.DistillationLoss(1000, 1), *batch)
    centred = [scores - scores.mean(axis=1, keepdims=True)
               for scores in (pred, teacher)]
    # but for terms of a score / T, of a hundredth
    onp.testing.assert_allclose(gradient, (centred[0] - centred[1]) / 5, rtol=.01,
                                atol=.01)


@pytest.mark.parametrize('hybrid', [False, True])
@pytest.mark.parametrize('smoothing', [0, .1, .5])
def test_smoothed_labels_are_those_of_pytorch(torch, batch, smoothing, hybrid):
    loss = d2l.SmoothedCELoss(smoothing)
    if hybrid:
        loss.hybridize()
    l, gradient = loss_and_gradient(loss, *batch[:2])
    pred, label, _ = (torch.tensor(array) for array in batch)
    pred.requires_grad_(True)
    expected = torch.nn.functional.cross_entropy(pred, label, reduction='none',
                                                 label_smoothing=smoothing)
    expected.sum().backward()
    onp.testing.assert_allclose(l, expected.detach(), rtol=1e-9)
    onp.testing.assert_allclose(gradient, pred.grad, rtol=1e-9, atol=1e-12)


def test_smoothed_labels_by_hand():
    """q = (3/4, 1/4); targets (0.9, 0.1) of a smoothing of 0.2."""
    l, _ = loss_and_gradient(d2l.SmoothedCELoss(.2), [[math.log(3), 0]], [0])
    assert l.tolist() == pytest.approx([-.9 * math.log(.75) - .1 * math.log(.25)])


@pytest.mark.parametrize('make,told', [
    (lambda: d2l.DistillationLoss(0), 'temperature must be a number above 0, got 0'),
    (lambda: d2l.DistillationLoss(math.nan), 'temperature must be .* got nan'),
    (lambda: d2l.DistillationLoss(math.inf), 'temperature must be .* got inf'),
    (lambda: d2l.DistillationLoss('4'), "temperature must be .* got '4'"),
    (lambda: d2l.DistillationLoss(2, 1.1), r'soft must be a share in \[0, 1\], got'),
    (lambda: d2l.SmoothedCELoss(1), r'smoothing must be a number in \[0, 1\), got 1')])
def test_numbers_that_make_no_loss_are_refused(make, told):
    with pytest.raises(ValueError, match=told):
        make()
