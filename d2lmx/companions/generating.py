"""What a network says of binary units: bounds, likelihoods, sums over all, and draws.

In nats. The networks are those of `models/generative.py`.
"""
import numpy as onp
from mxnet import autograd, gluon, init, np, npx

from ..models.generative import VAE
from ..runtime.devices import try_gpu
from ..train.step import Step
from .boltzmann import sigmoid
from .verifying import squared_distances

__all__ = ['log_bernoulli', 'log_normal', 'kl_to_standard_normal', 'bernoulli_loss',
           'minus_bound', 'minimize_loss', 'log_weights', 'scores_of', 'log_in_order',
           'sums_over_z', 'sample_in_order', 'draw_binary', 'log_parzen']

BATCH = 256  # examples at once
DZ = 0.01
Z = onp.arange(-8, 8, DZ)[:, None]  # over which is summed in place of an integral


def log_bernoulli(X, scores) -> onp.ndarray:
    """log p(x) of units that are 1 by sigmoids of scores, summed over the last axis.

    X, 0 or 1, and scores, (..., units) of shapes that broadcast; in float64.

    Ours, for 23.20
    """
    scores = onp.asarray(scores, 'float64')
    return (X * scores - onp.logaddexp(0, scores)).sum(axis=-1)


def log_normal(z, mu=0., log_var=0.) -> onp.ndarray:
    """log N(z; mu, sigma^2) of numbers, by log sigma^2.

    Ours, for 23.20
    """
    return -((z - mu) ** 2 * onp.exp(-log_var) + log_var + onp.log(2 * onp.pi)) / 2


def kl_to_standard_normal(mu, log_var, F=np):
    """KL(N(mu, sigma^2) || N(0, 1)), summed over the last axis; by log sigma^2.

    F: `mxnet.np`, or NumPy.

    Ours, for 23.20
    """
    return (F.exp(log_var) + mu ** 2 - 1 - log_var).sum(axis=-1) / 2


def bernoulli_loss(scores, X):
    """-log p(x), (batch,), of units X that are 1 by sigmoids of scores (batch, units).

    With the slope sigmoid(s) - x everywhere: that of Gluon's `SigmoidBCELoss` is -x
    where s is 0, so that a unit which is always 0, and whose score begins there, would
    never learn.

    Ours, for 23.20
    """
    return (npx.activation(scores, act_type='softrelu') - X * scores).sum(axis=1)


def minus_bound(net, X):
    """-log p(x) of X (batch, units) by a `NADE` or `MADE`, a loss for each: (batch,).

    Of a `VAE` the same of a bound below log p(x), E log p(x | z) - KL(q(z | x) ||
    p(z)), its mean E drawn once. *Deep Learning*, 20.10.3.

    Ours, for 23.20
    """
    if not isinstance(net, VAE):
        return bernoulli_loss(net(X), X)
    epsilon = np.random.normal(size=(X.shape[0], net.num_latent), ctx=X.ctx)
    scores, mu, log_var = net(X, epsilon)
    return bernoulli_loss(scores, X) + kl_to_standard_normal(mu, log_var)


def minimize_loss(net, loss, num_steps: int, lr: float = .01) -> list:
    """Adam's steps from Xavier's weights; the values of ``loss()``, an array each.

    Ours, for 23.20
    """
    net.initialize(init.Xavier(), ctx=try_gpu())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def update():
        with autograd.record():
            l = loss()
        l.backward()
        trainer.step(1)
        return l

    step = Step(update, trains=(net, trainer))
    return [step() for _ in range(num_steps)]


def outputs_of(net, *inputs) -> list:
    """Of NumPy's arrays, in float64, a list."""
    outputs = net(*(np.array(X, dtype='float32', ctx=try_gpu()) for X in inputs))
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [Y.asnumpy().astype('float64') for Y in outputs]


def scores_of(net, X) -> onp.ndarray:
    """The output for X, NumPy's, in float64.

    Ours, for 23.20
    """
    return outputs_of(net, X)[0]


