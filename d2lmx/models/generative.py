"""Networks of a density of binary units: by a hidden cause, or unit after unit."""
import numpy as onp
from mxnet.gluon import nn

__all__ = ['VAE', 'NADE', 'MADE']


class VAE(nn.HybridBlock):
    """A variational autoencoder: q(z | x) = N(mu, sigma^2), p(z) = N(0, 1), p(x | z).

    z = mu + sigma * epsilon, so that gradients reach mu and sigma. *Deep Learning*,
    20.10.3.

    Parameters
    ----------
    num_units, num_latent, num_hiddens
        Numbers of x and of z, and of the one hidden layer on either side. `num_latent`
        is an attribute, as are the blocks `encoder`, of X, and `decoder`, of z.

    Inputs
        X (batch, num_units), 0 or 1
        epsilon (batch, num_latent), standard normal

    Outputs
        scores (batch, num_units), whose sigmoid is p(x_i = 1 | z)
        mu (batch, num_latent)
        log sigma^2 (batch, num_latent)

    Ours, for 23.20
    """

    def __init__(self, num_units, num_latent, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        self.num_latent = num_latent
        self.encoder, self.decoder = nn.HybridSequential(), nn.HybridSequential()
        self.encoder.add(nn.Dense(num_hiddens, activation='tanh'),
                         nn.Dense(2 * num_latent))
        self.decoder.add(nn.Dense(num_hiddens, activation='tanh'), nn.Dense(num_units))

    def hybrid_forward(self, F, X, epsilon):
        mu, log_var = F.np.split(self.encoder(X), 2, axis=1)  # (batch, num_latent)
        z = mu + F.np.exp(log_var / 2) * epsilon
        return self.decoder(z), mu, log_var


class NADE(nn.HybridBlock):
    """A neural autoregressive density estimator: p(x_i | those before) of each unit i.

    h_i = sigmoid(c + sum of W_j x_j, j < i), the sum going on from unit to unit, and
    the score of unit i is V_i h_i + b_i. *Deep Learning*, 20.10.10.

    Parameters
    ----------
    num_units, num_hiddens
        Numbers of x, 2 at least, and of each h_i.

    Inputs
        X (batch, num_units), 0 or 1

    Outputs
        scores (batch, num_units), whose sigmoid is p(x_i = 1 | x_j, j < i)

    Ours, for 23.20
    """

    def __init__(self, num_units, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        self.W = self.params.get('W', shape=(num_units, num_hiddens))
        self.V = self.params.get('V', shape=(num_units, num_hiddens))
        self.b = self.params.get('b', shape=(num_units,), init='zeros')
        self.c = self.params.get('c', shape=(num_hiddens,), init='zeros')

    def hybrid_forward(self, F, X, W, V, b, c):
        # units first: products of batches, as multiplying by broadcast is slow
        steps = F.npx.batch_dot(F.np.expand_dims(F.np.transpose(X), axis=2),
                                F.np.expand_dims(W, axis=1))  # (units, batch, hiddens)
        first = 0 * steps[:1] + c                             # (1, batch, hiddens)
        sums = F.np.cumsum(F.np.concatenate([first, steps[:-1]], axis=0), axis=0)
        scores = F.npx.batch_dot(F.npx.sigmoid(sums), F.np.expand_dims(V, axis=2))
        return F.np.transpose(F.np.squeeze(scores, axis=2)) + b


class MADE(nn.HybridBlock):
    """A masked autoencoder: p(x_i | those before) of all units in one pass.

    Each hidden unit has a degree m, sees x_0 to x_m and is heard by units beyond m;
    degrees are dealt in turn. Masks, which nothing trains, keep all else out.

    Parameters
    ----------
    num_units, num_hiddens
        Numbers of x, and of the hidden layer.

    Inputs
        X (batch, num_units), 0 or 1

    Outputs
        scores (batch, num_units), whose sigmoid is p(x_i = 1 | x_j, j < i)

    Ours, for 23.20
    """

    def __init__(self, num_units, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        self.num_units, self.num_hiddens = num_units, num_hiddens
        i, m = onp.arange(num_units), onp.arange(num_hiddens) % max(1, num_units - 1)
        self.sees = self.params.get_constant('sees', onp.float32(i <= m[:, None]))
        self.hears = self.params.get_constant('hears', onp.float32(m < i[:, None]))
        self.W = self.params.get('W', shape=(num_hiddens, num_units))
        self.c = self.params.get('c', shape=(num_hiddens,), init='zeros')
        self.V = self.params.get('V', shape=(num_units, num_hiddens))
        self.b = self.params.get('b', shape=(num_units,), init='zeros')

    def hybrid_forward(self, F, X, sees, hears, W, c, V, b):
        H = F.npx.relu(F.npx.fully_connected(
            X, W * sees, c, num_hidden=self.num_hiddens))    # (batch, hiddens)
        return F.npx.fully_connected(H, V * hears, b, num_hidden=self.num_units)
