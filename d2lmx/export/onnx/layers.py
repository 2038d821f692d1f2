"""What MXNet's layers become in ONNX: convolutions, pools, norms, softmax, RNN."""
import numpy as onp

from .graph import converts, need

__all__ = []

ACTIVATIONS = {'relu': 'Relu', 'sigmoid': 'Sigmoid', 'tanh': 'Tanh',
               'softrelu': 'Softplus', 'softsign': 'Softsign'}
GLOBAL_POOLS = {'max': 'GlobalMaxPool', 'avg': 'GlobalAveragePool'}
POOLS = {'max': 'MaxPool', 'avg': 'AveragePool'}
CEIL_MODES = {'valid': 0, 'full': 1}
RNN_OPERATORS = {'lstm': 'LSTM', 'gru': 'GRU', 'rnn_tanh': 'RNN', 'rnn_relu': 'RNN'}
# ONNX's order of the gates, as places in MXNet's
GATES = {'lstm': [0, 3, 1, 2], 'gru': [1, 0, 2], 'rnn_tanh': [0], 'rnn_relu': [0]}


@converts('FullyConnected')
def _dense(g, n):
    X, W, *b = n.inputs
    if n.attrs.get('flatten', True):
        X = g.add('Flatten', X, axis=1)
        return g.add('Gemm', X, W, *b, transB=1)
    Y = g.add('MatMul', X, g.add('Transpose', W, perm=[1, 0]))
    return g.add('Add', Y, *b) if b else Y


@converts({'Convolution': 'Conv', 'Deconvolution': 'ConvTranspose'})
def _convolution(operator, g, n):
    axes = len(n.attrs['kernel'])
    need(n.attrs.get('layout') in (None, 'NCW', 'NCHW', 'NCDHW'),
         f'layout={n.attrs.get("layout")}')
    need(not n.attrs.get('target_shape'), 'target_shape')
    extra = {'output_padding': n.attrs['adj']} if n.attrs.get('adj') else {}
    return g.add(operator, *n.inputs, **_window(n), **extra,
                 dilations=n.attrs.get('dilate') or [1] * axes,
                 group=n.attrs.get('num_group', 1))


@converts('Pooling')
def _pooling(g, n):
    kind = n.attrs.get('pool_type', 'max')
    convention = n.attrs.get('pooling_convention', 'valid')
    need(kind in POOLS, f'pool_type={kind!r}')
    if n.attrs.get('global_pool', False):
        return g.add(GLOBAL_POOLS[kind], n.inputs[0])
    need(convention in CEIL_MODES, f'pooling_convention={convention!r}')
    X, window = n.inputs[0], _window(n)
    if all(step == 1 for step in window['strides']):
        convention = 'valid'  # no size is rounded
    counts_pad = kind == 'avg' and bool(n.attrs.get('count_include_pad', True))
    if convention == 'full':
        X = _rounded_up(g, n, X, window, kind, counts_pad)
    if kind == 'avg':
        window['count_include_pad'] = int(counts_pad and convention == 'valid')
    return g.add(POOLS[kind], X, **window, ceil_mode=CEIL_MODES[convention])


def _rounded_up(g, n, X, window, kind, counts_pad):
    """X for a pool whose size is rounded up, if ONNX can give MXNet's numbers.

    MXNet's last window may lie wholly in the padding, where ONNX drops it, and an
    average counts what lies in the padding but nothing beyond.
    """
    kernel, strides = window['kernel_shape'], window['strides']
    pads = window['pads'][:len(kernel)]
    need(all(step <= size for step, size in zip(strides, kernel)),
         'ceil_mode and strides above the kernel size')
    if kind == 'avg':
        need(not counts_pad or not any(pads), 'ceil_mode and padding that is counted')
        need(all(pad <= size - step for pad, size, step in zip(pads, kernel, strides)),
             'ceil_mode and windows that may lie in the padding')
        return X
    if not any(pads):
        return X
    window['pads'] = [0] * len(window['pads'])
    lowest = onp.array(onp.finfo(n.out_dtype).min, n.out_dtype)
    return g.add('Pad', X, [0, 0, *pads, 0, 0, *pads], lowest)


def _window(n):
    """Size, steps and padding of a sliding window."""
    kernel = n.attrs['kernel']
    axes = len(kernel)
    return {'kernel_shape': kernel, 'strides': n.attrs.get('stride') or [1] * axes,
            'pads': (n.attrs.get('pad') or (0,) * axes) * 2}


@converts('BatchNorm')
def _batch_norm(g, n):
    axis, rank = n.attrs.get('axis', 1), n.ranks[0]
    X, gamma, beta, mean, var = n.inputs
    if n.attrs.get('fix_gamma', True):
        gamma = g.add('Expand', onp.array(1, n.out_dtype), g.add('Shape', gamma))
    Y = g.add('BatchNormalization', g.swapped(X, rank, 1, axis), gamma, beta, mean, var,
              epsilon=n.attrs.get('eps', 1e-3))
    return g.swapped(Y, rank, 1, axis)


@converts('LayerNorm')
def _layer_norm(g, n):
    axis, rank = n.attrs.get('axis', -1), n.ranks[0]
    X, gamma, beta = n.inputs
    Y = g.add('LayerNormalization', g.swapped(X, rank, axis, -1), gamma, beta, axis=-1,
              epsilon=n.attrs.get('eps', 1e-5))
    return g.swapped(Y, rank, axis, -1)


