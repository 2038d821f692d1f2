"""PyTorch's pages from scratch: parameters as tensors, equations and updates by hand.

A page's function gives its parameters, a list of tensors, net, the function of them,
and the loss; or a module, where its page writes a layer and trains it by PyTorch's
optimizer.
`PAGES` has each by its section's name, with what builds the same of PyTorch's layers.
"""
import torch
from torch import nn
from torch.nn import functional as F

from ._language_model import RNNModel
from .ch07 import s05_batch_norm


def normal(*shape, std=0.01):
    return torch.normal(0, std, shape).requires_grad_()


def zeros(*shape):
    return torch.zeros(shape, requires_grad=True)


def sgd(params, lr, batch_size):
    """Gradient descent by sums over a batch; the gradients are zero afterwards."""
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


def grad_clipping(params, theta):
    """Scale all gradients so that their common norm is theta at most."""
    norm = torch.sqrt(sum(torch.sum(param.grad ** 2) for param in params))
    if norm > theta:
        for param in params:
            param.grad[:] *= theta / norm


# ---- losses of each example


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def cross_entropy(y_hat, y):
    """Of probabilities y_hat (batch, classes)."""
    return -torch.log(y_hat[range(len(y_hat)), y])


# ---- linear networks and perceptrons


def linear_regression(num_inputs=2, std=0.01):
    """X (batch, num_inputs) -> (batch, 1)."""
    w, b = normal(num_inputs, 1, std=std), zeros(1)
    return [w, b], lambda X: X @ w + b, squared_loss


def weight_decay():
    """The same of 200 inputs, with the weights that its page begins with."""
    return linear_regression(200, std=1)


def softmax_regression():
    """X (batch, 1, 28, 28) -> probabilities (batch, 10)."""
    W, b = normal(784, 10), zeros(10)

    def softmax(X):
        X_exp = torch.exp(X)
        return X_exp / X_exp.sum(1, keepdim=True)

    return [W, b], lambda X: softmax(X.reshape(-1, 784) @ W + b), cross_entropy


def relu(X):
    return torch.max(X, torch.zeros_like(X))


def mlp():
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    W1, b1, W2, b2 = normal(784, 256), zeros(256), normal(256, 10), zeros(10)

    def net(X):
        H = relu(X.reshape(-1, 784) @ W1 + b1)
        return H @ W2 + b2

    return [W1, b1, W2, b2], net, nn.CrossEntropyLoss(reduction='none')


def dropout_layer(X, dropout):
    mask = (torch.rand(X.shape) > dropout).float()
    return mask * X / (1 - dropout)


def dropout(dropout1=0.2, dropout2=0.5):
    """X (batch, 1, 28, 28) -> scores (batch, 10), as in training."""
    W1, b1, W2, b2 = normal(784, 256), zeros(256), normal(256, 256), zeros(256)
    W3, b3 = normal(256, 10), zeros(10)

    def net(X):
        H1 = dropout_layer(torch.relu(X.reshape(-1, 784) @ W1 + b1), dropout1)
        H2 = dropout_layer(torch.relu(H1 @ W2 + b2), dropout2)
        return H2 @ W3 + b3

    return ([W1, b1, W2, b2, W3, b3], net,
            nn.CrossEntropyLoss(reduction='none'))


# ---- batch normalization


def batch_norm(X, gamma, beta, moving_mean, moving_var, eps, momentum):
    """As in training: normalized X, and the moving averages that follow it."""
    axes = (0,) if X.ndim == 2 else (0, 2, 3)
    mean = X.mean(dim=axes, keepdim=True)
    var = ((X - mean) ** 2).mean(dim=axes, keepdim=True)
    X_hat = (X - mean) / torch.sqrt(var + eps)
    moving_mean = momentum * moving_mean + (1 - momentum) * mean.detach()
    moving_var = momentum * moving_var + (1 - momentum) * var.detach()
    return gamma * X_hat + beta, moving_mean, moving_var


