"""Made-up speech: its letters stand where their resonances say."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.data.toys import sounds


def test_a_seed_says_the_same_in_the_same_voice():
    first, again, other = (d2l.say('mila', onp.random.RandomState(seed))
                           for seed in (1, 1, 2))
    assert onp.array_equal(first, again) and not onp.array_equal(first, other[:9])
    assert abs(first).max() < 2 and first[0] == first[-1] == 0


@pytest.mark.parametrize('letter, above, low, high', [
    ('i', 1000, 1900, 2700), ('l', 1000, 2300, 3300), ('s', 0, 2500, 4000)])
def test_a_letter_is_loud_around_its_second_resonance(letter, above, low, high):
    sound = d2l.say(letter * 4, onp.random.RandomState(3))
    power = abs(onp.fft.rfft(sound)) ** 2
    hertz = onp.fft.rfftfreq(len(sound), 1 / d2l.SOUND_RATE)
    within = power[(low < hertz) & (hertz < high)].sum()
    assert within > .6 * power[hertz > above].sum()  # where the first is below


def test_nothing_sounds_above_half_the_rate():
    # harmonics beyond it would come back as other ones
    rng = onp.random.RandomState(0)
    pitches = [sounds.PITCH[1] * 1.1 * k for k in range(
        1, int(d2l.SOUND_RATE / 2 / (sounds.PITCH[1] * 1.1 + 1)) + 1)]
    assert max(pitches) < d2l.SOUND_RATE / 2
    low, high = (onp.array(sounds.SECONDS) * d2l.SOUND_RATE).astype(int)
    assert 3 * low <= len(d2l.say('aei', rng)) <= 3 * high


def test_backgrounds_are_quiet_noise():
    noise = d2l.draw_background(4000, onp.random.RandomState(0))
    assert noise.shape == (4000,) and .005 <= noise.std() <= .06


@pytest.mark.parametrize('text', ['', 'x', 'Mila'])
def test_other_letters_are_told(text):
    with pytest.raises(ValueError, match="of 'aeioumnls'"):
        d2l.say(text, onp.random.RandomState(0))
