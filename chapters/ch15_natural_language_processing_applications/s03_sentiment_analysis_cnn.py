"""Sentiment analysis: using convolutional neural networks (情感分析：使用卷积神经网络)

Source: chapter_natural-language-processing-applications/sentiment-analysis-cnn

A sentence is judged by ``d2lmx predict 15.3 "..."``, after a run. Other word vectors
are taken by ``--embedding glove.6b.50d``.
"""
from pathlib import Path

from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('aclImdb', 'glove.6b.100d')
SMOKE = dict(num_epochs=2, num_steps=60, lr=0.003)
# printed, then the range of the book's executed builds
PRINTED = [({}, {'train loss': (0.093, 0.086, 0.096),
                 'train acc': (0.967, 0.960, 0.977),
                 'test acc': (0.869, 0.852, 0.869)})]
SENTENCES = 'this movie is so great', 'this movie is so bad'
KERNEL_SIZES, NUM_CHANNELS = (3, 4, 5), (100, 100, 100)


def corr1d(X, K):
    """Cross-correlation of X (n,) with a kernel K (w,): (n - w + 1,)."""
    w = K.shape[0]
    num_windows = X.shape[0] - w + 1
    # book: a loop over the windows
    return sum(K[i] * X[i:i + num_windows] for i in range(w))


def corr1d_multi_in(X, K):
    """The sum over the channels of X (c, n) and K (c, w): (n - w + 1,)."""
    return sum(corr1d(x, k) for x, k in zip(X, K))


class TextCNN(nn.HybridBlock):
    """Scores of a text by convolutions over its words and maxima over time.

    Of each width the windows within the text count, or the first, which reaches into
    padding, where the text is shorter: how much padding there is changes nothing. pad:
    the number of '<pad>', which `d2l.load_data_imdb` makes 1.

    inputs (batch, steps), numbers of tokens -> scores (batch, 2)
    """

    # book: without pad; windows in the padding may give a maximum
    def __init__(self, vocab_size, embed_size, kernel_sizes, num_channels, pad=1,
                 **kwargs):
        super().__init__(**kwargs)
        self.kernel_sizes, self.pad = kernel_sizes, pad
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.constant_embedding = nn.Embedding(vocab_size, embed_size)  # not trained
        self.dropout = nn.Dropout(0.5)
        self.decoder = nn.Dense(2, in_units=sum(num_channels))
        self.convs = nn.HybridSequential()
        for c, k in zip(num_channels, kernel_sizes):
            self.convs.add(nn.Conv1D(c, k, activation='relu',
                                     in_channels=2 * embed_size))

    def hybrid_forward(self, F, inputs):
        lens = d2l.count_tokens(F, inputs, self.pad)            # (batch,)
        # book: as they are, so that a text needs as many words as a window
        # (by zeros, since np.pad takes no notice of another number)
        inputs = F.np.pad(inputs - self.pad,
                          ((0, 0), (0, max(self.kernel_sizes) - 1))) + self.pad
        embeddings = F.np.concatenate(
            [self.embedding(inputs), self.constant_embedding(inputs)], axis=2)
        embeddings = F.np.transpose(embeddings, (0, 2, 1))      # (batch, 2d, steps)
        # book: nn.GlobalMaxPool1D, in which most of a training's time would go
        encoding = F.np.concatenate(
            [d2l.max_over_time(F, self.within(F, conv(embeddings), lens, k))
             for conv, k in zip(self.convs, self.kernel_sizes)], axis=1)
        return self.decoder(self.dropout(encoding))             # (batch, channels)

    def within(self, F, Y, lens, k):
        """Y (batch, c, windows) with 0, a ReLU's least, for windows that do not count.
        """
        num_windows = F.np.expand_dims(F.np.maximum(lens - k, 0) + 1, axis=1)
        counts = num_windows - F.npx.arange_like(Y, axis=2) > 0  # (batch, windows)
        mask = F.np.expand_dims(counts.astype('float32'), axis=1)
        return Y * d2l.mask_like(F, mask, Y)


def build_net(vocab_size=d2l.IMDB_VOCAB_SIZE, embed_size=100):
    """inputs (batch, steps), numbers of tokens, 1 for '<pad>' -> scores (batch, 2)."""
    return TextCNN(vocab_size, embed_size, KERNEL_SIZES, NUM_CHANNELS)


def example_inputs(batch_size=2, num_steps=20):
    """Tokens of as many texts, the last of which has padding."""
    X = np.random.randint(2, d2l.IMDB_VOCAB_SIZE, size=(batch_size, num_steps),
                          dtype='int32')
    X[-1, num_steps // 2:] = 1
    return (X,)


def cross_correlations():
    """The page's two examples: one channel, and three channels added up."""
    X, K = np.array([0, 1, 2, 3, 4, 5, 6]), np.array([1, 2])
    Xs = np.array([[0, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7],
                   [2, 3, 4, 5, 6, 7, 8]])
    Ks = np.array([[1, 2], [3, 4], [-1, -3]])
    return {'corr1d(X, K)': corr1d(X, K).tolist(),
            'corr1d_multi_in(X, K)': corr1d_multi_in(Xs, Ks).tolist()}


def run(*, num_epochs: int = 5, lr: float = 0.001, batch_size: int = 64,
        num_steps: int = 500, embedding: str = 'glove.6b.100d',
        out: Path = Path('.')) -> dict:
    train_iter, test_iter, vocab = d2l.load_reviews(batch_size, num_steps)
    embeds = d2l.TokenEmbedding(embedding)[vocab.idx_to_token]
    devices = d2l.try_all_gpus()
    net = build_net(len(vocab), embeds.shape[1])
    net.initialize(init.Xavier(), ctx=devices)
    net.embedding.weight.set_data(embeds)
    net.constant_embedding.weight.set_data(embeds)
    net.constant_embedding.collect_params().setattr('grad_req', 'null')

    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    history = d2l.train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs,
                             devices)
    X = next(iter(test_iter))[0]
    d2l.save_model(out / 'model', net, X[:2],
                   {'vocabulary': vocab.idx_to_token, 'num_steps': num_steps},
                   other_inputs=[X[:1, :2]])
    return {**cross_correlations(),
            'predictions': {sentence: d2l.predict_sentiment(net, vocab, sentence)
                            for sentence in SENTENCES}, **history.record()}


def predict(model, *texts) -> list:
    """Whether each text is positive or negative, and the probabilities of both."""
    return d2l.judge_texts(
        d2l.load_model(model, vocabulary=[str], num_steps=int), texts)


if __name__ == '__main__':
    d2l.main(run)
