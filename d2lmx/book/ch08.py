"""Training and prediction of language models as chapter 8 spells them."""
from mxnet import gluon, init, np

from ..errors import InputError
from ..metrics import perplexity
from ..models.recurrent import RNNModelScratch
from ..optim import fused_sgd
from ..train.engine import fit
from ..train.steps import language_model_step
from ..viz.animator import Animator

__all__ = ['predict_ch8', 'train_epoch_ch8', 'train_ch8']

EPOCHS_A_POINT = 10
NUM_PREDS = 50


def predict_ch8(prefix, num_preds, net, vocab, device):
    """The prefix, continued by num_preds characters, each the likeliest.

    The network first reads the prefix, whose characters warm up its state. ValueError
    for an empty prefix.

    Book: 8.5 (sec_rnn_scratch)
    """
    if not prefix:
        raise InputError('prefix must hold a character at least, to start from')
    state = net.begin_state(batch_size=1, ctx=device)
    outputs = [vocab[token] for token in prefix]
    # book: reads the prefix character by character
    inputs = outputs if num_preds else []
    for _ in range(num_preds):
        X = np.array([inputs], dtype='int32', ctx=device)        # (1, steps)
        y, state = net(X, state)
        inputs = [int(y[-1].argmax())]
        outputs += inputs
    return ''.join(vocab.to_tokens(outputs))


def train_epoch_ch8(net, train_iter, loss, updater, device, use_random_iter):
    """Train for one epoch; returns (perplexity, tokens per second).

    net, loss and updater as in `language_model_step`.

    Book: 8.5 (sec_rnn_scratch)
    """
    step = language_model_step(net, loss, updater, device,
                               use_random_iter=use_random_iter)
    history = fit(step, train_iter, 1)
    return perplexity(history['train loss']), history.tokens_per_sec


def train_ch8(net, train_iter, vocab, lr, num_epochs, device, use_random_iter=False):
    """Train by SGD with clipped gradients; prints the book's closing lines.

    net: a `RNNModelScratch` (or whatever has a list ``params`` of arrays), trained on
    from where it is; or any other block, which gets fresh weights. Returns the
    `History`, with a series 'perplexity', a value an epoch.

    Book: 8.5 (sec_rnn_scratch)
    """
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    loss.hybridize()
    animator = Animator(xlabel='epoch', ylabel='perplexity', legend=['train'],
                        xlim=[EPOCHS_A_POINT, num_epochs])
    updater = sgd_updater(net, lr, device)
    step = language_model_step(net, loss, updater, device,
                               use_random_iter=use_random_iter)
    if not isinstance(updater, gluon.Trainer):  # it holds nothing but the parameters
        step.trains = net if isinstance(net, gluon.Block) else list(net.params)

    def watch(history):
        epoch, l = history.series['train loss'][-1]
        if epoch % EPOCHS_A_POINT == 0 or epoch == num_epochs:
            animator.add(epoch, [perplexity(l)])

    history = fit(step, train_iter, num_epochs, watch=watch)
    history.series['perplexity'] = [(epoch, perplexity(l)) for epoch, l
                                    in history.series['train loss']]
    print(f'perplexity {history["perplexity"]:.1f}, '
          f'{history.tokens_per_sec:.1f} tokens/sec on {device}')
    for prefix in ('time traveller ', 'traveller'):
        print(predict_ch8(prefix, NUM_PREDS, net, vocab, device))
    return history


def sgd_updater(net, lr, device):
    """The book's SGD for a network from scratch, a Trainer for another block.

    Ours, for 8.5
    """
    if isinstance(net, gluon.Block) and not isinstance(net, RNNModelScratch):
        net.initialize(ctx=device, force_reinit=True, init=init.Normal(0.01))
        return gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    # book: sgd, whose formula adds a twentieth to the time of a step here
    return lambda batch_size: fused_sgd(net.params, lr, batch_size)
