"""21.11: what is planted is what is said, parts by hand, claims that could fail."""
import numpy as onp
import pytest
from mxnet import np


@pytest.fixture
def page(section):
    return section('21.11')


def test_parts_by_hand_add_up_to_the_last_error(page):
    parts = page.parts_of([.05, .11, .14, .30])
    assert list(parts.values()) == pytest.approx([.06, .03, .16])
    assert sum(parts.values()) == pytest.approx(.30 - .05)


def test_an_error_is_the_share_of_other_classes(page):
    def net(X):
        return X.reshape(len(X), -1)

    X = onp.eye(4, 10)
    assert page.error(net, X, onp.array([0, 1, 3, 2])) == .5


def test_badly_taken_pictures_are_dim_and_moved(page):
    X = onp.zeros((50, 1, 28, 28), 'float32')
    X[:, :, 10, 10] = 1
    bad = page.badly_taken(X)
    assert bad.dtype == 'float32' and 0 <= bad.min() and bad.max() <= 1
    mean = bad.mean(axis=0)[0]  # of 50 draws: standard deviations below 0.015
    assert mean[10, 12] == pytest.approx(.8, abs=.06)
    assert mean[10, 10] == pytest.approx(.1, abs=.06)


def test_each_plan_plants_its_fault(page, monkeypatch):
    trained, judged = [], []
    monkeypatch.setattr(page, 'train', lambda data, num_hiddens, num_epochs:
                        trained.append((len(data[1]), num_hiddens, num_epochs)))
    monkeypatch.setattr(page, 'error', lambda net, X, y: judged.append(
        (len(X), float(X.max()))) or .5)
    X, y = onp.ones((40, 1, 28, 28), 'float32'), onp.zeros(40, 'int32')
    errors, mended = page.plant([(X, y), (X[:9], y[:9]), (X[:7], y[:7])], 10, .1,
                                dict(num_epochs=3))
    assert trained == [(40, page.FEW_UNITS, 3), (10, page.MANY_UNITS, 12),
                       (40, page.MANY_UNITS, 3), (80, page.MANY_UNITS, 3)]
    assert judged[:6] == [(40, 1), (9, 1), (7, 1), (10, 1), (9, 1), (7, 1)]
    assert errors['variance'] == [.1, .5, .5, .5] and mended == .5


def found_of(page, **changes):
    found = {f'{fault} planted: {part}': [.3, .2] if part == fault else [.1, .15]
             for fault in page.PARTS for part in page.PARTS}
    return {**found, 'error, mismatched': [.4, .4], 'error, mended': [.2, .2],
            **changes}


@pytest.mark.parametrize('changes, holds', [
    ({}, [True] * 4),
    ({'variance planted: mismatch': [.3, .3]}, [True, False, True, True]),
    ({'avoidable bias planted: variance': [.3, .3]}, [False, True, True, True]),
    # larger on the average, but not by more than chance
    ({'mismatch planted: variance': [.1, .25]}, [True, True, False, True]),
    ({'error, mended': [.3, .3]}, [True, True, True, False])])
def test_claims_are_decided_by_what_was_measured(page, changes, holds):
    assert [row['holds'] for row in page.claims(found_of(page, **changes))] == holds


def test_the_smoke_run_says_the_errors_that_it_draws(smoke_run):
    run = smoke_run('21.11')
    axes = run.figures[0].axes[0]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    for (fault, errors), line, name in zip(run.result['errors'].items(), axes.lines,
                                           names):
        assert line.get_ydata().tolist() == list(errors.values())
        assert errors['perfect judge'] == .05 and name == f'planted: {fault}'


def test_the_net_gives_ten_scores(page):
    net = page.build_net(3)
    net.initialize()
    assert net(np.zeros((2, 1, 28, 28))).shape == (2, 10)
