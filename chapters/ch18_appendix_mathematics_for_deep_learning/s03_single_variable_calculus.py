"""Single variable calculus (单变量微积分)

Source: chapter_appendix-mathematics-for-deep-learning/single-variable-calculus
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict()

PRINTED = [({}, {f'difference quotients at 4/{epsilon:.5f}': (
    value, value - 1e-5, value + 1e-5) for epsilon, value in (
        (0.1, 25.11), (0.001, 8.0027), (0.0001, 8.00012), (0.00001, 8.00001))})]


def zoom():
    """Draw sin(x^x) on three ranges around 2: from near, it is a line."""
    for x in (np.arange(0.01, 3.01, 0.01), np.arange(1.75, 2.25, 0.001),
              np.arange(2.0, 2.01, 0.0001)):
        d2l.plot(x, np.sin(x ** x), 'x', 'f(x)')
        d2l.plt.title(f'{float(x[0]):g} to {float(x[-1]):g}')


def L(x):
    """Some loss; its derivative at 4 is 8."""
    return x ** 2 + 1701 * (x - 4) ** 3


def difference_quotients():
    """By how much L changes from 4 on, per step, for steps ever shorter."""
    return {f'{epsilon:.5f}': (L(4 + epsilon) - L(4)) / epsilon
            for epsilon in (0.1, 0.001, 0.0001, 0.00001)}


def approximate_sine(degree):
    """Draw the sine and, at three points, the line or parabola that fits it best."""
    xs = np.arange(-np.pi, np.pi, 0.01)
    plots = [np.sin(xs)]
    for x0 in (-1.5, 0, 2):
        fit = np.sin(x0) + (xs - x0) * np.cos(x0)
        plots.append(fit if degree == 1 else fit - (xs - x0) ** 2 * np.sin(x0) / 2)
    d2l.plot(xs, plots, 'x', 'f(x)', ylim=[-1.5, 1.5])
    d2l.plt.title(f'degree {degree}')


def taylor(x, degree):
    """The Taylor series of exp around 0 up to x^degree: 1 + x + x^2 / 2! + ..."""
    term = total = x ** 0
    for n in range(1, degree + 1):
        term = term * x / n
        total = total + term
    return total


def taylor_series():
    """Errors of three Taylor series of exp at 1; draws them from 0 to 3."""
    xs, degrees = np.arange(0, 3, 0.01), (1, 2, 5)
    d2l.plot(xs, [np.exp(xs), *(taylor(xs, n) for n in degrees)], 'x', 'f(x)',
             legend=['Exponential', *(f'Degree {n} Taylor Series' for n in degrees)])
    return {f'degree {n}': float(np.exp(1)) - taylor(1.0, n) for n in degrees}


def run() -> dict:
    zoom()
    quotients = difference_quotients()
    approximate_sine(degree=1)
    approximate_sine(degree=2)
    return {'difference quotients at 4': quotients,
            'exp(1) less its Taylor series': taylor_series()}


if __name__ == '__main__':
    d2l.main(run)
