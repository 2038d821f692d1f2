"""Toy sentence pairs: English and French of one small grammar, in the real files' form.

A sentence is drawn as meaning (who does what to which thing) and then said in both
languages. So it has to be translated by words and by grammar: verbs agree with their
subject, articles and adjectives with the gender of what they go with.
"""
from .pairs import draw_pairs, joined, write_zip

__all__ = []

NUM_PAIRS = 2500
SPACE = '\u202f'  # what French typography has before ! and ?

# English subject, person in English (2: the bare verb), French subject, person, gender
SUBJECTS = [('I', 'Je', 0, 'm'), ('You', 'Tu', 1, 'm'), ('He', 'Il', 2, 'm'),
            ('She', 'Elle', 2, 'f'), ('Tom', 'Tom', 2, 'm'), ('Mary', 'Marie', 2, 'f'),
            ('We', 'Nous', 3, 'm'), ('They', 'Ils', 4, 'm')]
BE = ['am', 'are', 'is', 'are', 'are']
ETRE = ['suis', 'es', 'est', 'sommes', 'sont']
# English verb, its form for he and she, the French forms
VERBS = [('see', 'sees', 'vois vois voit voyons voient'),
         ('want', 'wants', 'veux veux veut voulons veulent'),
         ('take', 'takes', 'prends prends prend prenons prennent'),
         ('find', 'finds', 'trouve trouves trouve trouvons trouvent'),
         ('sell', 'sells', 'vends vends vend vendons vendent'),
         ('read', 'reads', 'lis lis lit lisons lisent')]
NOUNS = [('cat', 'chat', 'm'), ('dog', 'chien', 'm'), ('book', 'livre', 'm'),
         ('car', 'voiture', 'f'), ('house', 'maison', 'f'), ('door', 'porte', 'f'),
         ('letter', 'lettre', 'f'), ('bread', 'pain', 'm'), ('key', 'clé', 'f'),
         ('bed', 'lit', 'm')]
ARTICLES = [('the', {'m': 'le', 'f': 'la'}), ('a', {'m': 'un', 'f': 'une'}),
            ('my', {'m': 'mon', 'f': 'ma'}), ('your', {'m': 'ton', 'f': 'ta'}),
            ('this', {'m': 'ce', 'f': 'cette'})]
ADJECTIVES = [('calm', 'calme', 'calme'), ('lost', 'perdu', 'perdue'),
              ('big', 'grand', 'grande'), ('small', 'petit', 'petite'),
              ('tired', 'fatigué', 'fatiguée'), ('sad', 'triste', 'triste')]
COLOURS = [('red', 'rouge', 'rouge'), ('green', 'vert', 'verte'),
           ('black', 'noir', 'noire'), ('white', 'blanc', 'blanche')]
ORDERS = [('Go', 'Va'), ('Run', 'Cours'), ('Wait', 'Attends'), ('Stop', 'Arrête'),
          ('Sing', 'Chante'), ('Help', 'Aide'), ('Smile', 'Souris'),
          ('Look', 'Regarde')]
WHEN = [('now', 'maintenant'), ('today', "aujourd'hui"), ('here', 'ici'), ('', '')]


def write_toy(path, rng) -> None:
    """Write NUM_PAIRS different pairs, shortest English first, as a fra-eng.zip."""
    write_zip(path, 'fra-eng/fra.txt', draw_pairs(KINDS, NUM_PAIRS, rng))


def order(pick):
    """Wait now! -> Attends maintenant !"""
    (english, french), when = pick(ORDERS), pick(WHEN)
    mark = pick([('.', '.'), ('!', f'{SPACE}!')])
    return joined(english, when[0]) + mark[0], joined(french, when[1]) + mark[1]


def state(pick):
    """She is small. -> Elle est petite."""
    (english, french, person, gender), adjective = pick(SUBJECTS), pick(ADJECTIVES)
    plural = 's' if person > 2 else ''
    word = adjective[1 if gender == 'm' else 2]
    return (f'{english} {BE[person]} {adjective[0]}.',
            f'{french} {ETRE[person]} {word}{plural}.')


def action(pick):
    """He sees the red car. -> Il voit la voiture rouge."""
    (subject, sujet, person, _), when = pick(SUBJECTS), pick(WHEN)
    bare, third, forms = pick(VERBS)
    thing, chose = _thing(pick)
    return (joined(subject, third if person == 2 else bare, thing, when[0]) + '.',
            joined(sujet, forms.split()[person], chose, when[1]) + '.')


def question(pick):
    """Where is my key? -> Où est ma clé ?"""
    thing, chose = _thing(pick)
    return f'Where is {thing}?', f'Où est {chose}{SPACE}?'


KINDS = [(.1, order), (.2, state), (.35, question), (1, action)]  # cumulative shares


def _thing(pick):
    """A noun with its article and perhaps a colour, which in French stands behind."""
    (article, articles), (noun, nom, gender) = pick(ARTICLES), pick(NOUNS)
    colour = pick([*COLOURS, ('', '', '')])
    return (joined(article, colour[0], noun),
            joined(articles[gender], nom, colour[1 if gender == 'm' else 2]))
