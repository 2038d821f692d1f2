import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def test_probabilities_of_all_words_sum_to_one(section):
    page = section('14.2')
    nodes, turns = d2l.huffman_tree(onp.arange(50) ** 2)
    assert page.sum_of_probabilities(nodes, turns) == pytest.approx(1, abs=1e-5)


def test_a_batch_of_paths_is_the_loss_of_its_contexts(section):
    page = section('14.2')
    onp.random.seed(0)
    counts = onp.array([0, 9, 5, 4, 2, 1])
    corpus = d2l.Corpus(onp.array([1, 2, 3, 1, 4, 5, 1], 'int32'), onp.array([0, 4, 7]))
    data_iter = page.PathIterator(corpus, counts, 7, 2)
    net = page.build_net(6, 3)
    net.initialize()
    nodes, turns = d2l.huffman_tree(counts)
    V, U = net[0].weight.data(), net[1].weight.data()
    rows = onp.arange(7)
    _, contexts, mask, _ = d2l.SkipGramIterator.batch(data_iter, rows)
    center, others, path_mask, label, num_contexts = map(np.array,
                                                         data_iter.batch(rows))
    scores = net(center.astype('int32'), others.astype('int32'))[:, 0]
    log_p = page.log_sigmoid(scores * (2 * label - 1)) * path_mask
    for i in rows:
        words = contexts[i][mask[i] > 0].tolist()
        assert len(words) == int(num_contexts[i])
        expected = d2l.tree_log_probabilities(V[int(center[i, 0])], U, nodes,
                                          np.array(turns))[words].sum()
        assert float(log_p[i].sum()) == pytest.approx(float(expected), rel=1e-5)


def test_a_worker_may_have_no_share_of_the_last_batch(section):
    page = section('14.2')
    corpus = d2l.Corpus(onp.array([1, 2, 3], 'int32'), onp.array([0, 3]))
    for made in (page.PathIterator(corpus, [0, 3, 2, 1], 2, 1),
                 page.NoiseIterator(corpus, [0, 3, 2, 1], 2, 1, 1)):
        assert [a.shape for a in made.batch(onp.arange(0))] == [
            (0, 1), (0, 0), (0, 0), (0, 0), (0,)]


def test_negative_sampling_is_the_formula_and_the_loss_of_14_4(section):
    rng = onp.random.RandomState(2)
    v, U = rng.normal(size=4), rng.normal(size=(6, 4))
    loss = section('14.2').negative_sampling_loss(np.array(v), np.array(U[0]),
                                                  np.array(U[1:]))
    p = 1 / (1 + onp.exp(-U @ v))
    expected = -onp.log(p[0] * onp.prod(1 - p[1:]))
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    mean = d2l.MaskedSigmoidBCELoss()(np.array([U @ v]), np.array([[1.] + [0] * 5]),
                                      np.ones((1, 6)))
    assert float(mean[0]) * 6 == pytest.approx(expected, rel=1e-5)


def test_the_smoke_run_trains_both(smoke_run):
    result = smoke_run('14.2').result
    assert result['sum of probabilities'] == pytest.approx(1, abs=1e-5)
    # six scores that say nothing, and 130 words that are all equally likely
    assert result['negative sampling']['train loss'] < 6 * onp.log(2)
    assert result['hierarchical softmax']['train loss'] < onp.log(130)
