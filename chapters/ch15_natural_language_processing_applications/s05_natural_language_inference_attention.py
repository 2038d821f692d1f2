"""Natural language inference: using attention (自然语言推断：使用注意力)

Source: chapter_natural-language-processing-applications/
    natural-language-inference-attention
"""
import logging
from pathlib import Path
from typing import Literal, NamedTuple

from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('SNLI', 'glove.6b.100d')
SMOKE = dict(num_epochs=1, batch_size=64, lr=0.005, num_steps=12, num_hiddens=32)
# printed, then the range of the book's builds
PRINTED = [({}, {'train loss': (0.513, 0.51, 0.52), 'train acc': (0.797, 0.79, 0.80),
                 'test acc': (0.819, 0.811, 0.826)})]

LOG = logging.getLogger('d2lmx')
EXAMPLES = [('he is good .', 'he is bad .')]
MASKED = 1e12  # taken from scores that must not count: in float32 nothing else is left


def mlp(num_hiddens, flatten):
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.2))
    net.add(nn.Dense(num_hiddens, activation='relu', flatten=flatten))
    net.add(nn.Dropout(0.2))
    net.add(nn.Dense(num_hiddens, activation='relu', flatten=flatten))
    return net


def hiding(F, mask):
    """What hides padding when it is added to scores: (batch, 1, steps).

    mask (batch, steps, 1): 1 for tokens, 0 for padding.
    """
    return (F.np.swapaxes(mask, 1, 2) - 1) * MASKED


