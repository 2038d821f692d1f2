# 2.4 (sec_calculus)
# %%
%matplotlib inline
from IPython import display
from mxnet import np, npx
from d2l import mxnet as d2l

npx.set_np()

def f(x):
    return 3 * x ** 2 - 4 * x
# %%
def numerical_lim(f, x, h):
    return (f(x + h) - f(x)) / h

slopes = [numerical_lim(f, 1, 10 ** -k) for k in range(1, 6)]
for k, slope in enumerate(slopes, 1):
    print(f'h={10 ** -k:.5f}, numerical limit={slope:.5f}')
# %%
x = np.arange(0, 3, 0.1)
d2l.plot(x, [f(x), 2 * x - 3], 'x', 'f(x)', legend=['f(x)', 'Tangent line (x=1)'])
# %%
# (f(1 + h) - f(1)) / h is 2 + 3 h
assert all(abs(slope - (2 + 3 * 10 ** -k)) < 1e-8
           for k, slope in enumerate(slopes, 1))
