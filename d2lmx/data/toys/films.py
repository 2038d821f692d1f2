"""Toy MovieLens: users whose tastes lie in two dimensions, and films of six genres.

A rating is what a film is worth, what its user gives, and how well the film's genre
fits the user's taste, which no mean of a film or a user tells: what some users like in
a genre others dislike as much. Users watch what they like, and a genre at a time, so
that the last films tell of the next. All is reckoned in whole tenths of a star.
"""
import zipfile

import numpy as onp

__all__ = []

NUM_USERS, NUM_ITEMS = 160, 240
FEWEST, MOST = 40, 90  # ratings of a user
WORTH, FIT, NOISE = 6, 9, 3  # the largest, in tenths of a star
FIRST_TIME = 874724710
# where the genres and the tastes lie: opposite ones, and those between
DIRECTIONS = onp.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]])
GENRES = {'Action': 'Steel Pursuit', 'Romance': 'Letters from Vienna',
          'Comedy': 'The Accidental Uncle', 'Horror': 'House of Whispers',
          'Sci-Fi': 'Orbit Nine', 'Drama': 'A Quiet Harvest'}
FLAGS = ['unknown', 'Action', 'Adventure', 'Animation', "Children's", 'Comedy', 'Crime',
         'Documentary', 'Drama', 'Fantasy', 'Film-Noir', 'Horror', 'Musical', 'Mystery',
         'Romance', 'Sci-Fi', 'Thriller', 'War', 'Western']


def write_toy(path, rng) -> None:
    """Write the archive ml-100k.zip: u.data, u.item, u.user and u.genre.

    Stored as they are: compressed bytes differ between releases of zlib.
    """
    genres = onp.arange(NUM_ITEMS) % len(GENRES)
    tastes = DIRECTIONS[rng.randint(len(DIRECTIONS), size=NUM_USERS)]
    fits = (tastes[:, None] * DIRECTIONS[genres]).sum(axis=2)  # -2 to 2
    files = {'u.data': ratings(rng, genres, fits),
             'u.item': map(film, range(NUM_ITEMS), genres),
             'u.user': (f'{user + 1}|{20 + user % 50}|{"MF"[user % 2]}|student|00000'
                        for user in range(NUM_USERS)),
             'u.genre': (f'{flag}|{i}' for i, flag in enumerate(FLAGS))}
    with zipfile.ZipFile(path, 'w') as archive:
        for name, lines in files.items():
            entry = zipfile.ZipInfo(f'ml-100k/{name}')  # a fixed date
            archive.writestr(entry, '\n'.join([*lines, '']).encode('latin-1'))


def ratings(rng, genres, fits) -> list:
    """The lines of u.data, in an order of chance."""
    shape = fits.shape
    scores = (34 + rng.randint(-WORTH, WORTH + 1, size=(1, NUM_ITEMS))
              + rng.randint(-WORTH, WORTH + 1, size=(NUM_USERS, 1)) + FIT * fits
              + rng.randint(-NOISE, NOISE + 1, size=shape))
    stars = onp.clip((scores + 5) // 10, 1, 5)
    # the better a film fits, the likelier it is seen
    appeal = rng.uniform(size=shape) * (fits + 4)
    ranks = appeal.argsort(axis=1, kind='stable')[:, ::-1].argsort(axis=1)
    seen = ranks < rng.randint(FEWEST, MOST + 1, size=(NUM_USERS, 1))
    # a user's genres follow each other in an order of their own
    moods = rng.uniform(size=(NUM_USERS, len(GENRES))).argsort(axis=1)[:, genres]
    times = (moods + rng.uniform(size=shape)).argsort(axis=1).argsort(axis=1)
    users, items = seen.nonzero()
    lines = [f'{user + 1}\t{item + 1}\t{stars[user, item]}\t'
             f'{FIRST_TIME + 60 * (1000 * user + times[user, item])}'
             for user, item in zip(users.tolist(), items.tolist())]
    return [lines[i] for i in rng.uniform(size=len(lines)).argsort(kind='stable')]


def film(item, genre) -> str:
    """A line of u.item."""
    name = list(GENRES)[genre]
    part, year = item // len(GENRES) + 1, 1957 + item % 40
    flags = '|'.join(str(int(flag == name)) for flag in FLAGS)
    return (f'{item + 1}|{GENRES[name]} {part} ({year})|01-Jan-{year}||'
            f'http://us.imdb.com/M/title-exact?{item + 1}|{flags}')
