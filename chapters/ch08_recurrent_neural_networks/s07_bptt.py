"""Backpropagation through time (通过时间反向传播)

Source: chapter_recurrent-neural-networks/bptt
"""
import numpy as onp
from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict(num_draws=200)
RANGES = dict(keep=(0.01, 1))

# h_t = W_hx x_t + W_hh h_{t-1}, o_t = W_qh h_t, L is the mean of |o_t - y_t|^2 / 2
NUM_INPUTS, NUM_HIDDENS, NUM_OUTPUTS = 3, 4, 2


def make_problem(num_steps, scale):
    """Inputs, targets and weights; W_hh is orthogonal times scale."""
    xs = np.random.normal(size=(num_steps, NUM_INPUTS))
    ys = np.random.normal(size=(num_steps, NUM_OUTPUTS))
    orthogonal, _ = onp.linalg.qr(onp.random.normal(size=(NUM_HIDDENS, NUM_HIDDENS)))
    return xs, ys, [np.random.normal(size=(NUM_HIDDENS, NUM_INPUTS)),
                    np.array(scale * orthogonal, dtype='float32'),
                    np.random.normal(size=(NUM_OUTPUTS, NUM_HIDDENS))]


def by_autograd(xs, ys, params, gates):
    """Gradients of the weights, where gates[t] scales what reaches h_{t-1} from h_t."""
    for param in params:
        param.attach_grad()
    W_hx, W_hh, W_qh = params
    with autograd.record():
        h, L = np.zeros(NUM_HIDDENS), 0
        for x, y, gate in zip(xs, ys, gates):
            h = gate * h + (1 - gate) * h.detach()  # the same value
            h = np.dot(W_hx, x) + np.dot(W_hh, h)
            L = L + ((np.dot(W_qh, h) - y) ** 2).sum() / 2 / len(xs)
    L.backward()
    return [param.grad.asnumpy() for param in params]


def by_hand(xs, ys, params, gates):
    """The same by the chain rule; also dL/dh_t for every t, (steps, num_hiddens)."""
    W_hx, W_hh, W_qh = (param.asnumpy().astype('float64') for param in params)
    xs, ys = (a.asnumpy().astype('float64') for a in (xs, ys))
    hs = [onp.zeros(NUM_HIDDENS)]
    for x in xs:
        hs.append(W_hx @ x + W_hh @ hs[-1])
    dL_do = [(W_qh @ h - y) / len(xs) for h, y in zip(hs[1:], ys)]
    dL_dh = [W_qh.T @ dL_do[-1]]                              # of the last step
    for t in reversed(range(len(xs) - 1)):
        dL_dh.insert(0, gates[t + 1] * W_hh.T @ dL_dh[0] + W_qh.T @ dL_do[t])
    return [sum(map(onp.outer, dL_dh, xs)), sum(map(onp.outer, dL_dh, hs)),
            sum(map(onp.outer, dL_do, hs[1:]))], onp.stack(dL_dh)


def full_gates(num_steps):
    """Every gradient goes back to the beginning."""
    return onp.ones(num_steps)


def truncated_gates(num_steps, tau):
    """Gradients stop at the border of every tau steps."""
    return (onp.arange(num_steps) % tau != 0).astype(float)


def randomized_gates(num_steps, keep):
    """xi_t: 1 / keep with probability keep, else 0; on average 1."""
    return (onp.random.uniform(size=num_steps) < keep) / keep


def distance(gradients, exact):
    """Norm of the difference of all gradients, relative to that of the exact ones."""
    return float(onp.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(gradients, exact))
                          / sum((b ** 2).sum() for b in exact)))


def agreement(problem, gates):
    """How far the chain rule by hand is from autograd."""
    return distance(by_autograd(*problem, gates.tolist()), by_hand(*problem, gates)[0])


def compare_strategies(problem, num_steps, keep, num_draws):
    """Distance of truncated and randomized gradients from the full one."""
    exact, _ = by_hand(*problem, full_gates(num_steps))
    taus = [tau for tau in (1, 2, 4, 8, 16, 32) if tau <= num_steps]
    truncated = {tau: distance(by_hand(*problem, truncated_gates(num_steps, tau))[0],
                               exact) for tau in taus}
    draws = [by_hand(*problem, randomized_gates(num_steps, keep))[0]
             for _ in range(num_draws)]
    mean = [sum(parts) / num_draws for parts in zip(*draws)]
    d2l.plot(taus, list(truncated.values()), 'steps before truncation',
             'relative error', xscale='log')
    return {'truncated': truncated,
            'randomized, a single draw': float(onp.mean(
                [distance(draw, exact) for draw in draws])),
            f'randomized, mean of {num_draws} draws': distance(mean, exact)}


def show_vanishing_and_exploding(num_steps, scales=(0.8, 1.0, 1.2)):
    """Norms of dL/dh_t for W_hh that shrinks, keeps and stretches; draws them."""
    norms = {}
    for scale in scales:
        problem = make_problem(num_steps, scale)
        _, dL_dh = by_hand(*problem, full_gates(num_steps))
        norms[f'scale {scale:g}'] = onp.linalg.norm(dL_dh, axis=1)
    d2l.plot(list(norms.values()), xlabel='time step t', ylabel='norm of dL/dh_t',
             yscale='log', legend=list(norms))
    return {name: {'first step': values[0], 'last step': values[-1]}
            for name, values in norms.items()}


def run(*, num_steps: int = 32, tau: int = 4, keep: float = 0.7, scale: float = 0.9,
        num_draws: int = 2000) -> dict:
    """tau: steps before truncation; keep: chance that a gradient goes on."""
    if not 0 < keep <= 1:
        raise ValueError(f'keep is a chance above 0 and at most 1, got {keep}')
    problem = make_problem(num_steps, scale)
    gates = {'full': full_gates(num_steps),
             'truncated': truncated_gates(num_steps, tau),
             'randomized': randomized_gates(num_steps, keep)}
    return {'by hand against autograd': {name: agreement(problem, values)
                                         for name, values in gates.items()},
            'distance from the full gradient': compare_strategies(
                problem, num_steps, keep, num_draws),
            'norms of dL/dh': show_vanishing_and_exploding(num_steps)}


if __name__ == '__main__':
    d2l.main(run)
