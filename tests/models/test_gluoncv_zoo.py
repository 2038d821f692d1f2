"""Networks of gluoncv: which of them the commands can show, export and time."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l
from d2lmx.commands import call
from d2lmx.errors import InputError
from d2lmx.models.gluoncv_zoo import build_net, family_of
from d2lmx.pages.networks import find_network
from d2lmx.runtime.threads import legacy_arrays
from d2lmx.vision.gluoncv import gluoncv

# (name, a small picture's size, outputs for a batch of 2) of a network of each family
SMALL = [('cifar_resnet20_v1', 32, [(2, 10)]), ('mobilenet0.25', 64, [(2, 1000)]),
         ('mobilenetv3_small', 64, [(2, 1000)]),
         pytest.param('ssd_512_mobilenet1.0_voc', 128,
                      [(2, 100, 1)] * 2 + [(2, 100, 4)], marks=pytest.mark.slow),
         pytest.param('yolo3_mobilenet1.0_voc', 96,
                      [(2, 100, 1)] * 2 + [(2, 100, 4)], marks=pytest.mark.slow)]
CANNOT = ['faster_rcnn_resnet50_v1b_voc', 'mask_rcnn_resnet50_v1b_coco',
          'resnet50_v1_int8', 'resnet50_v1b_kinetics400', 'hrnet_w18_small_v1_s',
          'deeplab_resnet50_ade', 'simple_pose_resnet18_v1b', 'resnet50_v1b_custom']


@pytest.mark.parametrize('name, size, shapes', SMALL)
@pytest.mark.parametrize('kind, files', [('symbol', 2), ('onnx', 1)])
def test_it_becomes_files_that_give_the_same(name, size, shapes, kind, files, tmp_path):
    # the export compares what it reloads with the live network
    assert call('export', [f'gluoncv:{name}', '--to', kind, '--out', str(tmp_path),
                           '--input-shape', f'3x{size}x{size}']) == 0
    assert len(list(tmp_path.iterdir())) == files
    # YOLO3's ONNX file ends before its boxes are suppressed
    if kind == 'symbol':
        net = d2l.load_exported(*sorted(tmp_path.iterdir(), reverse=True))
        outputs = net(np.zeros((2, 3, size, size)))
        outputs = outputs if isinstance(outputs, list) else [outputs]
        assert [Y.shape for Y in outputs] == shapes


@pytest.mark.parametrize('name, size', [
    ('cifar_resnet20_v1', 32),
    pytest.param('ssd_512_mobilenet1.0_voc', 128, marks=pytest.mark.slow)])
def test_it_computes_as_gluoncv_does_with_a_file_of_gluoncv(name, size, tmp_path):
    X = onp.random.RandomState(0).normal(size=(2, 3, size, size)).astype('float32')
    detects = {'pretrained_base': False} if 'ssd' in name else {}
    with legacy_arrays():
        theirs = gluoncv().model_zoo.get_model(name, **detects)
        theirs.initialize()
        expected = theirs(mx.nd.array(X))
        expected = expected if isinstance(expected, tuple) else [expected]
        expected = [Y.asnumpy() for Y in expected]
        theirs.save_parameters(str(tmp_path / 'net.params'))
    ours = build_net(name, tmp_path / 'net.params')
    d2l.load_parameters(ours, tmp_path / 'net.params')
    outputs = ours(np.array(X))
    outputs = outputs if isinstance(outputs, list) else [outputs]
    for Y, y in zip(outputs, expected):  # the same operators in the same order
        onp.testing.assert_allclose(Y.asnumpy(), y, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('name, size', [
    ('cifar_resnet20_v1', 32),
    pytest.param('yolo3_mobilenet1.0_custom', 96, marks=pytest.mark.slow)])
def test_a_file_tells_the_number_of_classes(name, size, tmp_path):
    file = tmp_path / 'three.params'
    kinds = {'classes': ['a', 'b', 'c'], 'pretrained_base': False}
    with legacy_arrays():
        theirs = gluoncv().model_zoo.get_model(
            name, **(kinds if 'yolo' in name else {'classes': 3}))
        theirs.initialize()
        theirs(mx.nd.zeros((1, 3, size, size)))
        theirs.save_parameters(str(file))
    ours = build_net(name, file)
    d2l.load_parameters(ours, file)
    assert call('show', [f'gluoncv:{name}', '--params', str(file)]) == 0


@pytest.mark.parametrize('name', CANNOT)
def test_others_are_refused_in_a_line(name):
    with pytest.raises(InputError, match='none of gluoncv.s classification, SSD'):
        family_of(name)


def test_slips_are_told(capsys, tmp_path):
    assert call('show', ['gluoncv:resnet18_v1bb']) == 2
    assert 'did you mean resnet18_v1b' in capsys.readouterr().err
    assert call('show', ['gluoncv:ssd_512_mobilenet1.0_custom']) == 2
    assert 'the classes of its --params FILE' in capsys.readouterr().err
    assert call('show', ['gluoncv:mobilenet0.25', '--params', str(tmp_path / 'x')]) == 1
    assert 'there is no parameter file' in capsys.readouterr().err


def test_a_network_that_gluoncv_itself_cannot_build_is_told_in_a_line(capsys):
    # group normalization, written with an argument that MXNet 1.9 does not take
    assert call('show', ['gluoncv:resnet50_v1b_gn']) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1 and 'gluoncv cannot build resnet50_v1b_gn' in errors[0]


def test_its_table_counts_its_parameters(capsys):
    assert call('show', ['gluoncv:cifar_resnet20_v1']) == 0
    # ResNet-20 of its paper, 0.27 million
    assert '272,474' in capsys.readouterr().out


def test_random_weights_are_said(capsys, tmp_path):
    call('export', ['gluoncv:cifar_resnet20_v1', '--to', 'symbol', '--out',
                    str(tmp_path)])
    assert 'its weights are random' in capsys.readouterr().out


def test_a_detector_is_timed_as_it_predicts():
    from d2lmx.bench.ways import PREDICT, TRAIN, gluon_functions
    network = find_network('gluoncv:cifar_resnet20_v1')
    functions = gluon_functions(network.build_net, network.example_inputs, .1, 2)
    assert all(callable(functions['static', what]) for what in (TRAIN, PREDICT))
    net = build_net('yolo3_mobilenet1.0_voc')
    net.initialize(init.Xavier())
    assert net.predicts_only
