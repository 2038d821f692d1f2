"""The networks of section 23.10, as a PyTorch reader would write them."""
import torch
from torch import nn
from torch.nn import functional as F


class ExplicitMemory(nn.Module):
    """X (batch, steps) -> scores (batch, steps, num_tokens)."""

    def __init__(self, num_tokens, num_slots, width, num_hiddens):
        super().__init__()
        self.num_slots, self.width = num_slots, width
        self.embedding = nn.Embedding(num_tokens, num_hiddens)
        self.controller = nn.Linear(num_hiddens, num_hiddens)
        self.heads = nn.Linear(num_hiddens, 7)
        self.values = nn.Linear(num_hiddens, width)
        self.read = nn.Linear(width, num_tokens)

    def forward(self, X):
        H = torch.tanh(self.controller(self.embedding(X)))
        V, g = torch.tanh(self.values(H)), torch.sigmoid(self.heads(H)[..., :1])
        s_w, s_r = (F.softmax(self.heads(H)[..., a:a + 3], dim=-1) for a in (1, 4))
        M = H.new_zeros(len(X), self.num_slots, self.width)
        w_w = w_r = F.one_hot(X[:, 0] * 0, self.num_slots).to(H.dtype)
        Y = []
        for t in range(X.shape[1]):
            change = V[:, t] - torch.einsum('bs,bsd->bd', w_w, M)
            M = M + torch.einsum('bs,bd->bsd', g[:, t] * w_w, change)
            Y.append(self.read(torch.einsum('bs,bsd->bd', w_r, M)))
            w_w, w_r = go(w_w, s_w[:, t]), go(w_r, s_r[:, t])
        return torch.stack(Y, dim=1)


def go(w, s):
    return sum(s[:, i:i + 1] * torch.roll(w, i - 1, dims=1) for i in range(3))


class Recursive(nn.Module):
    """X (batch, leaves), parts (batch, leaves - 1, 2) -> scores of the nodes."""

    def __init__(self, num_values, num_hiddens):
        super().__init__()
        self.embedding = nn.Embedding(num_values, num_hiddens)
        self.node = nn.Linear(2 * num_hiddens, num_hiddens)
        self.read = nn.Linear(num_hiddens, num_values)

    def forward(self, X, parts):
        H, rows = self.embedding(X), torch.arange(len(X))
        for pair in parts.unbind(1):
            left, right = (H[rows, part.long()] for part in pair.unbind(1))
            H_new = torch.sigmoid(self.node(torch.cat([left, right], dim=1)))
            H = torch.cat([H, H_new.unsqueeze(1)], dim=1)
        return self.read(H[:, X.shape[1]:])


class Recurrent(nn.Module):
    """X (batch, steps) -> scores (batch, steps, num_tokens)."""

    def __init__(self, num_tokens, width, num_hiddens):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, width)
        self.lstm = nn.LSTM(width, num_hiddens, batch_first=True)
        self.read = nn.Linear(num_hiddens, num_tokens)

    def forward(self, X):
        return self.read(self.lstm(self.embedding(X))[0])


def build_net(variant='memory'):
    """X (batch, steps) -> scores."""
    if variant == 'tree':
        return Recursive(3, 32)
    if variant == 'lstm':
        return Recurrent(9, 16, 16)
    return ExplicitMemory(9, 40, 16, 32)
