"""Training epochs of language models and translators: the book's way and ours.

What stands under `book` here is written as the book's pages do it: plain blocks that
run imperatively, loops over the steps with a product for each gate, and a loop over the
batches that waits for the norm of each gradient and for each loss.
"""
import math

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn, rnn

from .book.ch08 import sgd_updater
from .data.nmt import load_data_nmt
from .data.time_machine import load_data_time_machine
from .layers.losses import MaskedSoftmaxCELoss
from .metrics import Accumulator
from .models.recurrent import RNNModelScratch
from .networks import find_network
from .optim import as_updater
from .parity.torch_side import torch_language_epoch, torch_translation_epoch
from .train.engine import fit
from .train.steps import language_model_step, seq2seq_step


class LanguageModel:
    """Characters of the Time Machine, by SGD with clipped gradients."""

    unit = 'tokens'
    legend = ("the book's way: imperative, a product for each gate where the network "
              "is from scratch, the gradients' norm and the loss read at each batch, "
              'default waiting of threads')

    def __init__(self, network, options):
        self.network, self.batch_size = network, network.batch_size
        self.num_steps = options['num_steps']
        self.train_iter, _ = load_data_time_machine(self.batch_size, self.num_steps)

    def count(self) -> int:
        """Tokens of an epoch."""
        return sum(Y.size for _, Y in self.train_iter)

    def start(self):
        """A network, its loss and its updater."""
        net = self.network.build_net()
        updater = sgd_updater(net, self.network.lr, npx.cpu())
        return net, gluon.loss.SoftmaxCrossEntropyLoss(), updater

    def ours(self, hybridize):
        """A function that trains for one epoch as this library's sections do."""
        net, loss, updater = self.start()
        net.hybridize(**hybridize)
        loss.hybridize()
        step = language_model_step(net, loss, updater)
        return lambda: fit(step, self.train_iter, 1, evaluate=step.forget)

    def book(self):
        """The same in the manner of the book's pages."""
        net = self.network.build_net()
        if isinstance(net, RNNModelScratch):
            net.forward_fn = BOOK_LOOPS[self.network.name]
        else:
            net = BookRNNModel(net.rnn, net.vocab_size)
        loss = gluon.loss.SoftmaxCrossEntropyLoss()
        update = as_updater(sgd_updater(net, self.network.lr, npx.cpu()))

        def epoch():
            state, metric = None, Accumulator(2)
            for X, Y in book_sequences(self.train_iter.corpus.tolist(), self.batch_size,
                                       self.num_steps):
                if state is None:
                    state = net.begin_state(batch_size=X.shape[0], ctx=X.ctx)
                else:
                    for S in state:
                        S.detach()
                y = Y.T.reshape(-1)
                with autograd.record():
                    y_hat, state = net(X, state)
                    l = loss(y_hat, y).mean()
                l.backward()
                book_clipping(net, 1)
                update(1)
                metric.add(l * y.size, y.size)

        return epoch

    def torch(self, build_port, num_threads):
        """The same of the port, which has the states of the section's usual network."""
        _, *states = find_network(self.network.name).example_inputs(self.batch_size)
        return torch_language_epoch(build_port, self.train_iter,
                                    [S.shape for S in states], self.network.lr,
                                    num_threads)


