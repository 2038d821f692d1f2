"""The decomposable attention of section 15.5, as a PyTorch reader would write it."""
import torch
from torch import nn


def mlp(num_inputs, num_hiddens):
    return nn.Sequential(nn.Dropout(0.2), nn.Linear(num_inputs, num_hiddens), nn.ReLU(),
                         nn.Dropout(0.2), nn.Linear(num_hiddens, num_hiddens),
                         nn.ReLU())


class Attend(nn.Module):
    def __init__(self, num_inputs, num_hiddens):
        super().__init__()
        self.f = mlp(num_inputs, num_hiddens)

    def forward(self, A, B, is_token_A, is_token_B):
        e = self.f(A) @ self.f(B).transpose(1, 2)                 # (batch, m, n)
        beta = self.weights(e, is_token_B) @ B
        alpha = self.weights(e.transpose(1, 2), is_token_A) @ A
        return beta, alpha

    @staticmethod
    def weights(scores, is_token):
        # a sentence of padding alone is attended to evenly, and gives no NaN
        return scores.masked_fill(~is_token[:, None], -1e12).softmax(dim=-1)


class Compare(nn.Module):
    def __init__(self, num_inputs, num_hiddens):
        super().__init__()
        self.g = mlp(2 * num_inputs, num_hiddens)

    def forward(self, A, B, beta, alpha):
        return (self.g(torch.cat([A, beta], dim=2)),
                self.g(torch.cat([B, alpha], dim=2)))


class Aggregate(nn.Module):
    def __init__(self, num_hiddens, num_outputs):
        super().__init__()
        self.h = mlp(2 * num_hiddens, num_hiddens)
        self.h.append(nn.Linear(num_hiddens, num_outputs))

    def forward(self, V_A, V_B):
        return self.h(torch.cat([V_A.sum(dim=1), V_B.sum(dim=1)], dim=1))


class DecomposableAttention(nn.Module):
    def __init__(self, vocab_size, pad, embed_size, num_hiddens):
        super().__init__()
        self.pad = pad
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.attend = Attend(embed_size, num_hiddens)
        self.compare = Compare(embed_size, num_hiddens)
        self.aggregate = Aggregate(num_hiddens, 3)

    def forward(self, premises, hypotheses):
        is_token = premises != self.pad, hypotheses != self.pad
        A, B = self.embedding(premises), self.embedding(hypotheses)
        V_A, V_B = self.compare(A, B, *self.attend(A, B, *is_token))
        return self.aggregate(V_A * is_token[0][..., None],
                              V_B * is_token[1][..., None])


def build_net(vocab=None, embed_size=100, num_hiddens=200):
    """premises (batch, m), hypotheses (batch, n) -> scores (batch, 3)."""
    size, pad = (len(vocab), vocab['<pad>']) if vocab else (1000, 1)
    return DecomposableAttention(size, pad, embed_size, num_hiddens)
