"""Sound: files, and how much of each frequency there is at each time."""
import os
import struct
import wave

import numpy as onp

from ..errors import InputError, MissingFile
from ..files.whole import whole_file

__all__ = ['read_sound', 'write_sound', 'resampled', 'spectrogram']

MOST_SAMPLES = 10 ** 7
WHOLE, EXTENSIBLE = 1, 0xfffe  # kinds of numbers in a file; the latter says which
FLOOR = 1e-8  # of power: what is silent has a logarithm, too


def read_sound(file, wanted: int = 0) -> tuple:
    """What a WAV file holds: samples (n,), float32 in -1 to 1, and the rate.

    Several channels become their mean; whole numbers of 8, 16, 24 or 32 bits are read.
    MissingFile where there is none; InputError, naming the file, for what is no such
    file, holds no sample, or more than ten million.

    wanted: the rate to which the samples are brought; 0 for the file's own

    Ours, for 21.23
    """
    try:
        with open(file, 'rb') as sound:
            width, rate, channels, content = _parts(sound)
    except FileNotFoundError as error:
        raise MissingFile(f'there is no sound {file}') from error
    except struct.error as error:
        raise InputError(f'{file} is no WAV file, or it is damaged: it ends in its '
                         'header') from error
    except (OSError, ValueError) as error:
        raise InputError(f'{file} is no WAV file of whole numbers, or it is damaged: '
                         f'{error}') from error
    samples = onp.frombuffer(content[:len(content) // width * width], 'uint8')
    samples = samples.reshape(-1, width)[:len(samples) // width // channels * channels]
    if not 0 < len(samples) // channels <= MOST_SAMPLES:
        raise InputError(f'{file} must hold 1 to {MOST_SAMPLES} samples')
    count = len(samples) // channels * (wanted or rate) // rate
    if count > MOST_SAMPLES:
        raise InputError(f'{file} is too long: at {wanted} samples a second, for its '
                         f'{rate}, it has {count}, and {MOST_SAMPLES} is the most')
    if width == 1:
        values = samples[:, 0].astype('float64') - 128
    else:  # the last byte has the sign
        values = (samples[:, :-1] * 256. ** onp.arange(width - 1)).sum(axis=1)
        values += samples[:, -1].astype('int8') * 256. ** (width - 1)
    values = values.reshape(-1, channels).mean(axis=1) / 2 ** (8 * width - 1)
    return resampled(values, rate, wanted or rate), wanted or rate


def _parts(sound) -> tuple:
    """Bytes of a number, rate, channels and numbers, as bytes, of an open WAV file.

    Those of the module `wave` do not know the longer header, which sound of 24 bits
    has. ValueError for no such file, struct.error where the header is cut.
    """
    riff, _, form = struct.unpack('<4sI4s', sound.read(12))
    if (riff, form) != (b'RIFF', b'WAVE'):
        raise ValueError('it does not begin as one')
    header = b''
    while True:
        name, size = struct.unpack('<4sI', sound.read(8))
        if name == b'data' and header:
            break
        if name == b'fmt ':
            header = sound.read(min(size, 40))
            size -= len(header)
        sound.seek(size + size % 2, os.SEEK_CUR)
    kind, channels, rate, _, _, bits = struct.unpack_from('<HHIIHH', header)
    if kind == EXTENSIBLE:
        kind, = struct.unpack_from('<H', header, 24)
    width = (bits + 7) // 8
    if kind != WHOLE or not (1 <= width <= 4 and channels and rate):
        raise ValueError(f'it has numbers of kind {kind} and of {bits} bits, '
                         f'{channels} channels, and a rate of {rate}')
    most = (MOST_SAMPLES + 1) * width * channels
    return width, rate, channels, sound.read(min(size, most))


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
