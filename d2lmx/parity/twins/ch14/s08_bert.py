"""The BERT of section 14.8, as a PyTorch reader would write it."""
import torch
from torch import nn

from ..ch10.s07_transformer import EncoderBlock


class BERTEncoder(nn.Module):
    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout, max_len=1000):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, num_hiddens)
        self.segment_embedding = nn.Embedding(2, num_hiddens)
        self.blks = nn.ModuleList(
            EncoderBlock(num_hiddens, ffn_num_hiddens, num_heads, dropout, bias=True)
            for _ in range(num_layers))
        self.pos_embedding = nn.Parameter(torch.randn(1, max_len, num_hiddens))

    def forward(self, tokens, segments, valid_lens):
        X = self.token_embedding(tokens) + self.segment_embedding(segments)
        X = X + self.pos_embedding[:, :X.shape[1]]
        for blk in self.blks:
            X = blk(X, valid_lens)
        return X


class MaskLM(nn.Module):
    def __init__(self, vocab_size, num_hiddens):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(num_hiddens, num_hiddens), nn.ReLU(),
                                 nn.LayerNorm(num_hiddens),
                                 nn.Linear(num_hiddens, vocab_size))

    def forward(self, X, pred_positions):
        rows = torch.arange(len(X))[:, None]
        return self.mlp(X[rows, pred_positions])    # (batch, preds, vocab_size)


class BERTModel(nn.Module):
    def __init__(self, vocab_size, num_hiddens, ffn_num_hiddens, num_heads, num_layers,
                 dropout, max_len=1000):
        super().__init__()
        self.encoder = BERTEncoder(vocab_size, num_hiddens, ffn_num_hiddens, num_heads,
                                   num_layers, dropout, max_len)
        self.hidden = nn.Sequential(nn.Linear(num_hiddens, num_hiddens), nn.Tanh())
        self.mlm = MaskLM(vocab_size, num_hiddens)
        self.nsp = nn.Linear(num_hiddens, 2)

    def forward(self, tokens, segments, valid_lens, pred_positions):
        encoded_X = self.encoder(tokens, segments, valid_lens)
        mlm_Y_hat = self.mlm(encoded_X, pred_positions)
        return encoded_X, mlm_Y_hat, self.nsp(self.hidden(encoded_X[:, 0]))


def build_net():
    """tokens, segments (batch, steps), valid_lens (batch,), pred_positions (batch,
    preds) -> encoded tokens, scores of the words there, of the next sentence."""
    return BERTModel(1000, 64, 96, 4, 2, 0.2)
