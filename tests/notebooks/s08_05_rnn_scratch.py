# 8.5 (sec_rnn_scratch)
# %%
%matplotlib inline
import math
from mxnet import autograd, gluon, np, npx
from d2l import mxnet as d2l

npx.set_np()

batch_size, num_steps = 32, 35
train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps)
# %%
def get_params(vocab_size, num_hiddens, device):
    sizes = [(vocab_size, num_hiddens), (num_hiddens, num_hiddens), (num_hiddens,),
             (num_hiddens, vocab_size), (vocab_size,)]
    params = [np.random.normal(scale=0.01, size=size, ctx=device)
              if len(size) == 2 else np.zeros(size, ctx=device) for size in sizes]
    for param in params:
        param.attach_grad()
    return params

def init_rnn_state(batch_size, num_hiddens, device):
    return (np.zeros((batch_size, num_hiddens), ctx=device),)

def rnn(inputs, state, params):
    W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        H = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b_h)
        outputs.append(np.dot(H, W_hq) + b_q)
    return np.concatenate(outputs, axis=0), (H,)
# %%
num_hiddens = 64
net = d2l.RNNModelScratch(len(vocab), num_hiddens, d2l.try_gpu(), get_params,
                          init_rnn_state, rnn)
X = np.arange(10).reshape((2, 5))
state = net.begin_state(X.shape[0], d2l.try_gpu())
Y, new_state = net(X.as_in_context(d2l.try_gpu()), state)
Y.shape, len(new_state), new_state[0].shape
# %%
assert Y.shape == (10, len(vocab)) and new_state[0].shape == (2, num_hiddens)
before = d2l.predict_ch8('time traveller ', 10, net, vocab, d2l.try_gpu())
before
# %%
num_epochs, lr = 20, 1
d2l.train_ch8(net, train_iter, vocab, lr, num_epochs, d2l.try_gpu())
# %%
after = d2l.predict_ch8('time traveller ', 10, net, vocab, d2l.try_gpu())
assert before.startswith('time traveller ') and after.startswith('time traveller ')
assert after != before
