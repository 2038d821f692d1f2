"""Toy SNLI: pairs of sentences whose relation follows from their words.

A sentence says how many of whom do what where: "Two young men are running in a park .".
Each of these places has specific words, two of which exclude each other, and a general
word for all of them; some places may be empty. A premise implies a hypothesis that says
the same, says it in general, or leaves something out; it contradicts one with another
specific word in a place; and it leaves open what a hypothesis adds.
"""
import itertools
import zipfile

__all__ = []

RELATIONS = ['entailment', 'contradiction', 'neutral']
COUNTS = {'train': 8000, 'dev': 100, 'test': 1000}
UNDECIDED = .02  # share of pairs without a relation that most annotators agree on
COLUMNS = ('gold_label sentence1_binary_parse sentence2_binary_parse sentence1_parse '
           'sentence2_parse sentence1 sentence2 captionID pairID label1 label2 label3 '
           'label4 label5').split()

# of each place the groups (general word, specific words); an empty one may be left out
NUMBERS = [('Some', ['Two', 'Three', 'Four'])]
AGES = [('', ['young', 'old'])]
SUBJECTS = [('people', ['men', 'women', 'children']),
            ('animals', ['dogs', 'cats', 'horses'])]
ACTIONS = [('moving', ['running', 'walking', 'jumping']),
           ('resting', ['sleeping', 'sitting', 'lying'])]
PLACES = [('outdoors', ['park', 'street', 'field']),
          ('indoors', ['kitchen', 'shop', 'room'])]
SLOTS = [NUMBERS, AGES, SUBJECTS, ACTIONS, PLACES]
CAN_BE_EMPTY = [False, True, False, False, True]
# every word of a toy sentence
WORDS = [word for slot in SLOTS for general, specific in slot
         for word in [general, *specific] if word] + ['are', 'in', 'a', '.']


def write_toy(path, rng) -> None:
    """Write the archive snli_1.0.zip with as many pairs of each part as COUNTS.

    Stored as they are: compressed bytes differ between releases of zlib.
    """
    with zipfile.ZipFile(path, 'w') as archive:
        for part, count in COUNTS.items():
            lines = [COLUMNS, *(row(f'{part}{i}', rng) for i in range(count))]
            text = ''.join('\t'.join(line) + '\n' for line in lines)
            entry = zipfile.ZipInfo(f'snli_1.0/snli_1.0_{part}.txt')  # a fixed date
            archive.writestr(entry, text.encode('utf-8'))


def row(name, rng) -> list:
    """The columns of one pair."""
    relation = RELATIONS[rng.randint(3)]
    premise, hypothesis = draw_pair(relation, rng)
    is_undecided = rng.uniform() < UNDECIDED
    votes = (['entailment', 'entailment', 'neutral', 'neutral', 'contradiction']
             if is_undecided else [relation] * 5)
    trees = [tree(words) for words in (premise, hypothesis)]
    return ['-' if is_undecided else relation, *map(bracketed, trees),
            *(f'(ROOT {bracketed(part)})' for part in trees),
            *(' '.join(leaves(part)).replace(' .', '.') for part in trees),
            f'{name}.jpg#0', f'{name}.jpg#0r1{relation[0]}', *votes]


def draw_pair(relation, rng):
    """The words of two sentences of that relation, one a place; '' leaves it empty.

    One place decides: its two words have the relation. In all other places the
    premise's word implies the hypothesis's.
    """
    deciding = rng.randint(len(SLOTS))
    pairs = []
    for place, choices in enumerate(CHOICES):
        suitable = choices[relation if place == deciding else 'entailment']
        pairs.append(suitable[rng.randint(len(suitable))])
    return zip(*pairs)


def related(word, other, slot) -> str:
    """The relation of two words of a place, the first being the premise's."""
    if word == other or not other:
        return 'entailment'
    if not word:
        return 'neutral'
    general, others = (next(group[0] for group in slot if w in [group[0], *group[1]])
                       for w in (word, other))
    if general != others or general not in (word, other):
        return 'contradiction'
    return 'entailment' if other == general else 'neutral'


def choices(slot, can_be_empty) -> dict:
    """For each relation the pairs of words of a place that have it."""
    words = [word for general, specific in slot for word in [general, *specific]
             if word] + [''] * can_be_empty
    found = {relation: [] for relation in RELATIONS}
    for pair in itertools.product(words, words):
        found[related(*pair, slot)].append(pair)
    return found


CHOICES = [choices(*slot) for slot in zip(SLOTS, CAN_BE_EMPTY)]


def tree(words):
    """The binary tree of a sentence, tuples of two, from its words."""
    number, age, subject, action, place = words
    where = place if place.endswith('doors') else ('in', ('a', place))
    return ((number, (age, subject) if age else subject),
            (('are', (action, where) if place else action), '.'))


def bracketed(node) -> str:
    """A tree as SNLI writes it: ( ( Some people ) ( ( are moving ) . ) )."""
    return node if isinstance(node, str) else f'( {" ".join(map(bracketed, node))} )'


def leaves(node) -> list:
    """The words of a tree, in their order."""
    return [node] if isinstance(node, str) else [w for n in node for w in leaves(n)]
