"""Toy dogs as Kaggle gives them: drawn heads of six breeds, of various sizes."""
from typing import NamedTuple

from .sketch import Sketch, encoded, shade, write_members

__all__ = []

NUM_TRAIN, NUM_TEST = 120, 12
SHORTEST, LONGEST = 96, 160  # pixels of a side
GROUNDS = ((120, 165, 90), (185, 170, 150), (150, 185, 215), (110, 100, 95))
WHITE, BLACK, TONGUE = (245, 243, 238), (28, 26, 26), (225, 95, 115)


class Breed(NamedTuple):
    """What a head looks like."""

    coat: tuple    # RGB
    face: tuple    # of muzzle and forehead
    ears: tuple
    pointed: bool  # ears that stand up; others hang
    width: float   # of the head, which is as high as 1.4
    muzzle: float  # its half width


BREEDS = {
    'beagle': Breed((180, 105, 50), WHITE, (110, 60, 35), False, .62, .3),
    'doberman': Breed(BLACK, (165, 95, 50), BLACK, True, .5, .24),
    'golden_retriever': Breed((215, 165, 90), (235, 200, 140), (190, 130, 65), False,
                              .7, .34),
    'pug': Breed((220, 190, 150), BLACK, BLACK, False, .8, .46),
    'samoyed': Breed(WHITE, WHITE, (235, 225, 210), True, .78, .3),
    'siberian_husky': Breed((110, 115, 125), WHITE, (90, 95, 105), True, .68, .28)}


def write_dogs(path, rng) -> None:
    """Write the archive kaggle_dog_tiny.zip of toy pictures to `path`."""
    members, rows, names = {}, ['id,breed'], list(BREEDS)
    for part, count in (('train', NUM_TRAIN), ('test', NUM_TEST)):
        for i in range(count):
            name = names[i % len(names)]
            key = rng.bytes(16).hex()
            members[f'kaggle_dog_tiny/{part}/{key}.jpg'] = encoded(draw(name, rng),
                                                                   '.jpg')
            rows += [f'{key},{name}'] if part == 'train' else []
    members['kaggle_dog_tiny/labels.csv'] = '\n'.join(rows) + '\n'
    write_members(path, members)


def draw(name, rng):
    """A picture of a dog of that breed, uint8 (height, width, 3), RGB."""
    breed = BREEDS[name]
    height, width = rng.randint(SHORTEST, LONGEST + 1, 2)
    ground = [shade(GROUNDS[rng.randint(len(GROUNDS))], rng) for _ in range(2)]
    s = Sketch(height, width, ground, rng)
    coat, face, ears = (shade(color, rng, 15) for color in breed[:3])
    s.oval(0, 1.3, .8, .9, coat)  # shoulders
    for side in (-1, 1):
        if breed.pointed:
            s.polygon([(side * breed.width, -.2), (side * breed.width * .9, -1.05),
                       (side * .12, -.55)], ears)
    s.oval(0, 0, breed.width, .7, coat)
    s.oval(0, -.35, breed.muzzle / 2, .35, face)
    s.oval(0, .38, breed.muzzle, .3, face)
    for side in (-1, 1):
        if not breed.pointed:
            s.oval(side * (breed.width + .02), .1, .2, s.pick(.45, .6), ears)
        s.oval(side * .28, -.1, .1, .09, WHITE)
        s.oval(side * .28, -.1, .07, .08, BLACK)
    if s.pick(0, 1) < .5:
        s.oval(0, .66, .11, .18, TONGUE)
    s.oval(0, .25, .13, .09, (60, 50, 50) if face[0] < 60 else BLACK)
    s.line([(0, .32), (0, .5)], .03, BLACK)
    return s.pixels(noise=8)
