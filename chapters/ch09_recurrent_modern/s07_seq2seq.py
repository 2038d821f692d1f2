"""Sequence to sequence learning (序列到序列学习)

Source: chapter_recurrent-modern/seq2seq
"""
from mxnet import np

import d2lmx as d2l

DATA = ('fra-eng',)
SMOKE = dict(num_epochs=12)  # two points of the curve, at 10 and 12
# printed, then the range of the builds
PRINTED = [({}, {'train loss': (0.024, 0.02, 0.027)})]


def build_net(src_vocab_size=d2l.NMT_SRC_SIZE, tgt_vocab_size=d2l.NMT_TGT_SIZE,
              embed_size=32, num_hiddens=32, num_layers=2, dropout=0.1):
    """X (batch, steps), dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    encoder = d2l.Seq2SeqEncoder(src_vocab_size, embed_size, num_hiddens, num_layers,
                                 dropout)
    decoder = d2l.Seq2SeqDecoder(tgt_vocab_size, embed_size, num_hiddens, num_layers,
                                 dropout)
    return d2l.EncoderDecoder(encoder, decoder)


example_inputs = d2l.random_batch_nmt


def shapes():
    """Of outputs and states of an encoder and a decoder, as the page shows them."""
    X = np.zeros((4, 7))
    encoder = d2l.Seq2SeqEncoder(vocab_size=10, embed_size=8, num_hiddens=16,
                                 num_layers=2)
    decoder = d2l.Seq2SeqDecoder(vocab_size=10, embed_size=8, num_hiddens=16,
                                 num_layers=2)
    for part in (encoder, decoder):
        part.initialize()
    output, state = encoder(X)
    Y, dec_state = decoder(X, decoder.init_state((output, state)))
    return {'encoder output': list(output.shape), 'encoder state': list(state[0].shape),
            'decoder output': list(Y.shape), 'decoder state': list(dec_state[0].shape)}


def masked_losses():
    """Of equal scores for ten tokens, where 4, 2 and 0 of the four labels are valid."""
    loss = d2l.MaskedSoftmaxCELoss()
    return loss(np.ones((3, 4, 10)), np.ones((3, 4)), np.array([4, 2, 0])).tolist()


def run(*, embed_size: int = 32, num_hiddens: int = 32, num_layers: int = 2,
        dropout: float = 0.1, batch_size: int = 64, num_steps: int = 10,
        lr: float = 0.005, num_epochs: int = 300) -> dict:
    device = d2l.try_gpu()
    train_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(batch_size, num_steps)
    net = build_net(len(src_vocab), len(tgt_vocab), embed_size, num_hiddens, num_layers,
                    dropout)
    history = d2l.train_seq2seq(net, train_iter, lr, num_epochs, tgt_vocab, device)
    return {'shapes': shapes(), 'masked losses': masked_losses(), **history.record(),
            'translations': translations(net, src_vocab, tgt_vocab, num_steps, device)}


def translations(net, src_vocab, tgt_vocab, num_steps, device):
    """The page's four sentences, translated, each with its BLEU."""
    found = {}
    for eng, fra in d2l.NMT_SENTENCES.items():
        translation, _ = d2l.predict_seq2seq(net, eng, src_vocab, tgt_vocab, num_steps,
                                             device)
        found[eng] = f'{translation}, bleu {d2l.bleu(translation, fra, k=2):.3f}'
    return found


if __name__ == '__main__':
    d2l.main(run)
