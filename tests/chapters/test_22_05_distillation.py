"""22.5: what students are given, by NumPy, and claims judged by other numbers."""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('22.5')


def test_the_teacher_sees_means_of_pixels_and_is_large(page):
    net = page.teacher_net('ResNet-18', 4)
    net.initialize()
    X, = page.example_inputs()
    means = X.reshape(2, 1, 7, 4, 7, 4).mean(axis=(3, 5))
    onp.testing.assert_allclose(net(X).asnumpy(), net[1](means).asnumpy(), rtol=1e-4,
                                atol=1e-5)
    assert d2l.summary(net, X)[-1][2] > 100 * d2l.summary(page.build_net(), X)[-1][2]


def test_scores_of_many_pictures_are_those_of_few(page):
    net = page.build_net()
    net.initialize()
    X = onp.random.RandomState(0).uniform(size=(1001, 1, 28, 28)).astype('float32')
    scores = page.scores_of(net, X)
    assert scores.shape == (1001, 10)
    onp.testing.assert_allclose(scores[499:503], net(np.array(X[499:503])).asnumpy(),
                                rtol=1e-4, atol=1e-6)


def test_a_student_learns_what_its_teacher_says_and_not_the_labels(page):
    """Taught by soft targets alone that a bright picture is class 7, labelled 0."""
    X = onp.zeros((64, 1, 28, 28), 'float32')
    X[32:] = 1
    scores = onp.zeros((64, 10), 'float32')
    scores[:32, 3] = scores[32:, 7] = 10
    net = page.train_student((X, onp.zeros(64, 'int32'), scores),
                             d2l.DistillationLoss(2, soft=1), 30, .005, 16)
    assert net(np.array(X[[0, -1]])).argmax(axis=1).tolist() == [3, 7]


def test_few_rows_are_repeated_until_there_are_enough(page):
    X = onp.arange(12).reshape(4, 3)
    few, = page.repeated([X], 2, 5)
    assert few.tolist() == [[0, 1, 2], [3, 4, 5]] * 2 + [[0, 1, 2]]
    same, = page.repeated([X], 4, 4)
    assert (same == X).all()


def test_all_students_take_as_many_steps_with_pictures_of_their_kind(page, monkeypatch):
    """A picture is its number here, and so is what a teacher says of it."""
    monkeypatch.setattr(d2l, 'sample_garments', lambda *sizes: [
        (onp.arange(start, start + count), onp.arange(count) % 10)
        for start, count in zip((0, 1000), sizes)])
    monkeypatch.setattr(page, 'scores_of', lambda net, X: net + X)
    monkeypatch.setattr(page, 'sizes_of_gradients', lambda arrays: {})
    monkeypatch.setattr(d2l, 'evaluate_accuracy', lambda net, data: net)
    taught, students = [], []

    def teach(arrays, loss):
        taught.append((arrays[0].tolist(), type(loss)))
        return len(taught) / 10

    def learn(arrays, loss):
        students.append(arrays)
        return len(students)

    found = page.measure((800, 400), None, teach, learn, .7)
    first, second = taught
    # and pictures are not those that teachers learn from
    assert first[0] == second[0] == list(range(800)) and first[1] != second[1]
    assert found['teacher'] == .1 and found['smoothed teacher'] == .2
    assert {len(array) for arrays in students for array in arrays} == {400}
    pictures = {name: students[found[name] - 1] for name in found
                if name not in ('teacher', 'smoothed teacher')}
    for name, (X, y, scores) in pictures.items():
        share = .0625 if '6%' in name else .25 if '25%' in name else 1
        assert set(X) == set(range(1000, 1000 + round(400 * share))), name
        assert (y == X % 10).all()
        assert scores == pytest.approx(X + (.2 if 'smoothed t' in name else .1)), name


def test_students_begin_alike_and_teachers_too(page, monkeypatch):
    seeds = []
    monkeypatch.setattr(d2l, 'evaluate_accuracy', lambda net, data: 0)
    monkeypatch.setattr(page, 'scores_of', lambda net, X: onp.zeros((len(X), 10)))

    def train(arrays, loss):
        seeds.append(onp.random.randint(2 ** 30))

    page.measure((8, 4), None, train, train, .7)
    assert len(seeds) > 10 and len(set(seeds)) == 1


def found_of(page, **changes):
    """What `measure` gives over three seeds: all students alike."""
    names = ['smoothed labels', 'soft targets alone',
             *(f'T = {T}' for T in page.TEMPERATURES), 'distilled, smoothed teacher',
             *(f'{way}, {share:.0%}' for way in page.WAYS for share in page.SHARES)]
    found = {'teacher': [.9] * 3, 'smoothed teacher': [.9] * 3,
             **{name: [.5] * 3 for name in names}}
    for T in page.TEMPERATURES:
        found[f'gradient, T = {T}'] = [2.] * 3
        found[f'gradient without T^2, T = {T}'] = [2 / T ** 2] * 3
    return {**found, **changes}


