"""A section's network as files, tried on other batches and lengths than its own."""
from inspect import signature

import numpy as onp
from mxnet import init, np, npx

from ..errors import InputError
from ..export.encoder_decoder import export_encoder_decoder
from ..export.onnx import export_onnx
from ..export.parameters import load_trained
from ..export.symbol import export_block
from ..models.seq2seq import EncoderDecoder
from ..runtime.devices import set_seed

OTHER_BATCHES = (1, 3)  # an artefact must serve these sizes beside its own
OTHER_STEPS = (4, 7)    # and these lengths, where example_inputs takes num_steps


def export_network(network, kind: str, out, params=None, input_shape=None) -> list:
    """Write a network, reload it, compare the outputs; the files.

    An `EncoderDecoder` becomes two graphs, the encoder and the decoder's step.

    kind: 'symbol' or 'onnx'. params: trained weights, a file or a checkpoint, or None
    for Xavier weights. input_shape: of one example; None: the section's. Errors as of
    `export_block` and `export_onnx`; there are no files then.
    """
    set_seed(0)
    net = network.build_net()
    if kind == 'onnx' and network.token:
        net = net.before_suppression()
    inputs = inputs_of(network, input_shape, 2)
    others = [inputs_of(network, input_shape, size, **length) for size, length
              in zip(OTHER_BATCHES, other_lengths(network.example_inputs))]
    if params is None:
        net.initialize(init.Xavier())
    else:
        load_trained(net, params)
    if input_shape is not None and not takes(net, inputs):
        raise InputError(f'{network.title} takes no input of shape '
                         f'{"x".join(map(str, input_shape))}: try a larger one')
    prefix = out / network.label
    if isinstance(net, EncoderDecoder):
        return export_encoder_decoder(net, [inputs, *others], prefix, kind)
    if kind == 'onnx':
        return [export_onnx(net, inputs, f'{prefix}.onnx', other_inputs=others)]
    return list(export_block(net, inputs, prefix, other_inputs=others))


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
        raise InputError(f'{network.title} takes {len(inputs)} inputs: an input shape '
                         'is for networks of one')
    X, = inputs
    if len(shape) != X.ndim - 1:
        expected = 'x'.join(map(str, X.shape[1:]))
        raise InputError(f'{network.title} takes examples of {X.ndim - 1} axes, such '
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
