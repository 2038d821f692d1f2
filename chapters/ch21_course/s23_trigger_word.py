"""Trigger word detection (触发词检测)

Source: deep-learning-specialization, topic 22

A machine listens for one made-up word, `mila`, among others that have the same letters
in another order, or all but one, in voices and noise that it has never heard. Of the
sound it gets a spectrogram; a convolution along the time and a recurrent layer say at
each step whether the word has just ended. Measured are F1 of the words found, what the
recurrent layer adds to the convolution, and what accuracy says of a machine that never
answers.

A run leaves a sound in its folder, for `d2lmx predict trigger_word listen.wav`.
"""
from pathlib import Path

import numpy as onp
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_train=32, num_test=16, num_epochs=1, num_seeds=1)
RANGES = dict(num_train=(2, 10 ** 5), num_test=(2, 10 ** 5))
TRIGGER = 'mila'
OTHERS = ('lima', 'mali', 'alim', 'milo', 'nila', 'mula', 'mil', 'lasi', 'sole',
          'moon', 'amen', 'usil')
SECONDS = 3
WINDOW, HOP = 200, 100      # samples of a frame, and to the next
STRIDE = 4                  # frames of a step of the network
NUM_BINS = WINDOW // 2 + 1
AFTER = 0.25                # seconds after the word's end in which the answer is yes
LATE = 0.4                  # seconds within which an answer belongs to a word
NAMES = {'with a recurrent layer': True, 'convolution alone': False}


class Listener(nn.HybridBlock):
    """A score at each step of whether the word has just ended.

    Inputs
        X (batch, frames, 101), as of `features`

    Outputs
        (batch, steps), a step for each 4 frames
    """

    def __init__(self, num_channels, num_hiddens, is_recurrent, **kwargs):
        super().__init__(**kwargs)
        # of one dimension more than sound has: after a prediction MXNet cannot read the
        # weights of some Conv1D any more
        self.conv = nn.Conv2D(num_channels, kernel_size=(8, 1), strides=(STRIDE, 1),
                              padding=(2, 0), activation='relu')
        self.rnn = d2l.GRU(num_hiddens) if is_recurrent else None
        self.dense = nn.Dense(1, flatten=False)

    def hybrid_forward(self, F, X):
        X = F.np.expand_dims(F.np.transpose(X, (0, 2, 1)), axis=3)
        Y = F.np.squeeze(self.conv(X), axis=3)        # (batch, channels, steps)
        Y = F.np.transpose(Y, (2, 0, 1))              # (steps, batch, channels)
        if self.rnn is not None:
            Y = self.rnn(Y)
        Y = self.dense(Y)                             # (steps, batch, 1)
        return F.np.transpose(F.npx.reshape(Y, (-2, -2)), (1, 0))


def build_net(num_channels=32, num_hiddens=32, is_recurrent=True):
    """X (batch, frames, 101) -> scores (batch, frames / 4)."""
    return Listener(num_channels, num_hiddens, is_recurrent)


def example_inputs(batch_size=2, num_frames=80):
    return (np.random.normal(size=(batch_size, num_frames, NUM_BINS)),)


