"""Subword embedding (子词嵌入)

Source: chapter_natural-language-processing-pretraining/subword-embedding

The page has code for byte pair encoding; fastText, which it describes, is trained here
on the Penn Treebank. The toy set shows its two classes of words after the first epochs.
"""
import collections
import re
from pathlib import Path

from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ptb',)
SMOKE = dict(num_epochs=1, embed_size=16, num_buckets=512, num_merges_ptb=50)

LETTERS = [*'abcdefghijklmnopqrstuvwxyz', '_', '[UNK]']
RAW_TOKEN_FREQS = {'fast_': 4, 'faster_': 3, 'tall_': 5, 'taller_': 4}
QUERIES = ('chip', 'computer', 'company', 'japanese', 'trading', 'wheat')
UNSEEN = ('microchips', 'computerized', 'companywide', 'farmers')
AT_ONCE = 1024  # words whose vectors are computed together


def get_max_freq_pair(token_freqs):
    """The pair of neighbouring symbols that is the most frequent, the first of equals.
    """
    pairs = collections.defaultdict(int)
    for token, freq in token_freqs.items():
        symbols = token.split()
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += freq
    if not pairs:
        raise d2l.InputError('no pair is left, each word is a single symbol: choose '
                             'fewer merges')
    return max(pairs, key=pairs.get)


def merge_symbols(max_freq_pair, token_freqs, symbols):
    """Words with a pair as one symbol, which `symbols`, a list, gets at its end."""
    symbols.append(''.join(max_freq_pair))
    # book: replaces text, where the end of a symbol is taken for a whole one
    pair = re.compile(r'(?<!\S)' + re.escape(' '.join(max_freq_pair)) + r'(?!\S)')
    return {pair.sub(lambda _: symbols[-1], token): freq
            for token, freq in token_freqs.items()}


def segment_BPE(tokens, symbols):
    """Each word as its longest known symbols from the left, with spaces between.

    Where none fits, '[UNK]' stands for all that is left of the word.
    """
    symbols, outputs = set(symbols), []
    longest = max(map(len, symbols), default=0)
    for token in tokens:
        start, end = 0, min(len(token), longest)
        cur_output = []
        while start < len(token) and start < end:
            if token[start:end] in symbols:
                cur_output.append(token[start:end])
                start, end = end, min(len(token), end + longest)
            else:
                end -= 1
        if start < len(token):
            cur_output.append('[UNK]')
        outputs.append(' '.join(cur_output))
    return outputs


class SubwordEmbedding(nn.HybridBlock):
    """Vectors of words: the means of the vectors in their rows of a table.

    rows (batch, most), as of `d2l.subword_rows`, 0 pads -> (batch, embed_size). The
    page adds the vectors up, which gives long words long vectors.
    """

    def __init__(self, num_rows, embed_size, **kwargs):
        super().__init__(**kwargs)
        self.table = nn.Embedding(num_rows, embed_size)

    def hybrid_forward(self, F, rows):
        mask = (rows > 0).astype('float32')                              # (batch, most)
        total = F.npx.batch_dot(F.np.expand_dims(mask, 1), self.table(rows))
        count = F.np.sum(mask, axis=1, keepdims=True)                       # (batch, 1)
        return F.np.squeeze(total, axis=1) / F.np.maximum(count, 1)


class FastText(nn.HybridBlock):
    """Skip-gram whose centre's vector is made of its subwords.

    rows (batch, most), contexts_and_negatives (batch, others) -> (batch, 1, others)
    """

    def __init__(self, vocab_size, num_buckets, embed_size, **kwargs):
        super().__init__(**kwargs)
        self.v = SubwordEmbedding(1 + num_buckets + vocab_size, embed_size)
        self.u = nn.Embedding(vocab_size, embed_size)

    def hybrid_forward(self, F, rows, contexts_and_negatives):
        v = F.np.expand_dims(self.v(rows), 1)              # (batch, 1, embed_size)
        u = self.u(contexts_and_negatives)                 # (batch, others, embed_size)
        return F.npx.batch_dot(v, u, transpose_b=True)


def build_net(vocab_size=6719, num_buckets=2 ** 15, embed_size=100):
    """rows (batch, most), contexts_and_negatives (batch, n) -> (batch, 1, n)."""
    return FastText(vocab_size, num_buckets, embed_size)


