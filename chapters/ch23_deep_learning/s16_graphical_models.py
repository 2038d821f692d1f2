"""Structured models: graphs, separation, factors, messages (结构化概率模型)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 16

A table of all values of many variables is too large; a graph says which variables act
on each other directly, so that small tables are enough. What it promises can be counted
out where variables are few: which of them tell nothing of which others, what is lost
where a graph lacks an edge, what becomes of that when arrows are turned into lines and
lines into arrows, and that messages along a tree find what enumeration does.
"""
import itertools
import math

import numpy as onp

import d2lmx as d2l

SMOKE = dict(num_graphs=4, num_samples=5000, num_seeds=1)
RANGES = dict(num_graphs=(2, 1000), num_samples=(1000, 10 ** 6), num_seeds=(1, 100))
RELAY = [], [0], [1]                      # parents of the time of each runner
HOUSE = [], [], [0, 1], [2], [1]          # parents, to be drawn
COLDS = onp.array([[2., 1], [1, 10]])     # phi of two who are ill (0) or well
RING = onp.array([[3., 1], [1, 2]])       # its eigenvalues are (5 -+ sqrt(5)) / 2
MOST_DEVIATIONS = 5        # chance goes further once in a million times
ROUNDING = 1e-12           # of what is equal but for the order of sums


def entropy(p):
    return float(-(p * onp.log(p)).sum())


def kl(p, q):
    """D_KL(p || q) of two tables."""
    return float((p * onp.log(p / q)).sum())


# ---- directed models (16.2.1): parents[v] is a list of those of variable v

def num_parameters(parents, k):
    """Numbers of all tables p(v | parents), of k values each, but what sums to 1."""
    return sum((k - 1) * k ** len(some) for some in parents)


def random_parents(n):
    """Any variable before it is a parent of another by a coin."""
    return [[u for u in range(v) if onp.random.uniform() < .5] for v in range(n)]


def random_tables(parents, k=2):
    """Factors p(v | parents), each with the axes of v and of its parents."""
    tables = [onp.random.uniform(.1, 1, size=[k] * (1 + len(some))) for some in parents]
    return [((v, *some), table / table.sum(axis=0))
            for v, (some, table) in enumerate(zip(parents, tables))]


def claims_of_tables():
    """What a graph saves, and what it loses where it lacks an edge."""
    p = onp.random.dirichlet(onp.ones(27)).reshape(3, 3, 3)
    lost = kl(p, d2l.joint_table(d2l.conditional_tables(p, RELAY)))
    between = sum(sign * entropy(d2l.marginal_table(p, some)) for sign, some in (
        (1, (0, 1)), (1, (1, 2)), (-1, (0, 1, 2)), (-1, (1,))))
    chain = d2l.joint_table(random_tables(RELAY, 3))
    kept = kl(chain, d2l.joint_table(d2l.conditional_tables(chain, RELAY)))
    numbers = num_parameters(RELAY, 100)
    return [
        d2l.claim('a graph of three runners in a row needs a fiftieth of the numbers', {
            'one table': 100 ** 3 - 1, 'tables of the graph': numbers,
            'that book': 19899}, numbers == 19899),
        d2l.claim('a missing arrow loses what the first tells of the last, given the '
                  'second (nats)', {
                      'lost': lost, 'I(t0; t2 | t1), exact': between,
                      'lost where nothing is told': kept},
                  abs(lost - between) < ROUNDING and abs(kept) < ROUNDING)]


# ---- undirected models and energies (16.2.2 to 16.2.4): neighbours[v] is a set

