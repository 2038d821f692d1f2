"""The calls of chapter 10's pages, natural language, on few sentences."""
import collections
import random

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, nd
from mxnet.contrib import text
from mxnet.gluon import data as gdata
from mxnet.gluon import loss as gloss
from mxnet.gluon import nn, rnn

pytestmark = pytest.mark.usefixtures('pages_names')
# what each page takes of `d2l`, or shows the making of
USED = {
    '10.3': 'try_gpu', '10.6': '',
    '10.7': 'download_imdb read_imdb get_tokenized_imdb count_tokens get_vocab_imdb '
            'preprocess_imdb try_gpu try_all_gpus train predict_sentiment',
    '10.8': 'download_imdb read_imdb get_vocab_imdb preprocess_imdb try_all_gpus train '
            'predict_sentiment', '10.12': ''}
SIZE = 8  # of words' vectors


def test_10_3_word_vectors(d2l):
    corpus = [1, 2, 1, 2, 3, 4, 3, 4] * 8  # of two pairs, which are each other's
    pairs = [(a, b) for a, b in zip(corpus, corpus[1:]) if {a, b} in ({1, 2}, {3, 4})]
    centers = nd.array([[center] for center, _ in pairs])
    contexts = nd.array([[context, 7 - context - (center > 2) * 2 + (context > 4)]
                         for center, context in pairs]).clip(1, 4)
    labels = nd.array([[1, 0]] * len(pairs))

    def batchify(data):
        return [nd.stack(*parts) for parts in zip(*data)]

    data_iter = gdata.DataLoader(
        gdata.ArrayDataset(centers, contexts, labels, nd.ones_like(labels)), 8,
        shuffle=True, batchify_fn=batchify)
    net = nn.Sequential()
    net.add(nn.Embedding(5, SIZE), nn.Embedding(5, SIZE))
    ctx = d2l.try_gpu()
    net.initialize(ctx=ctx, force_reinit=True, init=init.Normal(.3))
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .05})
    loss, means = gloss.SigmoidBinaryCrossEntropyLoss(), []
    for _ in range(10):
        for center, context, label, mask in (
                [part.as_in_context(ctx) for part in batch] for batch in data_iter):
            with autograd.record():
                pred = nd.batch_dot(net[0](center), net[1](context).swapaxes(1, 2))
                l = loss(pred.reshape(label.shape), label, mask)
            l.backward()
            trainer.step(len(label))
        means.append(l.mean().asscalar())
    assert means[-1] < .7 * means[0]


def vectors_file(folder):
    """Vectors in which kings differ from queens as men from women."""
    rows = {'man': [1, 0, 0], 'woman': [1, 1, 0], 'son': [0, .2, 1],
            'daughter': [0, 1.2, 1], 'boat': [-1, -.5, .3]}
    (folder / 'glove').mkdir()
    (folder / 'glove' / 'glove.6B.50d.txt').write_text(''.join(
        f'{word} {" ".join(map(str, row))}\n' for word, row in rows.items()),
        encoding='utf-8')
    return folder


def test_10_6_words_like_others(d2l, tmp_path):
    embedding = text.embedding.CustomEmbedding(
        str(vectors_file(tmp_path) / 'glove' / 'glove.6B.50d.txt'))
    assert 'glove.6B.50d.txt' in text.embedding.get_pretrained_file_names('glove')
    assert len(embedding) == 6  # and the unknown one
    assert embedding.token_to_idx['man'] == 1 and embedding.idx_to_token[2] == 'woman'
    a, b, c = embedding.get_vecs_by_tokens(['man', 'woman', 'son'])
    x, W = b - a + c, embedding.idx_to_vec
    cos = nd.dot(W, x.reshape((-1,))) / (
        (nd.sum(W * W, axis=1) + 1e-9).sqrt() * nd.sum(x * x).sqrt())
    best = nd.topk(cos, k=1, ret_typ='indices').asnumpy().astype('int32')
    assert embedding.idx_to_token[best[0]] == 'daughter'


class Recurrent(nn.Block):
    """The page's network: words' vectors, both ways, the first and last states."""

    def __init__(self, words):
        super().__init__()
        self.embedding = nn.Embedding(words, SIZE)
        self.encoder = rnn.LSTM(8, num_layers=2, bidirectional=True, input_size=SIZE)
        self.decoder = nn.Dense(2)

    def forward(self, inputs):
        outputs = self.encoder(self.embedding(inputs.T))
        return self.decoder(nd.concat(outputs[0], outputs[-1]))


