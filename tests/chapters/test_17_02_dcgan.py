"""17.2: shapes of the page, both networks as files, grids, and what is read."""
import json
import shutil
import zipfile

import cv2
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx import commands
from d2lmx.export.onnx import export_onnx, load_onnx
from d2lmx.pages.networks import find_network
from d2lmx.parity.torch_side import find_twin
from d2lmx.testing import check_hybrid_block


def predicted(*words):
    """The exit status of ``d2lmx predict words...``."""
    with pytest.raises(SystemExit) as stop:
        commands.main(['predict', *map(str, words)])
    return stop.value.code


@pytest.mark.parametrize('options, side', [({}, 32), (dict(strides=1, padding=0), 19)])
def test_blocks_of_the_generator_give_the_shapes_of_the_page(section, options, side):
    block = section('17.2').G_block(20, **options)
    block.initialize()
    assert block(np.zeros((2, 3, 16, 16))).shape == (2, 20, side, side)


def test_the_first_block_makes_a_picture_of_one_pixel(section):
    block = section('17.2').G_block(20, strides=1, padding=0)
    block.initialize()
    assert block(np.zeros((2, 3, 1, 1))).shape == (2, 20, 4, 4)


def test_a_block_of_the_discriminator_halves_a_picture(section):
    block = section('17.2').D_block(20)
    block.initialize()
    assert block(np.zeros((2, 3, 16, 16))).shape == (2, 20, 8, 8)


def test_networks_give_pictures_and_scores(section):
    page = section('17.2')
    for variant, shape in (('generator', (1, 3, 64, 64)),
                           ('discriminator', (1, 1, 1, 1))):
        net = page.build_net(variant, channels=2)
        net.initialize()
        Y = net(*page.example_inputs(1, variant))
        assert Y.shape == shape
        assert variant == 'discriminator' or abs(Y).max() <= 1


def test_the_discriminator_keeps_the_contract_and_is_exported(section, tmp_path):
    page = section('17.2')
    X, = page.example_inputs(2, 'discriminator')
    check_hybrid_block(lambda: page.build_net('discriminator', channels=4), (X,))
    for variant in ('discriminator', 'generator'):
        net = page.build_net(variant, channels=4)
        net.initialize()
        inputs = page.example_inputs(2, variant)
        expected = net(*inputs).asnumpy()
        export_onnx(net, inputs, tmp_path / f'{variant}.onnx')
        found = load_onnx(tmp_path / f'{variant}.onnx')(*(X.asnumpy() for X in inputs))
        onp.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.torch
@pytest.mark.parametrize('variant', ['generator', 'discriminator'])
def test_each_network_has_a_port_of_as_many_numbers(torch, variant):
    network = find_network(f'dcgan:{variant}')
    port = find_twin(network.twin)()
    net = network.build_net()
    net.initialize()
    Y = net(*network.example_inputs(1))
    X = torch.from_numpy(network.example_inputs(1)[0].asnumpy())
    assert tuple(port(X).shape if variant == 'generator' else port.eval()(X).shape
                 ) == Y.shape
    assert sum(p.numel() for p in port.parameters()) == sum(
        p.data().size for p in net.collect_params().values() if p.grad_req != 'null')


def test_there_is_no_third_network():
    with pytest.raises(d2l.InputError, match="'generator', 'discriminator'"):
        find_network('dcgan:critic')


def test_the_smoke_run_leaves_grids_and_both_networks(smoke_run, section):
    smoke = smoke_run('17.2')
    assert smoke.result['training pictures'] == 640
    assert {'discriminator', 'generator'} == set(smoke.result['final'])
    grid, = smoke.folder.glob('*.png')
    assert grid.name == 'epoch-001.png'
    pixels = cv2.imread(str(grid))
    assert pixels.shape == (3 * 64, 7 * 64, 3) and pixels.std() > 0
    real, = section('17.2').example_inputs(2, 'discriminator')
    scores = d2l.load_model(smoke.folder / 'discriminator')(real)
    assert scores.shape == (2, 1, 1, 1)


