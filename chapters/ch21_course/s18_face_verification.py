"""Face verification (人脸验证)

Source: deep-learning-specialization, topic 18

Two pictures are of one person where a network puts them near to each other. It is
taught by pairs (a siamese network with the contrastive loss), or by triplets of an
anchor, another picture of that person and one of somebody else. The faces are drawn;
those that are judged are of people who were not there in training. Measured are three
claims: that either loss serves new people, that triplets are better chosen than drawn,
and that to recognize somebody among many is harder than to verify who it is.

A run leaves pictures of new people in its folder `faces`, for
`d2lmx predict face_verification a.png b.png`.
"""
from pathlib import Path
from typing import NamedTuple

import numpy as onp
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_seeds=1, num_people=24, num_unseen=12, num_epochs=1)
RANGES = dict(num_people=(2, 10 ** 5), num_unseen=(2, 10 ** 4), num_pictures=(2, 100),
              batch_size=(2, 10 ** 4))
SIZE = 32       # pixels of a picture's side
CHOICES = 2, 5, 20, 100   # people among whom somebody is looked for
LEFT = 3        # people whose pictures a run leaves


class FaceEmbedding(nn.HybridBlock):
    """A point of the unit sphere for each picture.

    Inputs
        X (batch, 3, 32, 32), RGB in 0 to 1

    Outputs
        (batch, embed_size), of length 1
    """

    def __init__(self, embed_size, **kwargs):
        super().__init__(**kwargs)
        self.features = nn.HybridSequential()
        for num_channels in (16, 32, 64):
            self.features.add(nn.Conv2D(num_channels, kernel_size=3, padding=1),
                              nn.BatchNorm(), nn.Activation('relu'),
                              nn.MaxPool2D(pool_size=2))
        self.dense = nn.Dense(embed_size)

    def hybrid_forward(self, F, X):
        Y = self.dense(self.features(X))
        return Y / F.np.sqrt(F.np.sum(Y * Y, axis=1, keepdims=True) + 1e-12)


def build_net(embed_size=32):
    """X (batch, 3, 32, 32) -> points of the unit sphere (batch, embed_size)."""
    return FaceEmbedding(embed_size)


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 3, SIZE, SIZE)),)


def drawn_people(count, num_pictures):
    """Pictures of new people: (people, pictures, 3, 32, 32), float32 in 0 to 1."""
    faces = d2l.draw_faces(count, num_pictures, onp.random.randint(2 ** 31), SIZE)
    return onp.moveaxis(faces, -1, 2).astype('float32') / 255


def by_pairs(E, who):
    first, second, is_same = d2l.balanced_pairs(who)
    return d2l.contrastive_loss(E[first], E[second], np.array(is_same, ctx=E.ctx))


def by_random_triplets(E, who):
    return d2l.triplet_loss(*(E[rows] for rows in d2l.random_triplets(who)))


def by_semi_hard_triplets(E, who):
    chosen = d2l.semi_hard_triplets(E.asnumpy(), who)
    return d2l.triplet_loss(*(E[rows] for rows in chosen))


WAYS = {'pairs': by_pairs, 'random triplets': by_random_triplets,
        'semi-hard triplets': by_semi_hard_triplets}


