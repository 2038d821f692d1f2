"""Pruning: weights, channels, and INT8 on top (剪枝：权重、通道与 INT8)

Source: weights, Han et al. (2015); filters, Li et al. (2017), Liu et al. (2019)

A trained network is made smaller in two ways. Its weights nearest to 0 become 0 and
stay so: how many can go, at once or step by step, with as many epochs of fine-tuning in
all? And whole channels are removed, by which a smaller network is made of the weights
that are left: is it better than one of its size that was never larger, trained as long?
`--network ResNet-18` does all of this with another network, on more pictures, pooled.
The ONNX files tell what either saves. A file has a place for each weight, whatever
stands there, and a product is computed with a 0 as with any number: zeros save nothing
but where the file is compressed. Channels that are gone have no place. In the end the
smaller network's weights and products have 8 bits.
"""
import tempfile
import zlib
from functools import partial
from pathlib import Path
from typing import Literal

import mxnet as mx
import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=32, num_test=32, num_rounds=1)
RANGES = dict(tune_lr=(0, 10), pool=(1, 4))

# shares of the weights that go, and of the channels that stay, step by step
GONE = {'LeNet': (.5, .8, .9, .98), 'ResNet-18': (.9, .98)}
KEPT = {'LeNet': (.75, .5, .25), 'ResNet-18': (.5, .25)}
HALF_A_POINT = 0.005  # of accuracy: what counts as no loss
BATCH = 64            # pictures whose time is taken together
CALIBRATION = 256     # pictures that tell INT8 its ranges


