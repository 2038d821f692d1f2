# 3.2 (sec_linear_scratch)
# %%
%matplotlib inline
import random
from mxnet import autograd, np, npx
from d2l import mxnet as d2l

npx.set_np()

true_w, true_b = np.array([2, -3.4]), 4.2
features, labels = d2l.synthetic_data(true_w, true_b, 1000)
print('features:', features[0], '\nlabel:', labels[0])
# %%
d2l.set_figsize()
d2l.plt.scatter(features[:, 1].asnumpy(), labels.asnumpy(), 1);
# %%
def data_iter(batch_size, features, labels):
    order = list(range(len(features)))
    random.shuffle(order)
    for i in range(0, len(order), batch_size):
        picked = np.array(order[i:i + batch_size])
        yield features[picked], labels[picked]

batch_size, lr, num_epochs = 10, 0.03, 3
net, loss = d2l.linreg, d2l.squared_loss
w, b = np.random.normal(0, 0.01, (2, 1)), np.zeros(1)
w.attach_grad()
b.attach_grad()
for epoch in range(num_epochs):
    for X, y in data_iter(batch_size, features, labels):
        with autograd.record():
            l = loss(net(X, w, b), y)
        l.backward()
        d2l.sgd([w, b], lr, batch_size)
    train_l = loss(net(features, w, b), labels)
    print(f'epoch {epoch + 1}, loss {float(train_l.mean()):f}')
# %%
# labels have noise of standard deviation .01: half its square is .00005
assert .00004 < float(train_l.mean()) < .00007
assert abs(w.reshape(true_w.shape) - true_w).max() < .01 and abs(b - true_b) < .01