@converts('Dropout')
def _dropout(g, n):
    # with mode='always' the network differs from itself, which export_block refuses
    return n.inputs[0]


@converts('Activation')
def _activation(g, n):
    kind = n.attrs['act_type']
    need(kind in ACTIVATIONS, f'act_type={kind!r}')
    return g.add(ACTIVATIONS[kind], n.inputs[0])


@converts('LeakyReLU')
def _leaky_relu(g, n):
    X, kind = n.inputs[0], n.attrs.get('act_type', 'leaky')
    if kind == 'prelu':
        slope = n.inputs[1]
        if n.ranks[0] > 2 and n.ranks[1] == 1:  # one slope a channel
            slope = g.add('Unsqueeze', slope, list(range(1, n.ranks[0] - 1)))
        return g.add('PRelu', X, slope)
    if kind == 'gelu':
        half, one, two = (onp.array(value, n.out_dtype) for value in (.5, 1, 2))
        erf = g.add('Erf', g.add('Div', X, onp.sqrt(two)))
        return g.add('Mul', g.add('Mul', X, half), g.add('Add', erf, one))
    need(kind in ('leaky', 'elu', 'selu'), f'act_type={kind!r}')
    if kind == 'selu':
        return g.add('Selu', X)
    return g.add({'leaky': 'LeakyRelu', 'elu': 'Elu'}[kind], X,
                 alpha=n.attrs.get('slope', 0.25))


@converts({'softmax': 'Softmax', 'log_softmax': 'LogSoftmax'})
def _softmax(operator, g, n):
    X, axis = n.cast(0), n.attrs.get('axis', -1) % n.ranks[0]
    if n.attrs.get('temperature') is not None:
        X = g.add('Div', X, n.number('temperature'))
    if not n.attrs.get('use_length', False):
        return g.add(operator, X, axis=axis)
    need(operator == 'Softmax', 'a length')
    steps = g.count(X, axis)
    later = list(range(1, n.ranks[0] - axis))
    steps = g.add('Unsqueeze', steps, later) if later else steps
    is_valid = g.add('Less', steps, g.add('Unsqueeze', n.cast(1, onp.int64), [axis]))
    lowest, zero = (onp.array(value, n.out_dtype) for value
                    in (onp.finfo(n.out_dtype).min, 0))
    Y = g.add('Softmax', g.add('Where', is_valid, X, lowest), axis=axis)
    return g.add('Where', is_valid, Y, zero)


@converts('RNN')
def _rnn(g, n):
    need(not n.attrs.get('use_sequence_length', False), 'use_sequence_length')
    need(n.attrs.get('projection_size') is None, 'projection_size')
    need(n.attrs.get('lstm_state_clip_min') is None, 'lstm_state_clip_min')
    directions = 2 if n.attrs.get('bidirectional', False) else 1
    layers = n.attrs['num_layers']
    X, _, *states = n.inputs
    states = [g.add('Split', state, outputs=layers, axis=0, num_outputs=layers)
              if layers > 1 else [state] for state in states]
    ends = []
    for weights, *begin in zip(_rnn_weights(n, layers, directions), *states):
        Y, *end = _rnn_layer(g, n, X, weights, begin, directions)
        Y = g.add('Transpose', Y, perm=[0, 2, 1, 3])  # (steps, batch, directions, h)
        X = g.add('Reshape', Y, [0, 0, -1])
        ends.append(end)
    return [X, *(g.add('Concat', *parts, axis=0) for parts in zip(*ends))]


def _rnn_layer(g, n, X, weights, states, directions):
    """One layer: its output (steps, directions, batch, h) and its last states."""
    mode = n.attrs['mode']
    W, R, b = weights
    options = {'hidden_size': n.attrs['state_size'],
               'direction': 'bidirectional' if directions == 2 else 'forward'}
    if mode == 'gru':  # the reset gate after the product with the hidden state
        options['linear_before_reset'] = 1
    elif mode != 'lstm':
        options['activations'] = [mode[4:].title()] * directions
    return g.add(RNN_OPERATORS[mode], X, W, R, b, '', *states,
                 outputs=1 + len(states), **options)


def _rnn_weights(n, layers, directions):
    """(W, R, b) of each layer as ONNX stacks them, from MXNet's one long vector.

    The vector holds input and hidden weights of every layer and direction, then
    their biases in the same order.
    """
    flat = n.value(1)
    order, h = GATES[n.attrs['mode']], n.attrs['state_size']
    rows = len(order) * h
    biases = flat[-2 * rows * layers * directions:]
    flat = flat[:len(flat) - len(biases)]
    biases = biases.reshape(layers, directions, 2, len(order), h)[:, :, :, order]
    rest = (layers - 1) * directions * rows * (directions * h + h)
    inputs = (len(flat) - rest) // (directions * rows) - h
    for layer in range(layers):
        width = inputs if layer == 0 else directions * h
        size = directions * rows * (width + h)
        pairs = [onp.split(part, [rows * width])
                 for part in onp.split(flat[:size], directions)]
        flat = flat[size:]
        W, R = ([pair[i].reshape(len(order), h, -1)[order].reshape(rows, -1)
                 for pair in pairs] for i in (0, 1))
        yield (onp.stack(W), onp.stack(R), biases[layer].reshape(directions, 2 * rows))
