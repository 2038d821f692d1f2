# 12.1 (sec_hybridize)
# %%
from mxnet import np, npx
from mxnet.gluon import nn
from d2l import mxnet as d2l

npx.set_np()

def get_net():
    net = nn.HybridSequential()
    net.add(nn.Dense(256, activation='relu'),
            nn.Dense(128, activation='relu'),
            nn.Dense(2))
    net.initialize()
    return net

x = np.random.normal(size=(1, 512))
net = get_net()
imperative = net(x)
imperative
# %%
net.hybridize()
hybridized = net(x)
hybridized
# %%
with d2l.Benchmark('With hybridization'):
    for i in range(100):
        net(x)
    npx.waitall()
# %%
net.export('my_mlp')
!ls my_mlp*
# %%
import os

assert abs(imperative - hybridized).max() < 1e-5  # float32, sums of 512
assert {'my_mlp-0000.params', 'my_mlp-symbol.json'} <= set(os.listdir())