def test_claims_of_students_are_judged_by_gains_above_chance(page):
    def judged(**changes):
        return [row['holds'] for row in page.claims_of_students(
            found_of(page, **changes))]

    better, worse = [.6, .6, .7], [.4, .4, .3]
    assert judged() == [False, False, False, False, False, True, False, True]
    assert judged(**{'smoothed labels': [.5, .5, .6]})[1] is False  # of one seed
    assert judged(**{'distilled, 100%': better}) == [
        True, False, True, False, True, True, False, True]
    assert judged(**{'smoothed labels': better})[1:3] == [True, False]
    assert judged(**{'T = 4': better})[3] is True
    assert judged(**{'T = 8': better})[3] is False
    assert judged(**{'soft targets alone': worse})[4] is True
    assert judged(**{'gradient, T = 8': [9.] * 3})[5] is False
    assert judged(**{'gradient without T^2, T = 8': [.3] * 3})[5] is False
    few = [f'{way}, {page.SHARES[0]:.0%}' for way in page.WAYS]
    assert judged(**{few[1]: better})[6] is True
    assert judged(**{few[1]: better, 'distilled, 100%': [.7] * 3})[6] is False
    assert judged(**{f'distilled, {page.SHARES[1]:.0%}': worse})[7] is False


def test_claims_of_teachers_are_judged_by_gains_above_chance(page):
    def judged(**changes):
        return [row['holds'] for row in page.claims_of_teachers(
            found_of(page, **changes))]

    better, worse = [.6, .6, .7], [.4, .4, .3]
    assert judged() == [True, False, False]
    assert judged(teacher=worse) == [False, True, False]
    assert judged(**{'smoothed teacher': [.92, .91, .93]})[1] is True
    assert judged(**{'smoothed teacher': [.89, .89, .93]})[1] is False  # of one seed
    assert judged(**{'distilled, smoothed teacher': worse})[2] is True
    assert judged(**{'distilled, smoothed teacher': better})[2] is False


def test_pictures_needed_lie_on_a_line_between_logarithms(page, monkeypatch):
    monkeypatch.setattr(page, 'SHARES', (1 / 16, 1 / 4, 1))
    accs = {'alone': (.1, .2, .6), 'distilled': (.3, .5, .7)}

    def needed(**changes):
        found = {f'{way}, {share:.0%}': [acc] for way, values in
                 {**accs, **changes}.items() for share, acc in zip(page.SHARES, values)}
        return page.pictures_needed(found, 1600)

    assert needed() == 800  # half of the way from 400 to 1600, of which 800 is the mean
    assert needed(distilled=(.3, .6, .7)) == 400
    assert needed(distilled=(.3, .4, .5)) is None
    assert needed(distilled=(.7, .8, .9)) is None


def test_gradients_are_those_of_the_equation(page):
    """Of T^2 KL with softened targets: T (q - p) for each picture."""
    def softmax(x):
        e = onp.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    rng = onp.random.RandomState(0)
    X = rng.uniform(size=(20, 1, 28, 28)).astype('float32')
    teacher = rng.normal(0, 5, (20, 10)).astype('float32')
    found = page.sizes_of_gradients((X, onp.zeros(20, 'int32'), teacher))
    # before it has learnt, a student's ten scores are about alike
    for T in page.TEMPERATURES:
        expected = T * onp.linalg.norm(.1 - softmax(teacher / T), axis=1).mean()
        assert found[f'gradient, T = {T}'] == pytest.approx(expected, rel=.2)
        assert found[f'gradient without T^2, T = {T}'] == pytest.approx(
            found[f'gradient, T = {T}'] / T ** 2)


def test_the_smoke_run_draws_what_it_measured(smoke_run):
    smoke = smoke_run('22.5')
    found, (first, second) = smoke.result['measured'], (
        figure.axes[0] for figure in smoke.figures)
    both, soft, *levels = first.lines
    assert both.get_xdata().tolist() == [1, 2, 4, 8]
    assert both.get_ydata().tolist() == [onp.mean(found[f'T = {T}'])
                                         for T in (1, 2, 4, 8)]
    assert soft.get_ydata().tolist() == [onp.mean(found['soft targets alone'])]
    assert [line.get_ydata().tolist() for line in levels] == [
        [onp.mean(found[name])] * 2
        for name in ('teacher', 'alone, 100%', 'smoothed labels')]
    assert [text.get_text() for text in second.get_legend().get_texts()] == [
        'alone', 'distilled']
    # the smoke run's teacher is of the student's size
    assert smoke.result['parameters'] == {'teacher': 61706, 'student': 61706}
