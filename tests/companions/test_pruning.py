"""Pruning, by hand, by NumPy, by smaller networks built as such, and by PyTorch."""
import numpy as onp
import pytest
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l


def initialized(*layers, shape=(2, 3, 8, 8)):
    """A network with biases and statistics of its own, and inputs of it."""
    net = nn.HybridSequential()
    net.add(*layers)
    net.initialize(init.Xavier())
    rng = onp.random.RandomState(0)
    X = np.array(rng.normal(size=shape), dtype='float32')
    net(X)
    for name, param in net.collect_params().items():
        if len(param.shape) == 1:
            param.set_data(np.array(rng.uniform(.5, 1.5, param.shape)))
    return net, X


def lenet():
    return initialized(d2l.lenet5(10), shape=(2, 1, 28, 28))


def resnet():
    return initialized(nn.Conv2D(8, 3, padding=1), nn.BatchNorm(),
                       nn.Activation('relu'), d2l.Residual(8),
                       d2l.Residual(12, use_1x1conv=True, strides=2), d2l.Residual(12),
                       nn.GlobalAvgPool2D(), nn.Dense(5))


# ---- weights


def dense(*rows):
    net = nn.HybridSequential()
    net.add(*(nn.Dense(len(row), in_units=len(row[0])) for row in rows))
    net.initialize(init.One())
    for layer, row in zip(net, rows):
        layer.weight.set_data(np.array(row))
    return net


def test_the_smallest_weights_of_all_layers_together_go():
    net = dense([[3, -.1], [.5, -4]], [[-.2, 1]])
    masks = d2l.magnitude_masks(net, .5)
    assert [mask.tolist() for mask in masks.values()] == [[[1, 0], [0, 1]], [[0, 1]]]
    d2l.apply_masks(net, masks)
    assert net[0].weight.data().tolist() == [[3, 0], [0, -4]]
    assert net[1].weight.data().tolist() == [[0, 1]]
    assert net[0].bias.data().tolist() == [0, 0]


@pytest.mark.parametrize('sparsity,zeros', [(0, 0), (.1, 1), (.5, 3), (.9, 5),
                                            (.95, 5)])
def test_as_many_go_as_the_share_says_though_some_are_equal(sparsity, zeros):
    masks = d2l.magnitude_masks(dense([[1, 1], [1, 1]], [[1, 1]]), sparsity)
    assert sum((mask == 0).sum() for mask in masks.values()) == zeros


def test_what_went_before_goes_again():
    net, _ = resnet()
    before = d2l.magnitude_masks(net, .6)
    d2l.apply_masks(net, before)
    after = d2l.magnitude_masks(net, .8)
    assert set(before) == {name for name, param in net.collect_params().items()
                           if len(param.shape) > 1}
    for name, mask in before.items():
        assert (after[name] <= mask).all()


@pytest.mark.parametrize('sparsity', [1, -.1, float('nan'), 'half'])
def test_a_share_that_leaves_no_weight_or_is_none_is_refused(sparsity):
    with pytest.raises(ValueError, match=r'sparsity must be a number in \[0, 1\)'):
        d2l.magnitude_masks(dense([[1]]), sparsity)


def test_a_network_without_weights_is_refused():
    net = nn.HybridSequential()
    net.add(nn.BatchNorm(in_channels=3))
    net.initialize()
    with pytest.raises(ValueError, match='HybridSequential has no weights to prune'):
        d2l.magnitude_masks(net, .5)


def test_one_weight_of_few_stays_though_the_share_rounds_to_all():
    masks = d2l.magnitude_masks(dense([[1, -3, 2, 0]]), .9)  # 3.6 of 4
    assert [mask.tolist() for mask in masks.values()] == [[[0, 1, 0, 0]]]


def test_embeddings_are_no_weights():
    net = nn.HybridSequential()
    net.add(nn.Embedding(5, 2), nn.Dense(2, in_units=2, flatten=False))
    net.initialize()
    net[1].weight.set_data(np.array([[1, 2], [3, 4]]))
    net[0].weight.set_data(np.zeros((5, 2)))  # which would be the first to go
    masks = d2l.magnitude_masks(net, .5)
    assert {name: mask.tolist() for name, mask in masks.items()} == {
        net[1].weight.name: [[0, 0], [1, 1]]}


