"""The networks of section 23.20, as a PyTorch reader would write them."""
import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    """X (batch, units), epsilon (batch, latent) -> scores, mu, log sigma^2."""

    def __init__(self, num_units, num_latent, num_hiddens):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(num_units, num_hiddens), nn.Tanh(),
                                     nn.Linear(num_hiddens, 2 * num_latent))
        self.decoder = nn.Sequential(nn.Linear(num_latent, num_hiddens), nn.Tanh(),
                                     nn.Linear(num_hiddens, num_units))

    def forward(self, X, epsilon):
        mu, log_var = self.encoder(X).chunk(2, dim=1)
        return self.decoder(mu + (log_var / 2).exp() * epsilon), mu, log_var


class NADE(nn.Module):
    """X (batch, units) -> scores (batch, units), in a loop over units."""

    def __init__(self, num_units, num_hiddens):
        super().__init__()
        self.W, self.V = (nn.Parameter(nn.init.xavier_uniform_(
            torch.empty(num_units, num_hiddens))) for _ in range(2))
        self.b = nn.Parameter(torch.zeros(num_units))
        self.c = nn.Parameter(torch.zeros(num_hiddens))

    def forward(self, X):
        a, scores = self.c.expand(len(X), -1), []
        for i in range(X.shape[1]):
            scores.append(torch.sigmoid(a) @ self.V[i] + self.b[i])
            a = a + X[:, i:i + 1] * self.W[i]
        return torch.stack(scores, dim=1)


class MADE(nn.Module):
    def __init__(self, num_units, num_hiddens):
        super().__init__()
        degrees = torch.arange(num_hiddens) % (num_units - 1)
        units = torch.arange(num_units)
        self.register_buffer('sees', (degrees[:, None] >= units).float())
        self.register_buffer('hears', (units[:, None] > degrees).float())
        self.W = nn.Parameter(nn.init.xavier_uniform_(
            torch.empty(num_hiddens, num_units)))
        self.c = nn.Parameter(torch.zeros(num_hiddens))
        self.V = nn.Parameter(nn.init.xavier_uniform_(
            torch.empty(num_units, num_hiddens)))
        self.b = nn.Parameter(torch.zeros(num_units))

    def forward(self, X):
        H = torch.relu(F.linear(X, self.W * self.sees, self.c))
        return F.linear(H, self.V * self.hears, self.b)


def minus_bound(net, X, epsilon=None):
    """-log p(x) (batch,), or of a VAE what its bound is less than it for an epsilon."""
    outputs = net(X) if epsilon is None else net(X, epsilon)
    scores = outputs if epsilon is None else outputs[0]
    nats = F.binary_cross_entropy_with_logits(scores, X, reduction='none').sum(dim=1)
    if epsilon is None:
        return nats
    _, mu, log_var = outputs
    return nats + (log_var.exp() + mu ** 2 - 1 - log_var).sum(dim=1) / 2


def perceptron(num_inputs, num_hiddens, num_outputs):
    return nn.Sequential(nn.Linear(num_inputs, num_hiddens), nn.Tanh(),
                         nn.Linear(num_hiddens, num_outputs))


def build_net(variant='vae', num_units=196, num_latent=20):
    return {'vae': lambda: VAE(num_units, num_latent, 200),
            'nade': lambda: NADE(num_units, 50), 'made': lambda: MADE(num_units, 400),
            'generator': lambda: perceptron(2, 32, 2),
            'denoiser': lambda: perceptron(8, 64, num_units)}[variant]()
