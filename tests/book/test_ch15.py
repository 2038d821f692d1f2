"""Batches of two inputs on several devices, and how pairs are related."""
import math

import numpy as onp
import pytest
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DEVICES = [npx.cpu(0), npx.cpu(1)]


class Difference(nn.HybridBlock):
    """Scores from the means of two sentences' embeddings, each weighed otherwise."""

    def __init__(self):
        super().__init__()
        self.embedding, self.output = nn.Embedding(9, 4), nn.Dense(3)

    def hybrid_forward(self, F, *X):
        P, H = (self.embedding(x).mean(axis=1) for x in (X[0] if len(X) == 1 else X))
        return self.output(P - 2 * H)


def test_parts_of_a_batch_stay_together():
    P, H = np.arange(10).reshape(5, 2), np.arange(15).reshape(5, 3) * 100
    y = np.arange(5, dtype='int32')
    Xs, ys = d2l.split_batch_multi_inputs([P, H], y, DEVICES)
    assert [len(part) for part in ys] == [3, 2]  # the first has one more
    for (p, h), part, device in zip(Xs, ys, DEVICES):
        assert p.ctx == h.ctx == part.ctx == device
        assert p[:, 0].tolist() == [2 * i for i in part.tolist()]
        assert h[:, 0].tolist() == [300 * i for i in part.tolist()]
    (whole,), _ = d2l.split_batch_multi_inputs([P, H], y, None)
    assert whole[0].shape == (5, 2) and whole[1].shape == (5, 3)


def test_inputs_and_labels_must_be_as_many():
    with pytest.raises(ValueError, match='as many examples, got 3 and 4'):
        d2l.split_batch_multi_inputs([np.ones((4, 2)), np.ones((3, 2))], np.ones(4),
                                     DEVICES)
    with pytest.raises(d2l.InputError, match='a batch of 1 cannot be split over 2'):
        d2l.split_batch_multi_inputs([np.ones((1, 2))] * 2, np.ones(1), DEVICES)


def test_two_devices_train_as_one(capsys):
    rng = onp.random.RandomState(0)
    P, H = (np.array(rng.randint(0, 9, (7, n)), dtype='int32') for n in (3, 5))
    y, weights = np.array(rng.randint(0, 3, 7), dtype='int32'), []
    for devices in (DEVICES[:1], DEVICES):
        d2l.set_seed(0)
        net = Difference()
        net.initialize(init.Xavier(), ctx=devices)
        trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .01})
        history = d2l.train_ch13(net, [([P, H], y)], [([P, H], y)],
                                 gluon.loss.SoftmaxCrossEntropyLoss(), trainer, 3,
                                 devices, d2l.split_batch_multi_inputs)
        weights.append([param.data(devices[-1]).asnumpy()
                        for param in net.collect_params().values()]
                       + [history['train loss'], history['test acc']])
    for one, two in zip(*weights):  # sums of float32 in another order, under Adam
        onp.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-5)


def test_a_relation_is_the_highest_score_of_both_sentences_in_order():
    vocab = d2l.Vocab(reserved_tokens=['<pad>', 'a', 'b'])

    def net(X):
        premise, hypothesis = X
        assert premise.tolist() == [vocab[['a', 'b', 'x']]]
        return np.array([[0, 2, 1] if hypothesis.tolist() == [vocab[['b']]] else
                         [0, 1, 2]])

    assert d2l.predict_snli(net, vocab, ['a', 'b', 'x'], ['b']) == 'contradiction'
    assert d2l.predict_snli(net, vocab, ['a', 'b', 'x'], ['a', 'a']) == 'neutral'
    assert d2l.predict_snli(net, vocab, 'a b x', 'b') == 'contradiction'
    for pair in ([], ['a']), (['a'], []), ('a', ' '):
        with pytest.raises(d2l.InputError, match='a token at least'):
            d2l.predict_snli(net, vocab, *pair)


def test_pairs_are_judged_in_the_tokens_of_snli():
    seen = []

    class Stub:
        about = {'relations': ['yes', 'no']}

        def __call__(self, *arrays):
            return np.array([[0, math.log(3)]])

    def arrays_of(*pair):
        seen.append(pair)
        return ()

    first, second = d2l.judge_pairs(Stub(), [('He isn’t (here)', 'No.'), ('a', 'b')],
                                    arrays_of)
    assert seen == [(['He', 'is', "n't", '-LRB-', 'here', '-RRB-'], ['No', '.']),
                    (['a'], ['b'])]
    assert (first['premise'], second['hypothesis']) == ('He isn’t (here)', 'b')
    assert first['relation'] == 'no'
    assert first['probabilities'] == pytest.approx({'yes': .25, 'no': .75}, rel=1e-6)
    with pytest.raises(d2l.InputError, match='without a word'):
        d2l.judge_pairs(Stub(), [('a', ' \t')], arrays_of)
    Stub.about = {'relations': ['yes']}
    with pytest.raises(d2l.InputError, match="1 of 'relations', and its network need"):
        d2l.judge_pairs(Stub(), [('a', 'b')], arrays_of)
