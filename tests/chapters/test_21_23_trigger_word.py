"""A word in sound: where it ends, what counts as heard, and a reader's own file."""
import wave

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.commands import call


@pytest.fixture
def page(section):
    return section('21.23')


def test_a_scene_has_its_words_where_it_says(page, monkeypatch):
    rng, said = onp.random.RandomState(5), []
    say = d2l.say
    monkeypatch.setattr(d2l, 'say', lambda word, rng: said.append(word) or say(word,
                                                                               rng))
    scenes = [page.draw_scene(rng) for _ in range(20)]
    assert all(len(sound) == 3 * 8000 for sound, _ in scenes)
    ends = [end for _, ends in scenes for end in ends]
    assert 0 < len(ends) <= said.count('mila') and 'mila' not in page.OTHERS
    assert max(ends) <= 3 - page.AFTER


def test_loudness_changes_no_feature(page):
    sound = onp.random.RandomState(0).normal(size=24_000)
    X = page.features(sound)
    assert X.shape == (236, 101) and abs(X.mean()) < 1e-4
    # to which a bound of the power, from below, adds little
    assert page.features(sound / 2) == pytest.approx(X, abs=1e-2)


def test_steps_say_yes_for_a_quarter_second_after_the_word(page):
    times, labels = page.step_times(59), page.labels_of([1.], 59)
    assert onp.diff(times) == pytest.approx(onp.full(58, .05))
    assert times[labels == 1].min() >= 1 and times[labels == 1].max() < 1.25
    assert labels.sum() == 5
    assert not page.labels_of([], 59).any()


@pytest.mark.parametrize('times, ends, count', [
    ([1.1], [1.], 1), ([1.1, 1.2], [1.], 1), ([.7], [1.], 0), ([1.5], [1.], 0),
    ([1., 2.], [1., 2.], 2), ([], [1.], 0), ([1.], [], 0)])
def test_an_answer_belongs_to_one_word(page, times, ends, count):
    assert page.matched(times, ends) == count


def test_f1_by_hand(page):
    p = page.labels_of([1., 2.], 59)
    assert page.heard(p) == pytest.approx([1., 2.], abs=.05)
    assert page.f1_of([p], [[1., 2.]]) == 1
    assert page.f1_of([p, p], [[1.], [2., 2.6]]) == pytest.approx(2 * 2 / (4 + 3))
    assert page.f1_of([0 * p], [[]]) == 0


def test_only_the_recurrent_layer_knows_what_is_long_past(page):
    for is_recurrent in (True, False):
        net = page.build_net(is_recurrent=is_recurrent)
        net.initialize()
        X, = page.example_inputs(1)
        changed = X.copy()
        changed[:, 0] += 9
        first, second = (net(a)[0, 10:].asnumpy() for a in (X, changed))
        assert onp.array_equal(first, second) is not is_recurrent


def test_the_smoke_run_hears_or_not(page, smoke_run):
    result = smoke_run('21.23').result
    assert len(result['claims']) == 3
    assert result['F1, never answering'] == [0]
    assert .8 < result['accuracy, never answering'][0] < 1


@pytest.mark.parametrize('name, value, failing', [
    ('F1, with a recurrent layer', [.7], [0]), ('F1, convolution alone', [.95], [1]),
    ('accuracy, never answering', [.7], [2])])
def test_a_claim_may_fail(page, name, value, failing):
    found = {'F1, with a recurrent layer': [.9], 'F1, convolution alone': [.5],
             'accuracy, never answering': [.93], 'F1, never answering': [0]}
    assert all(row['holds'] for row in page.claims(found))
    holds = [row['holds'] for row in page.claims({**found, name: value})]
    assert holds == [i not in failing for i in range(3)]


def test_a_reader_may_let_it_listen(smoke_run, tmp_path, capsys):
    folder = smoke_run('21.23').folder
    options = ['--model', str(folder / 'model'), '--out', str(tmp_path)]

    def status(*files):
        return call('predict', ['trigger_word', *options, *map(str, files)])

    d2l.write_sound(tmp_path / 'other.wav', onp.sin(onp.arange(44100) / 9), 44100)
    assert status(folder / 'listen.wav', tmp_path / 'other.wav') == 0
    out = capsys.readouterr().out
    assert [line.split()[-1] for line in out.splitlines()
            if line.startswith('seconds:')] == ['3', '1']
    assert {file.name for file in tmp_path.glob('*.png')} == {
        '1-listen.png', '2-other.png'}
    d2l.write_sound(tmp_path / 'short.wav', onp.zeros(300), 8000)
    assert status(tmp_path / 'short.wav') == 2
    assert 'too short' in capsys.readouterr().err
    with wave.open(str(tmp_path / 'slow.wav'), 'wb') as sound:
        sound.setparams((1, 2, 1, 0, 'NONE', ''))
        sound.writeframes(bytes(2 * 400000))
    assert status(tmp_path / 'slow.wav') == 2
    assert 'slow.wav is too long: at 8000 samples a second' in capsys.readouterr().err