def build_net(variant: Literal['whole', 'pruned'] = 'whole'):
    """LeNet, or what is left of it with half of its channels.

    X (batch, 1, 28, 28) -> scores (batch, 10)
    """
    if variant == 'whole':
        return d2l.lenet5(10)
    return d2l.lenet5(10, channels=(3, 8), num_hiddens=(60, 42))


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def small_resnet18(pool):
    """ResNet-18 on means of pool x pool pixels. (batch, 1, 28, 28) -> (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.AvgPool2D(pool), d2l.resnet18(10))
    return net


def fine_tune(net, train_iter, epochs, tune_lr, masks):
    """Train on, from the weights that there are; what masks took away stays away."""
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': tune_lr})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(),
                                   d2l.masked_updater(net, trainer, masks))
    step.trains = net, trainer  # what checkpoints save; the function does not say it
    d2l.fit(step, train_iter, epochs)


def copied(net):
    """{parameter: its numbers} of a network, to be given back by `restore`."""
    return {param: param.data(d2l.try_gpu()).copy()
            for param in net.collect_params().values()}


def restore(numbers):
    for param, value in numbers.items():
        param.set_data(value)


def train_on(net, data, epochs, tune_lr):
    """Accuracies after each of some more epochs; the network has its weights again."""
    train_iter, test_iter = data
    before, found = copied(net), []
    for _ in range(epochs):
        fine_tune(net, train_iter, 1, tune_lr, {})
        found.append(d2l.evaluate_accuracy(net, test_iter))
    restore(before)
    return found


def prune_weights(net, data, gone, tune_lr):
    """{way and share: accuracy} of a trained network without its smallest weights.

    Of each share with as many epochs of fine-tuning as there are steps to it. The
    network has its own weights again in the end.
    """
    train_iter, test_iter = data
    before, found = copied(net), {}
    for share in gone:
        fine_tune(net, train_iter, 1, tune_lr, d2l.magnitude_masks(net, share))
        found[f'step by step, {share:.0%} gone'] = d2l.evaluate_accuracy(net, test_iter)
    for steps, share in enumerate(gone, start=1):
        restore(before)
        masks = d2l.magnitude_masks(net, share)
        d2l.apply_masks(net, masks)
        found[f'as cut, {share:.0%} gone'] = d2l.evaluate_accuracy(net, test_iter)
        fine_tune(net, train_iter, steps, tune_lr, masks)
        found[f'at once, {share:.0%} gone'] = d2l.evaluate_accuracy(net, test_iter)
    restore(before)
    return found


def prune_channels(net, data, kept, lr, tune_lr, num_epochs):
    """{way and share: accuracy} of networks with a trained one's strongest channels.

    num_epochs: for which it was trained, at the rate lr. Epochs of fine-tuning as of
    `prune_weights`, at tune_lr; those from scratch end with as many.
    """
    train_iter, test_iter = data
    X, found = example(train_iter), {}
    first, smaller = d2l.ChannelPruner(net, X), net
    for share in kept:
        pruner = d2l.ChannelPruner(smaller, X)
        smaller = pruner.smaller(pruner.strongest(share, of=first.sizes))
        fine_tune(smaller, train_iter, 1, tune_lr, {})
        found[f'step by step, {share:.0%} kept'] = d2l.evaluate_accuracy(smaller,
                                                                        test_iter)
    for steps, share in enumerate(kept, start=1):
        smaller = first.smaller(first.strongest(share))
        found[f'as cut, {share:.0%} kept'] = d2l.evaluate_accuracy(smaller, test_iter)
        fine_tune(smaller, train_iter, steps, tune_lr, {})
        found[f'at once, {share:.0%} kept'] = d2l.evaluate_accuracy(smaller, test_iter)
        if share == .5:
            found['INT8, 50% kept'] = accuracy_in_int8(smaller, data)
        d2l.train_quietly(smaller, train_iter, num_epochs, lr)
        fine_tune(smaller, train_iter, steps, tune_lr, {})
        found[f'from scratch, {share:.0%} kept'] = d2l.evaluate_accuracy(smaller,
                                                                        test_iter)
    return found


def example(train_iter, count=1):
    """The first inputs of a training set, (count, 1, 28, 28)."""
    return np.array(train_iter.transform(train_iter.arrays[0][:count]),
                    ctx=d2l.try_gpu())


def accuracy_in_int8(net, data):
    train_iter, test_iter = data
    with tempfile.TemporaryDirectory() as folder:
        file = d2l.export_onnx(net, example(train_iter), Path(folder, 'net.onnx'))
        predict = d2l.load_onnx(in_int8(file, train_iter))
        return d2l.evaluate_accuracy(lambda X: np.array(predict(X.asnumpy())),
                                     test_iter)


def in_int8(file, train_iter):
    """The ONNX file of a network in 8 bits, beside that of 32."""
    return d2l.quantize_onnx(file, file.with_name('int8.onnx'),
                             example(train_iter, CALIBRATION))


def measure(make, data, gone, kept, lr, tune_lr, num_epochs):
    """All accuracies of a network, trained and pruned."""
    net = make()
    d2l.train_quietly(net, data[0], num_epochs, lr)
    found = {'whole': d2l.evaluate_accuracy(net, data[1])}
    wholes = train_on(net, data, max(len(gone), len(kept)), tune_lr)
    for shares, word in ((gone, 'gone'), (kept, 'kept')):
        for share, accuracy in zip(shares, wholes):
            found[f'whole, {share:.0%} {word}'] = accuracy
    return {**found, **prune_weights(net, data, gone, tune_lr),
            **prune_channels(net, data, kept, lr, tune_lr, num_epochs)}


def measure_files(make, data, gone, kept, num_rounds):
    """Rows of a table of the files of a network's forms, and {form: seconds}.

    The weights are those before training, on which neither depends.
    """
    net, X = make(), example(data[0], BATCH)
    net.initialize(init.Xavier(), ctx=d2l.try_gpu())
    pruner = d2l.ChannelPruner(net, X)
    rows, calls = [], {}

    def add(form, net, file=None):
        file = file or d2l.export_onnx(net, X, Path(folder, 'net.onnx'))
        content = file.read_bytes()
        rows.append({'form': form, 'parameters': d2l.summary(net, X)[-1][2],
                     'multiplications': d2l.multiply_adds(net, X[:1]),
                     'bytes': len(content), 'compressed': len(zlib.compress(content))})
        calls[form] = partial(d2l.load_onnx(file), X.asnumpy())
        return file

    with tempfile.TemporaryDirectory() as folder:
        add('whole', net)
        for share in kept:
            smaller = pruner.smaller(pruner.strongest(share))
            file = add(f'{share:.0%} kept', smaller)
            if share == .5:
                add('50% kept, INT8', smaller, in_int8(file, data[0]))
        for share in gone:
            d2l.apply_masks(net, d2l.magnitude_masks(net, share))
            add(f'{share:.0%} gone', net)
    return rows, {form: float(onp.median(seconds)) / len(X) for form, seconds
                  in d2l.time_in_turn(calls, num_rounds).items()}


def claims_of_accuracy(found, gone, kept):
    """What is claimed of accuracy, over seeds: chance is set aside by `d2l.exceeds`.

    Networks that are compared have been trained for as many epochs.
    """
    def holds(text, names, rule):
        rows = {name: found[name] for name in names}
        return d2l.claim(text, rows, rule(*map(onp.array, rows.values())))

    most, least = f'{gone[-1]:.0%} gone', f'{kept[-1]:.0%} kept'
    return [
        holds('nine weights of ten can go, step by step, without loss',
              ('whole, 90% gone', 'step by step, 90% gone'),
              lambda whole, pruned: d2l.exceeds(pruned + HALF_A_POINT, whole)),
        holds(f'with {most}, fine-tuning brings back more than half of what is lost',
              (f'whole, {most}', f'as cut, {most}', f'at once, {most}'),
              lambda whole, cut, tuned: d2l.exceeds(tuned - cut, (whole - cut) / 2)),
        *(holds(f'with {part}, steps are better than all at once',
                (f'at once, {part}', f'step by step, {part}'),
                lambda once, steps: d2l.exceeds(steps, once))
          for part in (most, least)),
        holds('half of the channels can go without loss',
              ('whole, 50% kept', 'at once, 50% kept'),
              lambda whole, pruned: d2l.exceeds(pruned + HALF_A_POINT, whole)),
        *(holds(f'with {share:.0%} of the channels, training from scratch is as good',
                (f'at once, {share:.0%} kept', f'from scratch, {share:.0%} kept'),
                lambda pruned, scratch: d2l.exceeds(scratch + HALF_A_POINT, pruned))
          for share in kept),
        holds('INT8 on top of half of the channels loses nothing',
              ('at once, 50% kept', 'INT8, 50% kept'),
              lambda pruned, int8: d2l.exceeds(int8 + HALF_A_POINT, pruned))]


def claims_of_files(rows):
    """What is claimed of sizes, with the rows of `measure_files`."""
    def of(what, *forms):
        return {form: row[what] for form in forms for row in rows
                if row['form'] == form}

    raw, packed = (of(what, 'whole', '90% gone') for what in ('bytes', 'compressed'))
    halves = {what: of(what, 'whole', '50% kept')
              for what in ('bytes', 'multiplications')}
    int8 = of('bytes', '50% kept', '50% kept, INT8')
    return [
        d2l.claim('zeros take as many bytes as other numbers', raw,
                  abs(raw['90% gone'] / raw['whole'] - 1) < .01),
        d2l.claim('compressed, a file with 90% zeros has a quarter of the bytes, or '
                  'less', packed, packed['90% gone'] <= packed['whole'] / 4),
        d2l.claim('half of the channels take a third of the bytes and of the '
                  'multiplications, or less',
                  {f'{what}, {form}': number for what, pair in halves.items()
                   for form, number in pair.items()},
                  all(pair['50% kept'] <= pair['whole'] / 3 for pair in
                      halves.values())),
        d2l.claim('INT8 takes a third of the bytes that are left, or less', int8,
                  int8['50% kept, INT8'] <= int8['50% kept'] / 3)]


def claims_of_times(seconds):
    """What is claimed of the time of a prediction, as shares of the whole network's."""
    share = {form: value / seconds['whole'] for form, value in seconds.items()}
    return [
        d2l.claim('zeros take as long as other numbers',
                  {'90% gone': share['90% gone']}, abs(share['90% gone'] - 1) < .1),
        d2l.claim('half of the channels take half of the time, or less',
                  {'50% kept': share['50% kept']}, share['50% kept'] <= .5),
        d2l.claim('INT8 is faster than 32 bits',
                  {form: share[form] for form in ('50% kept', '50% kept, INT8')},
                  share['50% kept, INT8'] < share['50% kept'])]


