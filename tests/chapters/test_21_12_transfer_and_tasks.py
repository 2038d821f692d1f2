"""21.12: what is carried over, what is not known, pairs, claims that could fail."""
import numpy as onp
import pytest
from mxnet import gluon, np

HOW = dict(num_epochs=1, lr=.01, batch_size=10)


@pytest.fixture
def page(section):
    return section('21.12')


def test_a_trunk_is_carried_over_and_then_its_own(page):
    first = page.made(5)
    X, = page.example_inputs(3)
    first(X)
    second = page.made(2, first[0])
    assert second(X).shape == (3, 2)
    onp.testing.assert_array_equal(first[0](X).asnumpy(), second[0](X).asnumpy())
    before = first[0](X).asnumpy()
    page.train_classes(second, (X.asnumpy(), onp.array([0, 1, 1], 'int32')), **HOW)
    assert (second[0](X).asnumpy() != before).any()
    onp.testing.assert_array_equal(first[0](X).asnumpy(), before)


def test_answers_by_hand(page):
    # coat, sneaker, ankle boot; feet, sleeves, opens, legs, ankle
    assert page.answers(onp.array([4, 7, 9])).tolist() == [
        [0, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 1]]


def test_what_is_not_known_changes_nothing(page):
    """Two sets of answers that differ where they are not known train one network."""
    X = onp.random.uniform(size=(20, 1, 28, 28)).astype('float32')
    known = (onp.random.uniform(size=(20, 5)) < .5).astype('float32')
    Y = onp.random.randint(0, 2, (20, 5)).astype('float32')
    other = onp.where(known > 0, Y, 1 - Y).astype('float32')
    scores = []
    for answers in (Y, other, 1 - other):
        page.d2l.set_seed(1)
        net = page.train_tasks((X, answers, known), **HOW)
        scores.append(net(np.array(X)).asnumpy())
    onp.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[0] != scores[2]).any()


def test_the_loss_is_of_known_answers_alone():
    """By hand: the mean over tasks of log(1 + exp(-score)) where the answer is yes."""
    loss = gluon.loss.SigmoidBinaryCrossEntropyLoss()
    l = loss(np.array([[1., -2.]]), np.array([[1., 1.]]), np.array([[1., 0.]]))
    assert float(l) == pytest.approx(onp.log1p(onp.exp(-1)) / 2)


def test_errors_are_counted_for_each_task(page):
    def net(X):
        return X

    X = onp.array([[1., -1.], [1., 1.]])
    assert page.errors_of(net, X, onp.array([[1, 0], [0, 1]])).tolist() == [.5, 0]


def test_half_of_all_pairs_are_of_one_kind(page):
    y = onp.repeat(onp.arange(10), 4)
    X = onp.broadcast_to(y[:, None, None, None], (40, 1, 2, 2)).astype('float32')
    both, same = page.pairs(X, y)
    assert both.shape == (40, 2, 2, 2) and same.sum() == 20
    assert ((both[:, 0, 0, 0] == both[:, 1, 0, 0]) == same).all()
    assert sorted(both[:, 0, 0, 0]) == sorted(y)  # each is once a first one


def test_a_class_alone_has_any_partner(page):
    X = onp.zeros((3, 1, 2, 2), 'float32')
    both, same = page.pairs(X, onp.array([4, 4, 4]))
    assert len(both) == 3 and same.all()


def test_fewer_examples_are_seen_as_often(page):
    assert page.longer(dict(num_epochs=6, lr=1), 100, 3000) == dict(num_epochs=180,
                                                                    lr=1)
    assert page.longer(dict(num_epochs=1), 9, 5)['num_epochs'] == 1


def found_of(**changes):
    return {'transferred, few': [.8], 'from scratch, few': [.7],
            'transferred, many': [.9], 'from scratch, many': [.88],
            'error, one for all': [.1], 'error, one each': [.2],
            'end to end, few': [.6], 'two stages, few': [.8],
            'end to end, many': [.8], 'two stages, many': [.85], **changes}


@pytest.mark.parametrize('changes, holds', [
    ({}, [True] * 4), ({'transferred, few': [.71]}, [False, True, True, True]),
    ({'error, one each': [.05]}, [True, False, True, True]),
    ({'two stages, few': [.5]}, [True, True, False, False]),
    ({'end to end, many': [.6]}, [True, True, True, False])])
def test_claims_are_decided_by_what_was_measured(page, changes, holds):
    assert [row['holds'] for row in page.claims(found_of(**changes))] == holds


def test_the_smoke_run_draws_what_it_measured(smoke_run):
    run = smoke_run('21.12')
    assert len(run.result['claims']) == 4 and len(run.figures) == 2
    measured = run.result['claims'][0]['measured']
    line = run.figures[0].axes[0].lines[0]
    assert line.get_ydata().tolist() == [*measured['transferred, few'],
                                         *measured['transferred, many']]
