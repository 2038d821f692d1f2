"""Toy film reviews in the layout of IMDb's archive, whose sentiment words explain.

A review is made of sentences: some say what anyone may, some give an opinion by an
adjective, perhaps under a negation that turns it round. It is positive where more of
its opinions are than not, so that single words tell less than words in their place.
"""
import gzip
import io
import tarfile

from . import MARK, MARK_TEXT

__all__ = []

COUNTS = {'train': 400, 'test': 100}  # of each sentiment
README = b'Toy film reviews, 1 for positive and 0 for negative ones.\n'
AGREEING = .85   # the share of opinions that are those of the review
NEGATED = .3     # of opinions under a negation
# words that the toy word vectors have, too
THINGS = ('movie film story acting cast music ending script director camera drama '
          'comedy').split()
GOOD = ('good great wonderful excellent brilliant superb beautiful charming funny '
        'moving clever lovely touching enjoyable delightful perfect').split()
BAD = ('bad terrible awful horrible boring dull poor stupid weak ugly annoying '
       'disappointing predictable tedious lame ridiculous').split()
OPINIONS = ('this {thing} is {no} so {word} .', 'the {thing} was {no} {word} .',
            'i found the {thing} {no} very {word} , i think .',
            'for me it is {no} a {word} {thing} !', 'but the {thing} is {no} {word} .')
FACTS = ('i saw it with my {friend} on {day} .', 'the {thing} is from {place} .',
         'it was made in {place} {years} years ago .',
         'there is a {thing} about a {friend} in {place} .<br /><br />',
         'my {friend} went to see the {thing} , too .',
         'the {thing} and the {thing} are by the same people .')
OTHERS = {'friend': 'friend brother sister mother father'.split(),
          'day': 'monday tuesday friday'.split(),
          'place': 'london paris rome france japan russia'.split(),
          'years': 'two three five ten'.split()}


def write_reviews(path, rng) -> None:
    """Write an archive like aclImdb_v1.tar.gz to `path`."""
    members = {'README': README, MARK: MARK_TEXT}
    for part, count in COUNTS.items():
        for label, folder in ((1, 'pos'), (0, 'neg')):
            for i in range(count):
                text, rating = draw_review(label, rng)
                members[f'{part}/{folder}/{i}_{rating}.txt'] = text.encode('ascii')
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode='w') as file:
        for name, content in members.items():
            member = tarfile.TarInfo(f'aclImdb/{name}')  # its date and owner are fixed
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    with open(path, 'wb') as file, gzip.GzipFile('', 'wb', 1, file, mtime=0) as packed:
        packed.write(archive.getvalue())


def draw_review(label: int, rng):
    """(text, rating from 1 to 10) of a review, positive where label is 1."""
    def pick(choices):
        return choices[rng.randint(len(choices))]

    count = pick((1, 3, 5))
    agree = [False]
    while 2 * sum(agree) <= count:
        agree = [rng.uniform() < AGREEING for _ in range(count)]
    sentences = [_opinion(label == 1 if right else label != 1, pick, rng)
                 for right in agree] + [_filled(pick(FACTS), pick)
                                        for _ in range(rng.randint(1, 5))]
    text = ' '.join(sentences[i] for i in rng.permutation(len(sentences)))
    surest = 10 if label else 1
    rating = surest + (count - sum(agree)) * (-1 if label else 1)
    return text, rating


def _opinion(is_good, pick, rng) -> str:
    negated = rng.uniform() < NEGATED
    word = pick(GOOD if is_good != negated else BAD)
    return _filled(pick(OPINIONS), pick, word=word, no='not' if negated else '')


def _filled(pattern, pick, **words) -> str:
    """A sentence with words in its places, drawn where they are not given."""
    drawn = {name: pick(choices) for name, choices in OTHERS.items()}
    while '{thing}' in pattern:
        pattern = pattern.replace('{thing}', pick(THINGS), 1)
    return ' '.join(pattern.format(**drawn, **words).split())
