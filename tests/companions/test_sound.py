"""Sound files and spectrograms, held to scipy."""
import struct
import wave

import numpy as onp
import pytest

import d2lmx as d2l

SAMPLES = onp.random.RandomState(0).uniform(-.9, .9, 901)


@pytest.mark.parametrize('window, hop', [(200, 100), (64, 16)])
def test_a_spectrogram_is_that_of_scipy(window, hop):
    signal = pytest.importorskip('scipy.signal')
    _, _, theirs = signal.spectrogram(
        SAMPLES, fs=1, window=signal.get_window('hann', window), noverlap=window - hop,
        detrend=False, scaling='density', mode='psd')
    theirs[1:-1] /= 2  # which has the power of negative frequencies, too
    ours = d2l.spectrogram(SAMPLES, window, hop)
    assert ours.dtype == onp.float32 and ours.shape == theirs.T.shape
    onp.testing.assert_allclose(ours, onp.log(theirs.T + 1e-8), rtol=1e-4, atol=1e-5)


def test_a_tone_stands_at_its_frequency():
    tone = onp.sin(2 * onp.pi * 1000 * onp.arange(800) / 8000)
    assert set(d2l.spectrogram(tone).argmax(axis=1)) == {1000 * 200 // 8000}
    assert onp.isfinite(d2l.spectrogram(onp.zeros(200))).all()


def test_what_was_written_is_read(tmp_path):
    d2l.write_sound(tmp_path / 'a.wav', SAMPLES, 8000)
    found, rate = d2l.read_sound(tmp_path / 'a.wav')
    assert rate == 8000 and found.dtype == onp.float32
    assert found == pytest.approx(SAMPLES, abs=.51 / 2 ** 15)  # of 16 bits, rounded
    d2l.write_sound(tmp_path / 'loud.wav', [2, -2], 8000)
    assert abs(d2l.read_sound(tmp_path / 'loud.wav')[0]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize('width, whole', [
    (1, [128, 255, 0]), (2, [0, 32767, -32768]), (3, [0, 2 ** 23 - 1, -2 ** 23]),
    (4, [0, 2 ** 31 - 1, -2 ** 31])])
def test_whole_numbers_of_each_width_are_read(tmp_path, width, whole):
    file = tmp_path / 'a.wav'
    with wave.open(str(file), 'wb') as sound:
        sound.setnchannels(2)
        sound.setsampwidth(width)
        sound.setframerate(44100)
        sound.writeframes(b''.join(2 * value.to_bytes(width, 'little', signed=width > 1)
                                   for value in whole))
    samples, rate = d2l.read_sound(file)
    # the greatest is less than 1 by one part in 2^(bits - 1)
    assert rate == 44100 and samples == pytest.approx([0, 1, -1], abs=1 / 127)


def test_channels_become_their_mean(tmp_path):
    with wave.open(str(tmp_path / 'a.wav'), 'wb') as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(onp.array([16384, 0, -16384, -16384], '<i2').tobytes())
    assert d2l.read_sound(tmp_path / 'a.wav')[0].tolist() == [.25, -.5]


def wav(kind=1, bits=16, content=b'', longer=b'', channels=1, rate=8000, before=b''):
    """A WAV file, by the words of its format."""
    width = (bits + 7) // 8 * channels
    header = struct.pack('<HHIIHH', kind, channels, rate, width * rate, width, bits)
    chunks = b'WAVE' + before + b''.join(
        name + struct.pack('<I', len(part)) + part + bytes(len(part) % 2)
        for name, part in ((b'fmt ', header + longer), (b'data', content)))
    return b'RIFF' + struct.pack('<I', len(chunks)) + chunks


def extensible(kind):
    """What the longer header adds: valid bits, speakers, and the kind as a GUID."""
    return struct.pack('<HHIH', 22, 24, 4, kind) + bytes.fromhex(
        '000000001000800000aa00389b71')


def test_the_longer_header_and_other_chunks_are_read(tmp_path):
    numbers = b''.join(value.to_bytes(3, 'little', signed=True)
                       for value in (0, 2 ** 22, -2 ** 23))
    (tmp_path / 'a.wav').write_bytes(wav(0xfffe, 24, numbers, extensible(1)))
    samples, rate = d2l.read_sound(tmp_path / 'a.wav')
    assert rate == 8000 and samples.tolist() == [0, .5, -1]
    odd = b'LIST' + struct.pack('<I', 3) + b'abc' + bytes(1)  # of an even length
    (tmp_path / 'b.wav').write_bytes(wav(1, 16, b'\0\x40', before=odd))
    assert d2l.read_sound(tmp_path / 'b.wav')[0].tolist() == [.5]


@pytest.mark.parametrize('content, reason', [
    (b'', 'it ends in its header'), (b'RIFF', 'it ends in its header'),
    (b'a text', 'it ends in its header'),
    (b'no sound at all, nowhere', 'it does not begin as one'),
    (wav()[:30], 'it ends in its header'), (wav()[:40], 'it ends in its header'),
    (wav(3, 32), 'it has numbers of kind 3 and of 32 bits'),
    (wav(0xfffe, 32, longer=extensible(3)), 'numbers of kind 3'),
    (wav(0xfffe, 24), 'it ends in its header'), (wav(bits=64), 'of 64 bits'),
    (wav(bits=0), 'of 0 bits'), (wav(channels=0), '0 channels'),
    (wav(rate=0), 'a rate of 0')])
def test_what_is_no_sound_is_a_line(tmp_path, content, reason):
    file = tmp_path / 'a.wav'
    file.write_bytes(content)
    with pytest.raises(d2l.InputError, match=f'a.wav is no WAV file.*: .*{reason}'):
        d2l.read_sound(file)


def test_a_sound_is_brought_to_a_rate_but_not_to_any_length(tmp_path):
    d2l.write_sound(tmp_path / 'a.wav', [0, .5, 0, -.5], 4000)
    samples, rate = d2l.read_sound(tmp_path / 'a.wav', 8000)
    assert rate == 8000 and samples[:7].tolist() == [0, .25, .5, .25, 0, -.25, -.5]
    d2l.write_sound(tmp_path / 'slow.wav', onp.zeros(1251), 1)
    with pytest.raises(d2l.InputError, match='slow.wav is too long: at 8000 samples'):
        d2l.read_sound(tmp_path / 'slow.wav', 8000)  # 10,008,000


def test_a_file_without_samples_and_no_file_are_told(tmp_path):
    d2l.write_sound(tmp_path / 'a.wav', [], 8000)
    with pytest.raises(d2l.InputError, match='must hold 1 to'):
        d2l.read_sound(tmp_path / 'a.wav')
    with pytest.raises(FileNotFoundError, match='no sound'):
        d2l.read_sound(tmp_path / 'b.wav')
    with pytest.raises(d2l.InputError, match='too short'):
        d2l.spectrogram(onp.zeros(199))


def test_another_rate_keeps_straight_lines():
    line = onp.arange(8.)
    assert d2l.resampled(line, 8, 4).tolist() == [0, 2, 4, 6]
    assert d2l.resampled(line, 8, 8).tolist() == line.tolist()
    assert d2l.resampled(line[:3], 8, 16).tolist() == [0, .5, 1, 1.5, 2, 2]
