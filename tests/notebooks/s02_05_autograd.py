# 2.5 (sec_autograd)
# %%
from mxnet import autograd, np, npx

npx.set_np()

x = np.arange(4.0)
x.attach_grad()
with autograd.record():
    y = 2 * np.dot(x, x)
y.backward()
x.grad == 4 * x
# %%
assert y.item() == 28 and x.grad.tolist() == [0, 4, 8, 12]
with autograd.record():
    y = x * x
    u = y.detach()
    z = u * x
z.backward()
x.grad == u
# %%
assert x.grad.tolist() == [0, 1, 4, 9]
