"""Sound: files, and how much of each frequency there is at each time."""
import wave

import numpy as onp

from ..errors import InputError, MissingFile
from ..files.whole import whole_file

__all__ = ['read_sound', 'write_sound', 'resampled', 'spectrogram']

MOST_SAMPLES = 10 ** 7
FLOOR = 1e-8  # of power: what is silent has a logarithm, too


def read_sound(file) -> tuple:
    """What a WAV file holds: samples (n,), float32 in -1 to 1, and the rate.

    Several channels become their mean; whole numbers of 8, 16, 24 or 32 bits are read.
    MissingFile where there is none; InputError, naming the file, for what is no such
    file, holds no sample, or more than ten million.

    Ours, for 21.23
    """
    try:
        with wave.open(str(file), 'rb') as sound:
            width, rate = sound.getsampwidth(), sound.getframerate()
            count, channels = sound.getnframes(), sound.getnchannels()
            content = sound.readframes(min(count, MOST_SAMPLES + 1))
    except FileNotFoundError as error:
        raise MissingFile(f'there is no sound {file}') from error
    except (OSError, EOFError, wave.Error) as error:
        raise InputError(f'{file} is no WAV file of whole numbers, or it is damaged: '
                         f'{error}') from error
    samples = onp.frombuffer(content[:len(content) // width * width], 'uint8')
    samples = samples.reshape(-1, width)[:len(samples) // width // channels * channels]
    if not (0 < len(samples) // channels <= MOST_SAMPLES and rate >= 1):
        raise InputError(f'{file} must hold 1 to {MOST_SAMPLES} samples')
    if width == 1:
        values = samples[:, 0].astype('float64') - 128
    else:  # the last byte has the sign
        values = (samples[:, :-1] * 256. ** onp.arange(width - 1)).sum(axis=1)
        values += samples[:, -1].astype('int8') * 256. ** (width - 1)
    values = values.reshape(-1, channels).mean(axis=1) / 2 ** (8 * width - 1)
    return values.astype('float32'), rate


def write_sound(file, samples, rate: int) -> None:
    """Write samples (n,), in -1 to 1, as a WAV file of 16 bits and one channel.

    What is beyond is cut.

    Ours, for 21.23
    """
    whole = (onp.asarray(samples) * 2 ** 15).round().clip(-2 ** 15, 2 ** 15 - 1)
    with whole_file(file) as part, wave.open(str(part), 'wb') as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(whole.astype('<i2').tobytes())


def resampled(samples, rate: int, wanted: int) -> onp.ndarray:
    """Samples (n,) at another rate, by straight lines between them, float32.

    Where the rate falls, what is too high for it is not filtered out.

    Ours, for 21.23
    """
    if rate == wanted:
        return onp.asarray(samples, 'float32')
    times = onp.arange(int(len(samples) * wanted / rate)) * (rate / wanted)
    return onp.interp(times, onp.arange(len(samples)), samples).astype('float32')


def spectrogram(samples, window: int = 200, hop: int = 100) -> onp.ndarray:
    """The logarithm of power, (frames, window // 2 + 1), float32.

    Each frame of `window` samples, `hop` after the one before, is weighted by Hann's
    window; its columns are the frequencies 0, rate / window, ... to half the rate.
    InputError for fewer samples than a window has.

    Ours, for 21.23
    """
    samples = onp.asarray(samples, 'float64')
    if len(samples) < window:
        raise InputError(f'{len(samples)} samples are too short: {window} at least '
                         'are needed')
    starts = onp.arange(0, len(samples) - window + 1, hop)
    weights = .5 - .5 * onp.cos(2 * onp.pi * onp.arange(window) / window)
    frames = samples[starts[:, None] + onp.arange(window)] * weights
    power = abs(onp.fft.rfft(frames, axis=1)) ** 2 / (weights ** 2).sum()
    return onp.log(power + FLOOR).astype('float32')
