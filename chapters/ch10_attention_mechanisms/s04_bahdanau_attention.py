"""Bahdanau attention (Bahdanau 注意力)

Source: chapter_attention-mechanisms/bahdanau-attention
"""
from mxnet import np

import d2lmx as d2l

DATA = ('fra-eng',)
SMOKE = dict(num_epochs=12)  # two points of the curve, at 10 and 12
PRINTED = [({}, {'train loss': (.025, .022, .030)})]


def build_net(src_vocab_size=d2l.NMT_SRC_SIZE, tgt_vocab_size=d2l.NMT_TGT_SIZE,
              embed_size=32, num_hiddens=32, num_layers=2, dropout=0.1):
    """X (batch, steps), dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    encoder = d2l.Seq2SeqEncoder(src_vocab_size, embed_size, num_hiddens, num_layers,
                                 dropout)
    decoder = d2l.Seq2SeqAttentionDecoder(tgt_vocab_size, embed_size, num_hiddens,
                                          num_layers, dropout)
    return d2l.EncoderDecoder(encoder, decoder)


example_inputs = d2l.random_batch_nmt


def shapes():
    """Of outputs and state of a decoder, as the page shows them."""
    encoder = d2l.Seq2SeqEncoder(vocab_size=10, embed_size=8, num_hiddens=16,
                                 num_layers=2)
    decoder = d2l.Seq2SeqAttentionDecoder(vocab_size=10, embed_size=8, num_hiddens=16,
                                          num_layers=2)
    for part in (encoder, decoder):
        part.initialize()
    X = np.zeros((4, 7))  # (batch, steps)
    output, state = decoder(X, decoder.init_state(encoder(X), None))
    enc_outputs, hidden_state, _ = state
    return {'output': list(output.shape), 'parts of the state': len(state),
            'encoder outputs in it': list(enc_outputs.shape),
            'hidden state in it': list(hidden_state.shape)}


def translations(net, src_vocab, tgt_vocab, num_steps, device):
    """The page's four sentences translated, and the last one's weights: (steps, keys).

    The row of each target step holds its weights of the source's steps.
    """
    found = {}
    for eng, fra in d2l.NMT_SENTENCES.items():
        translation, weights = d2l.predict_seq2seq(net, eng, src_vocab, tgt_vocab,
                                                   num_steps, device, True)
        found[eng] = f'{translation}, bleu {d2l.bleu(translation, fra, k=2):.3f}'
    return found, np.concatenate([step[0][0] for step in weights], axis=0)


def run(*, embed_size: int = 32, num_hiddens: int = 32, num_layers: int = 2,
        dropout: float = 0.1, batch_size: int = 64, num_steps: int = 10,
        lr: float = 0.005, num_epochs: int = 250) -> dict:
    device = d2l.try_gpu()
    train_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(batch_size, num_steps)
    net = build_net(len(src_vocab), len(tgt_vocab), embed_size, num_hiddens, num_layers,
                    dropout)
    history = d2l.train_seq2seq(net, train_iter, lr, num_epochs, tgt_vocab, device)
    sentences, weights = translations(net, src_vocab, tgt_vocab, num_steps, device)
    eng_tokens = len(list(d2l.NMT_SENTENCES)[-1].split()) + 1  # and '<eos>'
    d2l.show_heatmaps(weights[None, None, :, :eng_tokens], xlabel='Key positions',
                      ylabel='Query positions')
    return {'shapes': shapes(), **history.record(), 'translations': sentences,
            'attention': weights.tolist()}


if __name__ == '__main__':
    d2l.main(run)
