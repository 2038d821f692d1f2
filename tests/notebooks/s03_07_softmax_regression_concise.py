# 3.7 (sec_softmax_concise)
# %%
from mxnet import gluon, init, npx
from mxnet.gluon import nn
from d2l import mxnet as d2l

npx.set_np()

batch_size = 64
train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
# %%
net = nn.Sequential()
net.add(nn.Dense(10))
net.initialize(init.Normal(sigma=0.01))
loss = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1})
# %%
num_epochs = 5
d2l.train_ch3(net, train_iter, test_iter, loss, num_epochs, trainer)
# %%
d2l.predict_ch3(net, test_iter)
# %%
assert d2l.evaluate_accuracy(net, test_iter) > .5  # of ten classes
