# 10.2 (sec_nadaraya-watson)
# %%
from mxnet import autograd, gluon, np, npx
from mxnet.gluon import nn
from d2l import mxnet as d2l

npx.set_np()

n_train = 50
x_train = np.sort(np.random.rand(n_train) * 5)

def f(x):
    return 2 * np.sin(x) + x ** 0.8

y_train = f(x_train) + np.random.normal(0.0, 0.5, (n_train,))
x_test = np.arange(0, 5, 0.1)
y_truth = f(x_test)
n_test = len(x_test)
# %%
def plot_kernel_reg(y_hat):
    d2l.plot(x_test, [y_truth, y_hat], 'x', 'y', legend=['Truth', 'Pred'],
             xlim=[0, 5], ylim=[-1, 5])
    d2l.plt.plot(x_train, y_train, 'o', alpha=0.5);

X_repeat = x_test.repeat(n_train).reshape((-1, n_train))
attention_weights = npx.softmax(-(X_repeat - x_train) ** 2 / 2)
y_hat = np.dot(attention_weights, y_train)
plot_kernel_reg(y_hat)
# %%
d2l.show_heatmaps(np.expand_dims(np.expand_dims(attention_weights, 0), 0),
                  xlabel='Sorted training inputs', ylabel='Sorted testing inputs')
# %%
assert abs(attention_weights.sum(axis=1) - 1).max() < 1e-5  # sums of 50 in float32
average = np.repeat(y_train.mean(), n_test)
assert ((y_hat - y_truth) ** 2).mean() < ((average - y_truth) ** 2).mean()
