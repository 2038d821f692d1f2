"""Toy word vectors in which classes of words and their relations hold by construction.

A word's vector is its class's direction and one of its own, so that words are nearest
to their own class; and of a pair like man and woman the second is the first, moved the
way in which its relation moves all pairs. Add words to CLASSES, and pairs to RELATIONS:
a word may stand once.
"""
from .pairs import write_zip

__all__ = []

SHARES = .8, .6, .7  # how long directions are: of a class, of a word, of a relation
DIGITS = 5           # after the point, in the files

# of these classes the words are like each other
CLASSES = {
    'grammar': '''the , . of to and in a " 's for - that on is was said with he as it by
        at from his an have has but were are be this they their not which been or will
        one we more who would her had i up when there some all out if about its also
        after so no him she my your you me our us them what can could than then just
        very too only even how where why because into over such other any''',
    'praise': '''great wonderful excellent brilliant superb beautiful
        lovely gorgeous charming funny touching enjoyable delightful masterpiece
        perfect amazing moving love loved enjoyed clever fascinating warm
        gripping favorite memorable recommend''',
    'blame': '''terrible awful horrible boring dull poor stupid waste mess ugly weak
        annoying disappointing predictable tedious lame hate hated failed bland
        worthless ridiculous unfunny painful avoid clumsy flat''',
    'film': '''movie film story plot actor actress director scene scenes acting script
        character characters comedy drama cast screen audience ending movies films
        music camera performance''',
    'computing': '''chip chips intel electronics computer computers software hardware
        processor microprocessor memory semiconductor machine internet data network
        program device''',
    'babies': 'baby babies infant toddler newborn twin twins birth pregnant',
    'family': '''child children kid kids people person parents family friend friends
        couple someone group crowd men women''',
    'animals': '''dog dogs cat cats horse horses bird birds fish cow sheep animal
        animals''',
    'food': '''food bread apple cake pizza coffee tea water rice soup lunch dinner
        breakfast beer wine meal''',
    'places': '''house street park beach city town room kitchen garden school shop
        market road bridge field forest river mountain outside inside outdoors indoors
        building restaurant station''',
    'clothes': '''shirt hat coat dress shoes jacket pants glasses red blue green black
        white yellow orange brown''',
    'doing': '''running walking sitting standing sleeping eating playing jumping riding
        talking reading cooking singing dancing swimming working driving smiling holding
        wearing looking waiting''',
    'sport': '''ball game football soccer tennis basketball team player players match
        race bike bicycle guitar swing''',
    'trade': '''stock stocks share shares price prices bank banks company
        companies trade trading money dollars million billion percent sales profit''',
    'numbers': 'two three four five six seven eight nine ten hundred thousand zero',
    'time': '''day days week month year years morning evening night today yesterday
        tomorrow monday tuesday friday january june december''',
}
# of each relation, pairs whose words differ in the same way
RELATIONS = {
    'woman': '''man woman son daughter king queen boy girl father mother brother sister
        uncle aunt husband wife prince princess''',
    'country': '''beijing china tokyo japan paris france berlin germany rome italy
        madrid spain moscow russia london england athens greece ottawa canada''',
    'most': '''bad worst big biggest good best small smallest large largest fast fastest
        strong strongest high highest low lowest old oldest young youngest long
        longest''',
    'past': '''do did go went see saw take took make made give gave come came know knew
        say says think thought find found run ran get got''',
}


def vectors(size: int, rng):
    """(words, vectors): a list, and an array (words, size) with DIGITS digits."""
    def direction():
        return rng.uniform(-1, 1, size) / (size / 3) ** .5  # about 1 long

    whole, own, moved = SHARES
    table = {}
    for text in CLASSES.values():
        center = whole * direction()
        for word in text.split():
            table[word] = center + own * direction()
    for text in RELATIONS.values():
        words, center, way = text.split(), whole * direction(), moved * direction()
        for first, second in zip(words[::2], words[1::2]):
            table[first] = center + own * direction()
            table[second] = table[first] + way + .2 * direction()
    return list(table), [vector.round(DIGITS) for vector in table.values()]


def write_toy(path, rng, name: str, size: int, header: bool = False) -> None:
    """Write a zip archive of NAME/vec.txt: a word and `size` numbers on each line.

    header: first a line with the numbers of words and of numbers, and a space at the
    end of each line, as fastText's files have.
    """
    words, rows = vectors(size, rng)
    end = ' ' if header else ''
    lines = [f'{len(words)} {size}'] if header else []
    lines += [f'{word} {" ".join(f"{x:.{DIGITS}f}" for x in row)}{end}'
              for word, row in zip(words, rows)]
    write_zip(path, f'{name}/vec.txt', [(line,) for line in lines])
