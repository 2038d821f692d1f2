"""Multivariable calculus (多变量微积分)

Source: chapter_appendix-mathematics-for-deep-learning/multivariable-calculus
"""
from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict()

# printed in float32
PRINTED = [({}, {'near (0, log 2)/approximation': (1.0819457, 1.081944, 1.081947),
                 'near (0, log 2)/true value': (1.0821242, 1.082123, 1.082126),
                 'f(-1, 0, -2, 1)': (1024, 1024, 1024),
                 **{f'gradient, from output to inputs/{name}': (-4096, -4096, -4096)
                    for name in 'wxyz'}})]


def f(x, y):
    """log(exp(x) + exp(y)), a smooth maximum."""
    return np.log(np.exp(x) + np.exp(y))


def grad_f(x, y):
    """Both partial derivatives of f, (2,)."""
    total = np.exp(x) + np.exp(y)
    return np.array([np.exp(x) / total, np.exp(y) / total])


def linear_approximation():
    """f a small step away from (0, log 2): by its gradient, and as it is."""
    epsilon = np.array([0.01, -0.03])
    y = np.log(2)
    approximation = f(0, y) + epsilon.dot(grad_f(0, y))
    return {'approximation': float(approximation),
            'true value': float(f(0 + epsilon[0], y + epsilon[1]))}


def critical_points():
    """Draw 3x^4 - 4x^3 - 12x^2; its values where its derivative is 0."""
    def polynomial(x):
        return 3 * x ** 4 - 4 * x ** 3 - 12 * x ** 2

    x = np.arange(-2, 3, 0.01)
    d2l.plot(x, polynomial(x), 'x', 'f(x)')
    return {f'{x}': polynomial(x) for x in (-1, 0, 2)}


def chain(w, x, y, z):
    """a and b, u and v, and f of the page's chain of squares."""
    a, b = (w + x + y + z) ** 2, (w + x - y - z) ** 2
    u, v = (a + b) ** 2, (a - b) ** 2
    return a, b, u, v, (u + v) ** 2


def forward_derivative(w, x, y, z):
    """df/dw from the input to the output: each variable's derivative by w in turn."""
    a, b, u, v, _ = chain(w, x, y, z)
    da_dw, db_dw = 2 * (w + x + y + z), 2 * (w + x - y - z)
    du_dw = 2 * (a + b) * da_dw + 2 * (a + b) * db_dw
    dv_dw = 2 * (a - b) * da_dw - 2 * (a - b) * db_dw
    return 2 * (u + v) * du_dw + 2 * (u + v) * dv_dw


def backpropagation(w, x, y, z):
    """The gradient from the output to the inputs: f's derivative by each variable."""
    a, b, u, v, _ = chain(w, x, y, z)
    df_du, df_dv = 2 * (u + v), 2 * (u + v)
    df_da = df_du * 2 * (a + b) + df_dv * 2 * (a - b)
    df_db = df_du * 2 * (a + b) - df_dv * 2 * (a - b)
    along_a, along_b = 2 * (w + x + y + z), 2 * (w + x - y - z)
    df_dw = df_dx = df_da * along_a + df_db * along_b
    df_dy = df_dz = df_da * along_a - df_db * along_b
    return dict(w=df_dw, x=df_dx, y=df_dy, z=df_dz)


def gradients(function, *inputs):
    """The gradients of a function of arrays, by MXNet."""
    inputs = [np.array(value, dtype='float32') for value in inputs]
    for array in inputs:
        array.attach_grad()
    with autograd.record():
        output = function(*inputs)
    output.backward()
    return [array.grad for array in inputs]


def hessians():
    """x exp(-x^2 - y^2), and the paraboloid that fits it best at (-1, 0); draws both.

    Its error a tenth away, in the directions of x and of y.
    """
    def surface(x, y):
        return x * np.exp(-x ** 2 - y ** 2)

    def quadratic(x, y):
        return np.exp(-1) * (-1 - (x + 1) + (x + 1) ** 2 + y ** 2)

    x, y = np.meshgrid(np.linspace(-2, 2, 101), np.linspace(-2, 2, 101), indexing='ij')
    ax = d2l.plt.figure(figsize=(4.5, 4)).add_subplot(111, projection='3d')
    w = quadratic(x, y).asnumpy()
    w[w > 1] = float('nan')  # what is beyond the axes
    for z, color in ((surface(x, y).asnumpy(), None), (w, 'purple')):
        ax.plot_wireframe(x.asnumpy(), y.asnumpy(), z, rstride=10, cstride=10,
                          color=color)
    ax.set(xlabel='x', ylabel='y', xlim=(-2, 2), ylim=(-2, 2), zlim=(-1, 1))
    return [float(surface(a, b) - quadratic(a, b))
            for a, b in ((np.array(-0.9), np.array(0)), (np.array(-1), np.array(0.1)))]


def matrix_calculus():
    """Derivatives of x'Ax and |X - UV|^2 by MXNet, less those of the rules."""
    A, x = np.array([[1, 2], [5, 3]]), np.array([1, -2])
    dx, = gradients(lambda x: np.dot(x, np.dot(A, x)), x)
    X = np.array([[1, 2, 3], [4, 5, 6]])
    U, V = np.array([[1], [-1]]), np.array([[2, 0, 1]])
    dV, = gradients(lambda V: ((X - np.dot(U, V)) ** 2).sum(), V)
    return {"(A + A')x": float(abs(dx - np.dot(A + A.T, x)).max()),
            "-2U'(X - UV)": float(abs(dV + 2 * np.dot(U.T, X - np.dot(U, V))).max())}


def run() -> dict:
    point = dict(w=-1, x=0, y=-2, z=1)
    by_mxnet = gradients(lambda *inputs: chain(*inputs)[-1], *point.values())
    return {'near (0, log 2)': linear_approximation(),
            '3x^4 - 4x^3 - 12x^2 at its critical points': critical_points(),
            'f(-1, 0, -2, 1)': chain(**point)[-1],
            'derivative by w, from input to output': forward_derivative(**point),
            'gradient, from output to inputs': backpropagation(**point),
            'gradient by MXNet': dict(zip(point, map(float, by_mxnet))),
            'surface less paraboloid': hessians(),
            'difference to the rules of matrix calculus': matrix_calculus()}


if __name__ == '__main__':
    d2l.main(run)
