"""21.10: planted labels are counted, confusions by hand, claims that could fail."""
import numpy as onp
import pytest
from mxnet import np


@pytest.fixture
def page(section):
    return section('21.10')


def test_wrong_labels_of_one_kind_are_as_many_as_asked_for(page):
    y = onp.random.randint(0, 10, 200).astype('int32')
    wrong, changed = page.taken_labels(y, 30)
    assert len(set(changed)) == 30 and wrong.dtype == y.dtype
    assert set(onp.flatnonzero(wrong != y)) == set(changed)
    assert all(page.TAKEN_FOR[a] == b for a, b in zip(y[changed].tolist(),
                                                      wrong[changed].tolist()))


def test_wrong_labels_of_one_kind_are_no_more_than_there_are(page):
    _, changed = page.taken_labels(onp.array([0, 2, 4, 1]), 3)
    assert set(changed) == {1, 2}


def test_the_share_of_confusions_by_hand(page):
    matrix = onp.array([[9, 4, 1], [2, 9, 0], [0, 3, 9]])  # pairs: 6, 1 and 3 of 10
    assert page.share_of_pairs(matrix, 1) == .6
    assert page.share_of_pairs(matrix, 2) == .9
    assert page.share_of_pairs(matrix, 3) == 1


def test_the_worst_come_first(page):
    log_p = onp.log([[.9, .1], [.2, .8], [.4, .6]])
    assert page.worst(log_p, onp.array([1, 1, 0])).tolist() == [0, 2, 1]


def test_probabilities_are_those_of_the_scores(page):
    def net(X):
        return X.reshape(len(X), -1)

    X = onp.array([[0., onp.log(3)]])
    onp.testing.assert_allclose(page.log_probabilities(net, X), onp.log([[.25, .75]]),
                                rtol=1e-6)  # float32


def found_of(**changes):
    return {'share of errors': [.6, .7], 'planted found': [.8, .6],
            'found by chance': [.02, .02], 'accuracy, right labels': [.85, .85],
            'accuracy, wrong by chance': [.84, .84],
            'accuracy, wrong of one kind': [.8, .8], **changes}


@pytest.mark.parametrize('changes, holds', [
    ({}, [True, True, True]), ({'share of errors': [.6, .4]}, [False, True, True]),
    ({'planted found': [.9, .4]}, [True, False, True]),
    ({'accuracy, wrong by chance': [.82, .82]}, [True, True, False]),
    ({'accuracy, wrong of one kind': [.845, .845]}, [True, True, False])])
def test_claims_are_decided_by_what_was_measured(page, changes, holds):
    assert [row['holds'] for row in page.claims(found_of(**changes), .2)] == holds


def test_the_smoke_run_shows_what_it_counted(smoke_run):
    run = smoke_run('21.10')
    matrix = onp.array(run.result['confusions'])
    assert matrix.shape == (10, 10) and matrix.sum() == 160
    accuracy, = run.result['claims'][2]['measured']['accuracy, right labels']
    assert matrix.trace() / 160 == pytest.approx(accuracy)
    assert run.result['planted'] == 4  # 2 % of 160, and no fewer
    shown, = (ax for ax in run.figures[0].axes if ax.get_title() == 'errors')
    drawn = onp.asarray(shown.images[0].get_array())
    assert drawn.trace() == 0 and drawn.sum() == matrix.sum() - matrix.trace()


def test_the_net_gives_ten_scores(page):
    net = page.build_net()
    net.initialize()
    assert net(np.zeros((3, 1, 28, 28))).shape == (3, 10)