def log_in_order(net, X) -> onp.ndarray:
    """log p(x) of X (n, units) by a `NADE` or `MADE`, exact: (n,).

    Ours, for 23.20
    """
    return onp.concatenate([log_bernoulli(part, scores_of(net, part)) for part
                            in onp.split(X, range(BATCH, len(X), BATCH))])


def log_weights(net: VAE, X) -> onp.ndarray:
    """log of p(x, z) / q(z | x), with a z drawn from q for each row of X: (n,).

    Their mean is the bound, the log of the mean of exp of many comes to log p(x).

    Ours, for 23.20
    """
    epsilon = onp.random.normal(size=(len(X), net.num_latent))
    scores, mu, log_var = outputs_of(net, X, epsilon)
    z = mu + onp.exp(log_var / 2) * epsilon
    return log_bernoulli(X, scores) + (
        log_normal(z) - log_normal(z, mu, log_var)).sum(axis=1)


def sums_over_z(net: VAE, X) -> dict:
    """What a VAE of one z says of X (n, units), by sums over a grid of z: arrays (n,).

    'log p': log p(x). 'bound': E log p(x | z) - KL(q(z | x) || p(z)), the mean a sum,
    and the divergence 'KL', in closed form. 'gap': KL(q(z | x) || p(z | x)), a sum, and
    'KL by a sum', which is 'KL' again.

    Ours, for 23.20
    """
    _, mu, log_var = outputs_of(net, X, onp.zeros((len(X), 1)))
    log_p_x = log_bernoulli(X, scores_of(net.decoder, Z)[:, None])    # (len(Z), n)
    log_q, log_prior = log_normal(Z, mu[:, 0], log_var[:, 0]), log_normal(Z)
    q, joint = onp.exp(log_q) * DZ, log_p_x + log_prior
    log_p = onp.logaddexp.reduce(joint) + onp.log(DZ)
    closed = kl_to_standard_normal(mu, log_var, onp)
    return {'log p': log_p, 'bound': (q * log_p_x).sum(axis=0) - closed,
            'gap': (q * (log_q - joint + log_p)).sum(axis=0), 'KL': closed,
            'KL by a sum': (q * (log_q - log_prior)).sum(axis=0)}


def sample_in_order(net, num: int, num_units: int, rng=onp.random) -> onp.ndarray:
    """X (num, num_units) drawn unit after unit, 0 or 1, float32.

    net: of X, NumPy's, the scores (num, num_units) as MXNet's array, each from the
    units before it alone, as those of `NADE` and `MADE`; called for each unit. rng:
    NumPy's.

    Ours, for 23.20
    """
    X = onp.zeros((num, num_units), 'float32')
    for i in range(num_units):
        p = sigmoid(net(X).asnumpy()[:, i].astype('float64'))
        X[:, i] = rng.uniform(size=num) < p
    return X


def draw_binary(net, num: int, num_units: int, num_latent: int = 0, rng=onp.random):
    """Examples (num, num_units), NumPy's, of networks of NumPy's arrays.

    Of a VAE's decoder, of num_latent numbers: the chances that it makes of noise. Where
    they are 0, `sample_in_order`.

    Ours, for 23.20
    """
    def draw(n):
        if not num_latent:
            return sample_in_order(net, n, num_units, rng)
        scores = net(rng.normal(size=(n, num_latent)).astype('float32'))
        return sigmoid(scores.asnumpy().astype('float64'))

    return onp.concatenate([draw(min(BATCH, num - i)) for i in range(0, num, BATCH)])


def log_parzen(X, samples, h: float) -> onp.ndarray:
    """log of the mean of N(x; sample, h^2) over samples (m, d), of X (n, d): (n,).

    Ours, for 23.20
    """
    m, d = onp.shape(samples)
    logs = -squared_distances(X, samples) / (2 * h ** 2)
    return (onp.logaddexp.reduce(logs, axis=1) - onp.log(m)
            - d * onp.log(2 * onp.pi * h ** 2) / 2)
