"""Representations, held to what is known of the data that they are learnt from."""
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.15')


def test_each_layer_learns_from_what_those_below_make_of_the_examples(
        page, monkeypatch):
    learnt = []

    def learn(layer, X, how):
        layer.initialize()
        learnt.append(X)

    monkeypatch.setattr(page, 'learn_layer', learn)
    net, X = page.build_net(num_hiddens=3), onp.random.uniform(size=(5, 4))
    page.pretrain(net, X, {})
    assert len(learnt) == 5 and (learnt[0] == X).all()
    for k in range(4):  # biases begin at 0
        W = net[k].weight.data().asnumpy()
        onp.testing.assert_allclose(learnt[k + 1], 1 / (1 + onp.exp(-learnt[k] @ W.T)),
                                    rtol=1e-5)
    with pytest.raises(Exception, match='initialize'):
        net[5].weight.data()  # the last has nothing to learn without labels


@pytest.mark.parametrize('damaged,is_seen', [(0, True), (1, False)])
def test_a_layer_learns_to_give_back_all_from_what_is_left(page, monkeypatch, damaged,
                                                          is_seen):
    monkeypatch.setattr(page, 'DAMAGED', damaged)
    found = {}

    def train(net, losses, X, **how):
        net.initialize()
        found.update(l=losses(np.array(X)).asnumpy(), r=net(np.array(X * is_seen)))

    monkeypatch.setattr(d2l, 'train_by_losses', train)
    X = onp.random.uniform(size=(5, 4)).astype('float32')
    page.learn_layer(nn.Dense(3), X, {})
    onp.testing.assert_allclose(found['l'], ((found['r'].asnumpy() - X) ** 2).sum(1),
                                rtol=1e-5)


def test_a_pretrained_network_is_begun_from_and_stays_as_it_is(page):
    pretrained = page.build_net()
    pretrained.initialize()
    pretrained(page.example_inputs()[0])
    net = page.started('sigmoid', pretrained)
    net(page.example_inputs()[0])
    for k in range(5):
        assert (net[k].weight.data() == pretrained[k].weight.data()).all()
    assert net[5].weight.data().shape == (10, 64)
    net[0].weight.data()[:] = 0
    assert (pretrained[0].weight.data() != 0).any()


def test_accuracies_that_are_exact_are_those_of_many_points(page):
    for w, shift in (([1, 1], [0, 0]), ([1, 1], [0, 4]), ([1, 0], [0, 4]),
                     ([1, -.3], [1, 2])):
        X, y = page.draw_domain(20000, onp.array(shift))
        w = onp.array(w)
        # four standard errors
        assert page.exact_accuracy(w, onp.array(shift)) == pytest.approx(
            ((X @ w > 0) == y).mean(), abs=.015)


def test_a_border_at_a_right_angle_to_the_shift_does_not_see_it(page):
    w = page.MU * (page.SHIFT == 0)
    assert page.exact_accuracy(w, page.SHIFT) == page.exact_accuracy(w, 0 * page.SHIFT)


def test_one_label_names_a_cluster(page):
    X = onp.array([[0.], [5.5], [1], [9], [10]]) * [1, 0]
    new = onp.array([[2.], [4], [7]]) * [1, 0]
    # the border of clusters around 1/2 and 49/6 is at 4.3, that of 0 and 5.5 at 2.75
    by_clusters, by_labels = page.one_label_each(X, onp.array([0, 1, 0, 1, 1]), new)
    assert by_clusters.tolist() == [0, 0, 1] and by_labels.tolist() == [0, 1, 1]


def test_clusters_are_of_the_cause_that_changes_most(page):
    row = page.measure_causes(500, num_tries=3)
    assert row['cause 1, clusters'] > .95 and .4 < row['cause 2, clusters'] < .6


GOOD = {'sigmoid, pretrained': [.7], 'sigmoid, from scratch': [.5],
        'relu, pretrained': [.7], 'relu, from scratch': [.69],
        'source alone: source': [.983], 'source alone: target': [.62],
        'source alone: told source': [.9], 'source alone: told target': [.9],
        'adversary: target': [.933], 'adversary: told source': [.4],
        'adversary: told target': [.6], 'cause 1, clusters': [.977],
        'cause 1, labels': [.9], 'cause 2, clusters': [.5], 'cause 2, labels': [.8]}


@pytest.mark.parametrize('wrong,place', [
    ({}, None),
    ({'relu, from scratch': [.71]}, 1), ({'relu, from scratch': [.4]}, 2),
    ({'source alone: target': [.9]}, 3), ({'adversary: target': [.9]}, 4),
    ({'adversary: told target': [.9]}, 5), ({'cause 1, labels': [.98]}, 6),
    ({'cause 2, clusters': [.7]}, 7)])
def test_each_claim_can_fail_alone(page, wrong, place):
    found = {**GOOD, **wrong}
    rows = (page.claims_of_pretraining(found) + page.claims_of_domains(found)
            + page.claims_of_causes(found))
    assert [i for i, row in enumerate(rows) if not row['holds']] == (
        [] if place is None else [place])


def test_the_smoke_run_counts_regions_exactly(smoke_run):
    smoke = smoke_run('23.15')
    rows = smoke.result['claims']
    assert len(rows) == 9 and smoke.num_fits == 16
    assert rows[-1]['holds']
    assert [row['exact'] for row in rows[-1]['measured'].values()] == [11, 56, 176, 386]
