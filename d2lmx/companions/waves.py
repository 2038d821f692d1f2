"""Gabor functions, waves in a window, and the one that is nearest to a filter."""
import itertools

import numpy as onp

__all__ = ['gabor', 'fit_gabor']

FLATTEST, STEEPEST = -8, 2  # log beta: windows of 40 pixels, and of a third of one
TINY = 1e-12                # of a slope's square, where a number has none
LEAST, MOST = 1e-9, 1e9     # damping of a step


def turned(x, y, tau):
    """x' and y', along a wave and across it."""
    return (x * onp.cos(tau) + y * onp.sin(tau), y * onp.cos(tau) - x * onp.sin(tau))


def gabor(theta, x, y):
    """w(x, y; alpha, beta_x, beta_y, f, phi, x_0, y_0, tau), a wave in a window.

    alpha exp(-beta_x x'^2 - beta_y y'^2) cos(f x' + phi), x' and y' being counted from
    (x_0, y_0) and turned by tau. *Deep Learning*, 9.10. theta: the eight numbers, in
    this order, or arrays that broadcast with x and y.

    Ours, for 23.9
    """
    alpha, beta_x, beta_y, f, phi, x_0, y_0, tau = theta
    a, b = turned(x - x_0, y - y_0, tau)
    return alpha * onp.exp(-beta_x * a ** 2 - beta_y * b ** 2) * onp.cos(f * a + phi)


def gabor_slopes(z, x, y):
    """Values (m, n) at n places, and their slopes (m, n, 8) by the numbers z (m, 8).

    These are `gabor`'s, but for logarithms in place of both betas.
    """
    alpha, log_x, log_y, f, phi, x_0, y_0, tau = z.T[:, :, None]
    beta_x, beta_y = onp.exp(log_x), onp.exp(log_y)
    a, b = turned(x - x_0, y - y_0, tau)
    window = onp.exp(-beta_x * a ** 2 - beta_y * b ** 2)
    wave, by_phase = window * onp.cos(f * a + phi), -window * onp.sin(f * a + phi)
    by_a = alpha * (f * by_phase - 2 * beta_x * a * wave)
    by_b = -2 * alpha * beta_y * b * wave
    return alpha * wave, onp.stack([
        wave, -alpha * beta_x * a ** 2 * wave, -alpha * beta_y * b ** 2 * wave,
        alpha * a * by_phase, alpha * by_phase,
        onp.sin(tau) * by_b - onp.cos(tau) * by_a,
        -onp.sin(tau) * by_a - onp.cos(tau) * by_b, b * by_a - a * by_b], axis=2)


def first_guesses(k):
    """z (16, 8): windows of a filter's size, of 4 directions, 2 waves and 2 phases."""
    log_beta = onp.log(4 / k ** 2)
    return onp.array([[1, log_beta, log_beta, f, phi, 0, 0, tau]
                      for f, phi, tau in itertools.product(
                          (4 / k, 10 / k), (0, onp.pi / 2),
                          onp.arange(4) * onp.pi / 4)])


def fit_gabor(w, num_steps: int = 40):
    """The eight numbers of the `gabor` function nearest to a filter w (k, k).

    And what share of the filter's squares it leaves, a number. x counts from the middle
    to the right, y downwards. Least squares, by Levenberg and Marquardt's method from
    16 guesses, of which the best is taken. ValueError for a filter that is not square,
    or all 0.

    Ours, for 23.9
    """
    w = onp.asarray(w, 'float64')
    if w.ndim != 2 or len(set(w.shape)) != 1 or not w.any():
        raise ValueError('a filter must be square and not all 0, got the shape '
                         f'{w.shape}')
    y, x = (onp.indices(w.shape) - (len(w) - 1) / 2).reshape(2, -1)
    size, z = abs(w).max(), first_guesses(len(w))
    target, damping = w.ravel() / size, onp.ones(len(z))
    values, J = gabor_slopes(z, x, y)
    for _ in range(num_steps):
        A, g = J.transpose(0, 2, 1) @ J, (values - target)[:, None] @ J
        diagonal = onp.einsum('mii->mi', A)  # a part of A
        diagonal *= 1 + damping[:, None]
        diagonal += TINY
        tried = z - onp.linalg.solve(A, g.transpose(0, 2, 1))[:, :, 0]
        tried[:, 1:3] = tried[:, 1:3].clip(FLATTEST, STEEPEST)
        found = gabor_slopes(tried, x, y)
        better = squares(found[0] - target) < squares(values - target)
        for old, new in zip((z, values, J), (tried, *found)):
            old[better] = new[better]
        damping = onp.where(better, damping / 4, damping * 4).clip(LEAST, MOST)
    left = squares(values - target)
    alpha, *betas = z[left.argmin(), :3]
    theta = onp.concatenate([[size * alpha], onp.exp(betas), z[left.argmin(), 3:]])
    return theta, float(left.min() / squares(target))


def squares(errors):
    """Summed along the last axis."""
    return (errors ** 2).sum(axis=-1)
