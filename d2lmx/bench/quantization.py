"""INT8: accuracy and speed, before and after."""
import itertools
from functools import partial
from pathlib import Path

import numpy as onp
from mxnet import np, npx

from ..data.images.fashion_mnist import load_data_fashion_mnist
from ..errors import InputError
from ..export.int8 import export_int8, load_int8
from ..export.parameters import load_trained
from ..export.symbol import ExportDiffers, symbol_files
from ..export.tracing import last_line
from ..files.whole import whole_files
from ..pages import sections
from ..pages.networks import find_network
from ..pages.options import hyperparameters
from ..pages.results import as_json
from ..pages.runner import on_data, provenance
from ..train.evaluate import evaluate_accuracy
from .processes import median_seconds
from .ways import timed_batch_size

EXAMPLES = 512       # of the training set, to calibrate on
MOST_LOST = 0.05     # of accuracy; beyond, there is no artefact
ROUNDS, WARM_UP = 20, 3
STATIC, FUSED, INT8 = 'float32 static', 'float32 fused by oneDNN', 'INT8'


def quantization_record(network, out: Path, params, input_shape, data: str) -> dict:
    """Write a network's INT8 files and measure what they are worth.

    params: a file or checkpoint of trained weights. input_shape: None, or that of one
    picture. data: 'auto', 'book' or 'toy', to calibrate and test on. InputError for
    networks that MXNet cannot quantize, ExportDiffers where too much accuracy is lost;
    there are no files then.
    """
    section = network.section
    if params is None:
        raise InputError('INT8 must keep the accuracy of trained weights: --params '
                         f'DIR, as d2lmx run {section.name} --checkpoint DIR writes')
    if not any(name.startswith('fashion_mnist') for name in section.data):
        raise InputError(f'section {section.name} has no pictures to calibrate on')
    net = network.build_net()
    load_trained(net, params)
    size = picture_size(section, input_shape)
    return on_data(data, 0, partial(quantize, network, net, size, out))


def picture_size(section, input_shape):
    """Height and width of the pictures, as the section loads them or as asked for."""
    values = hyperparameters(sections.load(section).run)
    if input_shape is None:
        return values['resize'][1] if 'resize' in values else 28
    if input_shape[0] != 1 or input_shape[-1] != input_shape[-2]:
        raise InputError('the pictures of Fashion-MNIST are square and of one channel: '
                         f'expected an input shape like 1x96x96, got {input_shape}')
    return input_shape[-1]


def quantize(network, net, size, out) -> dict:
    """Write the INT8 files, and return the record of what they are worth."""
    train_iter, test_iter = load_data_fashion_mnist(128, size)
    batches = itertools.islice(train_iter, -(-EXAMPLES // 128))
    calibration = onp.concatenate([X.asnumpy() for X, _ in batches])[:EXAMPLES]
    X = np.array(calibration[:2])
    try:
        net(X)
    except Exception as error:  # MXNet's errors share no narrower class
        raise InputError(f'{network.name} cannot take inputs of shape {X.shape}: '
                         f'{last_line(error)}') from error
    net.hybridize(static_alloc=True, static_shape=True)
    before = evaluate_accuracy(net, test_iter)
    files = symbol_files(out / f'{network.label}-int8')
    with whole_files(*files) as parts:
        weights = parts[0].parent / 'weights.params'
        net.save_parameters(str(weights))
        export_int8(net, X, str(parts[0]).removesuffix('-symbol.json'), calibration,
                    [np.array(calibration[:size]) for size in (1, 3)])
        after = evaluate_accuracy(load_int8(*parts), test_iter)
        if not before - after <= MOST_LOST:
            raise ExportDiffers(f'INT8 loses too much accuracy: {after:.4f}, against '
                                f'{before:.4f} before; nothing is written')
        batch_size = timed_batch_size(lambda n: (calibration[:n],), network.batch_size)
        makers = {side: (make_prediction, side, network.address, str(weights),
                         list(map(str, parts)), calibration[:batch_size])
                  for side in (STATIC, FUSED, INT8)}
        seconds = median_seconds(makers, ROUNDS, warm_up=WARM_UP)
    return as_json({
        'section': network.number, 'name': network.name, **provenance(),
        'input shape': list(X.shape[1:]), 'calibrated on': len(calibration),
        'tested on': len(test_iter.arrays[0]),
        'accuracy': {'float32': before, 'INT8': after}, 'batch size': batch_size,
        'rounds': ROUNDS,
        'median seconds': {side: seconds[side, 'prediction'] for side in makers},
        'files written': list(map(str, files))})


def make_prediction(side, address, weights, files, X) -> dict:
    """{'prediction': function} of one side, for a process of its own."""
    X = np.array(X)
    if side == INT8:
        predict = load_int8(*files)
    else:
        predict = find_network(address).build_net()
        load_trained(predict, weights)
        if side == FUSED:
            predict.optimize_for(X, backend='MKLDNN', static_alloc=True,
                                 static_shape=True)
        else:
            predict.hybridize(static_alloc=True, static_shape=True)

    def prediction():
        predict(X)
        npx.waitall()

    return {'prediction': prediction}