def claims_of_energies():
    """Cliques of who is ill, and what becomes of one energy on two domains."""
    factors = [((0, 1), COLDS), ((1, 2), COLDS)]     # a roommate, you, and a colleague
    weights = d2l.joint_table(factors)
    (_, you, _), log_Z = d2l.sum_product(factors)
    b = onp.array([.5, -1, 2])
    binary, one_hot = onp.array([*itertools.product([0, 1], repeat=3)]), onp.eye(3)
    found = {name: onp.exp(X @ b) @ X / onp.exp(X @ b).sum()
             for name, X in (('binary', binary), ('one-hot', one_hot))}
    away = {'binary, from sigmoid(b)': abs(found['binary'] - 1 / (1 + onp.exp(-b))),
            'one-hot, from softmax(b)': abs(found['one-hot'] - onp.exp(b) / onp.exp(
                b).sum())}
    away = {name: float(values.max()) for name, values in away.items()}
    return [
        d2l.claim('Z and chances of two cliques are sums over all states, and messages '
                  'find them', {
                      'Z': float(weights.sum()), 'Z by messages': math.exp(log_Z),
                      'Z by hand': 130, 'you are well': float(you[1]),
                      'by hand': 121 / 130},
                  max(abs(weights.sum() - 130), abs(math.exp(log_Z) - 130),
                      abs(you[1] - 121 / 130)) < 1e-10),
        d2l.claim("the energy -b'x is a sigmoid on binary vectors and a softmax on "
                  'one-hot ones (difference)', away, max(away.values()) < ROUNDING)]


# ---- separation (16.2.5)

def queries(n):
    """All (a, b, S): two of n variables, and a set of others."""
    for a, b in itertools.combinations(range(n), 2):
        others = [v for v in range(n) if v not in (a, b)]
        for size in range(n - 1):
            for S in itertools.combinations(others, size):
                yield a, b, {*S}


def dependence(p, a, b, S):
    """The largest |p(a, b | S) - p(a | S) p(b | S)| over all values."""
    rest = tuple(v for v in range(p.ndim) if v not in {a, b} | S)
    p = p.sum(axis=rest, keepdims=True)
    p = p / p.sum(axis=(a, b), keepdims=True)
    return float(abs(p - p.sum(axis=a, keepdims=True)
                     * p.sum(axis=b, keepdims=True)).max())


def random_lines(n):
    """Neighbours by coins, and a factor for each pair of them and each variable."""
    pairs = [pair for pair in itertools.combinations(range(n), 2)
             if onp.random.uniform() < .5]
    factors = [(key, onp.random.uniform(.1, 1, size=[2] * len(key)))
               for key in pairs + [(v,) for v in range(n)]]
    return [{u for pair in pairs if v in pair for u in pair} - {v}
            for v in range(n)], factors


def measure_separation(num_graphs, n=5):
    """How dependent two variables are where a graph separates them, and elsewhere."""
    found = {(kind, is_apart): [] for kind in ('directed', 'undirected')
             for is_apart in (True, False)}
    for _ in range(num_graphs):
        parents, (neighbours, factors) = random_parents(n), random_lines(n)
        weights = d2l.joint_table(factors)
        for a, b, S in queries(n):
            found['undirected', d2l.separated(neighbours, a, b, S)].append(
                dependence(weights / weights.sum(), a, b, S))
        p = d2l.joint_table(random_tables(parents))
        for a, b, S in queries(n):
            found['directed', d2l.d_separated(parents, a, b, S)].append(
                dependence(p, a, b, S))
    row = {}
    for kind in ('directed', 'undirected'):
        apart, others = found[kind, True], found[kind, False]
        row.update({f'{kind}: questions': len(apart + others),
                    f'{kind}: separated': len(apart),
                    f'{kind}: most dependent of these': max(apart, default=0),
                    f'{kind}: least dependent of others': min(others)})
    return {**row, 'curves': (found['directed', True], found['directed', False])}


def claims_of_separation(found):
    """Graphs say what is independent; a common effect makes causes dependent."""
    p = d2l.joint_table([((0,), onp.array([.9, .1])), ((1,), onp.array([.9, .1])),
                         # (effect, causes): it is there where one of them is
                         ((2, 0, 1), onp.array([[[1., 0], [0, 0]], [[0, 1], [1, 1]]]))])
    given_effect, given_both = (
        float(d2l.marginal_table(p[where], (0,))[1] / p[where].sum())
        for where in ((..., 1), (slice(None), slice(1, 2), 1)))

    def row(text, kind):
        measured = {key.partition(': ')[2]: values for key, values in found.items()
                    if key.startswith(kind)}
        _, _, most, least = measured.values()
        return d2l.claim(text, measured, max(most) < ROUNDING < min(least))

    return [row('in a directed graph what is d-separated is independent, and nothing '
                'else is', 'directed'),
            row('in an undirected graph what S cuts off is independent, and nothing '
                'else is', 'undirected'), d2l.claim(
        'two causes are independent until their effect is seen: then one explains the '
        'other away', {
            'chance of a cause': .1, 'given the effect': given_effect,
            'exact': 10 / 19, 'given both': given_both, 'exact, both': .1},
        abs(given_effect - 10 / 19) < ROUNDING and abs(given_both - .1) < ROUNDING)]


