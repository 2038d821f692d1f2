"""Sequence to sequence learning of section 9.7, as a PyTorch reader would write it."""
import torch
from torch import nn

from ....data.text.nmt import NMT_SRC_SIZE, NMT_TGT_SIZE


class Seq2SeqEncoder(nn.Module):
    """X (batch, steps), valid_lens (batch,) -> the state after the last valid step."""

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size, num_hiddens, num_layers, dropout=dropout)

    def forward(self, X, valid_lens):
        X = self.embedding(X).transpose(0, 1)
        packed = nn.utils.rnn.pack_padded_sequence(X, valid_lens.cpu(),
                                                   enforce_sorted=False)
        return self.rnn(packed)[1]


class Seq2SeqDecoder(nn.Module):
    """X (batch, steps), state -> scores (batch, steps, vocab_size), state."""

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size + num_hiddens, num_hiddens, num_layers,
                          dropout=dropout)
        self.dense = nn.Linear(num_hiddens, vocab_size)

    def forward(self, X, state):
        H, context = state
        X = self.embedding(X).transpose(0, 1)
        context_at_steps = context.expand(X.shape[0], -1, -1)
        Y, H = self.rnn(torch.cat((X, context_at_steps), 2), H)
        return self.dense(Y).transpose(0, 1), (H, context)


class EncoderDecoder(nn.Module):
    """X, dec_X (batch, steps), valid_lens (batch,) -> scores, state."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, X, dec_X, valid_lens):
        H = self.encoder(X, valid_lens)
        return self.decoder(dec_X, (H, H[-1:]))


def build_net(src_vocab_size=NMT_SRC_SIZE, tgt_vocab_size=NMT_TGT_SIZE, embed_size=32,
              num_hiddens=32, num_layers=2, dropout=0.1):
    """X, dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    sizes = embed_size, num_hiddens, num_layers, dropout
    return EncoderDecoder(Seq2SeqEncoder(src_vocab_size, *sizes),
                          Seq2SeqDecoder(tgt_vocab_size, *sizes))
