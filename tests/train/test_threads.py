"""threads: a training's operators get as many threads as its work is worth."""
import os
import subprocess
import sys

import pytest

from d2lmx import processor

ASK = '''
import ctypes
import threading
import d2lmx as d2l
import mxnet as mx
from d2lmx.context import running
from d2lmx.train import threads
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

def asked():
    """How many threads an operator on the CPU gets now."""
    found, done = [], threading.Event()

    @ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
    def ask(run_context, parameter):
        found.append(ctypes.CDLL('libgomp.so.1').omp_get_max_threads())
        done.set()

    device = threads._Context(threads.CPU, 0)
    threads._LIB.MXEnginePushSync(ask, None, None, ctypes.byref(device), None, 0, None,
                                  0, None, 0, b'asked')
    assert done.wait(60)
    return found[0]

def trained(num_hiddens, compiles=True, alone=True):
    """How many there are after a network's training on 100 examples of 1000 numbers."""
    net = nn.Dense(num_hiddens)
    net.initialize()
    with running(compiles=compiles, alone=alone):
        step = d2l.regression_step(
            net, gluon.loss.L2Loss(),
            gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1}))
    data = [(np.ones((100, 1000)), np.ones((100, num_hiddens)))]
    with running(alone=alone):
        d2l.fit(step, data, 2)
    return asked()
'''
two_processors = pytest.mark.skipif(processor.usable_cores() < 2,
                                    reason='one core: there is nothing to choose')


def python(code, **environment):
    inherited = {name: value for name, value in os.environ.items()
                 if name not in (processor.THREADS, processor.CHOSEN)}
    done = subprocess.run([sys.executable, '-c', ASK + code], text=True,
                          capture_output=True, env={**inherited, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.slow
@two_processors
@pytest.mark.parametrize('num_hiddens, count', [(499, 1), (1000, 2)])
def test_a_thread_for_each_fifty_million_products(num_hiddens, count):
    # 100 x 1000 x 499 products are not yet worth two threads, 100 x 1000 x 1000 are
    assert python(f'print(trained({num_hiddens}))') == [str(count)]


@pytest.mark.slow
@two_processors
def test_there_are_never_more_threads_again():
    # oneDNN's pooling that was first called by one thread writes beyond its memory when
    # two call it
    assert python('print(trained(10), trained(1000))') == ['1', '1']


@pytest.mark.slow
@two_processors
def test_all_are_left_where_a_process_does_more_and_where_nothing_is_compiled():
    assert python('''
print(trained(10, alone=False), trained(10, compiles=False), trained(10))''') == [
        '2', '2', '1']


@pytest.mark.slow
@two_processors
@pytest.mark.parametrize('kernel, block, count', [
    ((1, 1), None, 1),             # 100 x 499,001 numbers are not yet worth two
    ((1, 1, 5, 5), None, 2),       # a kernel is used at many places
    ((1, 1), 'nn.Dense(1)', 2)])   # what a block that is not compiled takes is unknown
def test_each_number_of_matrices_alone_counts_once_a_label(kernel, block, count):
    assert python(f'''
w, b, kernel = np.ones((499, 500)), np.ones((499, 500)), np.ones({kernel})
for array in (w, b, kernel):
    array.attach_grad()

def step(X):
    with autograd.record():
        l = (w + b).sum() + kernel.sum()
    l.backward()
    return {{'train loss': (l, 1)}}

with running(alone=True):
    d2l.fit(d2l.Step(step, trains={{'both': [w, (b, kernel)], 'net': [{block}]}}),
            [np.ones(100)], 1)
print(asked())''') == [str(count)]


def test_as_many_as_the_user_said_are_left():
    assert python('print(trained(10))', OMP_NUM_THREADS='2') == ['2']
