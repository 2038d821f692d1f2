"""Integral calculus (积分)

Source: chapter_appendix-mathematics-for-deep-learning/integral-calculus
"""
import math

from mxnet import np

import d2lmx as d2l

SMOKE = dict()
RANGES = dict(epsilon=(0.001, 2))

PRINTED = [({}, {'area of slices/approximation': (0.79448557, 0.794484, 0.794487),
                 'area of slices/truth': (0.80471896, 0.804718, 0.80472)})]


def bell(x):
    """exp(-x^2), which has no integral in elementary functions."""
    return np.exp(-x ** 2)


def plot_area(first, last):
    """Draw the bell from -2 to 2, the area below it filled from one point on."""
    x = np.arange(-2, 2, 0.01)
    d2l.plot(x, bell(x), 'x', 'f(x)', fmts=['k-'])
    part = x[first:last].asnumpy()
    d2l.plt.fill_between(part, bell(x)[first:last].asnumpy())
    d2l.plt.title(f'area from {part[0]:.2f} to {part[-1]:.2f}')


def riemann(f, a, b, epsilon):
    """The sum of slices [x, x + epsilon) from a on, each as high as f(x).

    The last begins before b, and ends beyond it where epsilon does not part b - a.
    """
    return float((epsilon * f(np.arange(a, b, epsilon))).sum())


def slices(epsilon):
    """The area below x / (1 + x^2) from 0 to 2 as a sum; draws its slices."""
    def f(x):
        return x / (1 + x ** 2)

    # book: draws the curve through the slices' left corners, and not to its end
    curve = np.linspace(0, 2, 201)
    d2l.plot(curve, f(curve), 'x', 'f(x)', fmts=['k-'], ylim=[0, 1])
    x = np.arange(0, 2, epsilon)
    d2l.plt.bar(x.asnumpy(), f(x).asnumpy(), width=epsilon, align='edge',
                edgecolor='white', linewidth=0.5)
    d2l.plt.title(f'slices of {epsilon:g}')
    return {'approximation': riemann(f, 0, 2, epsilon), 'truth': math.log(5) / 2}


def multiple_integrals(epsilon):
    """The volume below exp(-x^2 - y^2), pi if all of the plane is counted; draws it.

    Summed over squares from -4 to 4, and as the product of two integrals.
    """
    x, y = np.meshgrid(np.linspace(-2, 2, 101), np.linspace(-2, 2, 101), indexing='ij')
    ax = d2l.plt.figure(figsize=(4.5, 4)).add_subplot(111, projection='3d')
    ax.plot_wireframe(*(a.asnumpy() for a in (x, y, bell(x) * bell(y))), rstride=10,
                      cstride=10)
    ax.set(xlabel='x', ylabel='y', xlim=(-2, 2), ylim=(-2, 2), zlim=(0, 1))
    side = np.arange(-4, 4, epsilon)
    volume = (epsilon ** 2 * bell(side).reshape(-1, 1) * bell(side)).sum()
    return {'sum over squares': float(volume),
            'product of integrals': riemann(bell, -4, 4, epsilon) ** 2,
            'truth': math.pi}


def change_of_variables(epsilon):
    """The same volume over circles: 2 pi r exp(-r^2) over r, one integral of one."""
    return riemann(lambda r: 2 * math.pi * r * np.exp(-r ** 2), 0, 6, epsilon)


def run(*, epsilon: float = 0.05) -> dict:
    plot_area(0, 400)
    plot_area(50, 250)
    return {'area of slices': slices(epsilon),
            'exp(-x^2 - y^2) over the plane': {
                **multiple_integrals(epsilon),
                'over circles': change_of_variables(epsilon)}}


if __name__ == '__main__':
    d2l.main(run)