def features(samples):
    """A spectrogram less its mean: (frames, 101), frames a multiple of 4.

    How loud a recording is as a whole is nothing to it. Where the background is silent,
    or changes on the way, words differ from those learnt from, and may be missed.
    """
    X = d2l.spectrogram(samples, WINDOW, HOP)
    X = X[:len(X) // STRIDE * STRIDE]
    return (X - X.mean()) / 3


def draw_scene(rng):
    """Samples of three seconds with some words, and the times at which TRIGGER ends."""
    sound = d2l.draw_background(SECONDS * d2l.SOUND_RATE, rng)
    ends, place = [], 0
    while True:
        place += int(rng.uniform(.1, .6) * d2l.SOUND_RATE)
        word = TRIGGER if rng.uniform() < .4 else OTHERS[rng.randint(len(OTHERS))]
        samples = d2l.say(word, rng)
        if place + len(samples) + AFTER * d2l.SOUND_RATE > len(sound):
            return sound, ends
        sound[place:place + len(samples)] += samples
        place += len(samples)
        if word == TRIGGER:
            ends.append(place / d2l.SOUND_RATE)


def step_times(num_steps):
    """The seconds at which the middle of each step lies."""
    middle = (onp.arange(num_steps) + .5) * STRIDE * HOP
    return (middle + WINDOW / 2) / d2l.SOUND_RATE


def labels_of(ends, num_steps):
    """1 for each step within AFTER of a word's end, else 0: (num_steps,)."""
    times = step_times(num_steps)
    return onp.array([any(0 <= time - end < AFTER for end in ends) for time in times],
                     'float32')


def draw_scenes(count):
    """Features (count, frames, 101), labels (count, steps), and the words' ends."""
    rng = onp.random.RandomState(onp.random.randint(2 ** 31))
    scenes = [draw_scene(rng) for _ in range(count)]
    X = onp.array([features(sound) for sound, _ in scenes])
    labels = onp.array([labels_of(ends, X.shape[1] // STRIDE) for _, ends in scenes])
    return X, labels, [ends for _, ends in scenes]


def heard(p, threshold=0.5):
    """The times at which an answer begins, of probabilities (steps,)."""
    is_yes = p > threshold
    begins = is_yes & ~onp.append(False, is_yes[:-1])
    return step_times(len(p))[begins].tolist()


def matched(times, ends):
    """How many answers belong to a word's end of their own: LATE after it, at most."""
    left, count = list(ends), 0
    for time in times:
        end = next((end for end in left if -LATE / 2 <= time - end <= LATE), None)
        if end is not None:
            left.remove(end)
            count += 1
    return count


def f1_of(ps, ends):
    """F1 of the words that are heard in all scenes; 0 where there are none."""
    answers = [heard(p) for p in ps]
    found = sum(map(matched, answers, ends))
    total = sum(map(len, answers)) + sum(map(len, ends))
    return 2 * found / total if total else 0.0


def train(X, labels, is_recurrent, num_hiddens, lr, batch_size, num_epochs):
    """A listener that was taught by Adam."""
    devices, loss = d2l.try_all_gpus(), gluon.loss.SigmoidBCELoss()
    net = build_net(num_hiddens=num_hiddens, is_recurrent=is_recurrent)
    net.initialize(init.Xavier(), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    step = d2l.regression_step(net, loss, trainer, devices)
    d2l.fit(step, d2l.load_array((X, labels), batch_size), num_epochs)
    return net


def probabilities(net, X):
    """(scenes, steps), NumPy."""
    return npx.sigmoid(net(np.array(X, ctx=d2l.try_gpu()))).asnumpy()


def claims(found):
    """What of the course holds, by the numbers of all seeds."""
    f1 = {name: found[f'F1, {name}'] for name in NAMES}
    with_layer, alone = f1.values()
    silent = {name: found[f'{name}, never answering'] for name in ('accuracy', 'F1')}
    return [
        d2l.claim('a convolution and a recurrent layer find the word in new voices: F1 '
                  'above 0.8', {'F1': with_layer}, min(with_layer) > .8),
        d2l.claim('the recurrent layer is needed: a convolution alone finds less',
                  f1, all(a > b for a, b in zip(with_layer, alone))),
        d2l.claim('accuracy misleads where the answer is mostly no: who never answers '
                  'has above 0.8, and an F1 of 0', silent,
                  min(silent['accuracy']) > .8 and max(silent['F1']) == 0)]


def show(X, p, ends, title):
    """A spectrogram, and below it the probabilities, with the words' ends."""
    _, (above, below) = d2l.plt.subplots(2, 1, figsize=(5, 4), sharex=True)
    seconds = len(X) * HOP / d2l.SOUND_RATE
    above.imshow(X.T, origin='lower', aspect='auto',
                 extent=(0, seconds, 0, d2l.SOUND_RATE / 2000))
    above.set_ylabel('frequency (kHz)')
    above.set_title(title)
    below.plot(step_times(len(p)), p, label='probability')
    for end in ends:
        below.axvline(end, color='m', linestyle='--')
    below.set_xlabel('time (s)')
    below.set_ylabel('the word has ended')
    below.set_ylim(-.05, 1.05)
    d2l.plt.tight_layout()


def run(*, num_train: int = 600, num_test: int = 200, num_hiddens: int = 32,
        lr: float = 0.003, batch_size: int = 32, num_epochs: int = 15,
        num_seeds: int = 3, out: Path = Path('.')) -> dict:
    last = {}

    def measure():
        (X, labels, _), (unseen, truths, ends) = map(draw_scenes, (num_train, num_test))
        found = {'accuracy, never answering': float((truths == 0).mean()),
                 'F1, never answering': f1_of(0 * truths, ends)}
        for name, is_recurrent in NAMES.items():
            net = train(X, labels, is_recurrent, num_hiddens, lr, batch_size,
                        num_epochs)
            ps = probabilities(net, unseen)
            found[f'F1, {name}'] = f1_of(ps, ends)
            found[f'accuracy, {name}'] = float(((ps > .5) == truths).mean())
            last[name] = net, ps
        last.update(X=unseen, ends=ends)
        return found

    found = d2l.over_seeds(measure, num_seeds)
    net, ps = last['with a recurrent layer']
    show(last['X'][0], ps[0], last['ends'][0], 'a new sound (dashed: the word ends)')
    sound, _ = draw_scene(onp.random.RandomState(onp.random.randint(2 ** 31)))
    d2l.write_sound(out / 'listen.wav', sound, d2l.SOUND_RATE)
    d2l.save_model(out / 'model', net, example_inputs(), {'word': TRIGGER},
                   other_inputs=[example_inputs(1, 240)])
    return {'claims': claims(found), **found}


def predict(model, *sounds) -> list:
    """When the word ends in each sound, a WAV file, by the network in a folder."""
    net, results = d2l.load_model(model, word=str), []
    for file in sounds:
        samples, _ = d2l.read_sound(file, d2l.SOUND_RATE)
        if len(samples) < WINDOW + (STRIDE - 1) * HOP:
            raise d2l.InputError(f'{file} is too short for a word')
        X = features(samples)
        p = npx.sigmoid(net(X[None]))[0].asnumpy()
        show(X, p, (), Path(file).name)
        results.append({'sound': str(file), 'seconds': len(samples) / d2l.SOUND_RATE,
                        'word': net.about['word'], 'heard at': heard(p)})
    return results


if __name__ == '__main__':
    d2l.main(run)
