"""What a machine can do at most, and what a network asks of it.

Products of matrices are bound by the processor's arithmetic; all else that small
networks do passes over arrays, and is bound by the memory.
"""
import json
import math

import mxnet as mx
from mxnet import np, npx

from ..processor import threads
from ..viz.summaries import input_shapes, outputs_of, those_read, variables

GEMM_SIZE = 1024           # rows and columns of the matrices whose product is the peak
STREAM_SIZE = 2 ** 24      # numbers in each of the arrays that are added
PEAK, STREAM = 'product of matrices', 'sum of arrays'
PRODUCTS = ('Convolution', 'Deconvolution', 'FullyConnected', 'batch_dot', '_npi_dot',
            '_npi_matmul', 'RNN')
VIEWS = ('reshape', 'Flatten', 'Reshape', 'expand_dims', 'squeeze')  # move nothing


def gluon_limits() -> dict:
    """Functions whose times tell the processor's peak and the memory's bandwidth."""
    A, B = (np.random.uniform(size=(GEMM_SIZE, GEMM_SIZE)) for _ in range(2))
    X, Y, Z = (np.ones(STREAM_SIZE) for _ in range(3))

    def product():
        npx.fully_connected(A, B, num_hidden=GEMM_SIZE, no_bias=True)
        npx.waitall()

    def stream():
        np.add(X, Y, out=Z)
        npx.waitall()

    return {('MXNet', PEAK): product, ('MXNet', STREAM): stream}


def port_limits() -> dict:
    """The same in PyTorch."""
    import torch
    torch.set_num_threads(threads()[0])
    A, B = torch.rand(2, GEMM_SIZE, GEMM_SIZE)
    X, Y, Z = torch.ones(3, STREAM_SIZE)
    return {('PyTorch', PEAK): lambda: A @ B,
            ('PyTorch', STREAM): lambda: torch.add(X, Y, out=Z)}


def limits_of(seconds: dict) -> dict:
    """What the fastest of these functions reached, of {(what, way): seconds}.

    Gives operations a second, an addition counting as much as a product, and bytes a
    second, read or written. They are taken out of the dict.
    """
    fastest = {PEAK: math.inf, STREAM: math.inf}
    for what, way in [key for key in seconds if key[0] in fastest]:
        fastest[what] = min(fastest[what], *seconds.pop((what, way)))
    return {'peak_flops': 2 * GEMM_SIZE ** 3 / fastest[PEAK],
            'peak_bytes': 3 * 4 * STREAM_SIZE / fastest[STREAM]}


def bytes_of_the_rest(net, *inputs) -> int:
    """Bytes that a prediction's operators read and write, but for its products.

    Each operator counts by itself, in float32: its arrays once, and its result. Only
    the shapes of the inputs matter.
    """
    known = input_shapes(inputs)
    graph = mx.sym.Group(outputs_of(net, variables(known), inputs))
    internals = graph.get_internals()
    _, shapes, _ = internals.infer_shape(**those_read(known, graph))
    shapes = dict(zip(internals.list_outputs(), shapes))
    nodes = json.loads(graph.tojson())['nodes']

    def size(node):
        names = node['name'], f'{node["name"]}_output', f'{node["name"]}_output0'
        return next((math.prod(shapes[name]) for name in names if name in shapes), 0)

    return 4 * sum(
        size(node) + sum(size(nodes[i]) for i, *_ in node['inputs']) for node in nodes
        if node['op'] not in ('null', *PRODUCTS)
        and not any(view in node['op'] for view in VIEWS))