# ---- lines of arrows, and arrows of lines (16.2.6)

def measure_conversions(num_graphs, n=5, around=6):
    """What moral graphs keep, and what a loop loses that is given arrows."""
    kept = lost = wrong = lost_by_moral = 0
    for _ in range(num_graphs):
        parents = random_parents(n)
        lines = d2l.moral_graph(parents)
        is_moral = lines == d2l.skeleton(parents)
        for query in queries(n):
            before = d2l.d_separated(parents, *query)
            after = d2l.separated(lines, *query)
            kept += before and after
            lost += before and not after
            wrong += after and not before
            lost_by_moral += is_moral and before and not after
    loop = [{(v - 1) % around, (v + 1) % around} for v in range(around)]
    p = d2l.joint_table([((v, (v + 1) % around), RING * onp.random.uniform(
        .8, 1.2, (2, 2))) for v in range(around)])
    p, chorded = p / p.sum(), d2l.triangulated(loop)

    def loss(parents):
        return kl(p, d2l.joint_table(d2l.conditional_tables(p, parents)))

    along = [[v - 1] if v else [] for v in range(around - 1)] + [[0, around - 2]]
    return {'kept': kept, 'lost': lost, 'lost without such parents': lost_by_moral,
            'added': wrong, 'chords': sum(map(len, chorded)) - around,
            'lost with chords': loss(chorded), 'lost without': loss(along)}


def claims_of_conversions(found, around=6):
    kept, lost, of_moral, wrong, chords, with_chords, without = found.values()
    return [
        d2l.claim('lines for arrows add no independence, and lose some where parents '
                  'have to be joined', {
                      'kept': kept, 'lost': lost, 'added': wrong,
                      'lost without such parents': of_moral},
                  max(wrong + of_moral) == 0 < min(kept) and min(lost) > 0),
        d2l.claim('a loop of six has arrows without loss by three chords (nats)', {
            'chords': chords, 'expected': around - 3, 'lost with chords': with_chords,
            'lost without': without},
            {*chords} == {around - 3} and max(map(abs, with_chords)) < ROUNDING
            and min(without) > 1e-6)]


# ---- factor graphs (16.2.7)

def random_tree(num_factors):
    """Factors of two or three variables, of two or three values, without a loop."""
    sizes, factors = [3], []
    for _ in range(num_factors):
        new = onp.random.randint(2, 4, size=onp.random.randint(1, 3)).tolist()
        variables = onp.random.randint(len(sizes)), *range(len(sizes),
                                                           len(sizes) + len(new))
        sizes += new
        factors.append((variables, onp.random.uniform(.1, 1, size=[
            sizes[v] for v in variables])))
    return factors


def measure_messages(num_factors=6):
    """How far messages in a tree are from enumeration."""
    factors = random_tree(num_factors)
    weights, (found, log_Z) = d2l.joint_table(factors), d2l.sum_product(factors)
    exact = [d2l.marginal_table(weights / weights.sum(), (v,))
             for v in range(weights.ndim)]
    return {'variables': weights.ndim, 'states': weights.size,
            'chances': float(max(abs(a - b).max() for a, b in zip(found, exact))),
            'log Z': abs(float(log_Z - onp.log(weights.sum())))}


