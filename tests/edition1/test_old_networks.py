"""Networks of the first edition's chapters 3, 5 and 6, and their sections of today.

What a reader trained then, and saved in any of the ways that the pages know, gives the
same outputs now. The networks are written here as a reader of the pages writes them.
"""
from pathlib import Path

import numpy as onp
import pytest
from mxnet import init, nd, np, npx
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx import commands
from d2lmx.export.legacy import load_legacy_parameters
from d2lmx.pages import sections
from d2lmx.pages.networks import find_network
from d2lmx.parity.convert import legacy_to_gluon
from d2lmx.parity.structure import known_shapes


def chain(*layers):
    net = nn.Sequential()
    net.add(*layers)
    return net


# ---- the networks


def softmax_regression():
    return chain(nn.Dense(10))


def perceptron():
    return chain(nn.Dense(256, activation='relu'), nn.Dense(10))


def dropout():
    return chain(nn.Dense(256, activation='relu'), nn.Dropout(0.2),
                 nn.Dense(256, activation='relu'), nn.Dropout(0.5), nn.Dense(10))


def lenet(convolution=dict(activation='sigmoid'), norm=lambda *_: (), tail=()):
    def dense(units):
        return (nn.Dense(units), *norm(units, 2), nn.Activation('sigmoid')) if (
            not convolution) else (nn.Dense(units, activation='sigmoid'),)

    def stage(channels):
        return (nn.Conv2D(channels, kernel_size=5, **convolution), *norm(channels, 4),
                *tail, nn.MaxPool2D(pool_size=2, strides=2))

    return chain(*stage(6), *stage(16), *dense(120), *dense(84), nn.Dense(10))


def batch_norm_lenet():
    return lenet({}, lambda *_: (nn.BatchNorm(),), (nn.Activation('sigmoid'),))


def alexnet():
    def pool():
        return nn.MaxPool2D(pool_size=3, strides=2)

    def conv(channels, kernel_size, **options):
        return nn.Conv2D(channels, kernel_size, activation='relu', **options)

    return chain(conv(96, 11, strides=4), pool(), conv(256, 5, padding=2), pool(),
                 conv(384, 3, padding=1), conv(384, 3, padding=1),
                 conv(256, 3, padding=1), pool(),
                 nn.Dense(4096, activation='relu'), nn.Dropout(0.5),
                 nn.Dense(4096, activation='relu'), nn.Dropout(0.5), nn.Dense(10))


def vgg():
    net = nn.Sequential()
    for num_convs, num_channels in (1, 16), (1, 32), (2, 64), (2, 128), (2, 128):
        net.add(chain(*(nn.Conv2D(num_channels, kernel_size=3, padding=1,
                                  activation='relu') for _ in range(num_convs)),
                      nn.MaxPool2D(pool_size=2, strides=2)))
    net.add(nn.Dense(4096, activation='relu'), nn.Dropout(0.5),
            nn.Dense(4096, activation='relu'), nn.Dropout(0.5), nn.Dense(10))
    return net


def nin():
    def block(channels, *shape):
        return chain(nn.Conv2D(channels, *shape, activation='relu'),
                     nn.Conv2D(channels, 1, activation='relu'),
                     nn.Conv2D(channels, 1, activation='relu'))

    def pool():
        return nn.MaxPool2D(pool_size=3, strides=2)

    return chain(block(96, 11, 4, 0), pool(), block(256, 5, 1, 2), pool(),
                 block(384, 3, 1, 1), pool(), nn.Dropout(0.5), block(10, 3, 1, 1),
                 nn.GlobalAvgPool2D(), nn.Flatten())


class Inception(nn.Block):
    def __init__(self, c1, c2, c3, c4, **kwargs):
        super().__init__(**kwargs)
        self.p1_1 = nn.Conv2D(c1, 1, activation='relu')
        self.p2_1 = nn.Conv2D(c2[0], 1, activation='relu')
        self.p2_2 = nn.Conv2D(c2[1], 3, padding=1, activation='relu')
        self.p3_1 = nn.Conv2D(c3[0], 1, activation='relu')
        self.p3_2 = nn.Conv2D(c3[1], 5, padding=2, activation='relu')
        self.p4_1 = nn.MaxPool2D(3, strides=1, padding=1)
        self.p4_2 = nn.Conv2D(c4, 1, activation='relu')

    def forward(self, x):
        return nd.concat(self.p1_1(x), self.p2_2(self.p2_1(x)),
                         self.p3_2(self.p3_1(x)), self.p4_2(self.p4_1(x)), dim=1)


