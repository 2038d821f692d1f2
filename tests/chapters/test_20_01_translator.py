"""The translator of Chinese: what it is trained and judged on, that it learns."""
import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l

RESERVED = ['<pad>', '<bos>', '<eos>']


@pytest.fixture
def page(section):
    return section('20.1')


def test_held_out_sentences_stand_on_neither_side_of_the_training_data(page):
    valid, test, train = page.load_data('char', 20, 100)
    for i in (0, 1):
        sets = [{pair[i] for pair in part} for part in (valid, test, train)]
        assert not sets[0] & sets[1] and not (sets[0] | sets[1]) & sets[2]
    assert len(page.references(test)) >= 100
    assert len(set(valid + test + train)) == len(valid) + len(test) + len(train)


def test_a_source_with_several_translations_is_one_sentence_with_all(page):
    pairs = [(('走',), ('go', '.')), (('跑',), ('run',)), (('走',), ('go', '!'))]
    assert page.references(pairs) == {('走',): [['go', '.'], ['go', '!']],
                                      ('跑',): [['run']]}


def test_batches_end_with_eos_also_where_they_are_cut(page):
    vocab = d2l.Vocab(list('abcdef'), reserved_tokens=RESERVED)
    translator = d2l.Translator(None, vocab, vocab, max_steps=4)
    (X, X_len, Y, Y_len), = page.batches([(tuple('abcdef'), tuple('fedcba'))],
                                         translator, 2)
    assert X.tolist() == [vocab[list('abc')] + [vocab['<eos>']]]
    assert Y.tolist() == [vocab[list('fed')] + [vocab['<eos>']]]
    assert X_len.tolist() == Y_len.tolist() == [4]


def test_the_loss_counts_valid_tokens_whatever_the_padding(page):
    scores, labels = onp.random.normal(size=(2, 5, 7)), onp.array([[1, 2, 0, 0, 0],
                                                                   [3, 4, 5, 6, 0]])
    log_p = scores - onp.log(onp.exp(scores).sum(axis=2, keepdims=True))
    expected = [-sum(log_p[i, t, labels[i, t]] for t in range(n))
                for i, n in enumerate((2, 4))]
    for steps in (4, 5):
        found = page.token_loss()(np.array(scores[:, :steps], dtype='float32'),
                                  np.array(labels[:, :steps]), np.array([2, 4]))
        onp.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-5)


def test_scores_of_the_truth_are_full(page):
    truth = 'this is a test .'.split()
    found = page.scores([truth], [[['no', '.'], truth]])
    assert found['corpus BLEU'] == pytest.approx(100)
    assert found["the book's, mean"] == pytest.approx(1)
    if isinstance(found['sacrebleu'], dict):  # else a line says what to install
        assert found['sacrebleu']['score'] == pytest.approx(100)


@pytest.mark.slow
def test_it_learns_the_toy_language_and_the_command_says_what_it_learnt(
        page, tmp_path, capsys):
    result = page.run(num_hiddens=64, num_layers=1, ffn_num_hiddens=128, num_epochs=3,
                      lr=.005, batch_size=32, dropout=0, num_valid=20, num_test=100,
                      out=tmp_path)
    first, *_, last = (loss for _, loss in result['series']['valid loss'])
    assert last < min(.3, first)  # it begins at the logarithm of the vocabulary, 4.3
    test = result['test']
    assert test['sentences'] >= 100
    assert test['greedy']['corpus BLEU'] > 80
    assert test['beam of 4']['log p, mean'] >= test['greedy']['log p, mean'] - .05
    assert test["the beam's gain"] == pytest.approx(
        test['beam of 4']['corpus BLEU'] - test['greedy']['corpus BLEU'])
    weights = onp.array(result['attention']['weights'])
    assert weights.shape[1] == len(result['attention']['Chinese'])
    onp.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-4)
    exported = d2l.load_translator(tmp_path / 'model')
    for sample in test['samples']:
        assert exported.translate([sample['Chinese']], 1) == [sample['greedy']]


@pytest.mark.parametrize('variant', ['transformer', 'bahdanau', 'gru'])
def test_each_network_takes_what_the_data_give(page, variant):
    net = page.build_net(variant, 190, 210)
    net.initialize()
    Y, _ = net(*page.example_inputs(3, 7))
    assert Y.shape == (3, 7, 210)


@pytest.mark.parametrize('variant', ['transformer', 'bahdanau'])
@pytest.mark.parametrize('font, labels', [('DejaVu Sans', ['a', 'b', '<eos>']),
                                          ('', ['1', '2', '3'])])
def test_the_picture_names_source_tokens_where_a_font_has_them(
        page, monkeypatch, variant, font, labels):
    monkeypatch.setattr(d2l, 'font_with', lambda text: font)
    vocab = d2l.Vocab(list('abc'), reserved_tokens=RESERVED)
    net = page.build_net(variant, len(vocab), len(vocab), 8, num_heads=2)
    net.initialize()
    net.hybridize()
    translator = d2l.Translator(d2l.LiveDecoder(net), vocab, vocab, max_steps=5)
    found = page.show_attention(net, translator, ('a', 'b'))
    assert found['Chinese'] == ['a', 'b', '<eos>']
    axes = plt.gcf().axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == labels
    assert axes.images[0].get_array().shape == onp.shape(found['weights'])
    assert len(axes.get_yticklabels()) == len(found['weights'])
    onp.testing.assert_allclose(onp.sum(found['weights'], axis=1), 1, rtol=1e-4)


def test_the_picture_is_of_the_last_blocks_attention_to_the_source(page):
    def heads(first, second):
        """Of one sentence and step: two heads' weights of two source tokens."""
        return np.array([[first], [second]])

    to_target = [heads([1, 0], [1, 0])] * 2
    to_source = [heads([.9, .1], [.7, .3]), heads([.4, .6], [.2, .8])]
    onp.testing.assert_allclose(page.weights_of_source([to_target, to_source]),
                                [.3, .7], rtol=1e-6)
    onp.testing.assert_allclose(page.weights_of_source([np.array([[[.4, .6]]])]),
                                [.4, .6], rtol=1e-6)  # Bahdanau's
