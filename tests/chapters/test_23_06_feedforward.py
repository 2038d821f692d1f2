import math

import numpy as onp
import pytest
from mxnet import autograd, np


@pytest.fixture
def page(section):
    return section('23.6')


def test_weights_written_down_compute_xor(page):
    assert page.by_hand().tolist() == [0, 1, 1, 0]


def test_networks_side_by_side_do_not_see_each_other(page, torch):
    X, _ = page.examples(3)
    shapes = (3, 2, 5), (3, 1, 5), (3, 5, 1), (3, 1, 1)
    params = [np.random.normal(size=shape) for shape in shapes]
    for param in params:
        param.attach_grad()
    with autograd.record():
        l = (page.f(X, *params) ** 2).sum()
    l.backward()
    for i in range(3):
        W, c, w, b = tensors = [torch.tensor(param.asnumpy()[i], requires_grad=True)
                                for param in params]
        x = torch.tensor(page.XOR[0], dtype=torch.float32)
        ((torch.relu(x @ W + c) @ w + b) ** 2).sum().backward()
        for param, tensor in zip(params, tensors):
            onp.testing.assert_allclose(param.grad.asnumpy()[i], tensor.grad.numpy(),
                                        rtol=1e-4, atol=1e-5)


def test_most_of_many_units_learn_xor_and_few_know_it_before(page):
    assert page.share_that_learn(16, 20, 300) > .5
    assert page.share_that_learn(16, 200, 1) < .2


def test_maxout_is_torchs(page, torch):
    unit = page.Maxout(3, 4, in_units=2)
    unit.initialize()
    X = onp.random.RandomState(0).normal(size=(5, 2)).astype('float32')
    x = np.array(X)
    x.attach_grad()
    with autograd.record():
        h = unit(x)
    h.backward()
    tensor = torch.tensor(X, requires_grad=True)
    z = torch.nn.functional.linear(tensor, *(torch.tensor(
        param.data().asnumpy()) for param in (unit.z.weight, unit.z.bias)))
    theirs = z.view(5, 3, 4).max(dim=2).values
    theirs.sum().backward()
    onp.testing.assert_allclose(h.asnumpy(), theirs.detach().numpy(), rtol=1e-5,
                                atol=1e-7)
    onp.testing.assert_allclose(x.grad.asnumpy(), tensor.grad.numpy(), rtol=1e-5,
                                atol=1e-7)


def test_a_compiled_maxout_is_the_same(page):
    unit, X = page.Maxout(3, 2, in_units=2), np.random.normal(size=(5, 2))
    unit.initialize()
    before = unit(X).asnumpy()
    unit.hybridize()
    onp.testing.assert_array_equal(unit(X).asnumpy(), before)


def test_the_loss_of_mixtures_is_torchs_and_its_gradient(page, torch):
    from torch import distributions
    rng = onp.random.RandomState(0)
    values, y = rng.normal(size=(5, 6)), rng.normal(size=(5, 1))
    y[0] = 400  # where densities are 0
    Y = np.array(values)
    Y.attach_grad()
    with autograd.record():
        l = page.MixtureLoss()(Y, np.array(y))
    l.backward()
    tensor = torch.tensor(values, requires_grad=True)
    scores, mu, log_sigma = tensor.split(2, dim=1)
    mixture = distributions.MixtureSameFamily(
        distributions.Categorical(logits=scores),
        distributions.Normal(mu, log_sigma.exp()))
    theirs = -mixture.log_prob(torch.tensor(y[:, 0]))
    theirs.sum().backward()
    onp.testing.assert_allclose(l.asnumpy(), theirs.detach().numpy(), rtol=1e-12)
    onp.testing.assert_allclose(Y.grad.asnumpy(), tensor.grad.numpy(), rtol=1e-9)


def test_the_least_losses_are_entropies(page):
    # where |x| is many deviations two answers are one normal one, and a coin
    truth, normal = page.least_losses()
    one = math.log(2 * math.pi * math.e * page.SIGMA ** 2) / 2
    assert one + .8 * math.log(2) < truth < one + math.log(2)
    # the mean of log(x^2 + s^2) / 2 over 0 to 1, by its integral
    s = page.SIGMA
    mean = (math.log(1 + s ** 2) - 2 + 2 * s * math.atan(1 / s)) / 2
    assert normal == pytest.approx(mean + math.log(2 * math.pi * math.e) / 2, abs=1e-3)


def test_the_truth_loses_what_the_least_loss_says(page):
    X, y = page.two_answers(20000)
    log_half = onp.zeros((20000, 2))
    Y = np.array(onp.concatenate([log_half, X.asnumpy() * [1, -1], onp.full(
        (20000, 2), math.log(page.SIGMA))], axis=1), dtype='float32')
    l = page.MixtureLoss()(Y, y).asnumpy()
    # five standard errors
    assert l.mean() == pytest.approx(page.least_losses()[0],
                                     abs=5 * l.std() / 20000 ** .5)


def test_claims_of_mixtures_are_decided_by_both_ends(page):
    truth, normal = page.least_losses()
    for one, two, holds in ((normal, truth, [True, True]),
                            (truth, normal, [False, False]),
                            (normal, truth - .1, [True, False])):
        rows = page.claims_of_mixtures([one], [two])
        assert [row['holds'] for row in rows] == holds


def test_a_false_gradient_is_found(page, monkeypatch):
    right = page.by_autograd
    monkeypatch.setattr(page, 'by_autograd', lambda *args: 1.01 * right(*args))
    assert [row['holds'] for row in page.claims_of_graphs()] == [False, False, True]


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.6')
    rows = smoke.result['claims']
    assert len(rows) == 10 and smoke.num_fits == 2
    assert [row['holds'] for row in rows[:2] + rows[3:8]] == [True] * 7
    maxout, answers = (figure.axes[0] for figure in smoke.figures)
    (x, square), (_, lines) = (line.get_data() for line in maxout.lines)
    assert (lines <= square + 1e-6).all() and square == pytest.approx(x ** 2)
    assert len(answers.lines) == 2 and len(answers.collections) == 1
