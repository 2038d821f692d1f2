"""Training and prediction as chapter 9 spells them."""
import pytest
from matplotlib import pyplot as plt
from mxnet import autograd, cpu, gluon, init, np

import d2lmx as d2l


@pytest.fixture
def data():
    return d2l.load_data_nmt(batch_size=64, num_steps=8, num_examples=128)


def network(src_vocab, tgt_vocab):
    return d2l.EncoderDecoder(d2l.Seq2SeqEncoder(len(src_vocab), 8, 16, 2),
                              d2l.Seq2SeqDecoder(len(tgt_vocab), 8, 16, 2))


def test_training_lowers_the_loss_prints_it_and_draws_every_tenth_epoch(data, capsys):
    data_iter, *vocabs = data
    history = d2l.train_seq2seq(network(*vocabs), data_iter, 0.01, 20, vocabs[1], cpu())
    losses = [value for _, value in history.series['train loss']]
    assert losses[-1] < losses[0] * 0.7
    assert f'loss {losses[-1]:.3f}, ' in capsys.readouterr().out
    (line,) = plt.gcf().axes[0].lines
    assert list(line.get_xdata()) == [10, 20]


def test_a_step_teaches_on_true_prefixes_and_counts_valid_tokens(data):
    data_iter, *vocabs = data
    seen = []

    class Spy(d2l.EncoderDecoder):
        def hybrid_forward(self, F, X, dec_X, lens):
            seen.append(dec_X)
            return super().hybrid_forward(F, X, dec_X, lens)

    net = network(*vocabs)
    net = Spy(net.encoder, net.decoder)
    net.initialize(init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': 0})
    loss, bos = d2l.MaskedSoftmaxCELoss(), vocabs[1]['<bos>']
    step = d2l.seq2seq_step(net, loss, trainer, bos)
    X, X_len, Y, Y_len = batch = next(iter(data_iter))
    total, count = step(*batch)['train loss']
    assert (seen[0][:, 0] == bos).all() and (seen[0][:, 1:] == Y[:, :-1]).all()
    assert count == int(Y_len.sum())
    expected = loss(net(X, seen[0], X_len)[0], Y, Y_len).sum()
    assert float(total) == pytest.approx(float(expected), rel=1e-5)
    assert step.trains == (net, trainer) and step.counts_tokens


def test_two_devices_train_as_one(data):
    data_iter, *vocabs = data
    batches = list(data_iter)[:2]
    weights = []
    for devices in ([cpu(0)], [cpu(0), cpu(1)]):
        d2l.set_seed(0)
        net = network(*vocabs)
        net.initialize(init.Xavier(), ctx=devices)
        trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 5})
        step = d2l.seq2seq_step(net, d2l.MaskedSoftmaxCELoss(), trainer, 2, devices)
        d2l.fit(step, batches, 3)
        weights.append([p.data(cpu(0)).asnumpy()
                        for p in net.collect_params().values()])
    for one, two in zip(*weights):
        assert abs(one - two).max() < 1e-4  # sums in another order, clipped alike


def test_prediction_is_greedy_cut_and_the_same_hybridized(data):
    data_iter, *vocabs = data
    net = network(*vocabs)
    d2l.train_seq2seq(net, data_iter, 0.02, 30, vocabs[1], cpu())
    sentences = ['wait .', 'stop !', 'go now .', ' '.join(['go'] * 20)]

    def translate(sentence):
        return d2l.predict_seq2seq(net, sentence, *vocabs, 8, cpu())

    imperative = [translate(sentence) for sentence in sentences]
    net.hybridize()
    assert imperative == [translate(sentence) for sentence in sentences]
    translation, weights = imperative[0]
    assert len(translation.split()) <= 8 and weights == []


def test_a_sentence_is_read_in_small_letters_and_its_length_is_cut_with_it(data):
    _, *vocabs = data
    net, read = network(*vocabs), []
    net.initialize()
    net.encoder.register_forward_pre_hook(lambda block, inputs: read.append(inputs))
    for sentence, tokens in (('Go Now .', ['go', 'now', '.', '<eos>']),
                             (' '.join(['Go'] * 20), ['go'] * 6)):
        d2l.predict_seq2seq(net, sentence, *vocabs, 6, cpu())
        (X, lens, *_), = read[-1:]
        assert X.tolist() == [vocabs[0][tokens + ['<pad>'] * (6 - len(tokens))]]
        assert lens.tolist() == [len(tokens)]


class Attentive(d2l.Seq2SeqDecoder):
    """Says what it attended to: here, how often it was called."""

    attention_weights = 0

    def forward(self, X, state):
        self.attention_weights = self.attention_weights + 1
        return super().forward(X, state)


def test_prediction_keeps_the_attention_weights_of_each_step(data):
    _, *vocabs = data
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(len(vocabs[0]), 8, 16, 2),
                             Attentive(len(vocabs[1]), 8, 16, 2))
    net.initialize()
    translation, weights = d2l.predict_seq2seq(net, 'go .', *vocabs, 6, cpu(), True)
    assert weights == list(range(1, len(weights) + 1))
    assert len(weights) in (6, len(translation.split()) + 1)


@pytest.mark.parametrize('hybridize', [False, True])
def test_loss_by_hand(hybridize):
    pred, label = np.random.normal(size=(3, 4, 5)), np.array([[0, 1, 2, 3]] * 3)
    loss = d2l.MaskedSoftmaxCELoss()
    if hybridize:
        loss.hybridize()
    log_p = np.log(np.exp(pred) / np.exp(pred).sum(axis=2, keepdims=True)).asnumpy()
    for lens in ([4, 2, 0], [1, 3, 4]):
        expected = [-sum(log_p[i, t, t] for t in range(n)) / 4
                    for i, n in enumerate(lens)]
        for dtype in ('float32', 'int32'):
            l = loss(pred, label.astype(dtype), np.array(lens, dtype=dtype))
            assert l.tolist() == pytest.approx(expected, rel=1e-5)


def test_padding_gives_the_scores_no_gradient():
    pred = np.random.normal(size=(2, 3, 4))
    pred.attach_grad()
    with autograd.record():
        l = d2l.MaskedSoftmaxCELoss()(pred, np.zeros((2, 3)), np.array([1, 3]))
    l.backward()
    assert not pred.grad[0, 1:].any() and pred.grad[0, 0].any() and pred.grad[1].any()


@pytest.mark.parametrize('pred, label, k, expected', [
    ('a b c d', 'a b c d', 2, 1.0),
    # the book's example: precisions 4/5, 3/4, 1/3, 0 of 'A B B C D' for 'A B C D E F'
    ('A B B C D', 'A B C D E F', 3,
     2.718281828 ** (1 - 6 / 5) * .8 ** .5 * .75 ** .25 * (1 / 3) ** .125),
    ('A B B C D', 'A B C D E F', 4, 0.0),
    ('va', 'va !', 2, 0.0), ('', 'va !', 1, 0.0),
    ('a bc', 'ab c', 2, 0.0)])
def test_bleu_by_hand(pred, label, k, expected):
    assert d2l.bleu(pred, label, k) == pytest.approx(expected)


def test_bleu_needs_some_n():
    with pytest.raises(ValueError, match='k must be at least 1'):
        d2l.bleu('a', 'a', 0)
