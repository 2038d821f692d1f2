"""Autoencoders: linear, sparse, denoising, contractive, predictive (自编码器)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 14

An autoencoder has a code h = f(x) and gives back r = g(h); what it learns depends on
what keeps it from handing on all that comes. Fewer numbers in a linear code leave the
principal components, and codes that are mostly 0 leave the parts that pictures are made
of. Noise in what comes teaches a field, which leads from each point to where the data
are denser: of a mixture of normal distributions it is known exactly. A penalty on the
code's slopes leaves those along the manifold of the data; MXNet has no gradients of
gradients, and so it is written down for a sigmoid layer. Last, codes are searched for,
and the encoder learns to predict what would be found.
"""
import math

import numpy as onp
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=1, batch_size=100, num_points=200, num_steps=20, num_seeds=1)
RANGES = dict(num_points=(50, 10 ** 5), sigma=(0.05, 2), num_seeds=(1, 100))
VARIANCES = 3, 2, 0.4, 0.2, 0.1  # of points for the linear code, along turned axes
SIDE = 5                         # of pictures of bars
SPARSITY, NEARNESS = 0.2, 1      # lambda and gamma of their codes
CONTRACTION = 1                  # lambda of the code's slopes
MIXTURE = d2l.NormalMixture(
    [0.5, 0.3, 0.2], [[-2, 0], [1.5, 1.5], [1, -2]],
    [[[0.2, 0.1], [0.1, 0.8]], [[0.5, -0.3], [-0.3, 0.4]], [[0.6, 0], [0, 0.1]]])


def turned(d):
    """(d, d) orthonormal columns, drawn by chance."""
    return onp.linalg.qr(onp.random.normal(size=(d, d)))[0]


# ---- undercomplete (14.1)

def linear_autoencoder(X, k, num_steps, rate=0.1):
    """V (d, k) of f(x) = W x and g(h) = V h, and the mean of |x - g(f(x))|^2."""
    X = np.array(X, dtype='float64')
    W, V = (np.random.normal(0, 0.1, size, dtype='float64')
            for size in ((k, X.shape[1]), (X.shape[1], k)))
    for param in (W, V):
        param.attach_grad()
    for _ in range(num_steps):
        with autograd.record():
            l = ((X - np.dot(np.dot(X, W.T), V.T)) ** 2).sum(axis=1).mean()
        l.backward()
        for param in (W, V):
            param -= rate * param.grad
    return V.asnumpy(), float(l)


def principal(X, k):
    """Directions (d, k) of most variance of centred X, and the variance left out."""
    variances, vectors = onp.linalg.eigh(X.T @ X / len(X))
    return vectors[:, -k:], float(variances[:-k].sum())


def measure_linear(num_steps, k=2, n=500):
    """How far the span of a linear decoder is from that of principal components."""
    X = onp.random.normal(size=(n, len(VARIANCES))) * onp.sqrt(VARIANCES)
    X = (X - X.mean(axis=0)) @ turned(len(VARIANCES))
    (V, error), (U, left) = linear_autoencoder(X, k, num_steps), principal(X, k)
    return {'angle': d2l.largest_angle(U, V), 'error': error, 'variance left out': left}


# ---- sparse (14.2.1), and predictive sparse decomposition (14.8)

def bars():
    """The rows and columns of a square, of length 1 each: (2 * SIDE, SIDE^2)."""
    rows = onp.repeat(onp.eye(SIDE)[:, :, None], SIDE, axis=2)
    both = onp.concatenate([rows, rows.transpose(0, 2, 1)])
    return both.reshape(2 * SIDE, -1) / math.sqrt(SIDE)


def pictures(n, share=0.2):
    """(n, SIDE^2): sums of bars, each there with a chance of 0.2, and some noise."""
    h = onp.random.uniform(0.5, 1.5, (n, 2 * SIDE)) * (
        onp.random.uniform(size=(n, 2 * SIDE)) < share)
    return h @ bars() + onp.random.normal(0, 0.02, (n, SIDE ** 2))


def parts(net):
    """The rows D (m, d) of a sparse autoencoder, NumPy's."""
    return d2l.of_length_one(net.D.data(d2l.try_gpu()).asnumpy().astype('float64'))


def nearest(D):
    """Which row of D is nearest to each bar, and its cosine with it."""
    cosines = bars() @ D.T
    return cosines.argmax(axis=1), cosines.max(axis=1)


def code_loss(X, D, h):
    """The mean of |x - D^T h|^2 + lambda |h|_1."""
    return float((((X - h @ D) ** 2).sum(axis=1) + SPARSITY * h.sum(axis=1)).mean())


def best_codes(X, D, h, most=20):
    """Codes of the least loss, from h on, and the largest slope that is left there."""
    for _ in range(most):
        h = d2l.search_codes(X, D, h, SPARSITY, 0, 1000)
        slope = d2l.slope_of_codes(h, X, D, h, SPARSITY, 0)
        left = float(abs(onp.minimum(h, slope)).max())  # where h is 0 it may go up
        if left < 1e-7:
            break
    return h, left


