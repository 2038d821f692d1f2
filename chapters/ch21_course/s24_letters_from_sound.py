"""Letters from sound, by CTC (用 CTC 从语音到字母)

Source: deep-learning-specialization, topic 22

Made-up words, of three to six letters in voices and noise that were never heard, are
spelled from their spectrograms; no letter is doubled, which would sound as one that is
longer. There are many more steps than letters, and nobody says which letter is where.
Connectionist temporal classification (CTC) sums over all ways to place them, with
blanks between; it stands beside a network that was taught as if each letter took an
equal share of the sound. Measured is how many letters are wrong.
"""
import numpy as onp
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_train=48, num_test=16, num_epochs=1, num_seeds=1)
RANGES = dict(num_train=(2, 10 ** 5), num_test=(2, 10 ** 5))
LETTERS = d2l.SOUND_LETTERS     # classes from 1 on; 0 is the blank
FEWEST, MOST = 3, 6             # of a word
WINDOW, HOP = 200, 100          # samples of a frame, and to the next
STRIDE = 2                      # frames of a step of the network
NUM_BINS = WINDOW // 2 + 1
SILENCE = 0.02, 0.3             # seconds before and after a word
WAYS = 'CTC', 'equal shares'


class Speller(nn.HybridBlock):
    """Scores of blank and letters at each step, from what is before and after it.

    Inputs
        X (batch, frames, 101), spectrograms; valid_lens (batch,), steps that count

    Outputs
        (batch, frames / 2, 1 + letters)
    """

    def __init__(self, num_channels, num_hiddens, **kwargs):
        super().__init__(**kwargs)
        # of one dimension more than sound has: after a prediction MXNet cannot read the
        # weights of some Conv1D any more
        self.conv = nn.Conv2D(num_channels, kernel_size=(4, 1), strides=(STRIDE, 1),
                              padding=(1, 0), activation='relu')
        self.lstm = d2l.LSTM(num_hiddens, bidirectional=True, input_size=num_channels)
        self.dense = nn.Dense(1 + len(LETTERS), flatten=False, in_units=2 * num_hiddens)

    def hybrid_forward(self, F, X, valid_lens):
        X = F.np.expand_dims(F.np.transpose(X, (0, 2, 1)), axis=3)
        Y = F.np.squeeze(self.conv(X), axis=3)                         # (b, c, steps)
        Y = self.lstm(F.np.transpose(Y, (2, 0, 1)), None, valid_lens)  # (steps, b, h)
        return self.dense(F.np.transpose(Y, (1, 0, 2)))


def build_net(num_channels=48, num_hiddens=48):
    """X (batch, frames, 101), valid_lens (batch,) -> scores (batch, frames / 2, 10)."""
    return Speller(num_channels, num_hiddens)


