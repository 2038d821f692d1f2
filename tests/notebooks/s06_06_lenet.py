# 6.6 (sec_lenet)
# %%
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn
from d2l import mxnet as d2l

npx.set_np()

net = nn.Sequential()
net.add(nn.Conv2D(channels=6, kernel_size=5, padding=2, activation='sigmoid'),
        nn.AvgPool2D(pool_size=2, strides=2),
        nn.Conv2D(channels=16, kernel_size=5, activation='sigmoid'),
        nn.AvgPool2D(pool_size=2, strides=2),
        nn.Dense(120, activation='sigmoid'),
        nn.Dense(84, activation='sigmoid'),
        nn.Dense(10))
# %%
X = np.random.uniform(size=(1, 1, 28, 28))
net.initialize()
shapes = []
for layer in net:
    X = layer(X)
    shapes.append(X.shape)
    print(layer.name, 'output shape:\t', X.shape)
# %%
batch_size = 64
train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size=batch_size)
lr, num_epochs = 0.9, 10
d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
# %%
assert shapes == [(1, 6, 28, 28), (1, 6, 14, 14), (1, 16, 10, 10), (1, 16, 5, 5),
                  (1, 120), (1, 84), (1, 10)]
assert d2l.evaluate_accuracy_gpu(net, test_iter) > .5