def draw(found, gone, kept, rows, seconds):
    """Accuracy by what is gone, and by what is kept; size and time by what is kept."""
    def draw_accuracy(ways, shares, word, xlabel):
        d2l.plot(shares, [[onp.mean(found[f'{way}, {share:.0%} {word}'])
                           for share in shares] for way in ways], xlabel,
                 'test accuracy', ways, fmts=('-', 'm--', 'g-.', 'r:', 'k-'))

    ways = 'whole', 'step by step', 'at once', 'as cut'
    draw_accuracy(ways, gone, 'gone', 'share of weights gone')
    draw_accuracy((*ways, 'from scratch'), kept, 'kept', 'share of channels kept')
    forms = ['whole', *(f'{share:.0%} kept' for share in kept)]
    size = {row['form']: row['bytes'] for row in rows}
    d2l.plot((1, *kept), [[part[form] / part['whole'] for form in forms]
                          for part in (size, seconds)],
             'share of channels kept', 'share of the whole', ('bytes', 'time'))


def run(*, network: Literal['LeNet', 'ResNet-18'] = 'LeNet', num_seeds: int = 3,
        num_epochs: int = 6, lr: float = 0.002, tune_lr: float = 0.002,
        batch_size: int = 32, num_train: int = 2000, resnet_train: int = 4000,
        num_test: int = 2000, pool: int = 4, num_rounds: int = 40) -> dict:
    make = build_net
    if network == 'ResNet-18':
        make, num_train = partial(small_resnet18, pool), resnet_train
    data = d2l.load_few_garments(batch_size, num_train, num_test)
    gone, kept = GONE[network], KEPT[network]
    with mx.name.NameManager():  # layers are numbered anew, and files equally long
        rows, seconds = measure_files(make, data, gone, kept, num_rounds)
    found = d2l.over_seeds(partial(measure, make, data, gone, kept, lr, tune_lr,
                                   num_epochs), num_seeds)
    draw(found, gone, kept, rows, seconds)
    print(d2l.table([{what: str(value) for what, value in row.items()}
                     for row in rows]))
    return {'claims': claims_of_accuracy(found, gone, kept) + claims_of_files(rows),
            'accuracies': found, 'files': rows, 'timing': {
                'claims': claims_of_times(seconds), 'milliseconds a picture': {
                    form: 1000 * value for form, value in seconds.items()}}}


if __name__ == '__main__':
    d2l.main(run)
