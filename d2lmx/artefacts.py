"""The commands `show` and `export`: a section's network as table, picture and files."""
from inspect import signature

from mxnet import init

from .export.encoder_decoder import export_encoder_decoder
from .export.onnx import export_onnx
from .export.parameters import load_parameters
from .export.symbol import export_block
from .models.seq2seq import EncoderDecoder
from .networks import complain, find_network
from .runtime.devices import set_seed
from .viz.graphs import GraphvizMissing, draw_network
from .viz.summaries import summary_table

OTHER_BATCHES = (1, 3)  # an artefact must serve these sizes beside its own
OTHER_STEPS = (4, 7)    # and these lengths, where example_inputs takes num_steps


def show_network(token: str, path) -> int:
    """`d2lmx show`: print the layers of a network, and draw its graph to path (or None).

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


def export_network(token: str, kind: str, out, params) -> int:
    """`d2lmx export`: write a network, reload it, compare the outputs.

    An `EncoderDecoder` becomes two graphs, the encoder and the decoder's step.
    kind: 'symbol' or 'onnx'. params: a file of weights, or None for Xavier weights.
    Returns 0, 1 where the files cannot be written or differ (then there are none), 2
    for wrong usage.
    """
    try:
        network = find_network(token, with_zoo=True)
    except ValueError as error:
        return complain(error, 2)
    set_seed(0)
    net, inputs = network.build_net(), network.example_inputs(2)
    others = other_examples(network.example_inputs)
    try:
        if params is None:
            net.initialize(init.Xavier())
        else:
            load_parameters(net, params)
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


def other_examples(example_inputs) -> list:
    """Inputs of other batch sizes and, where they are sequences, of other lengths."""
    lengths = ([{'num_steps': steps} for steps in OTHER_STEPS]
               if 'num_steps' in signature(example_inputs).parameters else [{}, {}])
    return [example_inputs(size, **length)
            for size, length in zip(OTHER_BATCHES, lengths)]
