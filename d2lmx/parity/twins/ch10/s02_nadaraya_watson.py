"""The kernel regression of section 10.2, as a PyTorch reader would write it."""
import torch
from torch import nn


class NWKernelRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.rand(1))

    def forward(self, queries, keys, values):
        distances = queries[:, None] - keys
        weights = torch.softmax(-(distances * self.w)**2 / 2, dim=1)
        return torch.bmm(weights[:, None], values[:, :, None]).reshape(-1)


def build_net():
    """queries (n,), keys and values (n, num_keys) -> (n,)."""
    return NWKernelRegression()
