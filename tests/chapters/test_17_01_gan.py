"""17.1: the page's data, its two networks, and a training that ends near ln 2."""
import json
import math

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx import commands
from d2lmx.testing import check_hybrid_block


def predicted(*words):
    """The exit status of ``d2lmx predict words...``."""
    with pytest.raises(SystemExit) as stop:
        commands.main(['predict', *map(str, words)])
    return stop.value.code


def test_real_points_have_the_means_and_the_covariance_of_the_page(section):
    data, mean, covariance = section('17.1').real_data()
    assert mean.tolist() == [1, 2]
    # A^T A of A = [[1, 2], [-0.1, 0.5]], as the page prints it
    onp.testing.assert_allclose(covariance.asnumpy(), [[1.01, 1.95], [1.95, 4.25]],
                                rtol=1e-6)
    points = data.asnumpy()
    assert points.shape == (1000, 2)
    # means of a thousand; four of their deviations, sqrt(covariance / 1000)
    onp.testing.assert_allclose(points.mean(axis=0), [1, 2], atol=.27)
    onp.testing.assert_allclose(onp.cov(points.T), covariance.asnumpy(), rtol=.25)


def test_the_discriminator_keeps_the_contract(section):
    page = section('17.1')
    check_hybrid_block(lambda: page.build_net('discriminator'), page.example_inputs)


def test_networks_have_the_sizes_of_the_page(section):
    page = section('17.1')
    for variant, shapes in (('generator', [(2, 2), (2,)]), ('discriminator', [
            (5, 2), (5,), (3, 5), (3,), (1, 3), (1,)])):
        net = page.build_net(variant)
        net.initialize()
        net(*page.example_inputs())
        assert [p.shape for p in net.collect_params().values()] == shapes


@pytest.mark.slow
def test_both_losses_come_near_to_ln_2(section, tmp_path, capsys):
    """By a sixth of the page's updates; by all of them they are nearer than 0.02."""
    d2l.set_seed(0)
    page = section('17.1')
    result = page.run(num_epochs=20, batch_size=50, lr_G=.02, out=tmp_path)
    for name in ('discriminator', 'generator'):
        (_, first), *_, (_, last) = result['series'][name]
        assert abs(last - math.log(2)) < .1 < abs(first - math.log(2))
    # what cannot be told apart lies about where the real points do, of deviations 1, 2
    onp.testing.assert_allclose(result['mean']['generated'], [1, 2], atol=1)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == 'The covariance matrix is'
    assert f'loss_D {result["final"]["discriminator"]:.3f}' in printed


def test_points_are_made_of_the_saved_generator(smoke_run, capsys, section):
    folder = smoke_run('17.1').folder
    assert predicted('gan', '--model', folder / 'model', '--num', 7, '--seed', 2,
                     '--json', '--out', folder / 'figures') == 0
    found = json.loads(capsys.readouterr().out)
    points = onp.array(found['results'][0]['points'])
    assert points.shape == (7, 2)
    assert [onp.isfinite(points).all(), len(found['figures'])] == [True, 1]
    again = section('17.1').predict(folder / 'model', num=7, seed=2)[0]['points']
    other = section('17.1').predict(folder / 'model', num=7, seed=3)[0]['points']
    assert points.tolist() == again != other


def test_points_need_no_input_and_take_none(smoke_run, capsys, monkeypatch):
    folder = smoke_run('17.1').folder
    monkeypatch.setattr('sys.stdin', None)  # it is not read
    assert predicted('gan', 'cat.jpg', '--model', folder / 'model') == 2
    assert 'unrecognized arguments: cat.jpg' in capsys.readouterr().err