@pytest.mark.parametrize('mask', [('other', [[0, 1]]), (None, [[0], [1]]), (None, 0)])
def test_masks_of_no_weight_are_refused_and_none_is_masked(mask):
    net = dense([[1, 2]], [[3]])
    first, second = (layer.weight.name for layer in net)
    name, value = mask
    masks = {second: onp.zeros((1, 1)), name or first: onp.array(value)}
    for call in (d2l.apply_masks, lambda net, masks: d2l.masked_updater(
            net, lambda batch_size: None, masks)):
        with pytest.raises(d2l.InputError, match='HybridSequential has no weight .* of '
                                                 'the shape .* of its mask'):
            call(net, masks)
    assert net[1].weight.data().tolist() == [[3]]


def test_weights_are_those_that_pytorch_prunes(torch):
    from torch.nn.utils import prune
    net, _ = lenet()
    layers = [torch.nn.Linear(*param.shape[::-1]) if len(param.shape) == 2 else
              torch.nn.Conv2d(*param.shape[1::-1], param.shape[2])
              for param in net.collect_params('.*weight').values()]
    for layer, param in zip(layers, net.collect_params('.*weight').values()):
        layer.weight.data = torch.tensor(param.data().asnumpy())
    prune.global_unstructured([(layer, 'weight') for layer in layers],
                              prune.L1Unstructured, amount=.7)
    d2l.apply_masks(net, d2l.magnitude_masks(net, .7))
    for layer, param in zip(layers, net.collect_params('.*weight').values()):
        onp.testing.assert_array_equal(param.data().asnumpy(), layer.weight.detach())


@pytest.mark.parametrize('optimizer', ['adam', 'sgd'])
def test_masks_outlast_training_in_which_all_else_changes(optimizer):
    net, X = lenet()
    masks = d2l.magnitude_masks(net, .9)
    before = {name: param.data().asnumpy()
              for name, param in net.collect_params().items()}
    trainer = gluon.Trainer(net.collect_params(), optimizer, {'learning_rate': .01})
    updater = d2l.masked_updater(net, trainer, masks)
    for name, mask in masks.items():  # at once
        onp.testing.assert_array_equal(net.collect_params()[name].data().asnumpy(),
                                       before[name] * mask)
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), updater)
    for _ in range(3):
        step(X, np.array([3, 7]))
    for name, param in net.collect_params().items():
        after = param.data().asnumpy()
        if name in masks:
            assert (after[masks[name] == 0] == 0).all()
        assert (after != before[name] * masks.get(name, 1)).any()


# ---- channels


@pytest.mark.parametrize('make', [lenet, resnet])
@pytest.mark.parametrize('share', [.75, .5, .1])
def test_the_smaller_network_gives_what_the_masked_one_gives(make, share):
    net, X = make()
    pruner, whole = d2l.ChannelPruner(net, X), net(X).asnumpy()
    kept = pruner.strongest(share)
    smaller = pruner.smaller(kept)
    onp.testing.assert_array_equal(net(X).asnumpy(), whole)  # the network stays
    pruner.zero_others(kept)
    masked = net(X).asnumpy()
    # sums of the same numbers, but for zeros, in another order
    onp.testing.assert_allclose(smaller(X).asnumpy(), masked, rtol=1e-4, atol=1e-5)
    assert abs(masked - whole).max() > .01
    sizes = d2l.ChannelPruner(smaller, X).sizes
    assert sizes == {name: max(1, round(share * size))
                     for name, size in pruner.sizes.items()}


