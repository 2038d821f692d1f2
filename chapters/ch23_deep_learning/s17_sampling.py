"""Monte Carlo methods: importance, chains, modes, tempering (蒙特卡罗方法)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 17

A mean over samples comes near to a sum that is too long. How near, and whether its own
mean is the sum, can be told exactly where the sum is short. Samples may come from
another distribution, with weights, and one of them is the best. Or from a chain, whose
steps leave the distribution as it is: its matrix says where it is after so many steps,
what a sample still knows of the one before, and how long it stays in one mode. Chains
at other temperatures, which trade places, lead it out of there.
"""
import functools
import itertools
import math

import numpy as onp

import d2lmx as d2l

SMOKE = dict(num_samples=500, num_chains=200, num_runs=10, num_rounds=30, num_seeds=1)
RANGES = dict(num_samples=(100, 10 ** 6), num_chains=(10, 10 ** 5), num_runs=(2, 1000),
              num_rounds=(10, 10 ** 5), num_temperatures=(2, 50), num_seeds=(1, 100))
MOST_DEVIATIONS = 5     # chance goes further once in a million times
NUM_LAGS = 20           # of autocorrelations
WEAK, STRONG = 1.5, 2.5  # weights between two modes


# ---- importance sampling (17.2): p, f and q of x = 0, 1, ..., heads of 12 coins

def heads(theta, coins=12):
    """P(x) of x heads, each by theta: (coins + 1,)."""
    return onp.array([math.comb(coins, x) * theta ** x * (1 - theta) ** (coins - x)
                      for x in range(coins + 1)])


P, F = heads(.5), (onp.arange(13) > 10).astype(float)  # f: hardly any tails
S = float(P @ F)                                       # what is to be estimated


def optimal(p, f):
    """q* = p |f| / Z, section 17.2."""
    q = p * abs(f)
    return q / q.sum()


Q = {'from p itself': P, 'from heads by 0.8': heads(.8),
     'from the optimal q': optimal(P, F)}


def variance(p, f, q):
    """Of p f / q, one term of the estimate, for x from q."""
    seen = q > 0
    return float(((p * f)[seen] ** 2 / q[seen]).sum() - (p @ f) ** 2)


def importance(p, f, q, x):
    """The mean of p f / q over x (..., n) from q."""
    return (p[x] * f[x] / q[x]).mean(axis=-1)


def biased_importance(p, f, q, x):
    """The same where p and q are known but for their factors: weights add up to 1."""
    w = p[x] / q[x]
    return (w * f[x]).sum(axis=-1) / w.sum(axis=-1)


def expectation(estimate, p, f, q, n):
    """The mean of an estimate over all samples of n from q, each by its chance."""
    x = onp.array(list(itertools.product(range(len(p)), repeat=n)))  # (all, n)
    return float(q[x].prod(axis=1) @ estimate(p, f, q, x))


def effective_share(p, q, x):
    """Of n samples the share that would tell as much, were they from p itself."""
    w = p[x] / q[x]
    return float(w.sum() ** 2 / (w ** 2).sum() / len(x))


def exact_effective_share(p, q, n):
    """Its limit 1 / E[w^2], and its standard error of n samples, to first order."""
    w = p / q
    square = q @ w ** 2
    slope = 2 * (w - 1) / square - (w ** 2 - square) / square ** 2
    return float(1 / square), math.sqrt(q @ slope ** 2 / n)


def draw(q, num_samples):
    return onp.random.choice(len(q), num_samples, p=q)


def measure_importance(num_samples):
    """{q: estimate of S}, and the effective share of samples of a coin by 0.6."""
    row = {name: float(importance(P, F, q, draw(q, num_samples)))
           for name, q in Q.items()}
    near = heads(.6)
    return {**row, 'share': effective_share(P, near, draw(near, num_samples))}


