"""AutoRec of section 16.4, as a PyTorch reader would write it."""
from torch import nn


class AutoRec(nn.Module):
    """input (batch, num_users), 0 for no rating -> ratings (batch, num_users)."""

    def __init__(self, num_hidden, num_users, dropout):
        super().__init__()
        self.encoder = nn.Linear(num_users, num_hidden)
        self.decoder = nn.Linear(num_hidden, num_users)
        self.dropout = nn.Dropout(dropout)

    def forward(self, input):
        return self.decoder(self.dropout(self.encoder(input).sigmoid()))


def build_net(num_hidden=500, num_users=943, dropout=0.05):
    """input (batch, num_users) -> ratings (batch, num_users)."""
    return AutoRec(num_hidden, num_users, dropout)
