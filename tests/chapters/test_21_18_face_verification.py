"""Faces of strangers: what is measured of them, and what a reader's two pictures give.
"""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.commands import call


@pytest.fixture
def page(section):
    return section('21.18')


def test_points_lie_on_the_unit_sphere(page):
    net = page.build_net()
    net.initialize()
    E = net(*page.example_inputs(5)).asnumpy()
    assert E.shape == (5, 32)
    assert onp.linalg.norm(E, axis=1) == pytest.approx(onp.ones(5), abs=1e-5)  # float32


def test_nobody_of_the_test_was_there_in_training(page):
    d2l.set_seed(1)
    people, unseen = (page.drawn_people(n, 2) for n in (6, 6))
    assert people.shape == unseen.shape == (6, 2, 3, 32, 32)
    assert 0 <= people.min() and people.max() <= 1
    assert not any(onp.array_equal(a, b) for a in people for b in unseen)


def test_each_way_teaches_from_the_embeddings_of_a_batch(page):
    rng = onp.random.RandomState(0)
    E, who = rng.normal(size=(6, 4)).astype('float32'), onp.repeat([0, 1, 2], 2)
    near = onp.array([((E[i] - E[i ^ 1]) ** 2).sum() for i in range(6)])
    l = page.by_pairs(np.array(E), who).asnumpy()
    assert l.shape == (6,) and l[:3] == pytest.approx(near[::2], rel=1e-5)  # float32
    for way in (page.by_random_triplets, page.by_semi_hard_triplets):
        assert way(np.array(E), who).shape == (6,)  # each picture is an anchor
    a, b, n = d2l.semi_hard_triplets(E, who)
    far = ((E[a] - E[n]) ** 2).sum(axis=1)
    assert page.by_semi_hard_triplets(np.array(E), who).asnumpy() == pytest.approx(
        onp.maximum(near[a] - far + .2, 0), rel=1e-5, abs=1e-6)


def test_all_pairs_of_pictures_are_judged_once(page):
    points = onp.array([[[0.], [1]], [[5], [9]]])
    distances, is_same = page.all_pairs(points)
    assert distances.tolist() == [1, 5, 9, 4, 8, 4]
    assert is_same.tolist() == [True, False, False, False, False, True]
    found = page.judged(points)
    # of two pairs of one person one, at 4, is as far as one of the four others
    assert found['one-shot'] == {2: 1}
    assert found['equal error'] == pytest.approx(1 / 6)


def test_the_smoke_run_measures_each_way(page, smoke_run):
    result = smoke_run('21.18').result
    for name in ('pixels', *page.WAYS):
        (rate,), (share,) = (result[f'{what}, {name}'] for what in (
            'equal error', 'one-shot among all'))
        assert 0 <= rate <= 1 and 0 <= share <= result[f'one-shot among 2, {name}'][0]
    assert len(result['claims']) == 3


@pytest.mark.parametrize('chosen, holds', [
    ([.1, .2], [True, True, True]), ([.1, .4], [True, False, True]),
    ([.3, .2], [False, False, True]), ([.1, .7], [False, False, False])])
def test_a_claim_must_hold_for_each_seed(page, chosen, holds):
    found = {'equal error, pixels': [.5, 1], 'equal error, pairs': [.1, .1],
             'equal error, random triplets': [.2, .3],
             'equal error, semi-hard triplets': chosen,
             'one-shot among all, semi-hard triplets': [.4, .4]}
    assert [row['holds'] for row in page.claims(found)] == holds


def test_a_reader_may_ask_of_two_pictures(smoke_run, tmp_path, capsys):
    folder = smoke_run('21.18').folder
    files = [str(folder / 'faces' / f'person-{name}.png') for name in ('1a', '2b')]
    options = ['--model', str(folder / 'model'), '--out', str(tmp_path)]

    def status(*pictures):
        return call('predict', ['face_verification', *options, *pictures])

    assert status(files[0], files[0], *files) == 0
    out = capsys.readouterr().out
    assert out.count('same person:') == 2 and 'distance:    0\n' in out
    assert {file.name for file in tmp_path.glob('*.png')} == {
        '1-person-1a-person-1a.png', '2-person-1a-person-2b.png'}
    assert status(files[0], str(tmp_path / 'none.png')) == 1
    assert 'there is no picture' in capsys.readouterr().err
    assert status(files[0]) == 2
    assert 'takes 2 inputs (first, second)' in capsys.readouterr().err


def test_a_person_alone_in_a_batch_is_told(page):
    with pytest.raises(d2l.InputError, match='two people at least'):
        page.by_random_triplets(np.ones((3, 2)), onp.zeros(3))