def test_a_grid_is_made_of_the_saved_generator(smoke_run, capsys, section):
    folder = smoke_run('17.2').folder
    assert predicted('dcgan', '--num', 5, '--seed', 3, '--model', folder / 'model',
                     '--json', '--out', folder / 'figures') == 0
    found = json.loads(capsys.readouterr().out)
    assert found['results'] == [{'pictures': 5, 'seed': 3}]
    figure, = found['figures']
    image = cv2.imread(figure)[15:-15, 15:-15]  # without its margin, a tenth of an inch
    assert image.shape == (3 * 128, 2 * 128, 3)  # three rows of two, of doubled pixels
    assert (image[::2] == image[1::2]).all() and (image[:, ::2] == image[:, 1::2]).all()
    assert (image[-128:, -128:] == 255).all() and not (image[:, :128] == 255).all()


@pytest.mark.parametrize('latent_dim, status, words', [
    (9, 2, 'does not run on inputs of shapes (5, 9, 1, 1)'),
    (0, 1, "model.json is damaged, or of another section: 'latent_dim' is not a whole"),
    ('8', 1, "'latent_dim' is not a whole number from 1 to 100000")])
def test_noise_of_another_size_is_refused_in_a_line(smoke_run, tmp_path, capsys,
                                                    latent_dim, status, words):
    shutil.copytree(smoke_run('17.2').folder / 'model', tmp_path / 'model')
    file = tmp_path / 'model' / 'model.json'
    content = json.loads(file.read_text())
    assert content['about'] == {'latent_dim': 8}
    file.write_text(json.dumps({**content, 'about': {'latent_dim': latent_dim}}))
    assert predicted('dcgan', '--num', 5, '--model', tmp_path / 'model') == status
    told = capsys.readouterr().err.splitlines()
    assert words in told[-1] and 'Traceback' not in '\n'.join(told)


def test_other_pictures_are_read_by_name_or_from_a_folder(section, tmp_path):
    page = section('17.2')
    tiny = page.load_data('cifar10_tiny', 8)
    assert len(tiny.pictures) == 400  # of its train alone
    X, _ = next(iter(tiny))
    assert X.shape == (8, 3, 64, 64)
    assert -1 <= float(X.min()) < 0 < float(X.max()) <= 1
    with zipfile.ZipFile(tmp_path / 'mine.zip', 'w') as archive:
        for i, name in enumerate(('a/1.png', 'a/b/2.png', 'a/notes.txt')):
            pixels = onp.full((5, 9, 3), 255 * (i == 0), 'uint8')
            archive.writestr(f'mine/{name}', cv2.imencode('.png', pixels)[1].tobytes())
    X, _ = next(iter(page.load_data(str(tmp_path / 'mine.zip'), 8)))
    # black and white, normalized, in either order
    assert sorted({float(picture.min()) for picture in X}) == [-1, 1]


def test_the_books_1000_pictures_of_cifar_10_are_read(section, real_data):
    assert len(section('17.2').load_data('cifar10_tiny', 8).pictures) == 1000


def test_a_folder_without_pictures_is_told(section, tmp_path):
    (tmp_path / 'notes.txt').write_text('none')
    with pytest.raises(d2l.InputError, match='must hold pictures'):
        section('17.2').load_data(str(tmp_path), 8)


def test_toy_sprites_are_of_eight_kinds_on_white():
    from d2lmx.data.toys import sprites
    rng = onp.random.RandomState(0)
    means = []
    for kind in sprites.KINDS:
        pixels = sprites.draw(kind, rng).astype(int)
        assert pixels.shape == (64, 64, 3)
        is_drawn = (pixels != 255).any(axis=2)
        assert .1 < is_drawn.mean() < .6 and not is_drawn[0, 0]
        means.append(pixels[is_drawn].mean(axis=0))
    apart = onp.abs(onp.array(means)[:, None] - means).max(axis=2)
    assert (apart + 99 * onp.eye(8)).min() > 10  # by colour, two of any kind
