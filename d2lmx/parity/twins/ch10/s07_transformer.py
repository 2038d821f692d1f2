"""The Transformer of section 10.7, as a PyTorch reader would write it."""
import math

import torch
from torch import nn

from ....data.text.nmt import NMT_SRC_SIZE, NMT_TGT_SIZE
from .s05_multihead_attention import MultiHeadAttention
from .s06_self_attention_and_positional_encoding import PositionalEncoding


def position_wise_ffn(num_hiddens, ffn_num_hiddens):
    return nn.Sequential(nn.Linear(num_hiddens, ffn_num_hiddens), nn.ReLU(),
                         nn.Linear(ffn_num_hiddens, num_hiddens))


class AddNorm(nn.Module):
    def __init__(self, num_hiddens, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.ln = nn.LayerNorm(num_hiddens)

    def forward(self, X, Y):
        return self.ln(self.dropout(Y) + X)


class EncoderBlock(nn.Module):
    def __init__(self, num_hiddens, ffn_num_hiddens, num_heads, dropout, bias=False):
        super().__init__()
        self.attention = MultiHeadAttention(num_hiddens, num_heads, dropout, bias)
        self.addnorm1 = AddNorm(num_hiddens, dropout)
        self.ffn = position_wise_ffn(num_hiddens, ffn_num_hiddens)
        self.addnorm2 = AddNorm(num_hiddens, dropout)

    def forward(self, X, valid_lens):
        Y = self.addnorm1(X, self.attention(X, X, X, valid_lens))
        return self.addnorm2(Y, self.ffn(Y))


class TransformerEncoder(nn.Module):
    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout):
        super().__init__()
        self.num_hiddens = num_hiddens
        self.embedding = nn.Embedding(vocab_size, num_hiddens)
        self.pos_encoding = PositionalEncoding(num_hiddens, dropout)
        self.blks = nn.ModuleList(
            EncoderBlock(num_hiddens, ffn_num_hiddens, num_heads, dropout)
            for _ in range(num_layers))

    def forward(self, X, valid_lens):
        X = self.pos_encoding(self.embedding(X) * math.sqrt(self.num_hiddens))
        for blk in self.blks:
            X = blk(X, valid_lens)
        return X


class DecoderBlock(nn.Module):
    def __init__(self, num_hiddens, ffn_num_hiddens, num_heads, dropout):
        super().__init__()
        self.attention1 = MultiHeadAttention(num_hiddens, num_heads, dropout)
        self.addnorm1 = AddNorm(num_hiddens, dropout)
        self.attention2 = MultiHeadAttention(num_hiddens, num_heads, dropout)
        self.addnorm2 = AddNorm(num_hiddens, dropout)
        self.ffn = position_wise_ffn(num_hiddens, ffn_num_hiddens)
        self.addnorm3 = AddNorm(num_hiddens, dropout)

    def forward(self, X, earlier, enc_outputs, enc_valid_lens):
        key_values = torch.cat([earlier, X], dim=1)
        lens = torch.arange(earlier.shape[1], key_values.shape[1]) + 1
        X2 = self.attention1(X, key_values, key_values, lens.expand(len(X), -1))
        Y = self.addnorm1(X, X2)
        Y2 = self.attention2(Y, enc_outputs, enc_outputs, enc_valid_lens)
        Z = self.addnorm2(Y, Y2)
        return self.addnorm3(Z, self.ffn(Z)), key_values


class TransformerDecoder(nn.Module):
    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout):
        super().__init__()
        self.num_hiddens = num_hiddens
        self.embedding = nn.Embedding(vocab_size, num_hiddens)
        self.pos_encoding = PositionalEncoding(num_hiddens, dropout)
        self.blks = nn.ModuleList(
            DecoderBlock(num_hiddens, ffn_num_hiddens, num_heads, dropout)
            for _ in range(num_layers))
        self.dense = nn.Linear(num_hiddens, vocab_size)

    def init_state(self, enc_outputs, enc_valid_lens):
        return enc_outputs, enc_valid_lens, [enc_outputs[:, :0]] * len(self.blks)

    def forward(self, X, state):
        enc_outputs, enc_valid_lens, inputs = state
        X = self.pos_encoding(self.embedding(X) * math.sqrt(self.num_hiddens),
                              start=inputs[0].shape[1])
        seen = []
        for blk, earlier in zip(self.blks, inputs):
            X, key_values = blk(X, earlier, enc_outputs, enc_valid_lens)
            seen.append(key_values)
        return self.dense(X), [enc_outputs, enc_valid_lens, seen]


class Transformer(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, enc_X, dec_X, valid_lens):
        state = self.decoder.init_state(self.encoder(enc_X, valid_lens), valid_lens)
        return self.decoder(dec_X, state)


def build_net(src_vocab_size=NMT_SRC_SIZE, tgt_vocab_size=NMT_TGT_SIZE):
    """X (batch, steps), dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    options = 32, 64, 4, 2, 0.1
    return Transformer(TransformerEncoder(src_vocab_size, *options),
                       TransformerDecoder(tgt_vocab_size, *options))
