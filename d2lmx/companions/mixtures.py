"""Mixtures of normal distributions, of which all is known in closed form."""
import numpy as onp

from ..runtime.checks import check_whole

__all__ = ['NormalMixture']


class NormalMixture:
    """Points x of d numbers: a component c with chance P(c), then N(mu_c, Sigma_c).

    Everything is NumPy's, in float64.

    Parameters
    ----------
    P, mu, Sigma
        (k,) chances, (k, d) means, and (k, d, d) covariances. ValueError where the
        chances do not add up to 1.

    Ours, for 23.14
    """

    def __init__(self, P, mu, Sigma):
        self.P, self.mu, self.Sigma = (onp.asarray(part, 'float64')
                                       for part in (P, mu, Sigma))
        if not abs(self.P.sum() - 1) <= 1e-9:
            raise ValueError(f'chances must add up to 1, got {self.P.tolist()}')

    def sample(self, n: int):
        """(n, d) points, drawn by NumPy's global seed."""
        check_whole(n=n)
        c = onp.random.choice(len(self.P), n, p=self.P)
        normal = onp.random.normal(size=(n, self.mu.shape[1]))
        roots = onp.linalg.cholesky(self.Sigma)
        return self.mu[c] + onp.einsum('nij,nj->ni', roots[c], normal)

    def log_joint(self, x):
        """log P(c) p(x | c) of x (n, d): (n, k)."""
        away = x[:, None] - self.mu
        solved = onp.einsum('cij,ncj->nci', onp.linalg.inv(self.Sigma), away)
        return (onp.log(self.P) - onp.linalg.slogdet(2 * onp.pi * self.Sigma)[1] / 2
                - (away * solved).sum(axis=2) / 2)

    def log_density(self, x):
        """log p(x) of x (n, d): (n,)."""
        return onp.logaddexp.reduce(self.log_joint(x), axis=1)

    def with_noise(self, sigma: float):
        """The mixture of x~ = x + noise of standard deviation sigma."""
        return NormalMixture(self.P, self.mu, self.Sigma
                             + sigma ** 2 * onp.eye(self.mu.shape[1]))

    def denoised(self, noisy, sigma: float):
        """E[x | x~] of x~ (n, d), (n, d): of all guesses, that of the least squares."""
        wide = self.with_noise(sigma)
        gains = self.Sigma @ onp.linalg.inv(wide.Sigma)            # (k, d, d)
        means = self.mu + onp.einsum('cij,ncj->nci', gains, noisy[:, None] - self.mu)
        logs = wide.log_joint(noisy)
        p = onp.exp(logs - onp.logaddexp.reduce(logs, axis=1)[:, None])
        return (p[:, :, None] * means).sum(axis=1)
