"""Information theory (信息论)

Source: chapter_appendix-mathematics-for-deep-learning/information-theory
"""
import math

from mxnet import np

import d2lmx as d2l

SMOKE = dict()

# printed, then what float32 may give; the sums of samples are those of seed 0, and of
# others by a tenth more or less
PRINTED = [({}, {
    'self-information of 1 in 64': (6, 6, 6),
    'entropy': (1.6854753, 1.685474, 1.685477),
    'joint entropy': (1.6854753, 1.685474, 1.685477),
    "conditional entropy/the page's": (0.8635472, 0.863546, 0.863549),
    "mutual information/the page's": (0.7194603, 0.719459, 0.719462),
    'sums over sorted samples/p, q1': (8470.638, 7600, 9500),
    'sums over sorted samples/p, q2': (8664.998, 7600, 9500),
    'sums over sorted samples/q2, p': (13536.835, 12000, 15000),
    'cross-entropy': (0.94856, 0.948559, 0.948562)})]


def nansum(x):
    """The sum of all that is a number: 0 log 0 is none, and counts as 0."""
    return np.where(np.isnan(x), np.zeros_like(x), x).sum()


def self_information(p):
    """Bits that an event of chance p tells."""
    return -np.log2(p)


def entropy(p):
    """Bits that a draw from p tells in the mean."""
    return nansum(-p * np.log2(p))


def joint_entropy(p_xy):
    """The same of two variables together, p_xy (x, y)."""
    return nansum(-p_xy * np.log2(p_xy))


def conditional_entropy(p_xy, p_x):
    """Bits that y still tells who knows x; p_x is (x, 1) beside p_xy (x, y)."""
    p_y_given_x = p_xy / p_x
    return nansum(-p_xy * np.log2(p_y_given_x))


def mutual_information(p_xy, p_x, p_y):
    """Bits that x and y tell of each other; p_x is (x, 1), p_y (1, y)."""
    p = p_xy / (p_x * p_y)
    return nansum(p_xy * np.log2(p))


def kl_divergence(p, q):
    """Bits wasted on draws from p by a code that is made for q."""
    kl = p * np.log2(p / q)
    return float(abs(nansum(kl)))


def cross_entropy(y_hat, y):
    """The mean of -log y_hat (n, classes) at the labels y (n,), in nats."""
    ce = -np.log(y_hat[range(len(y_hat)), y])
    return ce.mean()


def two_variables():
    """What two variables tell alone, together, and of each other."""
    p_xy = np.array([[0.1, 0.5], [0.1, 0.3]])
    p_x, p_y = p_xy.sum(axis=1, keepdims=True), p_xy.sum(axis=0, keepdims=True)
    # book: its chances of x and y are not those of p_xy, which once adds up to 1.1
    page_conditional = conditional_entropy(np.array([[0.1, 0.5], [0.2, 0.3]]),
                                           np.array([0.2, 0.8]))
    page_mutual = mutual_information(p_xy, np.array([0.2, 0.8]),
                                     np.array([[0.75, 0.25]]))
    return {'joint entropy': float(joint_entropy(p_xy)),
            'conditional entropy': {"the page's": float(page_conditional),
                                    'of p_xy': float(conditional_entropy(p_xy, p_x))},
            'mutual information': {
                "the page's": float(page_mutual),
                'of p_xy': float(mutual_information(p_xy, p_x, p_y)),
                'H(x) + H(y) - H(x, y)': float(entropy(p_x) + entropy(p_y)
                                               - joint_entropy(p_xy))}}


def sorted_samples():
    """The page's kl_divergence of sorted samples of N(0, 1), N(-1, 1) and N(1, 1)."""
    p, q1, q2 = (np.array(sorted(np.random.normal(loc, 1, (10000,)).asnumpy()))
                 for loc in (0, -1, 1))
    # book: takes samples for chances; only the densities have a divergence
    return {'p, q1': kl_divergence(p, q1), 'p, q2': kl_divergence(p, q2),
            'q2, p': kl_divergence(q2, p)}


def divergences():
    """Bits from one normal distribution to another, summed over slices of densities."""
    dx = 0.01
    x = np.arange(-10, 10, dx)

    def slices(mean, std):
        return np.exp(-((x - mean) / std) ** 2 / 2) * dx / (std * math.sqrt(
            2 * math.pi))

    p, q1, q2, wide = slices(0, 1), slices(-1, 1), slices(1, 1), slices(0, 2)
    return {'N(0, 1) to N(-1, 1)': kl_divergence(p, q1),
            'N(0, 1) to N(1, 1)': kl_divergence(p, q2),
            'N(1, 1) to N(0, 1)': kl_divergence(q2, p),
            'N(0, 1) to N(0, 4)': kl_divergence(p, wide),
            'N(0, 4) to N(0, 1)': kl_divergence(wide, p)}


def run() -> dict:
    cards = {'a heart': 1 / 4, 'the three of spades': 1 / 52}
    preds, labels = np.array([[0.3, 0.6, 0.1], [0.2, 0.3, 0.5]]), np.array([0, 2])
    return {'self-information of 1 in 64': float(self_information(1 / 64)),
            'bits of cards': {**{name: float(self_information(p))
                                 for name, p in cards.items()},
                              'a whole deck': math.log2(math.factorial(52))},
            'entropy': float(entropy(np.array([0.1, 0.5, 0.1, 0.3]))),
            **two_variables(),
            'sums over sorted samples': sorted_samples(), 'divergences': divergences(),
            'cross-entropy': float(cross_entropy(preds, labels))}


if __name__ == '__main__':
    d2l.main(run)
