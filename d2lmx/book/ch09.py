"""Training and prediction of translation networks as chapter 9 spells them."""
import numpy as onp
from mxnet import gluon, init

from ..data.text.nmt import truncate_pad
from ..layers.losses import MaskedSoftmaxCELoss
from ..models.decoding import LiveDecoder, greedy_search
from ..runtime.devices import as_devices
from ..train.engine import fit
from ..train.steps import seq2seq_step
from ..viz.animator import Animator

__all__ = ['train_seq2seq', 'predict_seq2seq']

EPOCHS_A_POINT = 10


def train_seq2seq(net, data_iter, lr, num_epochs, tgt_vocab, device):
    """Train by Adam from fresh Xavier weights; prints the book's closing line.

    net: an `EncoderDecoder`; device: one device or a list. Returns the `History` of the
    loss a target token.

    Book: 9.7 (sec_seq2seq)
    """
    devices = as_devices(device)
    net.initialize(init.Xavier(), force_reinit=True, ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    loss = MaskedSoftmaxCELoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    animator = Animator(xlabel='epoch', ylabel='loss',
                        xlim=[EPOCHS_A_POINT, num_epochs])

    def watch(history):
        epoch, value = history.series['train loss'][-1]
        if epoch % EPOCHS_A_POINT == 0 or epoch == num_epochs:
            animator.add(epoch, value)

    step = seq2seq_step(net, loss, trainer, tgt_vocab['<bos>'], devices)
    history = fit(step, data_iter, num_epochs, watch=watch)
    # book: tokens per second of the last epoch alone
    print(f'loss {history["train loss"]:.3f}, {history.tokens_per_sec:.1f} tokens/sec '
          f'on {", ".join(map(str, devices))}')
    return history


def predict_seq2seq(net, src_sentence, src_vocab, tgt_vocab, num_steps, device,
                    save_attention_weights=False):
    """Translate a sentence greedily: (translation, attention weights of each step).

    src_sentence: tokens with spaces between them, cut after num_steps. The list of
    weights stays empty unless they are asked for.

    Book: 9.7 (sec_seq2seq)
    """
    src_tokens = src_vocab[src_sentence.lower().split(' ')] + [src_vocab['<eos>']]
    enc_X = truncate_pad(src_tokens, num_steps, src_vocab['<pad>'])
    # book: the length before the cut, which a longer sentence exceeds
    enc_valid_len = min(len(src_tokens), num_steps)
    attention_weight_seq = []
    decoder = LiveDecoder(
        net, watch=attention_weight_seq.append if save_attention_weights else None)
    with as_devices(device)[0]:
        state = decoder.start(onp.array([enc_X], 'int32'),
                              onp.array([enc_valid_len], 'int32'))
        found, = greedy_search(decoder, state, 1, tgt_vocab['<bos>'],
                               tgt_vocab['<eos>'], num_steps)
    return ' '.join(tgt_vocab.to_tokens(found.tokens)), attention_weight_seq
