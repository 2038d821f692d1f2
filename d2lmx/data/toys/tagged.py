"""Toy sentences with tagged names: of people, places and firms, which share words.

Only what stands around 'Jordan' tells which of the three it is; often that comes after
it. Other names are put together from two parts, so that most of those to be tested on
are new, and known by their ends.
"""

__all__ = []

NUM_SENTENCES = 2000
FIRST = ['Anna', 'Boris', 'Clara', 'David', 'Emma', 'Felix', 'Greta', 'Hugo', 'Irene',
         'Jonas', 'Karl', 'Lena']
SHARED = ['Jordan', 'Lincoln', 'Austin', 'Sydney', 'Florence', 'Carter', 'Chelsea',
          'Hamilton', 'Lorraine', 'Orlando', 'Regina', 'Vernon']
STEMS = ['Ab', 'Bar', 'Car', 'Dun', 'El', 'Far', 'Gar', 'Hel', 'Ing', 'Jar', 'Kel',
         'Lan', 'Mar', 'Nor', 'Ol', 'Pen', 'Quin', 'Ros', 'Sel', 'Tor', 'Ul', 'Ver',
         'Wal', 'Yar', 'Zan']
LINKS = ['', 'a', 'e', 'en', 'in', 'o', 'er', 'al']
# ends of made-up names, by which they are known
ENDS = {'PER': ['son', 'ski', 'ez', 'berger', 'ova'],
        'LOC': ['ville', 'burg', 'ford', 'stad', 'land'],
        'ORG': ['soft', 'tex', 'corp', 'chem', 'air']}
KINDS_OF_FIRM = ['Bank', 'Motors', 'Press', 'Works']
WHEN = ['', 'today', 'yesterday', 'in May', 'on Monday', 'for years', 'last week']
# sentences: a name where a kind stands, else words without one
SENTENCES = [
    'PER smiled WHEN .', 'PER was born in LOC .', 'PER sang WHEN and then left .',
    'LOC lies on the coast of LOC .', 'LOC has a harbour and LOC none .',
    'ORG hired 300 workers WHEN .', 'ORG sells its cars in LOC .',
    'the mayor of LOC met PER WHEN .', 'PER works for ORG in LOC .',
    'shares of ORG fell WHEN .', 'people in LOC were asleep WHEN .',
    'PER , a painter , moved to LOC .', 'LOC , a small country , is dry .',
    'ORG , a maker of shoes , was sold to ORG .', 'PER and PER left LOC WHEN .',
    'a spokesman for ORG said that PER would resign .', 'the bank closed WHEN .',
    'is LOC far from LOC ?', 'will PER come to LOC WHEN ?', 'Will ORG close WHEN ?',
    'May in LOC is warm .', 'Rose petals fell in LOC WHEN .', 'Will smiled WHEN .',
    'Rose was born in LOC .', 'May works for ORG .']
PEOPLE = ('Will smiled', 'Rose was', 'May works')  # where these words are names


def write_toy(path, rng) -> None:
    """Write NUM_SENTENCES different sentences: word, tab, tag; empty lines between."""
    def pick(choices):
        return choices[rng.randint(len(choices))]

    found = {}
    while len(found) < NUM_SENTENCES:
        rows = tuple(tagged(pick(SENTENCES), pick))
        found[rows] = '\n'.join('\t'.join(row) for row in rows)
    path.write_bytes(('\n\n'.join(found.values()) + '\n').encode('utf-8'))


def tagged(sentence, pick):
    """(word, tag) of each word of a sentence, names being drawn."""
    is_name = sentence.startswith(PEOPLE)
    for part in sentence.split():
        if part in ENDS:
            kind, words = part, NAMES[part](pick)
        else:
            kind = 'PER' if is_name else ''
            words = (pick(WHEN) if part == 'WHEN' else part).split()
        for i, word in enumerate(words):
            yield word, f'{"I" if i else "B"}-{kind}' if kind else 'O'
        is_name = False


def made_up(kind, pick):
    return pick(STEMS) + pick(LINKS) + pick(ENDS[kind])


def person(pick):
    """Jordan; Torenski; Anna Kelson; Anna Jordan."""
    last = pick([pick(SHARED), made_up('PER', pick)])
    return [pick(FIRST), last] if pick([True, False]) else [last]


def place(pick):
    """Jordan; Rosburg; New Rosburg."""
    town = pick([pick(SHARED), made_up('LOC', pick)])
    return ['New', town] if pick(range(6)) == 0 else [town]


def firm(pick):
    """Jordan; Jordan Motors; Kelsoft; Bank of Jordan."""
    return pick([lambda: [pick(SHARED)],
                 lambda: [made_up('ORG', pick)],
                 lambda: [pick(SHARED), pick(KINDS_OF_FIRM)],
                 lambda: ['Bank', 'of', pick([pick(SHARED), made_up('LOC', pick)])]])()


NAMES = {'PER': person, 'LOC': place, 'ORG': firm}