class Convolutional(nn.Block):
    """The page's network: convolutions of several widths, and their maxima."""

    def __init__(self, words):
        super().__init__()
        self.embedding, self.constant = (nn.Embedding(words, SIZE) for _ in range(2))
        self.convs, self.pool = nn.Sequential(), nn.GlobalMaxPool1D()
        for width in (3, 4):
            self.convs.add(nn.Conv1D(8, width, activation='relu'))
        self.decoder = nn.Dense(2)

    def forward(self, inputs):
        embeddings = nd.concat(self.embedding(inputs), self.constant(inputs), dim=2)
        embeddings = embeddings.transpose((0, 2, 1))
        return self.decoder(nd.concat(*[nd.flatten(self.pool(conv(embeddings)))
                                        for conv in self.convs], dim=1))


def trained(d2l, network, train_data, vocab, capsys):
    """The network, after the pages' training on a part of the reviews."""
    def batches(data):
        features, labels = d2l.preprocess_imdb(data, vocab)
        # what follows is padding, which takes most of the time
        return gdata.DataLoader(gdata.ArrayDataset(features[:, :30], labels), 16,
                                shuffle=True)

    train_iter, test_iter = batches(train_data[:64]), batches(train_data[64:96])
    ctx, net = d2l.try_all_gpus(), network(len(vocab))
    net.initialize(init.Xavier(), ctx=ctx)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .03})
    d2l.train(train_iter, test_iter, net, gloss.SoftmaxCrossEntropyLoss(), trainer, ctx,
              4)
    first, *_, last = [float(line.split()[3][:-1]) for line in
                       capsys.readouterr().out.splitlines()[1:]]
    assert last < first - .02
    return net


def test_10_7_sentiments_by_recurrent_networks(d2l, data_dir, capsys):
    d2l.download_imdb()
    train_data, test_data = d2l.read_imdb('train'), d2l.read_imdb('test')
    assert len(train_data) == 4 * len(test_data) == 800
    assert {label for _, label in test_data} == {0, 1}
    tokens = d2l.get_tokenized_imdb(train_data)
    vocab = d2l.get_vocab_imdb(train_data)
    counts = d2l.count_tokens(tokens)
    assert counts == collections.Counter(word for line in tokens for word in line)
    assert vocab.idx_to_token[2:] == sorted(
        (word for word, n in counts.items() if n >= 5),
        key=lambda word: (-counts[word], word))
    net = trained(d2l, Recurrent, train_data, vocab, capsys)
    assert d2l.predict_sentiment(net, vocab, 'this movie is so great'.split()) in (
        'positive', 'negative')
    assert next(iter(net.collect_params().values())).list_ctx() == [d2l.try_gpu()]


@pytest.mark.slow
def test_10_8_sentiments_by_convolutions(d2l, data_dir, capsys):
    d2l.download_imdb()
    train_data, _ = d2l.read_imdb('train'), d2l.read_imdb('test')
    vocab = d2l.get_vocab_imdb(train_data)
    net = trained(d2l, Convolutional, train_data, vocab, capsys)
    net.constant.collect_params().setattr('grad_req', 'null')
    names = [d2l.predict_sentiment(net, vocab, review.split())
             for review, _ in train_data[:64]]
    right = [name == ('negative', 'positive')[label]
             for name, (_, label) in zip(names, train_data)]
    assert sum(right) > 42  # two of three, of those that it was trained on


def test_10_12_translation(d2l, data_dir):
    """Nothing of `d2l`; its cells use `mx.contrib.text` and `nd`."""
    pairs = [('elle est vieille .', 'she is old .'), ('ils regardent .',
                                                      'they are watching .')]
    tokens = [[side.split() + ['<eos>'] for side in pair] for pair in pairs]
    vocabs = [text.vocab.Vocabulary(collections.Counter(
        word for line in side for word in line), reserved_tokens=['<pad>', '<bos>',
                                                                  '<eos>'])
              for side in zip(*tokens)]
    assert vocabs[0].to_indices(['<pad>', '<bos>', '<eos>']) == [1, 2, 3]
    assert vocabs[0].idx_to_token[4] == '.'  # twice; the others by the alphabet
    assert vocabs[0].idx_to_token[5:] == ['elle', 'est', 'ils', 'regardent', 'vieille']
    random.seed(0)
    X = nd.array([vocabs[0].to_indices(line + ['<pad>'] * (6 - len(line)))
                  for line, _ in tokens])
    encoder = rnn.GRU(SIZE, 2, dropout=.5)
    embedding = nn.Embedding(len(vocabs[0]), SIZE)
    for block in (encoder, embedding):
        block.initialize()
    outputs, states = encoder(embedding(X).swapaxes(0, 1),
                              encoder.begin_state(batch_size=2, ctx=mx.cpu()))
    assert outputs.shape == (6, 2, SIZE) and states[0].shape == (2, 2, SIZE)
    assert onp.isfinite(outputs.asnumpy()).all()
