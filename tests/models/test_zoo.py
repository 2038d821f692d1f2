"""Networks of Gluon's zoo in NumPy semantics: structure, weights, photographs."""
import json

import numpy as onp
import pytest
from mxnet.gluon.model_zoo import vision

from d2lmx import check_hybrid_block
from d2lmx.models import zoo
from d2lmx.models.pretrained import NETWORKS
from d2lmx.parity.convert import known_shapes, load_weights
from d2lmx.parity.files import read_weights
from d2lmx.parity.structure import copy_to_port, pair_layers
from d2lmx.parity.torch_side import find_twin

ORIGINALS = {'squeezenet1_1': vision.squeezenet1_1,
             'mobilenet_v2_1_0': vision.mobilenet_v2_1_0}


@pytest.mark.parametrize('name', ORIGINALS)
def test_structural_names_are_those_of_gluons_zoo(name):
    net = NETWORKS[name]()
    assert (list(net._collect_params_with_prefix())
            == list(ORIGINALS[name]()._collect_params_with_prefix()))


@pytest.mark.parametrize('name,count', [
    ('squeezenet1_1', 1_235_496),      # as published
    # published: 3,504,872 without Gluon's first expansion: 32 x 32 weights and its
    # batch normalization's 2 x 32; and no bias of 1000 in the classifier
    ('mobilenet_v2_1_0', 3_504_872 + 32 * 32 + 2 * 32 - 1000)])
def test_number_of_parameters(name, count):
    net = known_shapes(NETWORKS[name], zoo.example_inputs)
    assert sum(param.data().size for param in net.collect_params().values()
               if param.grad_req != 'null') == count


@pytest.mark.parametrize('name', ['squeezenet1_1', 'mobilenet_v2_1_0_features'])
def test_network_keeps_the_contract(name):
    # 50 layers of batch normalization: rounding reaches the fifth digit
    check_hybrid_block(NETWORKS[name], zoo.example_inputs(2), rtol=1e-4, atol=1e-4)


def pretrained(name, file):
    net = known_shapes(NETWORKS[name], zoo.example_inputs)
    load_weights(net, read_weights(file))
    return net


@pytest.mark.data
def test_pretrained_squeezenet_names_what_photographs_show(real_data):
    net = pretrained('squeezenet1_1',
                     real_data / 'weights' / 'squeezenet1.1-imagenet.npz')
    classes = real_data / 'weights' / 'imagenet1k_classes.json'
    assert len(json.loads(classes.read_text(encoding='utf-8'))) == 1000
    seen = {name: [label for label, _ in zoo.classify(
        net, real_data / 'img' / f'{name}.jpg', classes, k=3)]
        for name in ('rainier', 'catdog')}
    assert set(seen['rainier']) == {'lakeshore', 'valley', 'mountain'}
    assert seen['catdog'][0] == 'Chihuahua'


@pytest.mark.data
def test_pretrained_mobilenet_gives_its_torch_ports_features(real_data, torch):
    name = 'mobilenet_v2_1_0_features'
    net = pretrained(name, real_data / 'weights'
                     / 'mobilenetv2_1.0-imagenet-features.npz')
    port = find_twin(f'zoo.{name}')().eval()
    copy_to_port(pair_layers(net, port))
    X = zoo.read_photograph(real_data / 'img' / 'catdog.jpg')
    features = net(X).asnumpy()
    assert features.shape == (1, 1280) and features.max() > 1  # it sees something
    with torch.no_grad():
        expected = port(torch.from_numpy(X.asnumpy())).numpy()
    onp.testing.assert_allclose(features, expected, atol=1e-5 * features.max())


@pytest.mark.data
def test_pretrained_mobilenet_tells_animals_from_a_landscape(real_data):
    net = pretrained('mobilenet_v2_1_0_features', real_data / 'weights'
                     / 'mobilenetv2_1.0-imagenet-features.npz')
    dogs, cat, hills = (net(zoo.read_photograph(real_data / 'img' / f'{name}.jpg'))[0]
                        .asnumpy() for name in ('catdog', 'cat1', 'rainier'))

    def cosine(a, b):
        return a @ b / onp.linalg.norm(a) / onp.linalg.norm(b)

    assert cosine(dogs, cat) > max(cosine(dogs, hills), cosine(cat, hills)) + 0.1


def test_file_that_is_no_image_is_told(tmp_path):
    (tmp_path / 'a.jpg').write_text('no image')
    with pytest.raises(ValueError, match='no image that OpenCV can read'):
        zoo.read_photograph(tmp_path / 'a.jpg')
    with pytest.raises(FileNotFoundError):
        zoo.read_photograph(tmp_path / 'b.jpg')


def test_photograph_is_cut_from_the_middle_and_normalized(tmp_path):
    cv2 = pytest.importorskip('cv2')
    image = onp.zeros((256, 512, 3), 'uint8')
    image[:, 128:384] = (0, 0, 255)  # OpenCV's order: red in the middle
    cv2.imwrite(str(tmp_path / 'a.png'), image)
    X = zoo.read_photograph(tmp_path / 'a.png').asnumpy()
    assert X.shape == (1, 3, 224, 224)
    for channel, value in enumerate([(1 - 0.485) / 0.229, -0.456 / 0.224,
                                     -0.406 / 0.225]):
        onp.testing.assert_allclose(X[0, channel], value, rtol=1e-5)
