"""23.20: networks and bounds beside PyTorch's, what no training decides, pictures."""
import json
import math
import shutil

import cv2
import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, np

import d2lmx as d2l
from d2lmx import commands
from d2lmx.pages import prediction
from d2lmx.pages.networks import find_network
from d2lmx.parity.compare import compare_port, same_weights
from d2lmx.parity.torch_side import find_twin

LEARN = 'vae', 'nade', 'made'


@pytest.fixture
def page(section):
    return section('23.20')


def small(page, variant):
    """build_net and example_inputs of 12 units."""
    if variant in ('generator', 'denoiser'):
        return (lambda: page.build_net(variant),
                lambda n=2: page.example_inputs(n, variant))
    return (lambda: page.build_net(variant, 12, 3),
            lambda n=2: page.example_inputs(n, variant, 12, 3))


@pytest.mark.parametrize('variant', ['nade', 'made', 'generator', 'denoiser'])
def test_each_network_is_its_twin(page, torch, variant):
    network = find_network(f'23.20:{variant}')
    build, inputs = small(page, variant)
    port = find_twin(network.twin)(*(() if variant in ('generator', 'denoiser')
                                     else (12, 3)))
    record = compare_port(build, inputs, port, lr=.1, steps=3)
    assert record['passed'], record['checks']


@pytest.mark.parametrize('variant', LEARN)
def test_bounds_and_their_steps_are_the_twins(page, torch, variant):
    from d2lmx.parity.twins.ch23 import s20_generative as twins
    build, inputs = small(page, variant)
    port = twins.build_net(variant, 12, 3)
    net, _ = same_weights(build, inputs, port, seed=0)
    ours = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    theirs = torch.optim.SGD(port.parameters(), lr=.1)
    X, epsilon = page.example_inputs(20, 'vae', 12, 3)
    with pytest.MonkeyPatch.context() as patch:  # noise that the port gets, too
        patch.setattr(np.random, 'normal', lambda size, ctx: epsilon)
        for _ in range(5):
            with mx.autograd.record():
                l = d2l.minus_bound(net, X)
            l.backward()
            ours.step(20)
            tensors = [torch.tensor(part.asnumpy()) for part in (X, epsilon)]
            loss = twins.minus_bound(port, *tensors[:1 + (variant == 'vae')])
            onp.testing.assert_allclose(l.asnumpy(), loss.detach().numpy(), rtol=1e-5)
            theirs.zero_grad()
            loss.mean().backward()
            theirs.step()


def test_the_ring_has_eight_patterns_of_three_neighbours(page):
    assert page.RING.sum(axis=1).tolist() == [3] * 8
    assert (page.STATES[page.PLACES] == page.RING).all() and page.P.sum() == 1
    assert len(set(page.PLACES)) == 8
    joined = page.RING + onp.roll(page.RING, 1, axis=1)  # three neighbours: two pairs
    assert (joined == 2).sum(axis=1).tolist() == [2] * 8


def test_nade_learns_the_ring(page):
    net = page.learn_ring('nade', 50)
    log_p = d2l.log_in_order(net, page.RING)
    assert page.P @ (onp.log(page.P) - log_p) < .2  # log 32, at the start


def test_points_lie_around_a_half_circle(page):
    X = page.arc(2000)
    radius = onp.hypot(*X.T)
    assert radius.mean() == pytest.approx(1, abs=.02) and .08 < radius.std() < .12
    assert X[:, 1].min() > -.5 and abs(X[:, 0].mean()) < .1


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.20')
    rows = smoke.result['claims']
    assert len(rows) == 17 and smoke.num_fits == 3
    assert all(rows[i]['holds'] for i in (0, 1, 2, 5, 8, 14, 15, 16))
    arc, grids = smoke.figures
    assert len(arc.axes[0].collections) == 2
    assert [axes.get_title() for axes in grids.axes] == ['garments', 'VAE', 'NADE']
    garments, _, drawn = (axes.images[0].get_array() for axes in grids.axes)
    assert garments.shape == drawn.shape == (3 * 56, 6 * 56, 3)


