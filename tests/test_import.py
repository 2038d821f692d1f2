"""What ``import d2lmx`` brings into a process, and what it leaves out."""
import subprocess
import sys

from d2lmx import hooks

OPTIONAL = {'torch', 'onnx', 'onnxruntime', 'gluoncv', 'IPython', 'horovod', 'jieba',
            'sacrebleu', 'pooch', 'tqdm.auto'}  # which warns in a notebook


def test_optional_packages_are_left_out():
    # MXNet itself takes onnx where it finds it
    code = f'''
import runpy, sys
runpy.run_path({hooks.__file__!r})['watch_imports']()
import mxnet
before = set(sys.modules)
import d2lmx
d2lmx.Timer()
print(*set(sys.modules) - before)'''
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    brought = set(done.stdout.split())
    assert 'd2lmx.metrics' in brought, done.stderr
    assert brought & OPTIONAL == set()
