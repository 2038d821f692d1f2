"""Blocks and networks: values by hand and PyTorch, shapes, names of parameters."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import nd
from mxnet.gluon import nn, rnn

from d2lmx.edition1 import networks


def test_a_cross_correlation_by_hand():
    Y = networks.corr2d(nd.arange(9).reshape((3, 3)), nd.array([[0, 1], [2, 3]]))
    assert type(Y) is nd.NDArray
    # 0*0 + 1*1 + 3*2 + 4*3 = 19
    assert Y.asnumpy().tolist() == [[19, 25], [37, 43]]


def test_a_kernel_that_is_too_large_is_told():
    with pytest.raises(ValueError, match=r'kernel \(2, 4\) is larger than .* \(3, 3\)'):
        networks.corr2d(nd.ones((3, 3)), nd.ones((2, 4)))


def test_a_residual_block_of_nothing_is_relu_of_its_input():
    block, X = networks.Residual(2), nd.array([[[[-1, 2]], [[3, -4]]]])
    block.initialize(mx.init.Zero())  # F(X) is 0
    assert block(X).asnumpy().tolist() == [[[[0, 2]], [[3, 0]]]]



@pytest.mark.parametrize('use_1x1conv,strides', [(False, 1), (True, 2)])
def test_a_residual_block_is_pytorchs(torch, use_1x1conv, strides):
    block = networks.Residual(3, use_1x1conv=use_1x1conv, strides=strides)
    block.initialize(mx.init.Normal(.5))
    X = nd.random.normal(shape=(2, 3, 5, 7))
    Y = block(X).asnumpy()
    F, X = torch.nn.functional, torch.tensor(X.asnumpy())

    def conv(mine, X, **how):
        return F.conv2d(X, torch.tensor(mine.weight.data().asnumpy()),
                        torch.tensor(mine.bias.data().asnumpy()), **how)

    scale = 1 / (1 + 1e-5) ** .5  # batch norm before any training
    inner = F.relu(conv(block.conv1, X, padding=1, stride=strides) * scale)
    inner = conv(block.conv2, inner, padding=1) * scale
    around = conv(block.conv3, X, stride=strides) if use_1x1conv else X
    onp.testing.assert_allclose(Y, F.relu(inner + around).numpy(), rtol=1e-4, atol=1e-5)


def test_parameters_have_the_names_that_files_of_the_edition_hold(tmp_path):
    block = networks.Residual(3, use_1x1conv=True)
    block.initialize()
    block(nd.ones((1, 2, 4, 4)))
    block.save_parameters(str(tmp_path / 'block.params'))
    names = set(nd.load(str(tmp_path / 'block.params')))
    assert names == {f'{layer}.{part}' for layer, parts in (
        ('conv1', 'weight bias'), ('conv2', 'weight bias'), ('conv3', 'weight bias'),
        ('bn1', 'gamma beta running_mean running_var'),
        ('bn2', 'gamma beta running_mean running_var')) for part in parts.split()}


def test_resnet18_has_eighteen_layers_and_halves_three_times():
    net = networks.resnet18(5)
    net.initialize()
    X, sizes = nd.random.uniform(shape=(2, 3, 16, 24)), []
    for layer in net:
        X = layer(X)
        sizes.append(X.shape)
    assert sizes[2:] == [(2, 64, 16, 24), (2, 64, 16, 24), (2, 128, 8, 12),
                         (2, 256, 4, 6), (2, 512, 2, 3), (2, 512, 1, 1), (2, 5)]
    kernels = [p.shape[2] for name, p in net.collect_params('.*weight').items()
               if len(p.shape) == 4]
    assert kernels.count(3) + 1 == 18 and kernels.count(1) == 3  # the 1 is the dense's
    assert isinstance(net, nn.Sequential)


def test_a_language_model_is_one_hot_layers_and_a_dense_layer():
    model = networks.RNNModel(rnn.RNN(3), vocab_size=4)
    model.initialize(mx.init.Normal(.5))
    state = model.begin_state(batch_size=2)
    X = nd.array([[0, 3, 1], [2, 2, 0]])
    scores, (last,) = model(X, state)
    assert scores.shape == (6, 4) and last.shape == (1, 2, 3)
    weights = {name.split('_', 1)[1]: p.data().asnumpy()
               for name, p in model.collect_params().items()}
    i2h, h2h = (next(w for n, w in weights.items() if n.endswith(end)) for end in (
        'i2h_weight', 'h2h_weight'))
    W = model.dense.weight.data().asnumpy()
    H, rows = onp.zeros((2, 3)), []
    for x in X.asnumpy().T.astype(int):  # biases are 0
        H = onp.maximum(onp.eye(4)[x] @ i2h.T + H @ h2h.T, 0)  # Gluon's RNN has relu
        rows.append(H @ W.T)
    onp.testing.assert_allclose(scores.asnumpy(), onp.concatenate(rows), atol=1e-5)
