import json

import cv2
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l
from d2lmx.errors import InputError


@pytest.fixture
def page(section):
    return section('13.2')


@pytest.fixture
def trained(smoke_run):
    """Folder of the model that the smoke run saved."""
    return smoke_run('13.2').folder / 'model'


def test_features_are_those_of_imagenet_and_the_last_layer_learns_faster(page):
    pretrained_net = d2l.pretrained_net('squeezenet1_1')
    net = page.fine_tuning_net(pretrained_net, 'squeezenet1_1', 3)
    X, = page.example_inputs(4)
    assert (net.features(X) == pretrained_net.features(X)).all()
    assert net(X).shape == (4, 3)
    assert [{param.lr_mult for param in part.collect_params().values()}
            for part in (net.features, net.output)] == [{1}, {10}]


@pytest.mark.parametrize('backbone, kept', [('mobilenet_v2_1_0', True),
                                            ('resnet18_v2', False)])
def test_statistics_of_imagenet_are_kept_but_for_the_pages_network(page, backbone,
                                                                  kept):
    net = page.fine_tuning_net(d2l.pretrained_net(backbone), backbone, 3)
    X, = page.example_inputs(4)
    before = net.features(X).asnumpy()
    with autograd.record():
        features = net.features(X)
    features.backward()  # which moves running statistics
    assert onp.allclose(features.asnumpy(), before, atol=1e-4) is kept
    assert onp.allclose(net.features(X).asnumpy(), before, atol=1e-4) is kept


@pytest.mark.parametrize('backbone', ['resnet18_v2', 'squeezenet1_1',
                                      'mobilenet_v2_1_0', 'efficientnet_lite0'])
def test_each_backbone_gets_a_score_a_class(page, backbone):
    net = page.build_net(backbone, 5)
    net.initialize()
    assert net(*page.example_inputs(2)).shape == (2, 5)


def test_an_unknown_backbone_is_told(page):
    with pytest.raises(InputError, match='no network that has weights'):
        page.build_net('resnet17_v2')


def test_the_row_of_weights_is_that_of_hot_dogs(page):
    net = d2l.pretrained_net('efficientnet_lite0')
    row = page.hotdog_weights(net)
    assert row.shape == (1, 1280)
    assert (row[0] == net.output.weight.data()[934]).all()
    assert page.hotdog_weights(d2l.pretrained_net('mobilenet_v2_1_0')) is None


def test_pictures_to_test_on_are_the_middle_of_larger_ones(page):
    picture = onp.zeros((256, 256, 3), 'uint8')
    picture[16:240, 16:240] = 255
    X = page.test_augs()(picture)
    # white, in units of ImageNet's deviation from its mean
    assert X.shape == (3, 224, 224)
    onp.testing.assert_allclose(X[:, 0, 0], [(1 - .485) / .229, (1 - .456) / .224,
                                             (1 - .406) / .225], rtol=1e-5)
    assert page.train_augs(48)([picture] * 3).shape == (3, 3, 48, 48)


def test_a_saved_model_says_what_pictures_show(page, trained, tmp_path):
    files = [tmp_path / 'a.png', tmp_path / 'b.jpg']
    cv2.imwrite(str(files[0]), onp.full((40, 60), 200, 'uint8'))  # grey
    cv2.imwrite(str(files[1]), onp.zeros((9, 300, 3), 'uint8'))
    d2l.plt.close('all')
    both = page.predict(trained, *files)
    json.dumps(both)
    for file, found in zip(files, both):
        assert found['picture'] == str(file)  # as in 13.7 and 13.14
        assert set(found['probabilities']) == {'hotdog', 'not-hotdog'}
        assert sum(found['probabilities'].values()) == pytest.approx(1, abs=1e-5)
        assert found['class'] == max(found['probabilities'],
                                     key=found['probabilities'].get)
        assert page.predict(trained, file) == [found]
    assert len(d2l.plt.get_fignums()) == 4  # one a picture
    assert both[0]['class'] in d2l.plt.figure(1).axes[0].get_title()


def test_a_file_that_is_no_picture_is_one_line(page, trained, tmp_path):
    (tmp_path / 'a.jpg').write_text('no picture')
    with pytest.raises(InputError, match='a.jpg is no picture'):
        page.predict(trained, tmp_path / 'a.jpg')


def test_pictures_of_a_readers_own_give_their_own_classes(page, tmp_path, monkeypatch):
    for k, name in enumerate(('dark', 'light', 'red')):
        folder = tmp_path / 'mine' / name
        folder.mkdir(parents=True)
        for i in range(5):
            color = [(0, 0, 0), (255, 255, 255), (0, 0, 255)][k]
            cv2.imwrite(str(folder / f'{i}.png'),
                        onp.full((8, 8, 3), color, 'uint8'))
    result = page.run(num_epochs=1, batch_size=6, size=32, backbone='squeezenet1_1',
                      images=str(tmp_path / 'mine'), out=tmp_path)
    assert result['shape of the weights for hot dogs'] == [1, 512, 1, 1]
    found, = page.predict(tmp_path / 'model', tmp_path / 'mine' / 'red' / '0.png')
    assert set(found['probabilities']) == {'dark', 'light', 'red'}