def found_by(page, **others):
    """What a perfect run measures, of two seeds."""
    found = {**{f'{v}: sum': [1, 1] for v in LEARN}, 'bound': [-3, -3], 'gap': [1, 1],
             'log p': [-2, -2], 'KL': [0, 0], '10 draws': [-2.5, -2.4],
             '10000 draws': [-2, -2], 'standard errors': [1, 2], 'nade: KL': [0, 0],
             'made: KL': [0, 0], 'Bayes': [0, 0], 'states': [.001, .002],
             'walked': [0, 0], 'units': [.2, .3],
             'estimate': [1, 1.1], 'exact': [1, 1], 'standard error': [.1, .1],
             'before': [1, 1], 'after': [0, .001], 'data': [0, 0],
             'VAE, bound': [-50, -51], 'VAE, draws': [-47, -48], 'NADE': [-47, -47],
             'MADE': [-50, -50], 'pixels': [-90, -91], 'pixels, by chance': [-100, -99],
             'memory': [-70, -70], 'noise': [-51, -51.5], 'truth': [-28, -28],
             'window': [-32, -32], 'point': [-28, -28],
             '1 / 255': [20 * math.log(255)] * 2, **others}
    rows = page.claims_of_the_ring(found) + page.claims_of_garments(found)
    assert all(set(names) <= set(found) for _, names, _ in rows)
    return [bool(holds) for _, _, holds in rows]


@pytest.mark.parametrize('others, fails', [
    ({}, []), ({'nade: sum': [1, .999]}, [0]), ({'gap': [1, 1.01]}, [1]),
    ({'KL': [0, 1e-5]}, [2]), ({'10 draws': [-3.1, -3]}, [3]),
    ({'standard errors': [1, 6]}, [3]), ({'made: KL': [0, .02]}, [4]),
    ({'Bayes': [0, 1e-6]}, [5]), ({'walked': [0, .02]}, [6]),
    ({'units': [.01, .5]}, [7]), ({'estimate': [1, 1.6]}, [8]),
    ({'after': [0, .06]}, [9]), ({'MADE': [-91, -90]}, [10]),
    ({'VAE, draws': [-51, -51]}, [11]), ({'noise': [-52, -51]}, [12]),
    ({'memory': [-40, -40]}, [12]), ({'pixels, by chance': [-90, -90]}, [13]),
    ({'window': [-27, -32]}, [14]), ({'1 / 255': [110, 110]}, [15])])
def test_each_claim_can_fail(page, others, fails):
    holds = found_by(page, **others)
    assert [i for i, held in enumerate(holds) if not held] == fails


def predicted(*words):
    """The exit status of ``d2lmx predict words...``."""
    with pytest.raises(SystemExit) as stop:
        commands.main(['predict', *map(str, words)])
    return stop.value.code


@pytest.mark.parametrize('name', ['vae', 'nade'])
def test_a_grid_of_garments_is_drawn_by_name(smoke_run, tmp_path, capsys, name):
    def image(seed, folder):
        assert predicted(name, '--num', 5, '--seed', seed, '--model', smoke_run(
            '23.20').folder / 'model', '--json', '--out', tmp_path / folder) == 0
        found = json.loads(capsys.readouterr().out)
        assert found['results'] == [{'pictures': 5, 'seed': seed}]
        figure, = found['figures']
        return cv2.imread(figure)[15:-15, 15:-15]  # without its margin

    first, other = image(3, 'a'), image(4, 'b')
    assert first.shape == (3 * 112, 2 * 112, 3)  # rows of two, 14 pixels of 8 dots
    assert (first != other).any()
    assert name == 'nade' or (first == image(3, 'c')).all()
    assert (first[-112:, -112:] == 255).all()
    pixels = first[:112, :112, 0].reshape(14, 8, 14, 8)
    assert (pixels == pixels[:, :1, :, :1]).all()
    assert set(onp.unique(pixels)) == {0, 255} or name == 'vae'


def test_names_of_networks_are_options():
    section, words = prediction.find('NADE')
    assert (section.number, words) == ('23.20', ['--variant', 'nade'])
    with pytest.raises(d2l.InputError, match="no section 'made'"):  # which is not saved
        prediction.find('made')


def test_a_model_that_is_missing_or_takes_other_noise_is_told(smoke_run, tmp_path,
                                                              capsys):
    shutil.copytree(smoke_run('23.20').folder / 'model', tmp_path / 'model')
    file = tmp_path / 'model' / 'vae' / 'model.json'
    content = json.loads(file.read_text())
    assert content['about'] == {'num_latent': 20}
    for value, words in ((0, "'num_latent' is not a whole number from 1 to 99999"),
                         (9, 'does not run on inputs of shapes (5, 9)')):
        file.write_text(json.dumps({**content, 'about': {'num_latent': value}}))
        assert predicted('vae', '--num', 5, '--model', tmp_path / 'model') in (1, 2)
        assert words in capsys.readouterr().err.splitlines()[-1]
    assert predicted('nade', '--model', tmp_path) in (1, 2)
    assert f'no file {tmp_path / "nade" / "model.json"}' in capsys.readouterr().err