def claims_of_importance(found, num_samples, num_tries=1000):
    """Estimates held to sums over x, and to sums over all samples."""
    estimates = {name: found[name] for name in Q}
    errors = {name: math.sqrt(max(0, variance(P, F, q)) / num_samples)
              for name, q in Q.items()}
    signed = onp.cos(onp.arange(13))  # a function of both signs
    best, least = (P @ abs(signed)) ** 2 - (P @ signed) ** 2, min(
        variance(P, signed, q) for q in onp.random.dirichlet(onp.ones(13), num_tries))
    ours = variance(P, signed, optimal(P, signed))
    q, sizes = heads(.6), range(1, 5)
    biased, unbiased = ([expectation(estimate, P, F, q, n) for n in sizes]
                        for estimate in (biased_importance, importance))
    share, error = exact_effective_share(P, q, num_samples)
    return [
        d2l.claim('the optimal q misses nothing, others as their variance says',
                  {**estimates, 'exact': S},
                  all(abs(value - S) < MOST_DEVIATIONS * errors[name] + 1e-14
                      for name, values in estimates.items() for value in values)),
        d2l.claim('of f with both signs the optimal q leaves the least variance', {
            'optimal': ours, 'exact': float(best), 'least of 1000 others': least},
            abs(ours - best) < 1e-14 and best < least),
        d2l.claim('weights that add up to 1 are biased, the less the more samples', {
            **{f'n = {n}': value for n, value in zip(sizes, biased)},
            'plain weights, n = 4': unbiased[-1], 'exact': S},
            abs(biased[0] - q @ F) < 1e-14 and max(abs(v - S) for v in unbiased) < 1e-14
            and all(S < b < a for a, b in zip(biased, biased[1:]))),
        d2l.claim('the effective share of the samples is 1 / E[w^2]',
                  {'share': found['share'], 'exact': share},
                  all(abs(value - share) < MOST_DEVIATIONS * error
                      for value in found['share']))]


# ---- chains (17.3 and 17.4): V (chains, units) of 0 and 1, p(v) = exp(-F(v)) / Z

def metropolis(fall):
    """A unit is turned where the energy falls, and by exp(fall) where it rises."""
    return onp.exp(onp.minimum(fall, 0))


def step(rbm, V, accept):
    """In each chain one unit, of chance, is turned or not."""
    turned, rows = V.copy(), onp.arange(len(V))
    i = onp.random.randint(V.shape[1], size=len(V))
    turned[rows, i] = 1 - turned[rows, i]
    is_turned = onp.random.uniform(size=len(V)) < accept(
        rbm.free_energy(V) - rbm.free_energy(turned))
    return onp.where(is_turned[:, None], turned, V)


def flipping(accept):
    """How chains of a machine move by `step`, and its matrix."""
    return (lambda rbm, V: step(rbm, V, accept),
            lambda rbm: d2l.flip_transitions(
                rbm.free_energy, d2l.all_states(len(rbm.b)), accept))


# a step of chains (rbm, V) -> V, and its matrix, (rbm) -> A
CHAINS = {'Gibbs': flipping(d2l.sigmoid), 'Metropolis': flipping(metropolis),
          'blocks': (d2l.RBM.sample, d2l.block_transitions)}


def probabilities(rbm, states):
    return onp.exp(-rbm.free_energy(states) - rbm.log_Z())


def random_machine(num_visible=5, num_hidden=3):
    rbm = d2l.RBM(num_visible, num_hidden, scale=1)
    rbm.b[:], rbm.c[:] = (onp.random.normal(size=len(part)) for part in (rbm.b, rbm.c))
    return rbm


def measured_autocorrelations(move, V, f, num_steps=50):
    """Their means over chains from V (chains, units), and standard errors; f (of V) has
    the mean 0 and the variance 1."""
    g = [f(V)]
    for _ in range(num_steps + NUM_LAGS):
        V = move(V)
        g.append(f(V))
    g = onp.array(g)                                        # (steps, chains)
    each = onp.array([(g[:num_steps] * g[k:k + num_steps]).mean(axis=0)
                      for k in range(NUM_LAGS + 1)])        # (lags, chains)
    return each.mean(axis=1), each.std(axis=1, ddof=1) / math.sqrt(len(V))


def measure_chains(num_chains, num_functions=1000):
    """How far chains of a random machine are from what their matrices say; curves."""
    rbm = random_machine()
    states = d2l.all_states(len(rbm.b))
    p, on = probabilities(rbm, states), states.sum(axis=1)
    mean, deviation = p @ on, math.sqrt(p @ on ** 2 - (p @ on) ** 2)
    functions = onp.random.normal(size=(len(p), num_functions))
    row, curves, steps = {}, {}, {}
    for name, (move, matrix) in CHAINS.items():
        A, move = matrix(rbm), functools.partial(move, rbm)
        ours, errors = measured_autocorrelations(
            move, states[draw(p, num_chains)],
            lambda V: (V.sum(axis=1) - mean) / deviation)
        exact = d2l.autocorrelations(A, p, on, NUM_LAGS)
        steps[name] = d2l.steps_a_sample(A, p, functions)
        row.update({
            f'eigenvector, {name}': float(abs(d2l.stationary(A) - p).max()),
            f'lags, {name}': float((abs(ours - exact) / errors).max()),
            f'steps, {name}': float(d2l.steps_a_sample(A, p, on))})
        curves[name] = exact, ours
    row['largest share'] = float((steps['Metropolis'] / steps['Gibbs']).max())
    return row, curves


