"""Made-up speech: letters that sound by two resonances each, in many voices.

A letter is a buzz of the voice's pitch through two resonances, or noise for 's'. The
voice moves them all; from letter to letter they glide. Nobody is mistaken for a human,
but what is hard about speech is there: letters have no fixed length, no two voices are
alike, and there is noise.
"""
import numpy as onp

__all__ = ['SOUND_RATE', 'SOUND_LETTERS', 'say', 'draw_background']

SOUND_RATE = 8000  # samples a second
RESONANCES = {'a': (800, 1300), 'e': (520, 1900), 'i': (300, 2300), 'o': (480, 900),
              'u': (320, 650), 'm': (250, 1100), 'n': (280, 1600), 'l': (380, 2800),
              's': (2900, 3500)}
SOUND_LETTERS = ''.join(RESONANCES)
SECONDS = .07, .16     # of a letter
PITCH = 90, 240        # of a voice
WIDTH = 120            # of a resonance
GLIDE = 200            # samples from one letter to the next


def say(text: str, rng):
    """A word in a voice of its own: samples, float64 in about -1 to 1.

    text: of SOUND_LETTERS, one at least, else ValueError; rng: a ``RandomState``.

    Ours, for 21.23
    """
    if not text or set(text) - set(SOUND_LETTERS):
        raise ValueError(f'letters must be of {SOUND_LETTERS!r}, one at least, got '
                         f'{text!r}')
    lengths = (rng.uniform(*SECONDS, len(text)) * SOUND_RATE).astype(int)
    voice, pitch = rng.uniform(.88, 1.12), rng.uniform(*PITCH)
    places = onp.array([RESONANCES[letter] for letter in text]) * voice
    first, second = (glided(row, lengths) for row in places.T)
    noisy = glided(onp.array([letter == 's' for letter in text], float), lengths)
    size = lengths.sum()
    pitches = pitch * (1 + .1 * onp.sin(onp.linspace(0, rng.uniform(1, 4), size)))
    phase = 2 * onp.pi * onp.cumsum(pitches) / SOUND_RATE
    voiced = onp.zeros(size)
    for k in range(1, int(SOUND_RATE / 2 / (pitches.max() + 1)) + 1):
        height = sum(onp.exp(-((k * pitches - place) / (2 * WIDTH)) ** 2) * share
                     for place, share in ((first, 1), (second, .6)))
        voiced += height * onp.sin(k * phase + k)
    hiss = onp.diff(rng.normal(size=size + 1))  # louder where it is high
    sound = (1 - noisy) * voiced / 2 + .3 * noisy * hiss
    edges = onp.minimum(1, onp.minimum(onp.arange(size), onp.arange(size)[::-1]) / 160)
    return sound * edges * rng.uniform(.4, 1)


def glided(values, lengths):
    """A value of each letter at each sample, with straight lines between letters."""
    steps = onp.repeat(values, lengths)
    return onp.convolve(onp.pad(steps, GLIDE // 2, 'edge'), onp.ones(GLIDE) / GLIDE,
                        'valid')[:len(steps)]


def draw_background(num_samples: int, rng):
    """Noise of some colour and loudness, (num_samples,), float64.

    Ours, for 21.23
    """
    noise, colour = rng.normal(size=num_samples), rng.uniform(0, .9)
    for i in (1, 2, 3, 4):  # each adds what was some samples before
        noise[i:] += colour ** i * noise[:-i]
    return noise / noise.std() * rng.uniform(.005, .06)