# book: Attend and Compare have no masks, so that padding is attended to, and counted:
# the more of it, the more it matters. Here DecomposableAttention makes masks from the
# number of '<pad>', within its graph; without them both are the page's
class Attend(nn.HybridBlock):
    """A (batch, m, d), B (batch, n, d) -> beta as A, of B; alpha as B, of A."""

    def __init__(self, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        self.f = mlp(num_hiddens=num_hiddens, flatten=False)

    def hybrid_forward(self, F, A, B, mask_A=None, mask_B=None):
        e = F.npx.batch_dot(self.f(A), self.f(B), transpose_b=True)  # (batch, m, n)
        e_T = F.np.swapaxes(e, 1, 2)
        if mask_A is not None:
            e = e + d2l.mask_like(F, hiding(F, mask_B), e)
            e_T = e_T + d2l.mask_like(F, hiding(F, mask_A), e_T)
        beta = F.npx.batch_dot(F.npx.softmax(e), B)                  # (batch, m, d)
        alpha = F.npx.batch_dot(F.npx.softmax(e_T), A)               # (batch, n, d)
        return beta, alpha


class Compare(nn.HybridBlock):
    """Each token with what it is aligned to -> (batch, m, h), (batch, n, h)."""

    def __init__(self, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        self.g = mlp(num_hiddens=num_hiddens, flatten=False)

    def hybrid_forward(self, F, A, B, beta, alpha, mask_A=None, mask_B=None):
        V_A = self.g(F.np.concatenate([A, beta], axis=2))
        V_B = self.g(F.np.concatenate([B, alpha], axis=2))
        if mask_A is not None:
            V_A = V_A * d2l.mask_like(F, mask_A, V_A)
            V_B = V_B * d2l.mask_like(F, mask_B, V_B)
        return V_A, V_B


class Aggregate(nn.HybridBlock):
    """V_A (batch, m, h), V_B (batch, n, h) -> scores (batch, num_outputs)."""

    def __init__(self, num_hiddens, num_outputs, **kwargs):
        super().__init__(**kwargs)
        self.h = mlp(num_hiddens=num_hiddens, flatten=True)
        self.h.add(nn.Dense(num_outputs))

    def hybrid_forward(self, F, V_A, V_B):
        # book: V_A.sum(axis=1)
        sums = [d2l.sum_tokens(F, V) for V in (V_A, V_B)]
        return self.h(F.np.concatenate(sums, axis=1))


class DecomposableAttention(nn.HybridBlock):
    """Premises (batch, m), hypotheses (batch, n) -> scores (batch, 3).

    Both come as one list, or one after the other. Padding changes nothing.
    """

    def __init__(self, vocab, embed_size, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        self.pad = vocab['<pad>']
        self.embedding = nn.Embedding(len(vocab), embed_size)
        self.attend = Attend(num_hiddens)
        self.compare = Compare(num_hiddens)
        # three relations
        self.aggregate = Aggregate(num_hiddens, 3)

    def __call__(self, *X):  # compiled, a block takes either form, but not both
        return super().__call__(*(X[0] if len(X) == 1 else X))

    def hybrid_forward(self, F, premises, hypotheses):
        masks = [F.np.expand_dims(F.np.not_equal(tokens, self.pad).astype('float32'),
                                  axis=2) for tokens in (premises, hypotheses)]
        A, B = self.embedding(premises), self.embedding(hypotheses)
        beta, alpha = self.attend(A, B, *masks)
        V_A, V_B = self.compare(A, B, beta, alpha, *masks)
        return self.aggregate(V_A, V_B)


def build_net(vocab=None, embed_size=100, num_hiddens=200):
    """premises (batch, m), hypotheses (batch, n) -> scores (batch, 3)."""
    vocab = vocab or d2l.Vocab(reserved_tokens=['<pad>', *map(str, range(998))])
    return DecomposableAttention(vocab, embed_size, num_hiddens)


def example_inputs(batch_size=2, num_steps=7):
    """Tokens, without '<pad>', of sentences of which the first are longer."""
    return tuple(np.random.randint(2, 1000, size=(batch_size, steps), dtype='int32')
                 for steps in (num_steps, num_steps - 2))


def run(*, embed_size: Literal[50, 100] = 100, num_hiddens: int = 200,
        batch_size: int = 256, num_steps: int = 50, lr: float = 0.001,
        num_epochs: int = 4, out: Path = Path('.')) -> dict:
    train_iter, test_iter, vocab = d2l.load_data_snli(batch_size, num_steps, width=4)
    devices = d2l.try_all_gpus()
    net = build_net(vocab, embed_size, num_hiddens)
    net.initialize(init.Xavier(), ctx=devices)
    glove_embedding = d2l.TokenEmbedding(f'glove.6b.{embed_size}d')
    net.embedding.weight.set_data(glove_embedding[vocab.idx_to_token])
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    history = d2l.train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs,
                             devices, d2l.split_batch_multi_inputs)
    predictions = {' / '.join(pair): d2l.predict_snli(
        net, vocab, *(sentence.split() for sentence in pair)) for pair in EXAMPLES}
    print('\n'.join(predictions.values()))
    X = [array[:2] for array in next(iter(test_iter))[0]]
    d2l.save_model(out / 'model', net, (X,), {
        'vocabulary': vocab.idx_to_token, 'relations': d2l.SNLI_RELATIONS,
        'num_steps': num_steps}, other_inputs=[([X[1], X[0][:, :3]],)])
    return {'examples': {'train': len(train_iter.dataset),
                         'test': len(test_iter.dataset)},
            'predictions': predictions, **history.record()}


class Pair(NamedTuple):
    premise: str
    hypothesis: str


def predict(model, *pairs: Pair) -> list:
    """How likely each premise implies its hypothesis, contradicts it, or neither."""
    net = d2l.load_model(model, vocabulary=[str], relations=[str], num_steps=int)
    vocab = d2l.Vocab(reserved_tokens=net.about['vocabulary'])
    return d2l.judge_pairs(net, pairs, lambda *pair: [
        numbers(tokens, vocab, net.about['num_steps']) for tokens in pair])


def numbers(tokens, vocab, num_steps):
    """The tokens of a sentence for a network, (1, tokens); remarks go to the log."""
    if len(tokens) > num_steps:
        LOG.warning('a sentence has %d tokens: only the first %d are read',
                    len(tokens), num_steps)
    for line in d2l.unknown_remarks(tokens[:num_steps], vocab):
        LOG.warning('%s', line)
    return np.array([vocab[tokens[:num_steps]]], dtype='int32')


if __name__ == '__main__':
    d2l.main(run)
