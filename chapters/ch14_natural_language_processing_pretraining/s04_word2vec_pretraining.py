"""Pretraining word2vec (预训练word2vec)

Source: chapter_natural-language-processing-pretraining/word2vec-pretraining
"""
import math
from pathlib import Path

from mxnet import gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('ptb',)
SMOKE = dict(num_epochs=2)
# printed, then the range of the book's builds
PRINTED = [({}, {'mean loss of all epochs': (0.408, 0.407, 0.408)})]


def skip_gram(center, contexts_and_negatives, embed_v, embed_u):
    """Scores (batch, 1, others) of words around a centre; `d2l.SkipGram` is faster."""
    v = embed_v(center)
    u = embed_u(contexts_and_negatives)
    return npx.batch_dot(v, u.swapaxes(1, 2))


def sigmd(x):
    """The loss of one score x whose label is 1."""
    return -math.log(1 / (1 + math.exp(-x)))


def build_net(vocab_size=6719, embed_size=100):
    """center (batch, 1), contexts_and_negatives (batch, others) -> (batch, 1, others)
    """
    return d2l.SkipGram(vocab_size, embed_size)


def example_inputs(batch_size=2, num_others=60):
    return (np.random.randint(0, 6719, size=(batch_size, 1), dtype='int32'),
            np.random.randint(0, 6719, size=(batch_size, num_others), dtype='int32'))


def shapes():
    """Of a small embedding, of the vectors of six words, and of skip-gram's scores."""
    embed = nn.Embedding(input_dim=20, output_dim=4)
    embed.initialize()
    x = np.array([[1, 2, 3], [4, 5, 6]])
    return {'embedding': list(embed.weight.shape), 'vectors': list(embed(x).shape),
            'scores': list(skip_gram(np.ones((2, 1)), np.ones((2, 4)), embed,
                                     embed).shape)}


def masked_losses():
    """Of the same four scores, all of which count, or the first two; and by hand."""
    pred = [1.1, -2.2, 3.3, -4.4]
    label = np.array([[1, 0, 0, 0], [0, 1, 0, 0]], dtype='float32')
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], dtype='float32')
    l = d2l.MaskedSigmoidBCELoss()(np.array([pred] * 2), label, mask)
    return {'losses': l.tolist(), 'by hand': [
        (sigmd(1.1) + sigmd(2.2) + sigmd(-3.3) + sigmd(4.4)) / 4,
        (sigmd(-1.1) + sigmd(-2.2)) / 2]}


def train(net, data_iter, lr, num_epochs, device=None):
    """Train by Adam; draws the loss, prints the book's line, and gives the history."""
    devices = d2l.as_devices(device)
    net.initialize(ctx=devices, force_reinit=True)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = d2l.MaskedSigmoidBCELoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    animator = d2l.Animator(xlabel='epoch', ylabel='loss', xlim=[1, num_epochs])

    def measure(center, context_negative, mask, label):
        l = loss(net(center, context_negative), label, mask)
        return l, {'train loss': (l.sum(), l.size)}

    history = d2l.fit(d2l.measured_step(net, measure, trainer, devices), data_iter,
                      num_epochs, points_per_epoch=5,
                      # book: draws the mean since the first epoch
                      watch=lambda history: animator.add(
                          *history.series['train loss'][-1]))
    # book: tokens of all epochs by the seconds of the last
    print(f'loss {mean_of_epochs(history):.3f}, {history.examples_per_sec:.1f} '
          f'tokens/sec on {", ".join(map(str, devices))}')
    return history


def mean_of_epochs(history):
    """The mean loss since the training began, which the page prints."""
    losses = [loss for epoch, loss in history.series['train loss'] if epoch % 1 == 0]
    return sum(losses) / len(losses)


# book: get_similar_tokens finds the vocabulary among the global names
def get_similar_tokens(query_token, k, embed, vocab):
    """The k tokens nearest to one by the cosine of their vectors; prints them."""
    W = embed.weight.list_data()[0]  # book: .data(), which no two GPUs have
    x = W[vocab[query_token]]
    cos = np.dot(W, x) / np.sqrt(np.sum(W * W, axis=1) * np.sum(x * x) + 1e-9)
    topk = npx.topk(cos, k=min(k + 1, len(W)), ret_typ='indices', dtype='int32')
    found = {vocab.to_tokens(i): float(cos[i]) for i in topk.tolist()[1:]}
    for token, cosine in found.items():
        print(f'cosine sim={cosine:.3f}: {token}')
    return found


def run(*, batch_size: int = 512, max_window_size: int = 5, num_noise_words: int = 5,
        embed_size: int = 100, lr: float = 0.002, num_epochs: int = 5,
        out: Path = Path('.')) -> dict:
    data_iter, vocab = d2l.load_data_ptb(batch_size, max_window_size, num_noise_words)
    net = build_net(len(vocab), embed_size)
    history = train(net, data_iter, lr, num_epochs)
    similar = (get_similar_tokens('chip', 3, net[0], vocab) if 'chip' in vocab else
               {})  # of a text of one's own
    # the unknown is in no example, and has learnt nothing
    vectors = net[0].weight.list_data()[0]
    d2l.write_vectors(out / 'vec.txt', vocab.idx_to_token[1:], vectors[1:])
    return {'shapes': shapes(), 'masked losses': masked_losses(), **history.record(),
            'mean loss of all epochs': mean_of_epochs(history),
            'similar to chip': similar}


if __name__ == '__main__':
    d2l.main(run)
