"""21.16: crops and averages, against NumPy and by hand."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.16')


@pytest.fixture
def images():
    return onp.random.RandomState(0).randint(0, 256, (3, 28, 28)).astype('uint8')


def test_ten_crops_are_the_middle_the_corners_and_all_mirrored(page, images):
    crops = page.ten_crops(images)
    assert len(crops) == 10 and {crop.shape for crop in crops} == {(3, 1, 24, 24)}
    for crop, (i, j) in zip(crops, [(2, 2), (0, 0), (0, 4), (4, 0), (4, 4)]):
        onp.testing.assert_allclose(
            crop[:, 0], images[:, i:i + 24, j:j + 24] / 255, rtol=1e-6)
    for crop, mirrored in zip(crops, crops[5:]):
        assert (crop[..., ::-1] == mirrored).all()


def test_random_parts_are_of_all_places_and_half_are_mirrored(page):
    # a picture whose numbers tell where they stand
    image = onp.arange(28 * 28).reshape(28, 28) % 251
    images = onp.broadcast_to(image, (500, 28, 28)).astype('uint8')
    onp.random.seed(0)
    parts = page.random_parts(images)[:, 0] * 255
    places, mirrored = set(), 0
    for part in parts.round().astype(int):
        for flip in (False, True):
            seen = part[:, ::-1] if flip else part
            where = [(i, j) for i in range(5) for j in range(5)
                     if (image[i:i + 24, j:j + 24] == seen).all()]
            if where:
                places.add(where[0])
                mirrored += flip
    assert len(places) == 25
    assert 200 < mirrored < 300  # of 500: within 4.4 standard deviations


def test_probabilities_of_many_pictures_are_those_of_few(page):
    net = page.build_net()
    net.initialize()
    X = onp.random.RandomState(0).uniform(size=(1001, 1, 24, 24)).astype('float32')
    p = page.probabilities(net, X)
    assert p.shape == (1001, 10)
    onp.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    onp.testing.assert_allclose(p[500:505], page.probabilities(net, X[500:505]),
                                rtol=1e-5)


def test_networks_together_are_right_where_their_sum_is(page):
    """Alone each is right once of twice; added up they are right both times."""
    labels = onp.array([0, 1])
    seen = onp.array([[[.9, .1], [.6, .4]], [[.4, .6], [.1, .9]]])
    assert page.accuracies(seen, labels).tolist() == [.5, .5]
    assert page.accuracies(seen.cumsum(axis=0), labels).tolist() == [.5, 1]


def test_the_smoke_run_judges_by_its_own_means(smoke_run):
    smoke = smoke_run('21.16')
    nets, crops, both = smoke.result['claims']
    one, together = nets['measured'].values()
    assert nets['holds'] == d2l.exceeds(together, one)
    assert crops['holds'] == d2l.exceeds(crops['measured']['ten crops'], one)
    alone, ten, all_of_it = both['measured'].values()
    assert both['holds'] == all(d2l.exceeds(all_of_it, less) for less in (alone, ten))
    together = smoke.result['accuracy of the first networks together']
    axes = smoke.figures[0].axes[0]
    for line, values in zip(axes.lines, together.values()):
        assert line.get_xdata().tolist() == [1, 2]
        onp.testing.assert_allclose(line.get_ydata(), onp.mean(values, axis=0))
