"""Linear factor models: x is W h + b and noise, with normal or independent factors."""
import math

import numpy as onp

__all__ = ['factor_log_likelihood', 'probabilistic_pca', 'factors_given', 'factor_em',
           'whiten', 'fast_ica', 'slow_features']

MOST_STEPS = 1000   # of FastICA
EMPTY = 1e-12       # an eigenvalue, as a share of the largest, that is rounding
UNMOVED = 1e-14     # a cosine so near to 1 is of a direction that stays


def factor_log_likelihood(S, W, psi) -> float:
    """Mean of log N(x; b, W W^T + diag(psi)) over points of mean b and covariance S.

    S (d, d), W (d, k), psi (d,). *Deep Learning*, 13.1.

    Ours, for 23.13
    """
    C = W @ W.T + onp.diag(psi)
    return float(-(len(S) * math.log(2 * math.pi) + onp.linalg.slogdet(C)[1]
                   + onp.trace(onp.linalg.solve(C, S))) / 2)


def check_factors(S, k):
    """ValueError unless k factors are fewer than the rows of S, and one at least, and
    S is of full rank.
    """
    if not 1 <= k < len(S):
        raise ValueError(f'factors of {len(S)} numbers must be from 1 to {len(S) - 1}, '
                         f'got {k}')
    least, *_, most = onp.linalg.eigvalsh(S)
    if not least > EMPTY * most:
        raise ValueError('no noise is left where a number is constant, or a sum of '
                         f'others: the least eigenvalue of S is {least:.3g}')


def probabilistic_pca(S, k: int) -> tuple:
    """W (d, k) and psi (d,) of the largest likelihood, all noise of one variance.

    In closed form, from eigenvalues of the covariance S (d, d): the variance is the
    mean of those that are left over. ValueError unless k is from 1 to d - 1 and S is of
    full rank.

    Ours, for 23.13
    """
    check_factors(S, k)
    values, vectors = onp.linalg.eigh(S)
    sigma2 = values[:-k].mean()
    W = vectors[:, -k:] * onp.sqrt(values[-k:] - sigma2)
    return W, onp.full(len(S), sigma2)


def factors_given(W, psi) -> onp.ndarray:
    """W^T C^-1 (k, d), which makes of x - b the mean of h, given x.

    C is the covariance ``W W^T + diag(psi)`` of x.

    Ours, for 23.13
    """
    return onp.linalg.solve(W @ W.T + onp.diag(psi), W).T


def factor_em(S, k: int, is_shared: bool, num_steps: int) -> tuple:
    """W (d, k), psi (d,), and the log-likelihood before each step from a random W: EM.

    is_shared: one variance of the noise for all, probabilistic PCA; else factor
    analysis, one for each. In turn the means of h and of h h^T, given x, and W and psi
    by least squares. ValueError unless k is from 1 to d - 1 and S is of
    full rank.

    Ours, for 23.13
    """
    check_factors(S, k)

    def allowed(psi):
        return onp.full(len(S), psi.mean()) if is_shared else psi

    W, psi, logs = onp.random.normal(size=(len(S), k)), allowed(onp.diag(S)), []
    for _ in range(num_steps):
        logs.append(factor_log_likelihood(S, W, psi))
        B = factors_given(W, psi)
        of_squares = onp.eye(k) - B @ W + B @ S @ B.T   # E[h h^T], over all points
        W = onp.linalg.solve(of_squares, B @ S).T
        psi = allowed(onp.diag(S - W @ B @ S))
    return W, psi, logs


def whiten(X) -> tuple:
    """X (n, d) without its mean, times a matrix V (d, d), of covariance I; and V.

    ValueError where a direction has no variance.

    Ours, for 23.13
    """
    X = X - X.mean(axis=0)
    values, vectors = onp.linalg.eigh(X.T @ X / len(X))
    if not values[0] > len(values) * onp.finfo('float64').eps * values[-1]:
        raise ValueError('points that lie in fewer directions than they have numbers '
                         'cannot be whitened')
    V = vectors / onp.sqrt(values) @ vectors.T
    return X @ V, V


def fast_ica(Z) -> onp.ndarray:
    """B (d, d), orthogonal: h = B z of whitened Z (n, d) are the farthest from normal.

    Each row, from a random one, goes where the mean of log cosh(h_i) is the farthest
    from a normal number's, and all are made orthogonal again, until none moves
    (Hyvarinen 1999) or for 1000 steps. *Deep Learning*, 13.2.

    Ours, for 23.13
    """
    B = onp.linalg.qr(onp.random.normal(size=(Z.shape[1],) * 2))[0]
    for _ in range(MOST_STEPS):
        G, before = onp.tanh(Z @ B.T), B                  # (n, d)
        U, _, Vt = onp.linalg.svd(G.T @ Z / len(Z)
                                  - (1 - G ** 2).mean(axis=0)[:, None] * B)
        B = U @ Vt
        if (abs(abs((B * before).sum(axis=1)) - 1) < UNMOVED).all():  # but for signs
            break
    return B


def slow_features(X) -> tuple:
    """How slow, (d,), the slowest first, and W (d, d): features are (x - mean) W.

    X (n, d) are signals in their order. Of all features of variance 1 that tell nothing
    of each other these have the least mean squared changes, *Deep Learning*, (13.8) to
    (13.11): the generalized eigenproblem of the covariances of changes and of signals.

    Ours, for 23.13
    """
    Z, V = whiten(X)
    changes = onp.diff(Z, axis=0)
    values, vectors = onp.linalg.eigh(changes.T @ changes / len(changes))
    return values, V @ vectors