class Translation:
    """English and French, by Adam with clipped gradients."""

    unit = 'tokens'
    legend = ("the book's way: a DataLoader, imperative, recurrent layers without "
              "dropout and lengths, the gradients' norm and the loss read at each "
              'batch, default waiting of threads')

    def __init__(self, network, options):
        self.network, self.options = network, options
        self.train_iter, *self.vocabs = load_data_nmt(network.batch_size,
                                                      options['num_steps'])
        self.bos = self.vocabs[1]['<bos>']

    def count(self) -> int:
        """Valid tokens of the targets."""
        return int(self.train_iter.arrays[3].sum())

    def trainer(self, net):
        """Adam for fresh Xavier weights."""
        net.initialize(init.Xavier())
        return gluon.Trainer(net.collect_params(), 'adam',
                             {'learning_rate': self.network.lr})

    def ours(self, hybridize):
        """A function that trains for one epoch as this library's sections do."""
        net = self.network.build_net(*map(len, self.vocabs))
        net.hybridize(**hybridize)
        loss = MaskedSoftmaxCELoss()
        loss.hybridize(**hybridize)
        step = seq2seq_step(net, loss, self.trainer(net), self.bos)
        return lambda: fit(step, self.train_iter, 1)

    def book_net(self):
        """The book's network; the Transformer's is ours, run imperatively."""
        if self.network.name not in BOOK_DECODERS:
            return self.network.build_net(*map(len, self.vocabs))
        sizes = [self.options[name] for name in ('embed_size', 'num_hiddens',
                                                 'num_layers')]
        source, target = map(len, self.vocabs)
        return BookTranslator(BookEncoder(source, *sizes),
                              BOOK_DECODERS[self.network.name](target, *sizes))

    def book(self):
        """The same in the manner of the book's pages."""
        net, loss = self.book_net(), BookMaskedLoss()
        trainer = self.trainer(net)
        dataset = gluon.data.ArrayDataset(*(np.array(array, dtype='float32')
                                            for array in self.train_iter.arrays))
        loader = gluon.data.DataLoader(dataset, self.network.batch_size, shuffle=True)

        def epoch():
            metric = Accumulator(2)
            for X, X_valid_len, Y, Y_valid_len in loader:
                bos = np.array([self.bos] * Y.shape[0]).reshape(-1, 1)
                dec_input = np.concatenate([bos, Y[:, :-1]], 1)
                with autograd.record():
                    Y_hat, _ = net(X, dec_input, X_valid_len)
                    l = loss(Y_hat, Y, Y_valid_len)
                l.backward()
                book_clipping(net, 1)
                num_tokens = Y_valid_len.sum()
                trainer.step(float(num_tokens))
                metric.add(l.sum(), num_tokens)

        return epoch

    def torch(self, build_port, num_threads):
        """The same of the port."""
        return torch_translation_epoch(lambda: build_port(*map(len, self.vocabs)),
                                       self.train_iter.rows, self.bos, self.network.lr,
                                       num_threads)


# ---- the book's way ------------------------------------------------------------------

def book_sequences(corpus, batch_size, num_steps):
    """Batches cut from MXNet arrays that are made of a list at each pass."""
    length = (len(corpus) - 1) // batch_size * batch_size
    Xs = np.array(corpus[:length]).reshape(batch_size, -1)
    Ys = np.array(corpus[1:length + 1]).reshape(batch_size, -1)
    for i in range(0, Xs.shape[1] // num_steps * num_steps, num_steps):
        yield Xs[:, i:i + num_steps], Ys[:, i:i + num_steps]


def book_clipping(net, theta):
    """Asks for the norm, and so waits for it."""
    params = ([param.data() for param in net.collect_params().values()
               if param.grad_req != 'null']
              if not isinstance(net, RNNModelScratch) else list(net.params))
    norm = math.sqrt(sum((param.grad ** 2).sum() for param in params))
    if norm > theta:
        for param in params:
            param.grad[:] *= theta / norm


def book_rnn(inputs, state, params, F=None):
    W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        H = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b_h)
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H,)


def book_gru(inputs, state, params, F=None):
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        Z = npx.sigmoid(np.dot(X, W_xz) + np.dot(H, W_hz) + b_z)
        R = npx.sigmoid(np.dot(X, W_xr) + np.dot(H, W_hr) + b_r)
        candidate = np.tanh(np.dot(X, W_xh) + np.dot(R * H, W_hh) + b_h)
        H = Z * H + (1 - Z) * candidate
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H,)


def book_lstm(inputs, state, params, F=None):
    [W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c,
     W_hq, b_q] = params
    H, C = state
    outputs = []
    for X in inputs:
        take, keep, show = (npx.sigmoid(np.dot(X, W_x) + np.dot(H, W_h) + b)
                            for W_x, W_h, b in ((W_xi, W_hi, b_i), (W_xf, W_hf, b_f),
                                                (W_xo, W_ho, b_o)))
        C = keep * C + take * np.tanh(np.dot(X, W_xc) + np.dot(H, W_hc) + b_c)
        H = show * np.tanh(C)
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H, C)


