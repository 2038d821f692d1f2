"""Weights from ImageNet: where they come from, if they are whole, what they see."""
import hashlib
import shutil
import zipfile

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon.model_zoo import model_store, vision

import d2lmx as d2l
from d2lmx import check_hybrid_block
from d2lmx.context import current, running
from d2lmx.errors import InputError
from d2lmx.files import hub
from d2lmx.files.archives import BadData
from d2lmx.files.catalogue import WEIGHTS, gluon_weights
from d2lmx.models import pretrained, zoo
from d2lmx.models.efficientnet import EfficientNetLite0, torch_names
from d2lmx.parity.structure import copy_to_port, pair_layers
from d2lmx.parity.torch_side import find_twin

SMALL = 'mobilenet0.25'  # the smallest of Gluon's: 470,000 parameters


@pytest.fixture
def root(empty_hub, tmp_path, monkeypatch):
    """A new folder as the only data root."""
    folder = tmp_path / 'root'
    folder.mkdir()
    monkeypatch.setenv('D2LMX_DATA', str(folder))
    return folder


@pytest.fixture
def params(root, tmp_path, monkeypatch):
    """A file of Gluon's weights, of SMALL, whose SHA-1 counts as the published one."""
    net = vision.get_model(SMALL)
    net.initialize(mx.init.Xavier())
    net(np.zeros((1, 3, 32, 32)))
    net.save_parameters(str(tmp_path / 'saved'))
    sha1 = hashlib.sha1((tmp_path / 'saved').read_bytes()).hexdigest()
    monkeypatch.setitem(model_store._model_sha1, SMALL, sha1)
    path = tmp_path / f'{SMALL}-{sha1[:8]}.params'
    (tmp_path / 'saved').rename(path)
    return path


def first(net):
    return net.features[0].weight.data().asnumpy()


def zipped(path, folder):
    with zipfile.ZipFile(folder / f'{path.stem}.zip', 'w') as file:
        file.write(path, path.name)


@pytest.mark.parametrize('kind', ['params', 'zip', 'mxnet'])
def test_a_pasted_cell_takes_weights_that_are_on_this_machine(params, root, kind,
                                                              tmp_path, monkeypatch):
    options = {}
    if kind == 'zip':
        zipped(params, root)
    elif kind == 'params':
        shutil.copy(params, root)
    else:  # MXNet's default, which a user's own files may be in
        options['root'] = str(tmp_path)
        monkeypatch.setattr(pretrained, 'GLUON_FOLDER', str(tmp_path))
    net = gluon.model_zoo.vision.mobilenet0_25(pretrained=True, **options)
    assert (first(net) == mx.nd.load(str(params))['features.0.weight'].asnumpy()).all()
    assert net(np.zeros((1, 3, 32, 32))).shape == (1, 1000)
    told = current().files[SMALL]
    assert told['data'] == 'book' and told['file'] == params.name


def test_the_archive_is_unpacked_once_into_a_whole_file(params, root):
    zipped(params, root)
    assert d2l.pretrained_file(SMALL) == str(root / params.name)
    assert sorted(path.name for path in root.iterdir()) == [
        params.name, f'{params.stem}.zip']
    (root / f'{params.stem}.zip').unlink()
    assert d2l.pretrained_file(SMALL) == str(root / params.name)


def test_a_folder_named_in_the_cell_is_the_only_one(params, root, tmp_path):
    other = tmp_path / 'other'
    other.mkdir()
    shutil.copy(params, other)
    vision.mobilenet0_25(pretrained=True, root=str(other))
    with pytest.raises(hub.DataUnavailable, match=f'searched: {root}'):
        vision.mobilenet0_25(pretrained=True)


def test_damaged_and_other_weights_are_one_clear_error(params, root):
    target = root / params.name
    target.write_bytes(params.read_bytes()[:1000])
    with pytest.raises(BadData, match=f'{target} holds no weights, or it is damaged'):
        vision.mobilenet0_25(pretrained=True)
    mx.nd.save(str(target), {'features.0.weight': mx.nd.ones((1, 2))})
    with pytest.raises(BadData, match=f'other weights than those of {SMALL}'):
        vision.mobilenet0_25(pretrained=True)
    target.unlink()
    with zipfile.ZipFile(root / f'{params.stem}.zip', 'w') as file:
        file.writestr('readme', '')
    with pytest.raises(BadData, match='holds no plain file'):
        vision.mobilenet0_25(pretrained=True)
    assert [path.name for path in root.iterdir()] == [f'{params.stem}.zip']


@pytest.mark.parametrize('name', ['resnet99', 'resnet18', '', '../x'])
def test_an_unknown_network_is_told(name):
    with pytest.raises(InputError, match='no network'):
        d2l.pretrained_net(name)
    with pytest.raises(InputError, match='no weights of'):
        d2l.pretrained_file(name)


