"""A network made ready in every way, or the reason why not."""
import signal
import time

import pytest
from mxnet import np
from mxnet.gluon import nn

from d2lmx.bench import ways
from d2lmx.pages import sections


@pytest.mark.parametrize('name,inputs', [('lenet', (4,)), ('resnet', (2, 32))])
def test_prepared_networks_predict_the_same(name, inputs):
    section = sections.load(sections.find(name))
    inputs = section.example_inputs(*inputs)
    for prepare, tolerance in ((ways.fused, 1e-5), (ways.in_bfloat16, 0.05)):
        net = section.build_net()
        net.initialize()
        expected = net(*inputs).asnumpy()
        reason = ways.prepared_prediction(net, inputs, prepare)
        if 'primitive descriptor' in str(reason):
            pytest.skip('needs a processor on which oneDNN has bfloat16: AVX-512')
        found = prepare(net, inputs)(*inputs).asnumpy()
        # bfloat16 keeps 8 bits
        assert abs(found - expected).max() <= tolerance * abs(expected).max()


def test_what_cannot_be_prepared_gives_its_reason():
    def prepare(net, inputs):
        raise RuntimeError('not on this machine\nand more')

    assert ways.prepared_prediction(None, (), prepare) == (
        'RuntimeError: not on this machine')


@pytest.mark.torch
def test_without_a_compiler_or_images_the_reason_stands_for_the_function(
        torch, monkeypatch):
    monkeypatch.setattr('shutil.which', lambda name: None)
    functions = ways.port_functions(
        lambda: nn.Dense(3), lambda batch_size=2: (np.ones((batch_size, 4)),),
        lambda: torch.nn.Linear(4, 3), 0.1, 2, ('eager', 'channels last', 'compiled'))
    assert callable(functions['eager', ways.TRAIN])
    assert functions['channels last', ways.TRAIN] == 'the network takes no images'
    assert 'C++ compiler' in functions['compiled', ways.PREDICT]


def test_what_takes_too_long_to_compile_is_left_alone(monkeypatch):
    def compile_on_and_on():
        try:
            while True:
                time.sleep(0.01)
        except Exception:  # as PyTorch's compiler has it
            pass

    monkeypatch.setattr(ways, 'has_compiler', lambda: True)
    monkeypatch.setattr(ways, 'MOST_COMPILING', 0.05)
    with pytest.raises(ways.CannotRun, match='not compiled after 0.05 seconds'):
        with ways.compiling():
            compile_on_and_on()
    time.sleep(0.06)  # and nothing rings afterwards
    with ways.compiling():
        pass
    with pytest.raises(ways.CannotRun, match='ValueError: no such kernel'):
        with ways.compiling():
            raise ValueError('no such kernel\nand more')
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
