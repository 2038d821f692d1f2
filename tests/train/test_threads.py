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
from mxnet import gluon, np
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

def trained(num_hiddens, compiles=True):
    """How many there are while a network trains on 100 examples of 1000 numbers."""
    net = nn.Dense(num_hiddens)
    net.initialize()
    with running(compiles=compiles):
        step = d2l.regression_step(
            net, gluon.loss.L2Loss(),
            gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1}))
    data = [(np.ones((100, 1000)), np.ones((100, num_hiddens)))]
    during = []
    d2l.fit(step, data, 1, watch=lambda history: during.append(asked()))
    return during[-1]
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
def test_a_thread_for_each_fifty_million_products_and_all_are_back_after_training():
    # 100 x 1000 x 499 products are not yet worth two threads, 100 x 1000 x 1000 are
    found = python('''
most = threads.processor.threads()[0]
print(trained(499), asked() == most, trained(1000), asked() == most)
print(trained(499, compiles=False) == most)

def fail(history):
    print(asked())
    raise KeyError

net = nn.Dense(1)
net.initialize()
with running(compiles=True):
    step = d2l.regression_step(
        net, gluon.loss.L2Loss(),
        gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1}))
try:
    d2l.fit(step, [(np.ones((2, 3)), np.ones((2, 1)))], 1, watch=fail)
except KeyError:
    print(asked() == most)''')
    assert found == ['1', 'True', '2', 'True', 'True', '1', 'True']


def test_as_many_as_the_user_said_are_left():
    assert python('print(trained(10))', OMP_NUM_THREADS='2') == ['2']