def claims_of_chains(found):
    """Chains held to the matrices of their steps, and those to the distribution."""
    of = {what: {name: found[f'{what}, {name}'] for name in CHAINS}
          for what in ('eigenvector', 'lags', 'steps')}
    worst = {what: max(map(max, values.values())) for what, values in of.items()}
    return [
        d2l.claim("what a chain's matrix leaves as it is, is the distribution (largest "
                  'difference)', of['eigenvector'], worst['eigenvector'] < 1e-10),
        d2l.claim('a state knows of earlier ones what the matrix says (standard '
                  'errors)', of['lags'], worst['lags'] < MOST_DEVIATIONS),
        d2l.claim('for no function does Metropolis take more steps a sample than Gibbs '
                  'with one unit a step', {
                      **{f'steps, {name}': of['steps'][name] for name in CHAINS},
                      'largest share of 1000 functions': found['largest share']},
                  max(found['largest share']) < 1 + 1e-9)]


# ---- modes and tempering (17.5)

def two_modes(strength, tilt=.1, num_visible=8, num_hidden=4):
    """A machine whose units are nearly all on or nearly all off, on more often."""
    rbm = d2l.RBM(num_visible, num_hidden)
    rbm.W[:], rbm.c[:] = strength, -strength * num_visible / 2
    rbm.b[:] = tilt - strength * num_hidden / 2
    return rbm


def is_on(V):
    """Whether most units are on: V (n, units) -> (n,)."""
    return V.mean(axis=1) > .5


def rounds_to_cross(rbm):
    """The mean number of rounds of blocks from all units off until most are on."""
    is_there = is_on(d2l.all_states(len(rbm.b)))
    return float(d2l.steps_to_reach(d2l.block_transitions(rbm), is_there)[0])


def measured_rounds(rbm, num_chains):
    """The same of chains: their mean, and its standard error."""
    V, rounds = onp.zeros((num_chains, len(rbm.b))), []
    for t in itertools.count(1):
        V = rbm.sample(V)
        rounds += [t] * int(is_on(V).sum())
        V = V[~is_on(V)]
        if not len(V):
            return onp.mean(rounds), onp.std(rounds, ddof=1) / math.sqrt(num_chains)


def tempered(rbm, beta):
    """The machine with the energy beta E: a flatter one, of independent units at 0."""
    hot = d2l.RBM(*rbm.W.shape)
    hot.W, hot.b, hot.c = beta * rbm.W, beta * rbm.b, beta * rbm.c
    return hot


def parallel_tempering(machines, chains):
    """A round of blocks in each machine's chains, then neighbours trade places.

    By Metropolis' rule, for the product of their distributions. chains: V (n, units) of
    each machine, the hottest first.
    """
    chains = [rbm.sample(V) for rbm, V in zip(machines, chains)]
    for k, (hot, cold) in enumerate(zip(machines, machines[1:])):
        U, V = chains[k:k + 2]
        fall = (hot.free_energy(U) + cold.free_energy(V)
                - hot.free_energy(V) - cold.free_energy(U))
        trade = (onp.random.uniform(size=len(U)) < metropolis(fall))[:, None]
        chains[k:k + 2] = onp.where(trade, V, U), onp.where(trade, U, V)
    return chains


