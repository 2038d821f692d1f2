"""22.4: files counted by hand, and claims judged by numbers of both kinds."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('22.4')


def test_what_is_pruned_is_the_variant_of_half_the_channels(page):
    X, = page.example_inputs()
    net = page.build_net()
    net.initialize()
    net(X)
    pruner = d2l.ChannelPruner(net, X)
    half = d2l.ChannelPruner(pruner.smaller(pruner.strongest(.5)), X)
    pruned = page.build_net('pruned')
    pruned.initialize()
    pruned(X)
    assert list(half.sizes.values()) == list(
        d2l.ChannelPruner(pruned, X).sizes.values()) == [3, 8, 60, 42]


def test_files_are_as_large_as_the_weights_in_them(smoke_run):
    rows = {row['form']: row for row in smoke_run('22.4').result['files']}
    # 5 x 5 filters with a bias each, then dense layers: 16 maps of 5 x 5, or 8
    whole = 6 * 26 + 16 * (6 * 25 + 1) + 120 * 401 + 84 * 121 + 10 * 85
    half = 3 * 26 + 8 * (3 * 25 + 1) + 60 * 201 + 42 * 61 + 10 * 43
    products = 784 * 3 * 25 + 100 * 8 * 3 * 25 + 60 * 200 + 42 * 60 + 10 * 42
    assert rows['whole']['parameters'] == rows['90% gone']['parameters'] == whole
    assert rows['50% kept']['parameters'] == half
    assert rows['50% kept']['multiplications'] == products
    for form, count in (('whole', whole), ('90% gone', whole), ('50% kept', half)):
        assert 4 * count < rows[form]['bytes'] < 4 * count + 10000
    # a byte a weight, and what says how they are meant
    assert half < rows['50% kept, INT8']['bytes'] < half + 20000
    # random weights cannot be compressed, a tenth of them can, places included
    assert rows['whole']['compressed'] > .85 * rows['whole']['bytes']
    assert rows['98% gone']['compressed'] < rows['90% gone']['compressed'] < (
        .25 * rows['whole']['compressed'])


def judged(page, **changes):
    """Whether the claims of accuracy hold, of networks that are all alike but for some.
    """
    gone, kept = page.GONE['LeNet'], page.KEPT['LeNet']
    ways = 'whole', 'as cut', 'at once', 'step by step', 'from scratch', 'INT8'
    found = {f'{way}, {share:.0%} {word}': [.8, .82, .84] for way in ways
             for word, shares in (('gone', gone), ('kept', kept)) for share in shares}
    return [row['holds'] for row in page.claims_of_accuracy(
        {**found, **changes}, gone, kept)]


def test_claims_of_accuracy_are_judged_by_gains_above_chance(page):
    # all alike: nothing is lost, and steps are no better
    assert judged(page) == [True, False, False, False, True, True, True, True, True]
    assert judged(page, **{'step by step, 90% gone': [.8, .82, .82]})[0] is False
    assert judged(page, **{'step by step, 98% gone': [.81, .83, .85]})[2] is True
    # a half of what was lost comes back, and more
    assert judged(page, **{'as cut, 98% gone': [.1] * 3, 'at once, 98% gone': [.5] * 3}
                  )[1] is True
    assert judged(page, **{'as cut, 98% gone': [.1] * 3, 'at once, 98% gone': [.4] * 3}
                  )[1] is False
    assert judged(page, **{'step by step, 25% kept': [.85, .86, .9]})[3] is True
    assert judged(page, **{'step by step, 25% kept': [.9, .82, .84]})[3] is False
    assert judged(page, **{'at once, 50% kept': [.8, .82, .82]})[4] is False
    assert judged(page, **{'from scratch, 50% kept': [.79, .82, .83]})[6] is False
    assert judged(page, **{'INT8, 50% kept': [.8, .82, .838]})[8] is True
    assert judged(page, **{'INT8, 50% kept': [.8, .8, .83]})[8] is False


def test_claims_of_files_and_times_are_judged_by_their_numbers(page):
    def row(form, size, packed=0, products=0):
        return {'form': form, 'bytes': size, 'compressed': packed,
                'multiplications': products}

    rows = [row('whole', 900, 800, 90), row('90% gone', 900, 200),
            row('50% kept', 300, 300, 30), row('50% kept, INT8', 100)]
    assert [claim['holds'] for claim in page.claims_of_files(rows)] == [True] * 4
    rows = [row('whole', 900, 800, 90), row('90% gone', 890, 201),
            row('50% kept', 300, 300, 31), row('50% kept, INT8', 101)]
    assert [claim['holds'] for claim in page.claims_of_files(rows)] == [False] * 4
    times = {'whole': 2, '90% gone': 2.1, '50% kept': 1, '50% kept, INT8': .9}
    assert [claim['holds'] for claim in page.claims_of_times(times)] == [True] * 3
    times = {'whole': 2, '90% gone': 1.7, '50% kept': 1.1, '50% kept, INT8': 1.1}
    assert [claim['holds'] for claim in page.claims_of_times(times)] == [False] * 3


def test_the_smoke_run_draws_what_it_measured(smoke_run):
    smoke = smoke_run('22.4')
    weights, channels, file = (figure.axes[0] for figure in smoke.figures)
    found = smoke.result['accuracies']
    for axes, word, shares in ((weights, 'gone', (50, 80, 90, 98)),
                               (channels, 'kept', (75, 50, 25))):
        for line, text in zip(axes.lines, axes.get_legend().get_texts()):
            onp.testing.assert_allclose(line.get_xdata(), onp.array(shares) / 100)
            assert line.get_ydata().tolist() == [
                onp.mean(found[f'{text.get_text()}, {share}% {word}'])
                for share in shares]
    size, time = file.lines
    assert size.get_ydata()[0] == time.get_ydata()[0] == 1
    assert (onp.diff(size.get_ydata()) < 0).all()


def test_weights_come_back_after_pruning(page):
    net = page.build_net()
    data = d2l.load_few_garments(16, 32, 32)
    d2l.train_quietly(net, data[0], 1, .002)
    before = {name: param.data().asnumpy()
              for name, param in net.collect_params().items()}
    page.prune_weights(net, data, (.5,), .002)
    for name, param in net.collect_params().items():
        onp.testing.assert_array_equal(param.data().asnumpy(), before[name])


def test_small_resnet_sees_means_of_pixels(page):
    net = page.small_resnet18(4)
    net.initialize()
    X, = page.example_inputs()
    means = X.reshape(2, 1, 7, 4, 7, 4).mean(axis=(3, 5))
    onp.testing.assert_allclose(net(X).asnumpy(), net[1](means).asnumpy(), rtol=1e-4,
                                atol=1e-5)