@pytest.mark.parametrize('make', [lenet, resnet])
def test_channels_that_give_nothing_are_those_that_go_and_nothing_is_lost(make):
    net, X = make()
    pruner, rng = d2l.ChannelPruner(net, X), onp.random.RandomState(1)
    others = {name: onp.sort(rng.choice(size, size // 2, replace=False))
              for name, size in pruner.sizes.items()}
    pruner.zero_others(others)
    whole, kept = net(X).asnumpy(), pruner.strongest(.5)
    assert {name: channels.tolist() for name, channels in kept.items()} == {
        name: channels.tolist() for name, channels in others.items()}
    onp.testing.assert_allclose(pruner.smaller(kept)(X).asnumpy(), whole, rtol=1e-4,
                                atol=1e-5)


@pytest.mark.parametrize('compiled', [False, True])
def test_the_smaller_network_trains_as_one_built_as_such(compiled):
    net, X = resnet()
    pruner = d2l.ChannelPruner(net, X)
    smaller = pruner.smaller(pruner.strongest(.5))
    built, _ = initialized(nn.Conv2D(4, 3, padding=1), nn.BatchNorm(),
                           nn.Activation('relu'), d2l.Residual(4),
                           d2l.Residual(6, use_1x1conv=True, strides=2),
                           d2l.Residual(6), nn.GlobalAvgPool2D(), nn.Dense(5))
    pairs = {name: (param, smaller.collect_params()[name]) for name, param in
             zip(net.collect_params(), built.collect_params().values())}
    before = {}
    for name, (theirs, ours) in pairs.items():
        theirs.set_data(ours.data())
        before[name] = ours.data().asnumpy()
    for each in (built, smaller):
        each.hybridize(compiled, static_alloc=compiled)
        # not Adam, which moves a bias before a normalization by its rounding's sign
        step = d2l.classification_step(
            each, gluon.loss.SoftmaxCrossEntropyLoss(),
            gluon.Trainer(each.collect_params(), 'sgd', {'learning_rate': .05}))
        for _ in range(3):
            step(X, np.array([1, 3]))
    for name, (theirs, ours) in pairs.items():  # running averages, too
        onp.testing.assert_allclose(ours.data().asnumpy(), theirs.data().asnumpy(),
                                    rtol=1e-3, atol=1e-5)
        if 'running' in name:
            assert (ours.data().asnumpy() != before[name]).all()
    onp.testing.assert_allclose(smaller(X).asnumpy(), built(X).asnumpy(), rtol=1e-3,
                                atol=1e-4)


def test_lenet_with_half_of_its_channels_is_a_lenet_of_that_size():
    net, X = lenet()
    pruner = d2l.ChannelPruner(net, X)
    assert list(pruner.sizes.values()) == [6, 16, 120, 84]  # not the ten scores
    smaller = pruner.smaller(pruner.strongest(.5))
    built = d2l.lenet5(10, channels=(3, 8), num_hiddens=(60, 42))
    built.initialize()
    built(X)
    params = list(smaller.collect_params().values())
    for theirs, ours in zip(built.collect_params().values(), params):
        theirs.set_data(ours.data())  # of the same shape, or MXNet complains
    onp.testing.assert_allclose(built(X).asnumpy(), smaller(X).asnumpy(), rtol=1e-5,
                                atol=1e-6)
    assert d2l.multiply_adds(smaller, X) == d2l.multiply_adds(built, X)


def test_channels_that_are_added_stay_or_go_together():
    net, X = resnet()
    sizes = list(d2l.ChannelPruner(net, X).sizes.values())
    # those of the first maps and of the first block's sum; those within each of three
    # blocks; those of the last two sums
    assert sorted(sizes) == [8, 8, 12, 12, 12]
    full = d2l.ChannelPruner(*initialized(d2l.resnet18(10), shape=(1, 1, 8, 8)))
    assert sorted(full.sizes.values()) == sorted(3 * [64, 128, 256, 512])


def test_the_strongest_channels_have_the_largest_sums_of_absolute_weights():
    net, X = initialized(nn.Conv2D(3, 1), nn.Dense(2), shape=(1, 2, 2, 2))
    net[0].weight.set_data(np.array([[1, -1], [-3, 0], [.5, 2]]).reshape(3, 2, 1, 1))
    (name, kept), = d2l.ChannelPruner(net, X).strongest(2 / 3).items()
    assert kept.tolist() == [1, 2]
    smaller = d2l.ChannelPruner(net, X).smaller({name: kept})
    weight, _, rows, _ = (param.data().asnumpy()
                          for param in smaller.collect_params().values())
    assert weight.reshape(2, 2).tolist() == [[-3, 0], [.5, 2]]
    # of each map four numbers lie side by side, as dense layers see it
    onp.testing.assert_array_equal(rows, net[1].weight.data().asnumpy()[:, 4:])


def test_of_added_channels_all_filters_count():
    net, X = initialized(nn.Conv2D(2, 1), d2l.Residual(2), nn.GlobalAvgPool2D(),
                         nn.Dense(2), shape=(1, 2, 4, 4))
    for param in net.collect_params('.*weight').values():
        param.set_data(np.ones(param.shape))
    first = {name for name, size in d2l.ChannelPruner(net, X).sizes.items()}
    # the first layer says that channel 0 is stronger, the block's second layer more
    # loudly that channel 1 is
    net[0].weight.set_data(np.array([[3, 3], [1, 1]]).reshape(2, 2, 1, 1))
    net[1].conv2.weight.set_data(np.array([1.] * 18 + [2.] * 18).reshape(2, 2, 3, 3))
    kept = d2l.ChannelPruner(net, X).strongest(.5)
    assert set(kept) == first and len(first) == 2
    assert kept[net[0].weight.name[:-len('_weight')]].tolist() == [1]


def test_a_share_may_be_of_an_earlier_size():
    net, X = lenet()
    first = d2l.ChannelPruner(net, X)
    smaller = first.smaller(first.strongest(.5))
    second = d2l.ChannelPruner(smaller, X)
    assert second.sizes.keys() == first.sizes.keys()
    kept = second.strongest(.25, of=first.sizes)
    assert [len(channels) for channels in kept.values()] == [2, 4, 30, 21]


def test_the_smaller_network_trains_and_begins_anew_as_any_other():
    net, X = resnet()
    pruner = d2l.ChannelPruner(net, X)
    smaller = pruner.smaller(pruner.strongest(.5))
    data = d2l.load_array([X, np.array([1, 3])], 2)
    history = d2l.train_quietly(smaller, data, 30, .01)
    assert history['train loss'] < .1 < history.series['train loss'][0][1]
    params = smaller.collect_params()
    smaller.initialize(init.Xavier(), force_reinit=True)
    for name, param in params.items():
        ending, value = name.rsplit('_', 1)[-1], param.data().asnumpy()
        if ending in ('gamma', 'var'):
            assert (value == 1).all()
        elif ending != 'weight':
            assert (value == 0).all()
        else:
            assert len(onp.unique(value)) == value.size
    assert {param.grad_req for name, param in params.items() if 'running' in name} == {
        'null'}


def test_normalization_that_learns_no_scale_learns_none_when_it_is_smaller():
    net, X = initialized(nn.Conv2D(4, 3), nn.BatchNorm(scale=False), nn.Dense(2))
    pruner = d2l.ChannelPruner(net, X)
    kept = pruner.strongest(.5)
    smaller = pruner.smaller(kept)
    assert {name.rsplit('_', 1)[-1]: param.grad_req for name, param
            in smaller.collect_params().items()}['gamma'] == 'null'
    pruner.zero_others(kept)
    onp.testing.assert_allclose(smaller(X).asnumpy(), net(X).asnumpy(), rtol=1e-4,
                                atol=1e-5)


def test_a_layer_used_twice_has_the_same_channels_twice():
    shared = nn.Dense(6, activation='relu', in_units=6)
    net, X = initialized(nn.Dense(6), shared, shared, nn.Dense(2), shape=(2, 3))
    pruner = d2l.ChannelPruner(net, X)
    assert list(pruner.sizes.values()) == [6]
    kept = pruner.strongest(.5)
    smaller = pruner.smaller(kept)
    pruner.zero_others(kept)
    onp.testing.assert_allclose(smaller(X).asnumpy(), net(X).asnumpy(), rtol=1e-4,
                                atol=1e-5)


def test_the_exported_file_is_smaller_and_gives_the_masked_networks_numbers(tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    net, X = lenet()
    pruner = d2l.ChannelPruner(net, X)
    whole = d2l.export_onnx(net, X, tmp_path / 'whole.onnx')
    kept = pruner.strongest(.5)
    file = d2l.export_onnx(pruner.smaller(kept), X, tmp_path / 'net.onnx')
    pruner.zero_others(kept)
    onp.testing.assert_allclose(d2l.load_onnx(file)(X.asnumpy()), net(X).asnumpy(),
                                rtol=1e-4, atol=1e-5)
    zeros = d2l.export_onnx(net, X, tmp_path / 'zeros.onnx')
    # 15,738 parameters of 61,706; the rest is a graph of some thousand bytes
    assert file.stat().st_size < whole.stat().st_size * .35
    assert zeros.stat().st_size == whole.stat().st_size


@pytest.mark.parametrize('layers,told', [
    (lambda: [nn.Conv2D(6, 3, groups=3), nn.Dense(2)], r'conv\d+_fwd. \(Convolution\)'),
    (lambda: [nn.Dense(4, flatten=False), nn.Dense(2)], r'\(FullyConnected\)'),
    (lambda: [nn.Conv2D(4, 3), nn.LayerNorm(), nn.Dense(2)], r'\(LayerNorm\)'),
    (lambda: [nn.BatchNorm(axis=2), nn.Dense(2)], r'\(BatchNorm\)'),
    (lambda: [d2l.Inception(2, (2, 2), (2, 2), 2), nn.Dense(2)],
     r'\(Concat\)')], ids=['groups', 'rows', 'norm', 'axis', 'joined'])
def test_what_cannot_be_pruned_is_named(layers, told):
    net, X = initialized(*layers())
    with pytest.raises(ValueError, match=f'channels of layer .*{told} cannot be removed'
                                         ': networks of convolutions without groups'):
        d2l.ChannelPruner(net, X)


@pytest.mark.parametrize('share', [0, 1.5, float('nan')])
def test_a_share_of_channels_that_is_none_is_refused(share):
    pruner = d2l.ChannelPruner(*lenet())
    with pytest.raises(ValueError, match=r'must be in \(0, 1\], got'):
        pruner.strongest(share)


def test_earlier_sizes_that_lack_a_name_are_refused():
    pruner = d2l.ChannelPruner(*lenet())
    first, *others = pruner.sizes
    for of, told in (({first: 6}, f'{others[0]}, .* needed, got those of {first}$'),
                     ({}, f'{first}, .* needed, got those of none$')):
        with pytest.raises(d2l.InputError, match=f'sizes of {told}'):
            pruner.strongest(.5, of=of)


def test_a_network_of_two_outputs_is_refused():
    class Two(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.one, self.other = nn.Dense(3), nn.Dense(2)

        def hybrid_forward(self, F, X):
            hidden = self.one(X)
            return hidden, self.other(hidden)

    net = Two()
    net.initialize()
    with pytest.raises(d2l.InputError, match='Two has 2 outputs: networks of one'):
        d2l.ChannelPruner(net, np.ones((1, 4)))


@pytest.mark.parametrize('name,channels', [
    (None, [0]), ('conv', []), ('conv', [6]), ('conv', [-1]), ('conv', [0, 0, 1]),
    ('conv', [False, False, True, True, True, True]), ('conv', [0., 1.]),
    ('conv', [[0], [1]]), ('conv', 1)])
def test_channels_that_there_are_not_are_refused(name, channels):
    pruner = d2l.ChannelPruner(*lenet())
    first = next(iter(pruner.sizes))
    for call in (pruner.smaller, pruner.zero_others):
        with pytest.raises(ValueError, match=f"there are 6 of '{first}', 16 of"):
            call({name and first: channels})


def test_a_network_that_cannot_be_traced_is_refused():
    with pytest.raises(ValueError, match='only a HybridBlock can be exported'):
        d2l.ChannelPruner(nn.Sequential(), np.zeros((1, 3)))