def claims_of_messages(found, length=40):
    """A tree, a chain too long to be counted, and loops; draws what these miss."""
    chain = [((v, v + 1), RING) for v in range(length - 1)]
    _, log_Z = d2l.sum_product(chain)
    exact = math.log(onp.linalg.matrix_power(RING, length - 1).sum())
    small, large = (5 - math.sqrt(5)) / 2, (5 + math.sqrt(5)) / 2
    sizes = onp.arange(3, 13)
    missed = []
    for n in sizes:
        ring = [((v, (v + 1) % n), RING) for v in range(n)]
        missed.append(math.log(d2l.joint_table(ring).sum()) - d2l.sum_product(ring)[1])
    expected = onp.log1p((small / large) ** sizes)
    d2l.plot(sizes, [missed, expected], 'variables around a loop', 'log Z missed',
             ['messages', 'exact'], yscale='log', fmts=['o', 'm--'])
    return [
        d2l.claim('messages in a tree find what enumeration does (differences)', found,
                  max(found['chances'] + found['log Z']) < ROUNDING),
        d2l.claim('messages count out a chain of 2^40 states', {
            'log Z': log_Z, 'by powers of a matrix': exact},
            abs(log_Z - exact) < 1e-10),
        d2l.claim('around a loop they miss what comes back: log(1 + (smaller / larger '
                  'eigenvalue)^n)', {
                      'missed, n = 3': missed[0], 'exact, n = 3': float(expected[0]),
                      'missed, n = 12': missed[-1], 'exact': float(expected[-1])},
                  # messages are at rest where they change by 1e-14
                  abs(onp.array(missed) - expected).max() < 1e-10)]


# ---- sampling (16.3)

def measure_samples(num_samples, n=5, k=2):
    """How many standard errors shares of all states are from their chances."""
    tables = random_tables(random_parents(n), k)
    p = d2l.joint_table(tables).ravel()
    x = d2l.ancestral_samples(tables, num_samples)
    shares = onp.bincount(x @ k ** onp.arange(n)[::-1], minlength=k ** n) / num_samples
    often = num_samples * p > 5  # of fewer shares are not nearly normal
    away = abs(shares - p)[often] / onp.sqrt(p * (1 - p) / num_samples)[often]
    return {'largest deviation': float(away.max()), 'states': int(often.sum())}


def lines_of(neighbours):
    return {(u, v) for u, some in enumerate(neighbours) for v in some if u < v}


def arrows_of(parents):
    return {(u, v) for v, some in enumerate(parents) for u in some}


def show(curves):
    """Draw graphs before and after, and what dependence separation goes with."""
    loop = [{(v - 1) % 6, (v + 1) % 6} for v in range(6)]
    _, axes = d2l.plt.subplots(1, 4, figsize=(9, 2.5))
    chorded = arrows_of(d2l.triangulated(loop))
    draw(axes[0], 'arrows', arrows_of(HOUSE), '-|>')
    draw(axes[1], 'moral graph', lines_of(d2l.moral_graph(HOUSE)), '-',
         lines_of(d2l.moral_graph(HOUSE)) - lines_of(d2l.skeleton(HOUSE)))
    draw(axes[2], 'loop', lines_of(loop), '-')
    draw(axes[3], 'arrows with chords', chorded, '-|>', {
        (u, v) for u, v in chorded if v not in loop[u]})
    d2l.plot([range(len(values)) for values in curves],
             [sorted(onp.maximum(values, 1e-18)) for values in curves],
             'question, by its answer', 'dependence', ['d-separated', 'others'],
             yscale='log')


def draw(ax, title, edges, style, added=()):
    """Variables on a circle; what was added is dashed."""
    n = 1 + max(map(max, edges))
    at = [(math.sin(2 * math.pi * v / n), math.cos(2 * math.pi * v / n))
          for v in range(n)]
    for u, v in sorted(edges):
        ax.annotate('', at[v], at[u], arrowprops=dict(
            arrowstyle=style, shrinkA=10, shrinkB=10,
            linestyle='--' if (u, v) in added else '-'))
    for v, place in enumerate(at):
        ax.text(*place, str(v), ha='center', va='center')
    ax.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), title=title)
    ax.set_axis_off()


def run(*, num_graphs: int = 30, num_samples: int = 50000, num_seeds: int = 3) -> dict:
    separation, conversions, messages, samples = (
        d2l.over_seeds(measure, num_seeds) for measure in (
            lambda: measure_separation(num_graphs),
            lambda: measure_conversions(num_graphs), measure_messages,
            lambda: measure_samples(num_samples)))
    show(separation.pop('curves')[0])
    return {'claims': [
        *claims_of_tables(), *claims_of_energies(), *claims_of_separation(separation),
        *claims_of_conversions(conversions), *claims_of_messages(messages),
        d2l.claim('samples drawn after their parents are as often as is likely '
                  '(standard errors)', samples,
                  max(samples['largest deviation']) < MOST_DEVIATIONS)]}


if __name__ == '__main__':
    d2l.main(run)
