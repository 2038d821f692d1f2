"""The translator of section 10.4, as a PyTorch reader would write it."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ....data.text.nmt import NMT_SRC_SIZE, NMT_TGT_SIZE
from .s03_attention_scoring_functions import AdditiveAttention


class Encoder(nn.Module):
    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size, num_hiddens, num_layers, dropout=dropout)

    def forward(self, X, valid_lens):
        X = pack_padded_sequence(self.embedding(X).transpose(0, 1), valid_lens,
                                 enforce_sorted=False)
        output, state = self.rnn(X)
        return pad_packed_sequence(output)[0], state


class AttentionDecoder(nn.Module):
    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout):
        super().__init__()
        self.attention = AdditiveAttention(num_hiddens, num_hiddens, num_hiddens,
                                           dropout)
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size + num_hiddens, num_hiddens, num_layers,
                          dropout=dropout)
        self.dense = nn.Linear(num_hiddens, vocab_size)

    def forward(self, X, enc_outputs, hidden_state, enc_valid_lens):
        outputs = []
        for x in self.embedding(X).transpose(0, 1):
            query = hidden_state[-1][:, None]                     # (batch, 1, h)
            context = self.attention(query, enc_outputs, enc_outputs, enc_valid_lens)
            x = torch.cat([context[:, 0], x], dim=1)[None]
            Y, hidden_state = self.rnn(x, hidden_state)
            outputs.append(Y)
        Y = self.dense(torch.cat(outputs).transpose(0, 1))
        return Y, [enc_outputs, hidden_state, enc_valid_lens]


class Translator(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, enc_X, dec_X, valid_lens):
        outputs, hidden_state = self.encoder(enc_X, valid_lens)
        # packing cuts what is padding in every example
        padding = outputs.new_zeros(enc_X.shape[1] - len(outputs), *outputs.shape[1:])
        enc_outputs = torch.cat([outputs, padding]).transpose(0, 1)
        return self.decoder(dec_X, enc_outputs, hidden_state, valid_lens)


def build_net(src_vocab_size=NMT_SRC_SIZE, tgt_vocab_size=NMT_TGT_SIZE):
    """X (batch, steps), dec_X (batch, steps), valid_lens (batch,) -> scores, state."""
    options = 32, 32, 2, 0.1
    return Translator(Encoder(src_vocab_size, *options),
                      AttentionDecoder(tgt_vocab_size, *options))