def losses_of_search(X, D, h, least, most=1000):
    """The mean loss after each step of a search for codes from h on, until within 1 %.
    """
    losses = [code_loss(X, D, h)]
    while losses[-1] > 1.01 * least and len(losses) < most:
        h = d2l.search_codes(X, D, h, SPARSITY, 0, 1)
        losses.append(code_loss(X, D, h))
    return losses


def measure_codes(num_points, how):
    """Which parts three autoencoders find; of the last, how well it predicts codes."""
    X, new, row, found = pictures(num_points), pictures(200), {}, {}
    for name, losses in (
            ('no penalty', lambda net: d2l.sparse_losses(net, 0)),
            ('sparse', lambda net: d2l.sparse_losses(net, SPARSITY)),
            ('predictive', lambda net: d2l.predictive_losses(net, SPARSITY, NEARNESS))):
        net = d2l.SparseAutoencoder(SIDE ** 2, 4 * SIDE)
        d2l.train_by_losses(net, losses(net), X, **how)
        found[name] = D = parts(net)
        row[f'cosine, {name}'] = float(nearest(D)[1].mean())
    f, = d2l.numpy_outputs(net.f, new)
    exact, left = best_codes(new, D, f)
    least = code_loss(new, D, exact)
    curves = {name: losses_of_search(new, D, h, least)
              for name, h in (('from 0', onp.zeros_like(f)), ('from f(x)', f))}
    return {**row, 'slope left': left,
            **{f'steps {name}': len(curve) - 1 for name, curve in curves.items()}
            }, found, (curves, least)


# ---- denoising (14.5)

