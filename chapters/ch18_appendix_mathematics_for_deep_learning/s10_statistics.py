"""Statistics (统计学)

Source: chapter_appendix-mathematics-for-deep-learning/statistics
"""
import math
from statistics import NormalDist

from mxnet import np

import d2lmx as d2l

SMOKE = dict()

# printed, which MXNet draws from seed 0, then the bounds within which nearly any seed
# is: five standard errors, sqrt(16 / 10000), 16 sqrt(2 / 10000), 1 / sqrt(1000)
PRINTED = [({}, {'estimate of the mean, 1': (0.9503336, 0.8, 1.2),
                 'mean squared error': (15.781996, 14.8, 17.2),
                 'variance + squared bias': (15.781995, 14.8, 17.2),
                 'confidence interval/0': (-0.07853346, -0.23, 0.11),
                 'confidence interval/1': (0.04412608, -0.11, 0.23)})]


def sample_of_a_gaussian(epsilon=0.1):
    """Draw 300 points of N(0, 1) below its density; returns their mean.

    A point is as high as the points before it are dense: none hides another.
    """
    xs = np.random.normal(loc=0, scale=1, size=(300,))
    x = xs.asnumpy()
    near = np.exp(-(xs - xs.reshape(-1, 1)) ** 2 / (2 * epsilon ** 2)).asnumpy()
    ys = [near[i, :i].sum() / math.sqrt(2 * math.pi * epsilon ** 2) / len(x)
          for i in range(len(x))]
    xd = np.arange(x.min(), x.max(), 0.01)
    d2l.plot(xd, np.exp(-xd ** 2 / 2) / math.sqrt(2 * math.pi), 'x', 'density')
    d2l.plt.scatter(x, ys, s=9)
    d2l.plt.axvline(x=0)
    d2l.plt.axvline(x=x.mean(), linestyle='--', color='purple')
    d2l.plt.title(f'sample mean: {x.mean():.2f}')
    return float(x.mean())


# Statistical bias
def stat_bias(true_theta, est_theta):
    """By how much an estimator is off in the mean."""
    return np.mean(est_theta) - true_theta


# Mean squared error
def mse(data, true_theta):
    """The mean of the squared distances to the truth."""
    return np.mean(np.square(data - true_theta))


def trade_off(theta_true=1, sigma=4, sample_len=10000):
    """The squared error of samples as estimators of their mean, and its two parts."""
    samples = np.random.normal(theta_true, sigma, sample_len)
    theta_est = np.mean(samples)
    bias = stat_bias(theta_true, theta_est)
    return {'estimate of the mean, 1': float(theta_est),
            'mean squared error': float(mse(samples, theta_true)),
            'variance + squared bias': float(np.square(samples.std()) + bias ** 2)}


def sample_size(effect, significance=0.05, power=0.8):
    """How many samples of variance 1 tell a mean of `effect` from 0.

    A two-sided test finds it with chance `power`, and one that is 0 with chance
    `significance`.
    """
    z = NormalDist().inv_cdf
    return math.ceil(((z(1 - significance / 2) + z(power)) / effect) ** 2)


def confidence_interval(samples, t_star=1.96):
    """Where the mean is at 95 %: (low, high) of many samples (N,)."""
    mu_hat, sigma_hat = np.mean(samples), samples.std(ddof=1)
    half = t_star * sigma_hat / math.sqrt(len(samples))
    return float(mu_hat - half), float(mu_hat + half)


def run() -> dict:
    mean, parts = sample_of_a_gaussian(), trade_off()
    interval = confidence_interval(np.random.normal(loc=0, scale=1, size=(1000,)))
    return {'sample mean': mean, **parts,
            'samples that tell a mean from 0': {f'{effect}': sample_size(effect)
                                                for effect in (1, 0.01)},
            'confidence interval': interval}


if __name__ == '__main__':
    d2l.main(run)