def example_inputs(batch_size=2, most=30, num_others=60):
    return (np.random.randint(0, 2 ** 15, size=(batch_size, most), dtype='int32'),
            np.random.randint(0, 6719, size=(batch_size, num_others), dtype='int32'))


def train(net, data_iter, rows, lr, num_epochs):
    """Train by Adam on all devices. rows (vocab_size, most): of each word's centre."""
    devices = d2l.try_all_gpus()
    net.initialize(init.Uniform(.1), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = d2l.MaskedSigmoidBCELoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    rows = {device: np.array(rows, dtype='int32', ctx=device) for device in devices}

    def measure(center, context_negative, mask, label):
        centers = np.take(rows[center.ctx], center[:, 0], axis=0)  # (batch, most)
        l = loss(net(centers, context_negative), label, mask)
        return l, {'train loss': (l.sum(), l.size)}

    history = d2l.fit(d2l.measured_step(net, measure, trainer, devices), data_iter,
                      num_epochs)
    d2l.plot_history(history)
    return history


def vectors(embedding, rows):
    """The vectors of all words, from their rows (words, most): NumPy's."""
    device = embedding.table.weight.list_ctx()[0]
    parts = [embedding(np.array(rows[i:i + AT_ONCE], dtype='int32', ctx=device))
             for i in range(0, len(rows), AT_ONCE)]
    return np.concatenate(parts)


def encode(num_merges, num_merges_ptb):
    """Byte pair encoding of the page's four words, and of the Penn Treebank's."""
    symbols = list(LETTERS)
    token_freqs = {' '.join(token): freq for token, freq in RAW_TOKEN_FREQS.items()}
    for i in range(num_merges):
        max_freq_pair = get_max_freq_pair(token_freqs)
        token_freqs = merge_symbols(max_freq_pair, token_freqs, symbols)
        print(f'merge #{i + 1}:', max_freq_pair)
    segmented = segment_BPE(['tallest_', 'fatter_'], symbols)
    print(list(token_freqs), segmented)

    words = {' '.join(f'{token}_'): freq for token, freq
             in d2l.count_corpus(d2l.read_ptb()).items()
             if token != '<unk>'}  # a mark, not letters
    merges, _ = d2l.learn_bpe(words, num_merges_ptb)
    known = LETTERS + [''.join(pair) for pair in merges]
    ptb = segment_BPE([f'{word}_' for word in (*QUERIES, *UNSEEN)], known)
    return {'symbols': symbols[len(LETTERS):], 'tokens': list(token_freqs),
            'segmented': segmented, 'merges of the Penn Treebank': len(merges),
            'segmented by these': ptb}


def run(*, num_merges: int = 10, num_merges_ptb: int = 2000, embed_size: int = 100,
        num_buckets: int = 2 ** 15, max_window_size: int = 5, num_noise_words: int = 5,
        lr: float = 0.002, num_epochs: int = 5, batch_size: int = 512,
        out: Path = Path('.')) -> dict:
    result = encode(num_merges, num_merges_ptb)
    data_iter, vocab = d2l.load_data_ptb(batch_size, max_window_size, num_noise_words)
    rows = d2l.subword_rows(vocab, num_buckets, vocab.token_to_idx)
    net = build_net(len(vocab), num_buckets, embed_size)
    history = train(net, data_iter, rows, lr, num_epochs)
    # the unknown is no centre, and has learnt nothing
    d2l.write_vectors(out / 'vec.txt', vocab.idx_to_token[1:], vectors(net.v, rows)[1:])
    d2l.save_model(out / 'model', net.v, np.array(rows[:3], dtype='int32'),
                   {'num_buckets': num_buckets}, other_inputs=[
                       np.array(rows[:4, :2], dtype='int32')])
    embed = d2l.TokenEmbedding(out)
    unseen = vectors(net.v, d2l.subword_rows(UNSEEN, num_buckets))
    nearest = {word: d2l.nearest_words(embed, x, 3, (word,)) for word, x in
               [*((word, embed[[word]]) for word in QUERIES if word in embed),
                *zip(UNSEEN, unseen.as_in_ctx(embed.idx_to_vec.ctx))]}
    return {**result, **history.record(), 'nearest': nearest}


if __name__ == '__main__':
    d2l.main(run)