def example_inputs(batch_size=2, num_frames=40):
    lens = np.random.randint(1, num_frames // STRIDE + 1, size=(batch_size,))
    return (np.random.normal(size=(batch_size, num_frames, NUM_BINS)),
            lens.astype('int32'))


def draw_word(rng):
    """Classes of letters, each another than the one before."""
    steps = rng.randint(1, len(LETTERS), rng.randint(FEWEST, MOST + 1))
    return 1 + (rng.randint(len(LETTERS)) + steps.cumsum()) % len(LETTERS)


def draw_words(count):
    """Sounds of random words, padded to one length.

    Features (count, frames, 101), how many steps of each count, and the words' classes.
    """
    rng = onp.random.RandomState(onp.random.randint(2 ** 31))
    sounds, words = [], []
    for _ in range(count):
        word = draw_word(rng)
        voice = d2l.say(''.join(LETTERS[i - 1] for i in word), rng)
        before, after = (rng.uniform(*SILENCE, 2) * d2l.SOUND_RATE).astype(int)
        sound = d2l.draw_background(before + len(voice) + after, rng)
        sound[before:-after] += voice
        spectrum = d2l.spectrogram(sound, WINDOW, HOP)
        sounds.append((spectrum - spectrum.mean()) / 3)
        words.append(word.tolist())
    lens = onp.array([len(X) // STRIDE for X in sounds], 'int32')
    X = onp.zeros((count, STRIDE * lens.max(), NUM_BINS), 'float32')
    for row, spectrum, n in zip(X, sounds, lens):
        row[:STRIDE * n] = spectrum[:STRIDE * n]
    return X, lens, words


def padded(words):
    """Classes (words, 6), 0 behind the end, and the lengths (words,), int32."""
    return (onp.array([d2l.truncate_pad(word, MOST, 0) for word in words], 'int32'),
            onp.array([len(word) for word in words], 'int32'))


def by_ctc(Y, lens, label, label_lens):
    return d2l.CTCLoss()(Y, lens, label, label_lens)


def by_equal_shares(Y, lens, label, label_lens):
    """Cross-entropy at each step, of the letter that a word cut evenly has there."""
    steps = np.arange(Y.shape[1], ctx=Y.ctx)
    lens, count = (np.expand_dims(a.astype('float32'), 1) for a in (lens, label_lens))
    place = np.minimum(np.floor(steps * count / lens), count - 1)
    letters = np.repeat(np.expand_dims(label, 1), Y.shape[1], axis=1)
    target = npx.pick(letters.astype('float32'), place, axis=2)    # (batch, steps)
    return d2l.MaskedSoftmaxCELoss()(Y, target, lens.reshape(-1)) * Y.shape[1]


LOSSES = dict(zip(WAYS, (by_ctc, by_equal_shares)))


def train(way, X, lens, words, num_hiddens, lr, batch_size, num_epochs):
    """A speller that was taught by Adam, in one of WAYS."""
    devices = d2l.try_all_gpus()
    net = build_net(num_hiddens=num_hiddens)
    net.initialize(init.Xavier(), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(X, lens, label, label_lens):
        l = LOSSES[way](net(X, lens), lens, label, label_lens)
        return l, {'train loss': (l.sum(), l.size)}

    step = d2l.measured_step(net, measure, trainer, devices)
    data = d2l.load_array((X, lens, *padded(words)), batch_size)
    d2l.fit(step, data, num_epochs)
    return net


def scores_of(net, X, lens):
    """The scores of each word's steps that count: a list of (steps, classes)."""
    device = d2l.try_gpu()
    Y = net(np.array(X, ctx=device), np.array(lens, ctx=device)).asnumpy()
    return [row[:n] for row, n in zip(Y, lens)]


def error_rate(scores, words):
    """Edits that make the true letters of what is spelled, for each true letter."""
    edits = sum(d2l.edit_distance(d2l.collapsed(row.argmax(axis=1)), word)
                for row, word in zip(scores, words))
    return edits / sum(map(len, words))


def claims(found):
    """What of the course holds, by the numbers of all seeds."""
    errors = {way: found[f'letters wrong, {way}'] for way in WAYS}
    ctc, shares = errors.values()
    blanks = found['blanks, CTC']
    return [
        d2l.claim('CTC learns to spell from words alone, without a place for any '
                  'letter: less than one letter in five is wrong', {'CTC': ctc},
                  max(ctc) < .2),
        d2l.claim('it spells better than one that was told that each letter takes an '
                  'equal share of the sound', errors,
                  all(a < b for a, b in zip(ctc, shares))),
        d2l.claim('most of what it says is blank', {'share of blanks': blanks},
                  min(blanks) > .5)]


def text_of(classes):
    """Letters of classes, blanks as dots."""
    return ''.join('.' if i == 0 else LETTERS[i - 1] for i in classes)


def show(scores, word):
    """What each step is taken for, as colours."""
    p = onp.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    d2l.show_heatmaps(p.T[None, None], 'step', f'heard of {text_of(word)}',
                      figsize=(5, 3))
    ax = d2l.plt.gcf().axes[0]
    ax.set_aspect('auto')  # squares of many steps leave no room for the letters' names
    ax.set_yticks(range(1 + len(LETTERS)), ['blank', *LETTERS])


def run(*, num_train: int = 1500, num_test: int = 300, num_hiddens: int = 48,
        lr: float = 0.004, batch_size: int = 32, num_epochs: int = 12,
        num_seeds: int = 3) -> dict:
    last = {}

    def measure():
        (X, lens, words), (unseen, new_lens, truths) = map(draw_words,
                                                           (num_train, num_test))
        found = {}
        for way in WAYS:
            net = train(way, X, lens, words, num_hiddens, lr, batch_size, num_epochs)
            scores = scores_of(net, unseen, new_lens)
            found[f'letters wrong, {way}'] = error_rate(scores, truths)
            found[f'blanks, {way}'] = float(onp.mean(
                [(row.argmax(axis=1) == 0).mean() for row in scores]))
            last[way] = scores
        last['words'] = truths
        return found

    found = d2l.over_seeds(measure, num_seeds)
    show(last['CTC'][0], last['words'][0])
    spelled = [row.argmax(axis=1).tolist() for row in last['CTC'][:8]]
    return {'claims': claims(found), 'spelled': [
        {'word': text_of(word), 'steps': text_of(row),
         'heard': text_of(d2l.collapsed(row))}
        for word, row in zip(last['words'], spelled)], **found}


if __name__ == '__main__':
    d2l.main(run)
