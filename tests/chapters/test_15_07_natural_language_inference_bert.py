import logging

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.files import hub

WORDS = 'a man is eating food . he sleeps'.split()


@pytest.fixture
def page(section):
    return section('15.7')


@pytest.fixture
def vocab():
    return d2l.Vocab(WORDS, reserved_tokens=d2l.SPECIAL_TOKENS)


def by_page(premise, hypothesis, vocab, max_len):
    """An example as the page makes it: cut word by word, then padded."""
    p, h = premise.lower().split(), hypothesis.lower().split()
    while len(p) + len(h) > max_len - 3:
        (p if len(p) > len(h) else h).pop()
    tokens, segments = d2l.get_tokens_and_segments(p, h)
    rest = max_len - len(tokens)
    return vocab[tokens + ['<pad>'] * rest], segments + [0] * rest, len(tokens)


def test_examples_equal_those_of_the_pages_loop(page, vocab):
    rng = onp.random.RandomState(0)
    premises, hypotheses = ([' '.join(onp.array(WORDS + ['Zebra', 'A'])[
        rng.randint(0, 10, rng.randint(1, 9))]) for _ in range(40)] for _ in range(2))
    labels = rng.randint(0, 3, 40).tolist()
    data = page.SNLIBERTDataset((premises, hypotheses, labels), 12, vocab)
    assert len(data) == 40
    for i, (premise, hypothesis) in enumerate(zip(premises, hypotheses)):
        (tokens, segments, length), label = data[i]
        assert (tokens.tolist(), segments.tolist(), int(length)) == by_page(
            premise, hypothesis, vocab, 12)
        assert label == labels[i]


def test_batches_are_cut_to_what_is_no_padding(vocab):
    tokens = onp.full((5, 64), vocab['<pad>'], 'int32')
    lens = onp.array([3, 16, 17, 4, 5], 'float32')
    for row, length in zip(tokens, lens.astype(int)):
        row[:length] = 7
    batches = list(d2l.SequenceBatches((tokens, tokens * 0, lens, lens.astype('int32')),
                                       batch_size=2))
    assert [X[0].shape for X, _ in batches] == [(2, 16), (2, 32), (1, 16)]
    for X, y in batches:
        assert ((X[0].asnumpy() == 7).sum(axis=1) == X[2].asnumpy()).all()
        assert (y.asnumpy() == X[2].asnumpy()).all()


def test_padding_changes_no_score(page):
    net = page.build_net(50)
    net.initialize(mx.init.Normal(0.2))
    tokens = np.random.randint(5, 50, (3, 8), dtype='int32')
    lens = np.array([8, 5, 3])
    scores = net(tokens, tokens * 0, lens).asnumpy()
    more = np.random.randint(5, 50, (3, 6), dtype='int32')
    longer = np.concatenate([tokens, more], axis=1)
    onp.testing.assert_allclose(net([longer, longer * 0, lens]).asnumpy(), scores,
                                rtol=1e-4, atol=1e-5)


def test_more_steps_than_positions_are_told(page):
    net = page.build_net(50)
    net.initialize()
    tokens = np.zeros((1, 513), dtype='int32')
    with pytest.raises(InputError, match='513 tokens is too long.*max_len = 512'):
        net([tokens, tokens, np.array([513])])


def test_toy_file_is_the_books_form(page):
    bert, vocab = page.load_pretrained_model('bert.small', dropout=0.1,
                                             devices=[mx.cpu()],
                                             **page.SIZES['bert.small'])
    assert {'people', 'running', '.', '<cls>'} <= set(vocab)
    assert bert.encoder.pos_embedding.shape == (1, 512, 256)
    weight = bert.encoder.token_embedding.weight.data().asnumpy()
    assert weight.shape == (len(vocab), 256) and 0 < abs(weight).max() <= 0.05
    assert (bert.mlm.mlp[1].gamma.data().asnumpy() == 1).all()


def test_a_max_len_beyond_the_positions_is_told(page, tmp_path):
    vocab = d2l.Vocab(WORDS, reserved_tokens=d2l.SPECIAL_TOKENS)
    sizes = dict(num_hiddens=6, ffn_num_hiddens=8, num_heads=2, num_layers=1,
                 max_len=20)
    bert = d2l.BERTModel(len(vocab), dropout=0, **sizes)
    bert.initialize()
    bert(*(np.zeros((1, 4), dtype='int32') for _ in range(2)))  # all shapes
    folder = d2l.save_bert(tmp_path / 'pretrained', bert, vocab, **sizes)
    for named in (folder, tmp_path):  # the folder itself, or that of its run
        with pytest.raises(InputError, match='at most 20'):
            page.run(pretrained=str(named), max_len=21, out=tmp_path)
        # the run says that it used a file of the reader's
        assert [row['data'] for row in hub.used() if row['name'] == 'pretrained'] == [
            'local']


@pytest.mark.parametrize('name,told', [('nothing', 'no folder or archive'),
                                       ('a.txt', 'neither a folder nor an archive'),
                                       ('.', '14.10` writes one')])
def test_what_is_no_pretrained_bert_is_told_in_a_line(page, tmp_path, name, told):
    (tmp_path / 'a.txt').write_text('')
    with pytest.raises((InputError, FileNotFoundError), match=told) as error:
        page.run(pretrained=str(tmp_path / name), out=tmp_path)
    assert '\n' not in str(error.value)


def test_pairs_are_predicted_with_probabilities(page, smoke_run, caplog):
    folder = smoke_run('15.7').folder / 'model'
    pair = page.Pair('Two men are running in a park .', 'Some zebras are moving .')
    with caplog.at_level(logging.WARNING, 'd2lmx'):
        first, again = page.predict(folder, pair, pair)
    assert first == again and set(first['probabilities']) == set(d2l.SNLI_RELATIONS)
    assert sum(first['probabilities'].values()) == pytest.approx(1)
    assert first['relation'] == max(first['probabilities'],
                                    key=first['probabilities'].get)
    assert 'read as <unk>: zebras' in caplog.text


@pytest.mark.parametrize('premise', ['', ' \t'])
def test_a_sentence_without_a_word_is_told(page, smoke_run, premise):
    with pytest.raises(InputError, match='without a word'):
        page.predict(smoke_run('15.7').folder / 'model', page.Pair(premise, 'a b'))


def test_long_pairs_are_cut_as_in_training(page, vocab, caplog):
    premise, hypothesis = 'a man ' * 20, 'he sleeps ' * 3
    with caplog.at_level(logging.WARNING, 'd2lmx'):
        tokens, segments, lens = page.arrays_of([premise.split(), hypothesis.split()],
                                                vocab, 16)
    expected = by_page(premise, hypothesis, vocab, 16)
    assert (tokens[0].tolist(), segments[0].tolist(), int(lens[0])) == expected
    assert 'only 7 and 6 of them are read' in caplog.text


def test_brackets_are_read_as_in_training(page):
    # the data set has -LRB- for a bracket, which the page makes small letters of
    vocab = d2l.Vocab(['-lrb-', 'a'], reserved_tokens=d2l.SPECIAL_TOKENS)
    data = page.SNLIBERTDataset((['A -LRB- A'], ['a'], [0]), 9, vocab)
    tokens, *_ = page.arrays_of([d2l.tokenize_snli('A (A'), ['a']], vocab, 9)
    assert tokens[0].tolist() == data.all_token_ids[0, :7].tolist()
    assert vocab['-lrb-'] in tokens[0].tolist()
