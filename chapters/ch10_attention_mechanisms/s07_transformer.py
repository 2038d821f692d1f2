"""Transformer (Transformer 模型)

Source: chapter_attention-mechanisms/transformer
"""
import numpy as onp
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fra-eng',)
SMOKE = dict(num_epochs=12)  # two points of the curve, at 10 and 12
PRINTED = [({}, {'train loss': (.030, .029, .034)})]


def build_net(src_vocab_size=d2l.NMT_SRC_SIZE, tgt_vocab_size=d2l.NMT_TGT_SIZE,
              num_hiddens=32, ffn_num_hiddens=64, num_heads=4, num_layers=2,
              dropout=0.1):
    """X (batch, steps), dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    options = num_hiddens, ffn_num_hiddens, num_heads, num_layers, dropout
    return d2l.EncoderDecoder(d2l.TransformerEncoder(src_vocab_size, *options),
                              d2l.TransformerDecoder(tgt_vocab_size, *options))


example_inputs = d2l.random_batch_nmt


def called(block, *inputs):
    """A new block's output; it is initialized first."""
    block.initialize()
    return block(*inputs)


def position_wise():
    """What a perceptron makes of equal steps: equal steps again."""
    return called(d2l.PositionWiseFFN(4, 8), np.ones((2, 3, 4)))[0].tolist()


def layer_and_batch_norm():
    """Two examples of two numbers, normalized within each and across both."""
    X = np.array([[1, 2], [2, 3]])
    ln, bn = nn.LayerNorm(), nn.BatchNorm()
    for layer in (ln, bn):
        layer.initialize()
    with autograd.record():
        return {'layer norm': ln(X).tolist(), 'batch norm': bn(X).tolist()}


def shapes():
    """Of the outputs of each part, as the page shows them."""
    X, valid_lens = np.ones((2, 100, 24)), np.array([3, 2])
    enc_outputs = called(d2l.EncoderBlock(24, 48, 8, 0.5), X, valid_lens)
    decoder_blk = d2l.DecoderBlock(24, 48, 8, 0.5, 0)
    return {
        'add & norm': list(called(d2l.AddNorm(0.5), np.ones((2, 3, 4)),
                                  np.ones((2, 3, 4))).shape),
        'encoder block': list(enc_outputs.shape),
        'encoder': list(called(d2l.TransformerEncoder(200, 24, 48, 8, 2, 0.5),
                               np.ones((2, 100)), valid_lens).shape),
        'decoder block': list(called(decoder_blk, X,
                                     [enc_outputs, valid_lens, [None]])[0].shape)}


def translations(net, src_vocab, tgt_vocab, num_steps, device):
    """The page's four sentences translated, and the last one's weights of all steps."""
    found = {}
    for eng, fra in d2l.NMT_SENTENCES.items():
        translation, weights = d2l.predict_seq2seq(net, eng, src_vocab, tgt_vocab,
                                                   num_steps, device, True)
        found[eng] = f'{translation}, bleu {d2l.bleu(translation, fra, k=2):.3f}'
    return found, weights


def encoder_weights(net):
    """Of the sentence just translated: (layers, heads, queries, keys)."""
    return onp.stack([weights.asnumpy() for weights in net.encoder.attention_weights])


def decoder_weights(steps, which, num_steps):
    """Of its translation: (layers, heads, queries, keys), 0 for keys still to come.

    which: 0 for the weights of the target, 1 for those of the source.
    """
    layers = len(steps[0][which])
    found = onp.zeros((layers, steps[0][which][0].shape[0], num_steps, num_steps))
    for t, step in enumerate(steps):
        for layer, weights in enumerate(step[which]):
            found[layer, :, t, :weights.shape[2]] = weights[:, 0].asnumpy()
    return found


def show(name, weights, num_queries=None, num_keys=None):
    """A row of heat maps for each layer, a column for each head."""
    titles = [f'Head {i + 1}' for i in range(weights.shape[1])]
    d2l.show_heatmaps(weights[:, :, :num_queries, :num_keys], xlabel='Key positions',
                      ylabel='Query positions', titles=titles, figsize=(7, 3.5))
    d2l.plt.suptitle(name)


def run(*, num_hiddens: int = 32, ffn_num_hiddens: int = 64, num_heads: int = 4,
        num_layers: int = 2, dropout: float = 0.1, batch_size: int = 64,
        num_steps: int = 10, lr: float = 0.005, num_epochs: int = 200) -> dict:
    device = d2l.try_gpu()
    train_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(batch_size, num_steps)
    net = build_net(len(src_vocab), len(tgt_vocab), num_hiddens, ffn_num_hiddens,
                    num_heads, num_layers, dropout)
    history = d2l.train_seq2seq(net, train_iter, lr, num_epochs, tgt_vocab, device)
    sentences, steps = translations(net, src_vocab, tgt_vocab, num_steps, device)
    num_tokens = len(list(d2l.NMT_SENTENCES)[-1].split()) + 1  # and '<eos>'
    show('encoder', encoder_weights(net))
    show('decoder', decoder_weights(steps, 0, num_steps), len(steps), len(steps))
    show('decoder to encoder', decoder_weights(steps, 1, num_steps), len(steps),
         num_tokens)
    return {'position-wise': position_wise(), 'norms': layer_and_batch_norm(),
            'shapes': shapes(), **history.record(), 'translations': sentences}


if __name__ == '__main__':
    d2l.main(run)
