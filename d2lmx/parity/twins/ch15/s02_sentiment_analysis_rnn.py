"""BiRNN of section 15.2, as a PyTorch reader would write it, with real lengths."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ....data.text.imdb import IMDB_VOCAB_SIZE

PAD = 1


def count_tokens(inputs):
    """How many tokens stand before the padding of each text, (batch,)."""
    places = torch.arange(1, inputs.shape[1] + 1)
    return ((inputs != PAD) * places).max(dim=1).values


class BiRNN(nn.Module):
    """inputs (batch, steps) -> scores (batch, 2); a text has at least one token."""

    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.encoder = nn.LSTM(embed_size, num_hiddens, num_layers, bidirectional=True)
        self.decoder = nn.Linear(4 * num_hiddens, 2)

    def forward(self, inputs):
        lens = count_tokens(inputs)
        packed = pack_padded_sequence(self.embedding(inputs.T), lens,
                                      enforce_sorted=False)
        outputs, _ = pad_packed_sequence(self.encoder(packed)[0])
        last = outputs[lens - 1, torch.arange(len(lens))]
        return self.decoder(torch.cat((outputs[0], last), dim=1))


def build_net(vocab_size=IMDB_VOCAB_SIZE, embed_size=100):
    """inputs (batch, steps), numbers of tokens -> scores (batch, 2)."""
    return BiRNN(vocab_size, embed_size, num_hiddens=100, num_layers=2)
