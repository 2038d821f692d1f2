"""Sentiment analysis: using recurrent neural networks (情感分析：使用循环神经网络)

Source: chapter_natural-language-processing-applications/sentiment-analysis-rnn

A sentence is judged by ``d2lmx predict 15.2 "..."``, after a run. Other word vectors
are taken by ``--embedding glove.6b.50d``.
"""
from pathlib import Path

from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('aclImdb', 'glove.6b.100d')
SMOKE = dict(num_epochs=2, num_steps=60, num_hiddens=16)
# printed, then the range of the book's executed builds
PRINTED = [({}, {'train loss': (0.296, 0.287, 0.305),
                 'train acc': (0.875, 0.867, 0.885),
                 'test acc': (0.843, 0.824, 0.867)})]
TRACE = 1e-15  # of each step in what is read: too little to change a score
SENTENCES = 'this movie is so great', 'this movie is so bad'


class BiRNN(nn.HybridBlock):
    """Scores of a text by a bidirectional LSTM, read at its first and its last word.

    pad: the number of '<pad>', which `d2l.load_data_imdb` makes 1. Padding at the end
    of a text changes nothing.

    inputs (batch, steps), numbers of tokens -> scores (batch, 2)
    """

    # book: without pad, and reads the padding as if it were a text's last words
    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, pad=1,
                 **kwargs):
        super().__init__(**kwargs)
        self.pad = pad
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.encoder = d2l.LSTM(num_hiddens, num_layers=num_layers, bidirectional=True,
                                input_size=embed_size)
        self.decoder = nn.Dense(2, in_units=4 * num_hiddens)

    def hybrid_forward(self, F, inputs):
        lens = d2l.count_tokens(F, inputs, self.pad)                # (batch,)
        embeddings = self.embedding(F.np.transpose(inputs))         # (steps, batch, d)
        outputs = self.encoder(embeddings, None, lens)              # (steps, batch, 2h)
        # book: outputs[-1], which belongs to padding where there is any
        last = d2l.last_valid(F, outputs, lens)                     # (batch, 2h)
        # book: without it, so that gradients vanish to numbers that take long
        last = last + TRACE * d2l.sum_steps(F, outputs)
        encoding = F.np.concatenate([outputs[0], last], axis=1)     # (batch, 4h)
        return self.decoder(encoding)


def build_net(vocab_size=d2l.IMDB_VOCAB_SIZE, embed_size=100, num_hiddens=100,
              num_layers=2):
    """inputs (batch, steps), numbers of tokens, 1 for '<pad>' -> scores (batch, 2)."""
    return BiRNN(vocab_size, embed_size, num_hiddens, num_layers)


def example_inputs(batch_size=2, num_steps=20):
    """Tokens of as many texts, the last of which has padding."""
    X = np.random.randint(2, d2l.IMDB_VOCAB_SIZE, size=(batch_size, num_steps),
                          dtype='int32')
    X[-1, num_steps // 2:] = 1
    return (X,)


def run(*, num_epochs: int = 5, lr: float = 0.01, batch_size: int = 64,
        num_steps: int = 500, num_hiddens: int = 100, num_layers: int = 2,
        embedding: str = 'glove.6b.100d', out: Path = Path('.')) -> dict:
    train_iter, test_iter, vocab = d2l.load_reviews(batch_size, num_steps)
    embeds = d2l.TokenEmbedding(embedding)[vocab.idx_to_token]
    devices = d2l.try_all_gpus()
    net = build_net(len(vocab), embeds.shape[1], num_hiddens, num_layers)
    net.initialize(init.Xavier(), ctx=devices)
    net.embedding.weight.set_data(embeds)
    net.embedding.collect_params().setattr('grad_req', 'null')

    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    history = d2l.train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs,
                             devices)
    X = next(iter(test_iter))[0]
    d2l.save_model(out / 'model', net, X[:2],
                   {'vocabulary': vocab.idx_to_token, 'num_steps': num_steps},
                   other_inputs=[X[:1, :2]])
    return {'shape of the embedding': list(embeds.shape),
            'predictions': {sentence: d2l.predict_sentiment(net, vocab, sentence)
                            for sentence in SENTENCES}, **history.record()}


def predict(model, *texts) -> list:
    """Whether each text is positive or negative, and the probabilities of both."""
    return d2l.judge_texts(
        d2l.load_model(model, vocabulary=[str], num_steps=int), texts)


if __name__ == '__main__':
    d2l.main(run)