BOOK_LOOPS = {'rnn_scratch': book_rnn, 'gru': book_gru, 'lstm': book_lstm}


class BookRNNModel(nn.Block):
    """Gluon's own fused layers, of the sizes of a layer of this library."""

    def __init__(self, layer, vocab_size):
        super().__init__()
        self.rnn = getattr(rnn, type(layer).__name__)(
            layer._hidden_size, layer._num_layers, bidirectional=layer._dir == 2)
        self.dense, self.vocab_size = nn.Dense(vocab_size), vocab_size
        self.begin_state = self.rnn.begin_state

    def forward(self, inputs, state):
        Y, state = self.rnn(npx.one_hot(inputs.T, self.vocab_size), state)
        return self.dense(Y.reshape(-1, Y.shape[-1])), state


class BookTranslator(nn.Block):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, X, dec_X, valid_lens):
        return self.decoder(dec_X, *self.encoder(X), valid_lens)


class BookEncoder(nn.Block):
    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = rnn.GRU(num_hiddens, num_layers)

    def forward(self, X):
        X = self.embedding(X).swapaxes(0, 1)
        return self.rnn(X, self.rnn.begin_state(batch_size=X.shape[1], ctx=X.ctx))


class BookDecoder(BookEncoder):
    def __init__(self, vocab_size, *sizes):
        super().__init__(vocab_size, *sizes)
        self.dense = nn.Dense(vocab_size, flatten=False)

    def forward(self, X, enc_outputs, state, valid_lens):
        X = self.embedding(X).swapaxes(0, 1)
        context = state[0][-1]
        context = np.broadcast_to(context, (X.shape[0], *context.shape))
        Y, state = self.rnn(np.concatenate((X, context), 2), state)
        return self.dense(Y).swapaxes(0, 1), state


class BookAttentionDecoder(BookDecoder):
    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers):
        super().__init__(vocab_size, embed_size, num_hiddens, num_layers)
        self.W_q, self.W_k = (nn.Dense(num_hiddens, use_bias=False, flatten=False)
                              for _ in range(2))
        self.w_v = nn.Dense(1, use_bias=False, flatten=False)
        self.dropout = nn.Dropout(0.1)

    def attend(self, query, keys, valid_lens):
        """Additive attention: the keys go through W_k at each step."""
        features = np.tanh(np.expand_dims(self.W_q(query), axis=2)
                           + np.expand_dims(self.W_k(keys), axis=1))
        scores = np.squeeze(self.w_v(features), axis=-1)       # (batch, 1, keys)
        masked = npx.sequence_mask(scores.reshape(-1, scores.shape[-1]), valid_lens,
                                   True, value=-1e6, axis=1)
        weights = npx.softmax(masked).reshape(scores.shape)
        return npx.batch_dot(self.dropout(weights), keys)

    def forward(self, X, enc_outputs, state, valid_lens):
        keys, outputs = enc_outputs.swapaxes(0, 1), []
        for x in self.embedding(X).swapaxes(0, 1):
            query = np.expand_dims(state[0][-1], axis=1)
            context = self.attend(query, keys, valid_lens)
            x = np.concatenate((context, np.expand_dims(x, axis=1)), axis=-1)
            Y, state = self.rnn(x.swapaxes(0, 1), state)
            outputs.append(Y)
        return self.dense(np.concatenate(outputs, axis=0)).swapaxes(0, 1), state


BOOK_DECODERS = {'seq2seq': BookDecoder, 'bahdanau_attention': BookAttentionDecoder}


class BookMaskedLoss(gluon.loss.SoftmaxCELoss):
    def forward(self, pred, label, valid_len):
        weights = np.expand_dims(np.ones_like(label), axis=-1).astype('float32')
        weights = npx.sequence_mask(weights, valid_len, True, axis=1)
        return super().forward(pred, label, weights)