class BatchNorm(nn.Module):
    """The equations above as a layer, for training alone."""

    def __init__(self, num_features, num_dims):
        super().__init__()
        shape = (1, num_features) if num_dims == 2 else (1, num_features, 1, 1)
        self.gamma = nn.Parameter(torch.ones(shape))
        self.beta = nn.Parameter(torch.zeros(shape))
        self.moving_mean, self.moving_var = torch.zeros(shape), torch.ones(shape)

    def forward(self, X):
        Y, self.moving_mean, self.moving_var = batch_norm(
            X, self.gamma, self.beta, self.moving_mean, self.moving_var, eps=1e-5,
            momentum=0.9)
        return Y


def batch_norm_net():
    """LeNet with the layer from scratch: X (batch, 1, 28, 28) -> scores (batch, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5), BatchNorm(6, 4), nn.Sigmoid(),
        nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), BatchNorm(16, 4), nn.Sigmoid(),
        nn.AvgPool2d(kernel_size=2, stride=2), nn.Flatten(),
        nn.Linear(16 * 4 * 4, 120), BatchNorm(120, 2), nn.Sigmoid(),
        nn.Linear(120, 84), BatchNorm(84, 2), nn.Sigmoid(),
        nn.Linear(84, 10))


# ---- recurrent networks: X (batch, steps), states -> scores (steps * batch, 28), new
# states


def gates(number, num_hiddens):
    """Weights and a bias of each gate: for inputs, for the state."""
    return [param for _ in range(number) for param in (
        normal(28, num_hiddens), normal(num_hiddens, num_hiddens), zeros(num_hiddens))]


def recurrent(number, num_hiddens, step):
    """Parameters, net and loss of a language model: step(X, state, *gates) -> state."""
    params = [*gates(number, num_hiddens), normal(num_hiddens, 28), zeros(28)]

    def net(inputs, state):
        *weights, W_hq, b_q = params
        outputs = []
        for X in F.one_hot(inputs.T, 28).float():
            state = step(X, state, *weights)
            outputs.append(state[0] @ W_hq + b_q)
        return torch.cat(outputs), state

    return params, net, nn.CrossEntropyLoss()


def rnn(num_hiddens=512):
    def step(X, state, W_xh, W_hh, b_h):
        H, = state
        return torch.tanh(X @ W_xh + H @ W_hh + b_h),

    return recurrent(1, num_hiddens, step)


def gru(num_hiddens=256):
    def step(X, state, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h):
        H, = state
        Z = torch.sigmoid(X @ W_xz + H @ W_hz + b_z)
        R = torch.sigmoid(X @ W_xr + H @ W_hr + b_r)
        H_tilda = torch.tanh(X @ W_xh + (R * H) @ W_hh + b_h)
        return Z * H + (1 - Z) * H_tilda,

    return recurrent(3, num_hiddens, step)


def lstm(num_hiddens=256):
    def step(X, state, W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o,
             W_xc, W_hc, b_c):
        H, C = state
        I = torch.sigmoid(X @ W_xi + H @ W_hi + b_i)
        F = torch.sigmoid(X @ W_xf + H @ W_hf + b_f)
        O = torch.sigmoid(X @ W_xo + H @ W_ho + b_o)
        C = F * C + I * torch.tanh(X @ W_xc + H @ W_hc + b_c)
        return O * torch.tanh(C), C

    return recurrent(4, num_hiddens, step)


def perceptron(*sizes, chances=()):
    """Layers of these sizes with ReLUs, and dropout, between."""
    layers = [nn.Flatten()]
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        if i:
            layers += [nn.ReLU(), *map(nn.Dropout, chances[i - 1:i])]
        layers.append(nn.Linear(inputs, outputs))
    return nn.Sequential(*layers)


PAGES = {
    'linear_regression_scratch': (linear_regression, lambda: perceptron(2, 1)),
    'softmax_regression_scratch': (softmax_regression, lambda: perceptron(784, 10)),
    'mlp_scratch': (mlp, lambda: perceptron(784, 256, 10)),
    'weight_decay': (weight_decay, lambda: perceptron(200, 1)),
    'dropout': (dropout, lambda: perceptron(784, 256, 256, 10, chances=(0.2, 0.5))),
    'batch_norm': (batch_norm_net, s05_batch_norm.build_net),
    'rnn_scratch': (rnn, lambda: RNNModel(nn.RNN(28, 512))),
    'gru': (gru, lambda: RNNModel(nn.GRU(28, 256))),
    'lstm': (lstm, lambda: RNNModel(nn.LSTM(28, 256))),
}
