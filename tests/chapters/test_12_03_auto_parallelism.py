import os
import subprocess
import sys
from pathlib import Path

import mxnet as mx
import pytest
from mxnet import np

ROOT = Path(__file__).parent.parent.parent


def test_products_are_those_of_the_device_that_holds_the_matrix(section):
    x = np.array([[1., 2.], [3., 4.]], ctx=mx.cpu(1))
    ys = section('12.3').products(x, 3)
    assert len(ys) == 3 and ys[2].ctx == mx.cpu(1)
    assert ys[0].tolist() == [[5, 11], [11, 25]]


def test_copies_made_while_computing_are_equal_to_what_is_computed(section, capsys):
    x = np.random.uniform(size=(60, 60), ctx=mx.cpu(0))
    seconds, equal = section('12.3').parallel_computation_and_communication(
        x, 4, mx.cpu(1))
    assert equal and list(seconds) == ['products', 'copies', 'both']


def test_without_gpus_two_contexts_of_the_cpu_serve_and_that_is_said(section, capsys):
    result = section('12.3').run(n=40, repeat=2)
    if mx.context.num_gpus() < 2:
        assert result['devices'] == ['cpu(0)', 'cpu(1)']
        assert 'two contexts of the CPU instead' in capsys.readouterr().out
    assert list(result['timing']['two devices'])[-1] == 'on both'


@pytest.mark.slow
def test_products_on_two_contexts_at_once_end_with_two_threads_each():
    # in a process of its own, since np.dot in their place hangs for ever
    code = ('from d2lmx.pages import sections; '
            "page = sections.load(sections.find('12.3'));"
            "page.run(n=600, repeat=10)")
    done = subprocess.run([sys.executable, '-c', code], timeout=120, cwd=ROOT,
                          env={**os.environ, 'OMP_NUM_THREADS': '2'})
    assert done.returncode == 0