def build_net(num_inputs=2, num_hiddens=64):
    """The denoising autoencoder: X (batch, num_inputs) -> r (batch, num_inputs)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens, activation='relu'),
            nn.Dense(num_hiddens, activation='relu'), nn.Dense(num_inputs))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 2)),)


def denoising_losses(net, noise):
    """``losses(X)``: |x - g(f(x~))|^2, with noise that is drawn anew for each batch."""
    def losses(X):
        noisy = X + noise * np.random.normal(size=X.shape, ctx=X.ctx)
        return ((net(noisy) - X) ** 2).sum(axis=1)

    return losses


def measure_field(num_points, sigma, how):
    """How near r - x~ is to E[x | x~] - x~, of a training without noise and with it."""
    X, new, row = MIXTURE.sample(num_points), MIXTURE.sample(10000), {}
    noisy = new + onp.random.normal(0, sigma, new.shape)
    exact = MIXTURE.denoised(noisy, sigma)
    for name, noise in (('without noise', 0), ('denoising', sigma)):
        net = build_net()
        d2l.train_by_losses(net, denoising_losses(net, noise), X, **how)
        r, = d2l.numpy_outputs(net, noisy)
        row[f'missed, {name}'] = float(((r - exact) ** 2).sum()
                                       / ((exact - noisy) ** 2).sum())
    up = d2l.numeric_jacobian(MIXTURE.with_noise(sigma).log_density, noisy[:500])
    return {**row, 'loss': float(((new - r) ** 2).sum(axis=1).mean()),
            'least': float(((new - exact) ** 2).sum(axis=1).mean()),
            'from the slope': float(abs((noisy - exact)[:500] + sigma ** 2 * up).max())
            }, net


# ---- contractive (14.7)

def circle(n, plane, radius=2, noise=0.05):
    """x (n, d) around a circle in a plane (2, d), and unit tangents (n, d) there."""
    t = onp.random.uniform(0, 2 * math.pi, n)
    around = onp.stack([onp.cos(t), onp.sin(t)], axis=1)
    x = radius * around @ plane + onp.random.normal(0, noise, (n, plane.shape[1]))
    return x, around[:, ::-1] * [-1, 1] @ plane


def measure_slopes(num_points, how, d=6, num_hiddens=20):
    """Along what the code changes, with a penalty on its slopes and without one."""
    plane, row, spectra = turned(d)[:2], {}, {}
    (X, _), (new, tangent) = circle(num_points, plane), circle(300, plane)
    for name, strength in (('without', 0), ('contractive', CONTRACTION)):
        net = d2l.ContractiveAutoencoder(d, num_hiddens)
        d2l.train_by_losses(net, d2l.contractive_losses(net, strength), X, **how)
        net.cast('float64')  # for differences
        _, _, penalty = d2l.numpy_outputs(net, new, 'float64')
        J = d2l.numeric_jacobian(lambda X: d2l.numpy_outputs(net, X, 'float64')[1], new)
        squares = (J ** 2).sum(axis=(1, 2))
        along = ((J @ tangent[:, :, None]) ** 2).sum(axis=(1, 2))
        row[f'along, {name}'] = float((along / squares).mean())
        spectra[name] = onp.linalg.svd(J, compute_uv=False).mean(axis=0)
    return {**row, 'from differences': float(abs(penalty / squares - 1).max())}, spectra


# ---- what is said and drawn

def claims_of(found):
    """Of what each seed gave: {name: [number]}."""
    def of(*names, prefix=''):
        return {name: found[prefix + name] for name in names}

    cosines = of('no penalty', 'sparse', 'predictive', prefix='cosine, ')
    missed = of('without noise', 'denoising', prefix='missed, ')
    along = of('without', 'contractive', prefix='along, ')
    steps = of('from 0', 'from f(x)', prefix='steps ')
    return [
        d2l.claim('a linear code spans the principal components (angle in radians)',
                  of('angle', 'error', 'variance left out'), max(found['angle']) < 1e-6
                  and onp.allclose(found['error'], found['variance left out'], 1e-9)),
        *(d2l.claim(f'{name} codes find the bars that pictures are made of, codes '
                    'without a penalty do not (mean cosine)',
                    {each: cosines[each] for each in ('no penalty', name)},
                    min(cosines[name]) > .95
                    and d2l.exceeds(cosines[name], cosines['no penalty']))
          for name in ('sparse', 'predictive')),
        d2l.claim('from its prediction f(x) fewer steps lead to within 1 % of the '
                  'least loss of a code, where no slope is left', {
                      **steps, 'slope left': found['slope left']},
                  d2l.exceeds(steps['from 0'], steps['from f(x)'])
                  # 20 numbers of up to 2 are then within 0.1 % of the least loss
                  and max(found['slope left']) < 1e-5),
        d2l.claim('E[x | x~] is sigma^2 times the slope of log p(x~) away from x~ '
                  '(largest difference)', {'difference': found['from the slope']},
                  max(found['from the slope']) < 1e-7),
        d2l.claim('a denoising autoencoder learns this field, one without noise does '
                  'not (share of its squares that is missed)', missed,
                  max(missed['denoising']) < .05 < min(missed['without noise'])),
        d2l.claim('its loss is the least that there can be, but for 2 %', of(
            'loss', 'least'), onp.divide(found['loss'], found['least']).max() < 1.02),
        d2l.claim('the contractive penalty is the square of the slopes of f (largest '
                  'relative difference)', {'difference': found['from differences']},
                  max(found['from differences']) < 1e-7),
        d2l.claim('with it, the code answers to steps along the manifold (share of '
                  'the squared slopes that is along the tangent)', along,
                  d2l.exceeds(along['contractive'], along['without']))]


def draw_fields(net, sigma):
    """The exact field beside the one learnt, over points of the mixture."""
    side = onp.linspace(-4, 4, 17)
    noisy = onp.stack(onp.meshgrid(side, side), axis=2).reshape(-1, 2)
    _, axes = d2l.plt.subplots(1, 2, figsize=(8, 4), constrained_layout=True)
    for ax, r, title in zip(axes, (MIXTURE.denoised(noisy, sigma), *d2l.numpy_outputs(
            net, noisy)), ('E[x | x~] - x~', 'g(f(x~)) - x~')):
        ax.scatter(*MIXTURE.sample(500).T, s=2, c='tab:gray')
        ax.quiver(*noisy.T, *(r - noisy).T, angles='xy', scale_units='xy', scale=2)
        ax.set(xlabel='x1', ylabel='x2', title=title)


def draw(found, search, spectra):
    """Parts of pictures, losses of the search for codes, and singular values."""
    curves, least = search
    framed = [onp.pad(D[nearest(D)[0]].reshape(2, -1, SIDE, SIDE), [(0, 0)] * 2 + [
        (1, 1)] * 2, constant_values=onp.nan) for D in (bars(), *found.values())]
    d2l.show_images([onp.vstack(list(map(onp.hstack, rows))) for rows in framed], 1,
                    len(framed), ['bars', *found], scale=2)
    d2l.plot([range(len(curve)) for curve in curves.values()] + [
        [0, max(map(len, curves.values())) - 1]], [*curves.values(), [least] * 2],
        'step', 'loss of a code', [*curves, 'least'], fmts=['-', 'm--', 'k:'])
    d2l.plot(range(1, 1 + len(spectra['without'])), [*spectra.values()],
             'singular value of dh / dx', 'mean', [*spectra], fmts=['o-', 'm^--'])


def run(*, num_epochs: int = 40, lr: float = 0.01, batch_size: int = 500,
        num_points: int = 10000, num_steps: int = 1000, sigma: float = 0.5,
        num_seeds: int = 3) -> dict:
    how, last = dict(num_epochs=num_epochs, lr=lr, batch_size=batch_size), {}

    def measure():
        codes, *last['codes'] = measure_codes(num_points, how)
        field, last['net'] = measure_field(num_points, sigma, how)
        slopes, last['spectra'] = measure_slopes(num_points, how)
        return {**measure_linear(num_steps), **codes, **field, **slopes}

    claims = claims_of(d2l.over_seeds(measure, num_seeds))
    draw(*last['codes'], last['spectra'])
    draw_fields(last['net'], sigma)
    return {'claims': claims}


if __name__ == '__main__':
    d2l.main(run)