def measure_modes(num_chains, num_runs, num_rounds, num_temperatures):
    """Shares of the mode that is on; how many units were on, (rounds, runs) each."""
    rbm = two_modes(STRONG)
    machines = [tempered(rbm, beta) for beta in onp.linspace(0, 1, num_temperatures)]
    V = onp.zeros((num_runs, len(rbm.b)))
    chains, counts = [V] * num_temperatures, {'Gibbs': [], 'tempering': []}
    for _ in range(num_rounds):
        V = rbm.sample(V, num_temperatures)  # as many rounds as all temperatures take
        chains = parallel_tempering(machines, chains)
        for name, now in (('Gibbs', V), ('tempering', chains[-1])):
            counts[name].append(now.sum(axis=1))
    counts = {name: onp.array(values) for name, values in counts.items()}
    on = {name: (values[num_rounds // 5:] > len(rbm.b) / 2).mean(axis=0)
          for name, values in counts.items()}                     # (runs,)
    weak = two_modes(WEAK)
    rounds, error = measured_rounds(weak, num_chains)
    return {**{name: float(values.mean()) for name, values in on.items()},
            'standard error': float(on['tempering'].std(ddof=1) / math.sqrt(num_runs)),
            'rounds': float(rounds), 'deviation of rounds': float(
                (rounds - rounds_to_cross(weak)) / error)}, counts


def shares_of_counts(rbm):
    """P(so many units are on), exact: (units + 1,)."""
    states = d2l.all_states(len(rbm.b))
    return onp.bincount(states.sum(axis=1).astype(int), probabilities(rbm, states))


def claims_of_modes(found):
    """How long a chain stays in a mode, and that tempering does not."""
    p, rounds = shares_of_counts(two_modes(STRONG)), {
        strength: rounds_to_cross(two_modes(strength)) for strength in (WEAK, STRONG)}
    exact = float(p[len(p) // 2 + 1:].sum())
    return [
        d2l.claim('from mode to mode a chain takes the rounds that equations say', {
            f'rounds, weights {WEAK}': found['rounds'], 'exact': rounds[WEAK],
            f'weights {STRONG}, exact': rounds[STRONG]},
            max(map(abs, found['deviation of rounds'])) < MOST_DEVIATIONS),
        d2l.claim('chains that trade places give both modes their shares, where one '
                  'chain stays in its own (share of most on)', {
                      'Gibbs': found['Gibbs'], 'tempering': found['tempering'],
                      'exact': exact},
                  max(found['Gibbs']) < exact / 10
                  and all(abs(share - exact) < MOST_DEVIATIONS * error for share, error
                          in zip(found['tempering'], found['standard error'])))]


# ---- figures

def show(curves, counts, num_draws=100, num_estimates=300):
    """Draw errors by q, autocorrelations, a chain of either kind, and their shares."""
    theta = onp.linspace(.5, .99, 50)
    dots = onp.linspace(.5, .95, 10)
    d2l.plot([theta, dots], [[math.sqrt(variance(P, F, heads(t)) / num_draws)
                              for t in theta],
                             [importance(P, F, q, onp.random.choice(
                                 len(q), (num_estimates, num_draws), p=q)).std()
                              for q in map(heads, dots)]],
             "q's chance of heads", f'error with {num_draws} samples',
             ['exact', 'measured'], fmts=['k-', 'ro'])
    d2l.plot(onp.arange(NUM_LAGS + 1), [part for pair in curves.values()
                                        for part in pair], 'lag', 'autocorrelation',
             [f'{name}{of}' for name in curves for of in (', exact', '')],
             fmts=['b-', 'bo', 'm--', 'ms', 'g-.', 'g^'])
    first = slice(60)
    d2l.plot(onp.arange(len(counts['Gibbs']))[first], [
        values[first, 0] for values in counts.values()], 'round', 'units on',
        list(counts), fmts=['b-', 'm.-'])
    p = shares_of_counts(two_modes(STRONG))
    d2l.plot(onp.arange(len(p)), [p, *(
        onp.bincount(values[len(values) // 5:].astype(int).ravel(), minlength=len(p))
        / values[len(values) // 5:].size for values in counts.values())],
        'units on', 'share', ['exact', *counts], fmts=['k-', 'bo', 'm^'])


def run(*, num_samples: int = 20000, num_chains: int = 5000, num_runs: int = 100,
        num_rounds: int = 2000, num_temperatures: int = 8, num_seeds: int = 3) -> dict:
    drawn = {}

    def measure():
        chains, drawn['curves'] = measure_chains(num_chains)
        modes, drawn['counts'] = measure_modes(num_chains, num_runs, num_rounds,
                                               num_temperatures)
        return {**measure_importance(num_samples), **chains, **modes}

    found = d2l.over_seeds(measure, num_seeds)
    show(**drawn)
    return {'claims': [*claims_of_importance(found, num_samples),
                       *claims_of_chains(found), *claims_of_modes(found)]}


if __name__ == '__main__':
    d2l.main(run)
