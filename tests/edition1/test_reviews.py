"""IMDb's reviews as the first edition's pages read them."""
import random

import mxnet as mx
import numpy as onp
import pytest
from mxnet.gluon import nn

from d2lmx.edition1 import reviews
from d2lmx.errors import InputError
from d2lmx.files.archives import BadData

TEXTS = {'pos': ['Good film', 'GREAT\nplot'], 'neg': ['bad film', 'dull']}


@pytest.fixture
def own_reviews(data_dir):
    """Two reviews of each kind in the reader's ``../data/aclImdb``."""
    for part in ('train', 'test'):
        for kind, texts in TEXTS.items():
            folder = data_dir / 'aclImdb' / part / kind
            folder.mkdir(parents=True)
            for i, text in enumerate(texts):
                (folder / f'{i}_1.txt').write_text(f'{text}', encoding='utf-8')


def test_reviews_come_labelled_in_small_letters_and_in_the_seeds_order(own_reviews):
    def run(seed):
        random.seed(seed)
        return reviews.read_imdb('test')

    wanted = [['bad film', 0], ['dull', 0], ['good film', 1], ['great plot', 1]]
    assert sorted(run(0)) == wanted
    assert run(0) == run(0) and any(run(seed) != run(0) for seed in range(1, 9))


def test_a_part_that_is_neither_is_told(own_reviews):
    with pytest.raises(InputError, match="must be 'train' or 'test', got 'val'"):
        reviews.read_imdb('val')


def test_a_folder_without_reviews_is_told(data_dir):
    (data_dir / 'aclImdb').mkdir()
    with pytest.raises(BadData, match='must hold reviews'):
        reviews.read_imdb()


def test_tokens_are_split_at_single_spaces_and_counted():
    tokens = reviews.get_tokenized_imdb([['A b  a', 1], ['B', 0]])
    assert tokens == [['a', 'b', '', 'a'], ['b']]
    assert reviews.count_tokens(tokens) == {'a': 2, 'b': 2, '': 1}


def data_of(**counts):
    return [[' '.join(word for word, n in counts.items() for _ in range(n)), 1]]


def test_the_vocabulary_is_by_count_then_alphabet_from_five_on():
    for counts in (dict(z=6, b=5, a=5, rare=4), dict(rare=4, a=5, b=5, z=6)):
        vocab = reviews.get_vocab_imdb(data_of(**counts))
        assert vocab.idx_to_token == ['<unk>', '<pad>', 'z', 'a', 'b']


def test_features_are_padded_or_cut_to_500():
    vocab = reviews.get_vocab_imdb(data_of(z=6, a=5))
    features, labels = reviews.preprocess_imdb(
        [['a new z', 1], [' '.join(['z'] * 499 + ['a', 'a']), 0]], vocab)
    wanted = onp.array([[3, 0, 2] + [1] * 497, [2] * 499 + [3]])
    onp.testing.assert_array_equal(features.asnumpy(), wanted)
    assert labels.asnumpy().tolist() == [1, 0]
    assert features.dtype == labels.dtype == onp.float32
    with pytest.raises(InputError, match='a review at least'):
        reviews.preprocess_imdb([], vocab)


class Judge(nn.Block):
    """Positive where the mean number of a word exceeds 2."""

    def __init__(self):
        super().__init__()
        self.scale = self.params.get('scale', shape=(1,), init='ones')

    def forward(self, X):
        score = X.mean(axis=1, keepdims=True) * self.scale.data(X.context) - 2
        return mx.nd.concat(-score, score, dim=1)


def test_a_sentiment_is_that_of_the_network_wherever_it_is():
    vocab = reviews.get_vocab_imdb(data_of(good=6, bad=5))  # numbers 2 and 3
    net = Judge()
    net.initialize(ctx=mx.cpu(1))  # no other device has its parameters
    assert reviews.predict_sentiment(net, vocab, ['bad', 'good']) == 'positive'
    assert reviews.predict_sentiment(net, vocab, ['good', 'new']) == 'negative'


@pytest.mark.parametrize('sentence', [[], 'a great film'])
def test_what_is_no_list_of_words_is_told(sentence):
    with pytest.raises(InputError, match='list of words, one at least, got'):
        reviews.predict_sentiment(Judge(), None, sentence)
