import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def softmax(scores):
    p = onp.exp(scores)
    return p / p.sum()


def test_the_pages_gradients_are_those_of_autograd(section):
    page = section('14.1')
    for found in page.gradients_by_hand().values():
        # float32, of numbers of the size of 1
        assert found['largest difference of gradients'] < 2e-6


def test_losses_are_products_of_probabilities(section):
    page = section('14.1')
    rng = onp.random.RandomState(0)
    U, v, V = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=(4, 3))
    loss = page.skip_gram_loss(np.array(v), np.array(U), [0, 3, 0])[0]
    p = softmax(U @ v)
    assert float(loss) == pytest.approx(-onp.log(p[0] * p[3] * p[0]), rel=1e-5)
    loss = page.cbow_loss(np.array(V), np.array(U), 2)[0]
    assert float(loss) == pytest.approx(-onp.log(softmax(U @ V.mean(axis=0))[2]),
                                        rel=1e-5)


@pytest.mark.parametrize('variant', ['cbow', 'skip_gram'])
def test_losses_of_a_batch_are_those_of_its_examples(section, variant):
    page = section('14.1')
    net = page.build_net(7, 3)
    net.initialize()
    batch = d2l.batchify([(1, [2, 5], []), (4, [3, 1, 6, 1], [])])
    V, U = net[0].weight.data(), net[1].weight.data()
    ls = page.losses(net, variant, *batch[:3])
    for l, (center, contexts) in zip(ls, [(1, [2, 5]), (4, [3, 1, 6, 1])]):
        expected = (page.cbow_loss(V[contexts], U, center)[0] if variant == 'cbow' else
                    page.skip_gram_loss(V[center], U, contexts)[0] / len(contexts))
        assert float(l) == pytest.approx(float(expected), rel=1e-5)


def test_padding_does_not_change_the_scores(section):
    net = section('14.1').build_net(vocab_size=9, embed_size=4)
    net.initialize()
    words, mask = np.array([[3, 5]], 'int32'), np.ones((1, 2))
    padded = net(np.array([[3, 5, 8, 1]], 'int32'), np.array([[1., 1, 0, 0]]))
    assert abs(net(words, mask) - padded).max() < 1e-7


def test_the_smoke_run_beats_words_that_are_all_equally_likely(smoke_run):
    result = smoke_run('14.1').result
    assert result['final']['train loss'] < onp.log(130) - .1  # of the toy's 130 words


def test_skip_gram_learns_too(section, tmp_path):
    d2l.set_seed(0)
    result = section('14.1').run(variant='skip_gram', num_epochs=1, embed_size=8,
                                 lr=.01, out=tmp_path)
    assert result['final']['train loss'] < onp.log(130)
    tokens, vectors = d2l.read_vectors(tmp_path / 'vec.txt')
    # all but the unknown, which is in no example
    assert len(tokens) == 129 and '<unk>' not in tokens and vectors.shape[1] == 8
