"""The command `export --to int8`: accuracy and speed, before and after."""
import itertools
import tempfile
from functools import partial
from pathlib import Path

import numpy as onp
from mxnet import np, npx

from . import sections
from .data import hub
from .data.fashion_mnist import load_data_fashion_mnist
from .export.int8 import export_int8, load_int8
from .export.parameters import load_trained
from .networks import complain, find_network
from .options import hyperparameters
from .parity.speed import timed_batch_size
from .results import as_json, write_json
from .runner import on_data, provenance
from .runtime.workers import WorkerDied, median_seconds
from .train.evaluate import evaluate_accuracy

EXAMPLES = 512       # of the training set, to calibrate on
MOST_LOST = 0.05     # of accuracy; beyond, there is no artefact
ROUNDS, WARM_UP = 20, 3
STATIC, FUSED, INT8 = 'float32 static', 'float32 fused by oneDNN', 'INT8'


def export_quantized(token: str, out: Path, params, input_shape, data: str) -> int:
    """`d2lmx export --to int8`: quantize, compare, write; prints a table.

    params: a file or checkpoint of trained weights. input_shape: None, or that of one
    picture. data: 'auto', 'book' or 'toy'. Returns 0, 1 where files or data are out of
    reach, 2 for what MXNet cannot quantize.
    """
    try:
        section = sections.find(token)
        network = find_network(token)
        if params is None:
            raise ValueError('INT8 must keep the accuracy of trained weights: --params '
                             f'DIR, as d2lmx run {section.name} --checkpoint DIR '
                             'writes')
        if not any(name.startswith('fashion_mnist') for name in section.data):
            raise ValueError(f'section {section.name} has no pictures to calibrate on')
        net = network.build_net()
        load_trained(net, params)
        size = picture_size(section, input_shape)
        record = on_data(data, 0, partial(quantize, section, network, net, size, out))
        path = write_json(out / f'{network.name}-int8.json', record)
    except (OSError, hub.BadData, WorkerDied) as error:
        return complain(error, 1)
    except ValueError as error:
        return complain(error, 2)
    show_quantized(record)
    print(f'written: {", ".join(record["files written"])}\nnumbers: {path}')
    return 0


def picture_size(section, input_shape):
    """Height and width of the pictures, as the section loads them or as asked for."""
    values = hyperparameters(sections.load(section).run)
    if input_shape is None:
        return values['resize'][1] if 'resize' in values else 28
    if input_shape[0] != 1 or input_shape[-1] != input_shape[-2]:
        raise ValueError('the pictures of Fashion-MNIST are square and of one channel: '
                         f'expected an input shape like 1x96x96, got {input_shape}')
    return input_shape[-1]


def quantize(section, network, net, size, out) -> dict:
    """Write the INT8 files, and return the record of what they are worth."""
    train_iter, test_iter = load_data_fashion_mnist(128, size)
    batches = itertools.islice(train_iter, -(-EXAMPLES // 128))
    calibration = onp.concatenate([X.asnumpy() for X, _ in batches])[:EXAMPLES]
    X = np.array(calibration[:2])
    try:
        net(X)
    except Exception as error:  # MXNet's errors share no narrower class
        raise ValueError(f'{network.name} cannot take inputs of shape {X.shape}: '
                         f'{str(error).strip().splitlines()[-1]}') from error
    net.hybridize(static_alloc=True, static_shape=True)
    before = evaluate_accuracy(net, test_iter)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix='.int8-') as folder:
        weights = Path(folder) / 'weights.params'
        net.save_parameters(str(weights))
        files = export_int8(net, X, Path(folder) / f'{network.name}-int8', calibration,
                            [np.array(calibration[:size]) for size in (1, 3)])
        after = evaluate_accuracy(load_int8(*files), test_iter)
        if before - after > MOST_LOST:
            raise ValueError(f'INT8 loses too much accuracy: {after:.4f}, against '
                             f'{before:.4f} before; nothing is written')
        batch_size = timed_batch_size(lambda n: (calibration[:n],), network.batch_size)
        makers = {side: (make_prediction, side, str(section.path), str(weights),
                         list(map(str, files)), calibration[:batch_size])
                  for side in (STATIC, FUSED, INT8)}
        seconds = median_seconds(makers, ROUNDS, warm_up=WARM_UP)
        written = [str(file.replace(out / file.name)) for file in files]
    return as_json({
        'section': network.number, 'name': network.name, **provenance(),
        'input shape': list(X.shape[1:]), 'calibrated on': len(calibration),
        'tested on': len(test_iter.arrays[0]),
        'accuracy': {'float32': before, 'INT8': after}, 'batch size': batch_size,
        'rounds': ROUNDS,
        'median seconds': {side: seconds[side, 'prediction'] for side in makers},
        'files written': written})


def make_prediction(side, path, weights, files, X) -> dict:
    """{'prediction': function} of one side, for a process of its own."""
    X = np.array(X)
    if side == INT8:
        predict = load_int8(*files)
    else:
        predict = find_network(path).build_net()
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


def show_quantized(record) -> None:
    """The record, for people."""
    seconds = record['median seconds']
    print(f'{record["name"]}: INT8, calibrated on {record["calibrated on"]} examples; '
          f'data: {record["data"]}; equal when reloaded, on batches of 2, 1 and 3')
    print(f'accuracy on {record["tested on"]:,} test examples: '
          + ', '.join(f'{name} {value:.4f}'
                      for name, value in record['accuracy'].items()))
    print(f'prediction of {record["batch size"]} examples, {record["threads"]} '
          f'threads, medians of {record["rounds"]} rounds in turn:')
    for side, median in seconds.items():
        print(f'  {side:24}{median * 1e3:9.2f} ms{seconds[STATIC] / median:8.2f} x')
