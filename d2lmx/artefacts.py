"""The commands `show` and `export`: a section's network as table, picture and files."""
from inspect import signature

import numpy as onp
from mxnet import init, np, npx

from .export.encoder_decoder import export_encoder_decoder
from .export.onnx import export_onnx
from .export.parameters import load_trained
from .export.symbol import export_block
from .models.seq2seq import EncoderDecoder
from .networks import complain, find_network
from .runtime.devices import set_seed
from .viz.graphs import GraphvizMissing, draw_network
from .viz.summaries import summary_table

OTHER_BATCHES = (1, 3)  # an artefact must serve these sizes beside its own
OTHER_STEPS = (4, 7)    # and these lengths, where example_inputs takes num_steps


def show_network(token: str, path) -> int:
    """`d2lmx show`: print a network's layers, and draw its graph to path (or None).

    Returns 0, 1 where the drawing cannot be made, 2 for wrong usage.
    """
    try:
        network = find_network(token, with_zoo=True)
        net, inputs = network.build_net(), network.example_inputs(1)
        print(summary_table(net, *inputs))
        if path is not None:
            print(f'picture: {draw_network(network.build_net(), inputs, path)}')
    except GraphvizMissing as error:
        return complain(str(error).splitlines()[0], 1)
    except OSError as error:
        return complain(error, 1)
    except ValueError as error:
        return complain(error, 2)
    return 0


def export_network(token: str, kind: str, out, params, input_shape=None) -> int:
    """`d2lmx export`: write a network, reload it, compare the outputs.

    An `EncoderDecoder` becomes two graphs, the encoder and the decoder's step.

    kind: 'symbol' or 'onnx'. params: trained weights, a file or a checkpoint, or None
    for Xavier weights. input_shape: of one example; None: the section's. Returns 0, 1
    where files cannot be written or differ (then there are none), 2 for wrong usage.
    """
    try:
        network = find_network(token, with_zoo=True)
        set_seed(0)
        net = network.build_net()
        inputs = inputs_of(network, input_shape, 2)
        others = [inputs_of(network, input_shape, size, **length) for size, length
                  in zip(OTHER_BATCHES, other_lengths(network.example_inputs))]
    except ValueError as error:
        return complain(error, 2)
    try:
        if params is None:
            net.initialize(init.Xavier())
        else:
            load_trained(net, params)
        if input_shape is not None and not takes(net, inputs):
            return complain(f'{network.title} takes no input of shape '
                            f'{"x".join(map(str, input_shape))}', 2)
        if isinstance(net, EncoderDecoder):
            files = export_encoder_decoder(net, [inputs, *others], out / network.name,
                                           kind)
        elif kind == 'onnx':
            files = [export_onnx(net, inputs, out / f'{network.name}.onnx',
                                 other_inputs=others)]
        else:
            files = export_block(net, inputs, out / network.name, other_inputs=others)
    except (ValueError, OSError, ImportError) as error:
        return complain(error, 1)
    print(f'{network.title}: equal to the live network on batches of 2, '
          f'{" and ".join(map(str, OTHER_BATCHES))}')
    for file in files:
        print(f'written: {file}')
    return 0


def other_lengths(example_inputs) -> list:
    """Options of example_inputs for other lengths, where it makes sequences."""
    if 'num_steps' not in signature(example_inputs).parameters:
        return [{}] * len(OTHER_BATCHES)
    return [{'num_steps': steps} for steps in OTHER_STEPS]


def inputs_of(network, shape, batch_size, **length):
    """The network's example inputs; of another shape, their values over and over."""
    inputs = network.example_inputs(batch_size, **length)
    if shape is None:
        return inputs
    if len(inputs) != 1 or isinstance(inputs[0], (list, tuple)):
        raise ValueError(f'{network.title} takes {len(inputs)} inputs: an input shape '
                         'is for networks of one')
    X, = inputs
    if len(shape) != X.ndim - 1:
        expected = 'x'.join(map(str, X.shape[1:]))
        raise ValueError(f'{network.title} takes examples of {X.ndim - 1} axes, such '
                         f'as {expected}, got {"x".join(map(str, shape))}')
    values = onp.resize(X.asnumpy(), (batch_size, *shape))
    return (np.array(values, dtype=X.dtype),)


def takes(net, inputs) -> bool:
    """Whether a network runs on these inputs."""
    try:
        npx.waitall()
        net(*inputs)
        npx.waitall()
    except Exception:  # MXNet's errors share no narrower class
        return False
    return True