def test_weights_without_an_address_tell_where_to_put_them(root):
    with pytest.raises(hub.DataUnavailable) as caught:
        d2l.pretrained_net('squeezenet1_1')
    message = str(caught.value)
    assert 'squeezenet1.1-imagenet.npz' in message and str(root) in message
    assert 'no address' in message and 'D2LMX_DATA' in message


def test_the_catalogue_has_mxnets_own_sums():
    ours = {name: known for name, known in WEIGHTS.items() if known.member}
    assert set(ours) == {'resnet18_v2', 'resnet34_v2', 'vgg19'}
    for name, known in ours.items():
        assert known == gluon_weights(name, model_store._model_sha1[name])


def test_toy_weights_are_random_repeat_and_count_as_toy(empty_hub, monkeypatch,
                                                        tmp_path):
    weights = []
    for home in ('first', 'second'):
        monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / home))
        with running(data='toy', files={}):
            weights.append(first(vision.mobilenet0_25(pretrained=True)))
            assert current().files[SMALL]['data'] == 'toy'
            net = d2l.pretrained_net('squeezenet1_1')
            assert {file['data'] for file in hub.used()} == {'toy'}
    assert (weights[0] == weights[1]).all()
    # uniform, with the variance 2 / fan-in that keeps a layer of ReLUs' scale
    assert weights[0].std() == pytest.approx((2 / 27) ** .5, rel=.1)
    assert net.features[0].weight.data().asnumpy().std() == pytest.approx(
        (2 / 27) ** .5, rel=.1)


def test_own_files_are_checked_by_name_and_shape_and_read_without_pickle(root):
    path = root / 'squeezenet1.1-imagenet.npz'
    onp.savez(path, x=onp.array([{}], dtype=object))
    with pytest.raises(BadData, match=f'{path} holds no weights'):
        d2l.pretrained_net('squeezenet1_1')
    shapes = pretrained.shapes_of('squeezenet1_1')
    onp.savez(path, **{f'{name}.': onp.zeros(shape) for name, shape in shapes.items()})
    with pytest.raises(BadData, match='other weights than those of squeezenet1_1'):
        d2l.pretrained_net('squeezenet1_1')


@pytest.mark.parametrize('train', [False, True])
def test_layers_that_the_published_mobilenet_lacks_do_nothing_in_training(train):
    with running(data='toy', files={}):
        net = d2l.pretrained_net('mobilenet_v2_1_0')
    conv, norm, relu6 = net.features[3].out[:3]
    # as in the published file; Gluon's structure has these layers, MobileNetV2 has not
    conv.weight.set_data(np.eye(32).reshape(32, 32, 1, 1))
    norm.running_var.set_data(np.full(32, 1 - 1e-5))
    X = np.random.uniform(0, 6, (2, 32, 4, 5))  # what comes out of a ReLU6
    with autograd.record(train_mode=train):
        Y = relu6(norm(conv(X)))
    onp.testing.assert_allclose(Y.asnumpy(), X.asnumpy(), rtol=1e-5)  # rounding


# ---- EfficientNet-Lite0


def test_efficientnet_keeps_the_contract():
    # 50 layers of batch normalization: rounding reaches the fifth digit
    check_hybrid_block(EfficientNetLite0, zoo.example_inputs(2), rtol=1e-4, atol=1e-4)


def test_efficientnet_has_as_many_parameters_as_published_and_torchs_names():
    net = EfficientNetLite0()
    net.infer_shape(np.zeros((1, 3, 64, 64)))
    learnt = [param for param in net.collect_params().values()
              if param.grad_req != 'null']
    assert sum(onp.prod(param.shape) for param in learnt) == 4_652_008
    names = torch_names(net)
    assert names['features.2.weight'] == '_conv_stem.weight'
    assert names['output.bias'] == '_fc.bias'
    assert len(set(names.values())) == len(names) == 247


def test_efficientnet_gives_its_torch_ports_scores(torch):
    with running(data='toy', files={}):
        net = d2l.pretrained_net('efficientnet_lite0')
    port = find_twin('zoo.efficientnet_lite0')().eval()
    X = np.random.normal(size=(2, 3, 64, 96))
    y = net(X).asnumpy()
    copy_to_port(pair_layers(net, port))
    with torch.no_grad():
        expected = port(torch.from_numpy(X.asnumpy())).numpy()
    onp.testing.assert_allclose(y, expected, atol=1e-4 * abs(expected).max())


@pytest.mark.data
@pytest.mark.parametrize('name, seen', [
    ('squeezenet1_1', {'catdog': 'Chihuahua'}),
    ('efficientnet_lite0', {
        'catdog': 'Chihuahua', 'cat1': 'a cat having a striped coat',  # tiger cat
        'banana': 'brown bear', 'rainier': 'mountain'})])
def test_real_weights_name_what_photographs_show(real_data, name, seen):
    net, folder = d2l.pretrained_net(name), real_data / 'img'
    assert current().files[name]['data'] == 'book'
    for picture, label in seen.items():
        found, *_ = zoo.classify(net, folder / f'{picture}.jpg',
                                 real_data / 'weights' / 'imagenet1k_classes.json', 1)
        assert found[0] == label