def googlenet():
    def pool():
        return nn.MaxPool2D(pool_size=3, strides=2, padding=1)

    b1 = chain(nn.Conv2D(64, 7, strides=2, padding=3, activation='relu'), pool())
    b2 = chain(nn.Conv2D(64, 1, activation='relu'),
               nn.Conv2D(192, 3, padding=1, activation='relu'), pool())
    b3 = chain(Inception(64, (96, 128), (16, 32), 32),
               Inception(128, (128, 192), (32, 96), 64), pool())
    b4 = chain(Inception(192, (96, 208), (16, 48), 64),
               Inception(160, (112, 224), (24, 64), 64),
               Inception(128, (128, 256), (24, 64), 64),
               Inception(112, (144, 288), (32, 64), 64),
               Inception(256, (160, 320), (32, 128), 128), pool())
    b5 = chain(Inception(256, (160, 320), (32, 128), 128),
               Inception(384, (192, 384), (48, 128), 128), nn.GlobalAvgPool2D())
    return chain(b1, b2, b3, b4, b5, nn.Dense(10))


class Residual(nn.Block):
    def __init__(self, num_channels, use_1x1conv=False, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = nn.Conv2D(num_channels, 3, padding=1, strides=strides)
        self.conv2 = nn.Conv2D(num_channels, 3, padding=1)
        self.conv3 = nn.Conv2D(num_channels, 1, strides=strides) if use_1x1conv else (
            None)
        self.bn1, self.bn2 = nn.BatchNorm(), nn.BatchNorm()

    def forward(self, X):
        Y = self.bn2(self.conv2(nd.relu(self.bn1(self.conv1(X)))))
        return nd.relu(Y + (self.conv3(X) if self.conv3 else X))


def stem():
    return (nn.Conv2D(64, 7, strides=2, padding=3), nn.BatchNorm(),
            nn.Activation('relu'), nn.MaxPool2D(3, strides=2, padding=1))


def resnet18():
    net = chain(*stem(), chain(Residual(64), Residual(64)))
    for channels in 128, 256, 512:
        net.add(chain(Residual(channels, True, 2), Residual(channels)))
    net.add(nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


class DenseBlock(nn.Block):
    def __init__(self, num_convs, num_channels, **kwargs):
        super().__init__(**kwargs)
        self.net = nn.Sequential()
        for _ in range(num_convs):
            self.net.add(chain(nn.BatchNorm(), nn.Activation('relu'),
                               nn.Conv2D(num_channels, 3, padding=1)))

    def forward(self, X):
        for layer in self.net:
            X = nd.concat(X, layer(X), dim=1)
        return X


def densenet(halves=True):
    """halves: the count of channels goes on from the half, as it is, not from all."""
    net, channels = chain(*stem()), 64
    for i in range(4):
        net.add(DenseBlock(4, 32))
        channels += 4 * 32
        if i < 3:
            net.add(chain(nn.BatchNorm(), nn.Activation('relu'),
                          nn.Conv2D(channels // 2, 1), nn.AvgPool2D(2, strides=2)))
            channels = channels // 2 if halves else channels
    net.add(nn.BatchNorm(), nn.Activation('relu'), nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


class RNNModel(nn.Block):
    def __init__(self, rnn_layer, vocab_size, **kwargs):
        super().__init__(**kwargs)
        self.rnn, self.vocab_size = rnn_layer, vocab_size
        self.dense = nn.Dense(vocab_size)

    def forward(self, inputs, state):
        Y, state = self.rnn(nd.one_hot(inputs.T, self.vocab_size), state)
        return self.dense(Y.reshape((-1, Y.shape[-1]))), state


# ---- how a reader saved them


def by_structure(net, file):
    net.save_parameters(file)


def by_prefix(net, file):
    net.collect_params().save(file)


def by_prefix_sorted(net, file):
    params = net.collect_params()
    nd.save(file, {name: params[name].data() for name in sorted(params)})


def by_export(net, file):
    """Prefixes and arg: or aux: before them."""
    hybrid = nn.HybridSequential()
    hybrid.add(*net)
    hybrid.hybridize()
    hybrid(nd.array(images(28)))
    prefix = file[:-len('.params')]
    hybrid.export(prefix)
    Path(f'{prefix}-0000.params').rename(file)


def without_names(net, file):
    nd.save(file, [param.data() for param in net.collect_params().values()])


def trained(net, *inputs):
    """The network with random parameters and averages, and what it makes of inputs."""
    net.initialize(init.Xavier())
    net(*inputs)
    rng = onp.random.RandomState(0)
    for name, param in net.collect_params().items():
        if name.endswith(('bias', 'beta', 'running_mean')):
            param.set_data(nd.array(rng.uniform(-0.1, 0.1, param.shape)))
        elif name.endswith(('gamma', 'running_var')):
            param.set_data(nd.array(rng.uniform(0.5, 1.5, param.shape)))
    return net, net(*inputs)


def images(size):
    return onp.random.RandomState(1).uniform(size=(2, 1, size, size)).astype('float32')


def check_same(now, then):
    """To the rounding of the largest output: nothing but the array type is new."""
    assert now.shape == then.shape
    assert abs(then).max() > 1e-3  # it would be a test of nothing
    assert abs(now - then).max() <= 1e-6 * abs(then).max()


@pytest.mark.parametrize('build_old,number,size,save', [
    (softmax_regression, '3.7', 28, by_structure),
    (softmax_regression, '3.7', 28, without_names),
    (perceptron, '4.3', 28, by_structure), (perceptron, '4.3', 28, by_prefix),
    (dropout, '4.6', 28, without_names),
    (alexnet, '7.1', 67, by_structure), (vgg, '7.2', 32, by_prefix),
    (nin, '7.3', 67, by_prefix_sorted), (googlenet, '7.4', 32, by_prefix),
    (resnet18, '7.6', 32, by_prefix_sorted), (densenet, '7.7', 32, by_structure)])
def test_networks_of_the_first_edition_predict_the_same(build_old, number, size, save,
                                                        tmp_path):
    X = images(size)
    old, Y = trained(build_old(), nd.array(X))
    save(old, str(tmp_path / 'old.params'))
    npx.set_np()
    net = known_shapes(find_network(number).build_net, lambda _: (np.array(X),))
    assert (load_legacy_parameters(net, tmp_path / 'old.params')
            == len(old.collect_params().keys()))
    check_same(net(np.array(X)).asnumpy(), Y.asnumpy())


@pytest.mark.parametrize('layer,number,num_states', [
    (rnn.RNN, '8.6', 1), (rnn.GRU, '9.1', 1), (rnn.LSTM, '9.2', 2)])
@pytest.mark.parametrize('save', [by_structure, by_prefix])
def test_recurrent_networks_predict_the_same(layer, number, num_states, save, tmp_path):
    tokens = onp.random.RandomState(2).randint(0, 40, size=(2, 5))
    state = onp.random.RandomState(3).uniform(
        -1, 1, (num_states, 1, 2, 256)).astype('float32')
    old, (Y, last) = trained(RNNModel(layer(256), 40), nd.array(tokens),
                             [nd.array(H) for H in state])
    save(old, str(tmp_path / 'old.params'))
    npx.set_np()
    assert commands.call('convert', [
        number, str(tmp_path / 'old.params'), str(tmp_path / 'new.params'),
        '--set', 'vocab_size=40']) == 0
    net = find_network(number).build_net(vocab_size=40)
    d2l.load_parameters(net, tmp_path / 'new.params')
    Y_now, last_now = net(np.array(tokens), [np.array(H) for H in state])
    check_same(Y_now.asnumpy(), Y.asnumpy())
    for now, then in zip(last_now, last):
        check_same(now.asnumpy(), then.asnumpy())


@pytest.mark.parametrize('given', ['vocab_size=0', 'vocab_size=', 'size=9',
                                   'vocab_size=-1', 'vocab_size=1e3'])
def test_a_size_that_no_network_has_is_one_line(given, tmp_path, capsys):
    assert commands.call('convert', ['8.6', 'old.params', str(tmp_path / 'new.params'),
                                     '--set', given]) == 2
    line, = capsys.readouterr().err.splitlines()
    assert '--set takes NAME=NUMBER' in line and given in line


# ---- from scratch


@pytest.mark.parametrize('names', [None, 'W1 b1 W2 b2 W3 b3'])
def test_layers_from_scratch_are_transposed_where_all_of_them_are(names, tmp_path):
    rng = onp.random.RandomState(0)
    W1, b1, W2, b2, W3, b3 = params = [nd.array(rng.normal(size=shape)) for shape in (
        (784, 256), (256,), (256, 256), (256,), (256, 10), (10,))]
    X = images(28)
    H = nd.array(X).reshape((-1, 784))
    for W, b in (W1, b1), (W2, b2):
        H = nd.relu(nd.dot(H, W) + b)
    Y = nd.dot(H, W3) + b3
    nd.save(str(tmp_path / 'old.params'), params if names is None else
            dict(zip(names.split(), params)))
    npx.set_np()
    net = known_shapes(find_network('4.6').build_net, lambda _: (np.array(X),))
    assert load_legacy_parameters(net, tmp_path / 'old.params') == 6
    check_same(net(np.array(X)).asnumpy(), Y.asnumpy())


@pytest.mark.parametrize('number,gates,num_states', [('8.5', 1, 1), ('9.1', 3, 1),
                                                     ('9.2', 4, 2)])
def test_recurrent_networks_from_scratch_go_by_their_order(number, gates, num_states,
                                                           tmp_path):
    hidden = 512 if number == '8.5' else 256
    shapes = [(28, hidden), (hidden, hidden), (hidden,)] * gates + [(hidden, 28), (28,)]
    rng = onp.random.RandomState(0)
    params = [rng.normal(scale=0.1, size=shape).astype('float32') for shape in shapes]
    nd.save(str(tmp_path / 'old.params'), [nd.array(value) for value in params])
    npx.set_np()
    network = find_network(f'{number}:scratch')
    legacy_to_gluon(network.build_net, network.example_inputs,
                    tmp_path / 'old.params', tmp_path / 'new.params')
    net = network.build_net()
    d2l.load_parameters(net, tmp_path / 'new.params')
    assert all(onp.array_equal(now.asnumpy(), then)
               for now, then in zip(net.params, params))
    tokens, H = onp.array([[3], [5]]), rng.uniform(size=(2, hidden)).astype('float32')
    states = [np.array(H)] * num_states
    Y, _ = net(np.array(tokens), states)
    check_same(Y.asnumpy(), SCRATCH[number](params, tokens[:, 0], H))


def sigmoid(X):
    return 1 / (1 + onp.exp(-X))


def gates_of(params, tokens, H):
    """What each gate is given: W_x's rows of the tokens, the state, the bias."""
    return [W_x[tokens] + H @ W_h + b
            for W_x, W_h, b in zip(params[:-2:3], params[1:-2:3], params[2:-2:3])]


def rnn_step(params, tokens, H):
    A, = gates_of(params, tokens, H)
    return onp.tanh(A) @ params[-2] + params[-1]


def gru_step(params, tokens, H):
    Z, R, _ = map(sigmoid, gates_of(params, tokens, H))
    W_x, W_h, b = params[6:9]
    H = Z * H + (1 - Z) * onp.tanh(W_x[tokens] + (R * H) @ W_h + b)
    return H @ params[-2] + params[-1]


def lstm_step(params, tokens, H):
    I, F, O, C = gates_of(params, tokens, H)
    C = sigmoid(F) * H + sigmoid(I) * onp.tanh(C)  # the cell began as the state
    return (sigmoid(O) * onp.tanh(C)) @ params[-2] + params[-1]


SCRATCH = {'8.5': rnn_step, '9.1': gru_step, '9.2': lstm_step}


def test_sizes_that_a_network_does_not_know_yet_are_the_files(tmp_path):
    X = images(5)
    old, Y = trained(perceptron(), nd.array(X))
    by_prefix(old, str(tmp_path / 'old.params'))
    npx.set_np()
    net = find_network('4.3').build_net()  # never initialized, never run
    load_legacy_parameters(net, tmp_path / 'old.params')
    assert net[0].weight.shape == (256, 25)
    check_same(net(np.array(X)).asnumpy(), Y.asnumpy())


def test_a_file_of_sorted_names_is_taken_by_their_numbers(tmp_path):
    """As text dense10 stands before dense2; here all layers have one shape."""
    with nn.Block(prefix='old_').name_scope():  # layers of their own, counted from 0
        old, _ = trained(chain(*(nn.Dense(3, in_units=3) for _ in range(12))),
                         nd.ones((1, 3)))
    names = list(old.collect_params())
    assert sorted(names) != names
    by_prefix_sorted(old, str(tmp_path / 'old.params'))
    npx.set_np()
    net = nn.HybridSequential()
    net.add(*(nn.Dense(3, in_units=3) for _ in range(12)))
    load_legacy_parameters(net, tmp_path / 'old.params')
    for now, then in zip(net, old):
        assert now.weight.data().tolist() == then.weight.data().asnumpy().tolist()


# ---- where the editions differ


@pytest.fixture
def refusal(tmp_path, capsys):
    """``refusal(net, number, *options)``: the line on a network that does not fit."""
    def refusal(net, number, *options):
        old, new = tmp_path / 'old.params', tmp_path / 'new.params'
        if net is not None:
            net.save_parameters(str(old))
        npx.set_np()
        assert commands.call('convert', [number, str(old), str(new), *options]) == 2
        assert not new.exists()
        text, line = capsys.readouterr()
        assert text == '' and line.count('\n') == 1
        return line

    return refusal


def test_lenet_was_not_padded_and_one_line_says_so(refusal):
    # 28 - 4 = 24, 12, 12 - 4 = 8, 4: 16 * 4 * 4 = 256; with the padding 16 * 5 * 5
    net, _ = trained(lenet(), nd.array(images(28)))
    line = refusal(net, '6.6')
    assert "'4.weight' has shape (120, 256) in" in line
    assert line.endswith("'4.weight' of the network needs (120, 400)\n")


def test_lenet_with_batch_norm_pools_otherwise_and_a_line_says_so(tmp_path, capsys):
    X = images(28)
    old, Y = trained(batch_norm_lenet(), nd.array(X))
    by_export(old, str(tmp_path / 'old.params'))
    npx.set_np()
    files = str(tmp_path / 'old.params'), str(tmp_path / 'new.params')
    assert commands.call('convert', ['5.10', *files, '--edition', '1']) == 0
    assert '*** not exact: the first edition pools by the maximum' in (
        capsys.readouterr().out)
    net = find_network('7.5').build_net()
    d2l.load_parameters(net, files[1])
    assert abs(net(np.array(X)).asnumpy() - Y.asnumpy()).max() > 1e-3
    for i, layer in enumerate(net):  # nothing but the pooling is another
        if isinstance(layer, nn.AvgPool2D):
            net._children[str(i)] = nn.MaxPool2D(pool_size=2, strides=2)
    check_same(net(np.array(X)).asnumpy(), Y.asnumpy())


class BatchNormScratch(nn.Block):
    """The page's layer: its averages are arrays that no file of parameters holds."""

    def __init__(self, num_features, num_dims, **kwargs):
        super().__init__(**kwargs)
        shape = (1, num_features) + (1, 1) * (num_dims == 4)
        self.gamma = self.params.get('gamma', shape=shape, init=init.One())
        self.beta = self.params.get('beta', shape=shape, init=init.Zero())

    def forward(self, X):
        return X * self.gamma.data() + self.beta.data()


def test_batch_norm_from_scratch_saved_no_averages_and_one_line_says_so(refusal):
    net = lenet({}, lambda *shape: (BatchNormScratch(*shape),))
    trained(net, nd.array(images(28)))
    assert ("it has 0 arrays of the kind 'running_mean' (none), the network 4 "
            in refusal(net, '7.5'))


def test_densenet_of_early_printings_kept_all_channels_and_one_line_says_so(refusal):
    # 64 + 128 = 192, half of it 96, and 96 + 128 = 224; half of 192 + 128 = 320 is 160
    net, _ = trained(densenet(halves=False), nd.array(images(32)))
    line = refusal(net, '7.7')
    assert "'7.2.weight' has shape (160, 224, 1, 1) in" in line
    assert 'needs (112, 224, 1, 1)' in line


@pytest.mark.parametrize('number,options,reason', [
    ('4.3', (), "it has 2 arrays of the kind 'weight' (0.weight, 1.weight)"),
    ('4.3', ('--set', 'num_hiddens=9'), 'is it of another network?'),
    ('4.3', ('--set', 'units=9'), 'num_hiddens; got'),
    ('4.3', ('--set', 'num_hiddens=many'), "a whole number"),
    ('4.3', ('--input-shape', '1x28x28'), 'is for a symbol file')])
def test_another_network_is_told_in_one_line(refusal, number, options, reason):
    net, _ = trained(chain(nn.Dense(3), nn.Dense(3), nn.BatchNorm()),
                     nd.array(images(28)))
    line = refusal(net, number, *options)
    assert reason in line or "kind 'gamma'" in line


def test_sections_that_differ_are_sections():
    from d2lmx.commands.convert import DIFFERS
    assert all(sections.find(number) for number in DIFFERS)
