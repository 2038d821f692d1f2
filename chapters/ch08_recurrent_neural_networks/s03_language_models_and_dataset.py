"""Language models and the dataset (语言模型和数据集)

Source: chapter_recurrent-neural-networks/language-models-and-dataset
"""
import numpy as onp

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict()
PRINTED = [({}, {'vocabulary': (28, 28, 28)})]


def n_grams(n):
    """All sequences of n words in the text: words for n = 1, else tuples of words."""
    tokens = d2l.tokenize(d2l.read_time_machine())
    corpus = [token for line in tokens for token in line]
    return corpus if n == 1 else list(zip(*(corpus[i:] for i in range(n))))


def most_frequent(vocab):
    """The ten most frequent n-grams and how often they occur."""
    return {token if isinstance(token, str) else ' '.join(token): freq
            for token, freq in vocab.token_freqs[:10]}


def zipf_exponent(vocab, most=1000):
    """alpha of frequency ~ rank^-alpha: the slope on logarithmic axes."""
    freqs = onp.array([freq for _, freq in vocab.token_freqs[:most]])
    slope, _ = onp.polyfit(onp.log(onp.arange(1, len(freqs) + 1)), onp.log(freqs), 1)
    return -float(slope)


def frequencies():
    """Frequent words, pairs and triples; draws frequencies by rank."""
    vocabs = {name: d2l.Vocab(n_grams(n)) for n, name in
              enumerate(('unigram', 'bigram', 'trigram'), start=1)}
    freqs = {name: [freq for _, freq in vocab.token_freqs]
             for name, vocab in vocabs.items()}
    d2l.plot(freqs['unigram'], xlabel='token: x', ylabel='frequency: n(x)',
             xscale='log', yscale='log')
    d2l.plot(list(freqs.values()), xlabel='token: x', ylabel='frequency: n(x)',
             xscale='log', yscale='log', legend=list(freqs))
    return {name: {'most frequent': most_frequent(vocab), 'different': len(vocab) - 1,
                   'occurring once': freqs[name].count(1),
                   'exponent of Zipf': zipf_exponent(vocab)}
            for name, vocab in vocabs.items()}


def batches(iterator):
    """The pairs X, Y of one pass over 0, 1, ..., 34: two sequences of five tokens."""
    return [{'X': X.tolist(), 'Y': Y.tolist()}
            for X, Y in iterator(list(range(35)), batch_size=2, num_steps=5)]


def run(*, batch_size: int = 32, num_steps: int = 35) -> dict:
    train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps)
    X, _ = next(iter(train_iter))
    return {**frequencies(), 'random sampling': batches(d2l.seq_data_iter_random),
            'sequential partitioning': batches(d2l.seq_data_iter_sequential),
            'shape of a batch': X.shape, 'vocabulary': len(vocab)}


if __name__ == '__main__':
    d2l.main(run)