def train(way, people, embed_size, num_epochs, lr, batch_size):
    """A network that was taught by one of WAYS; a batch has all pictures of some."""
    devices = d2l.try_all_gpus()
    net = build_net(embed_size)
    net.initialize(init.Xavier(), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(X, who):
        E = net(npx.reshape(X, (-5, -2, -2, -2)))   # (people * pictures, embed_size)
        l = WAYS[way](E, onp.repeat(who.asnumpy(), X.shape[1]))
        return l, {'train loss': (l.sum(), l.size)}

    step = d2l.measured_step(net, measure, trainer, devices)
    batches = d2l.load_array((people, onp.arange(len(people))), batch_size)
    d2l.fit(step, batches, num_epochs)
    return net


def embedded(net, people):
    """The points of pictures (people, pictures, 3, h, w): (people, pictures, d)."""
    device = d2l.try_gpu()
    points = [net(np.array(pictures, ctx=device)).asnumpy() for pictures in people]
    return onp.array(points)


def all_pairs(points):
    """Distances of all pairs of pictures (people, pictures, d), and who is the same."""
    num_people, num_pictures, _ = points.shape
    rows = points.reshape(num_people * num_pictures, -1)
    who = onp.repeat(onp.arange(num_people), num_pictures)
    first, second = onp.triu_indices(len(rows), 1)
    distances = onp.sqrt(d2l.squared_distances(rows, rows)[first, second])
    return distances, who[first] == who[second]


def judged(points):
    """What the points of new people's pictures are good for."""
    pairs = all_pairs(points)
    rate, threshold = d2l.equal_error(*pairs)
    choices = [k for k in CHOICES if k < len(points)] + [len(points)]
    return {'equal error': rate, 'threshold': threshold, 'curve': d2l.roc(*pairs)[:2],
            'one-shot': {k: d2l.one_shot_accuracy(points, k) for k in choices}}


def show(found):
    """ROC curves of all ways, and how accuracy falls with the number of people."""
    curves = [part['curve'] for part in found.values()]
    d2l.plot(*zip(*curves), 'wrongly accepted', 'rightly accepted', list(found),
             figsize=(4, 3))
    accuracies = [part['one-shot'] for part in found.values()]
    d2l.plot([list(part) for part in accuracies],
             [list(part.values()) for part in accuracies], 'people to choose from',
             'accuracy of the nearest', list(found), xscale='log', figsize=(4, 3))


def leave(people, folder):
    """Write two pictures each of some people, a reader's to try."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, pictures in enumerate(people[:LEFT], start=1):
        for letter, picture in zip('ab', pictures):
            d2l.plt.imsave(folder / f'person-{i}{letter}.png',
                           onp.moveaxis(picture, 0, -1))


def claims(found):
    """What of the course holds, by the numbers of all seeds."""
    errors = {name: found[f'equal error, {name}'] for name in ('pixels', *WAYS)}
    pairs, drawn, chosen = (errors[name] for name in WAYS)
    among_all = [1 - share for share in found['one-shot among all, semi-hard triplets']]
    return [
        d2l.claim('a network taught by pairs, or by triplets, verifies people whom it '
                  'has never seen: with less than half the errors of pixels',
                  errors, all(max(a, c) < b / 2 for a, b, c
                              in zip(pairs, errors['pixels'], chosen))),
        d2l.claim('triplets that are chosen, semi-hard, teach more than drawn ones',
                  {'drawn': drawn, 'chosen': chosen},
                  all(a < b for a, b in zip(chosen, drawn))),
        d2l.claim('recognition is harder than verification: among all new people the '
                  'nearest is wrong more often than a pair is misjudged',
                  {'pairs': chosen, 'nearest of all': among_all},
                  all(a > b for a, b in zip(among_all, chosen)))]


def run(*, num_people: int = 400, num_unseen: int = 100, num_pictures: int = 4,
        embed_size: int = 32, num_epochs: int = 12, lr: float = 0.002,
        batch_size: int = 16, num_seeds: int = 3, out: Path = Path('.')) -> dict:
    last = {}  # of the last seed

    def measure():
        people = drawn_people(num_people, num_pictures)
        unseen = drawn_people(num_unseen, num_pictures)
        last.update(unseen=unseen, found={'pixels': judged(unseen.reshape(
            num_unseen, num_pictures, -1))})
        for way in WAYS:
            last['net'] = train(way, people, embed_size, num_epochs, lr, batch_size)
            last['found'][way] = judged(embedded(last['net'], unseen))
        return {
            **{f'equal error, {way}': part['equal error']
               for way, part in last['found'].items()},
            **{f'one-shot among {k if k < num_unseen else "all"}, {way}': share
               for way, part in last['found'].items()
               for k, share in part['one-shot'].items()}}

    found = d2l.over_seeds(measure, num_seeds)
    d2l.show_images(onp.moveaxis(last['unseen'][:4, :6].reshape(-1, 3, SIZE, SIZE), 1,
                                 -1), 4, min(6, num_pictures), scale=1)
    show(last['found'])
    leave(last['unseen'], out / 'faces')
    d2l.save_model(out / 'model', last['net'], example_inputs(), {
        'threshold': last['found']['semi-hard triplets']['threshold']})
    return {'claims': claims(found), **found}


class Pair(NamedTuple):
    """Two files of pictures."""

    first: str
    second: str


def predict(model, *pairs: Pair) -> list:
    """Whether both pictures show one person, by the network in the folder `model`."""
    net, results = d2l.load_model(model, threshold=float), []
    for pair in pairs:
        pictures = [d2l.stretched(d2l.read_picture(file), SIZE) for file in pair]
        X = onp.moveaxis(onp.array(pictures), -1, 1).astype('float32') / 255
        distance = float(((net(X[:1]) - net(X[1:])) ** 2).sum()) ** .5
        is_same = distance <= net.about['threshold']
        d2l.show_images(pictures, 1, 2, [Path(file).name for file in pair], scale=2)
        results.append({**dict(zip(Pair._fields, pair)), 'distance': distance,
                        'threshold': net.about['threshold'], 'same person': is_same})
    return results


if __name__ == '__main__':
    d2l.main(run)
