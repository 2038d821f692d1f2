"""A toy Penn Treebank: lines about computers and about farms, in its own form.

A line takes its nouns, verbs and adjectives from one of the two trades, and all else
from words that both have. So a word tells which others stand around it, and words of a
trade get vectors that are near each other.
"""
import zipfile

__all__ = []

TRADES = {
    'computers': {
        'NOUN': 'chip microprocessor intel processor software computer workstation '
                'memory circuit laptop disk program keyboard screen network printer '
                'semiconductor motorola database machine modem mainframe desktop mips '
                'transistor server compiler monitor code cable'.split(),
        'VERB': 'computes stores encodes compiles processes transmits programs '
                'downloads prints displays copies scans calculates installs'.split(),
        'QUALITY': 'digital fast electronic portable compatible powerful advanced '
                   'magnetic automated wireless parallel binary optical'.split()},
    'farms': {
        'NOUN': 'wheat corn cattle soybean farmer crop grain harvest pork sugar cotton '
                'milk orchard barley rice sheep coffee tractor meadow field hog cocoa '
                'barn poultry seed pasture vineyard potato honey soil'.split(),
        'VERB': 'grows feeds plants gathers waters ripens sows grazes plows '
                'fertilizes mows picks shears breeds'.split(),
        'QUALITY': 'rural fresh organic fertile sweet dry seasonal agricultural wild '
                   'green ripe hungry muddy'.split()}}
CLAUSES = ('the QUALITY NOUN VERB the NOUN and the NOUN',
           'a NOUN of the <unk> VERB N QUALITY NOUN this year',
           'mr. <unk> said the NOUN VERB a QUALITY NOUN with the NOUN',
           'in the third quarter every NOUN VERB the QUALITY NOUN',
           "the NOUN 's QUALITY NOUN VERB and the NOUN VERB N N")
CLAUSES_A_LINE = 4
LINES = {'train': 4000, 'valid': 100, 'test': 100}


def write_toy(path, rng) -> None:
    """Write ptb.zip: ptb/ptb.train.txt, ptb/ptb.valid.txt and ptb/ptb.test.txt."""
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for part, count in LINES.items():
            entry = zipfile.ZipInfo(f'ptb/ptb.{part}.txt')  # its date is fixed
            archive.writestr(entry, ''.join(f' {line(rng)} \n' for _ in range(count)))


def line(rng) -> str:
    """Clauses of one trade."""
    trade = list(TRADES.values())[rng.randint(len(TRADES))]
    chosen = rng.randint(len(CLAUSES), size=CLAUSES_A_LINE)
    words = ' and '.join(CLAUSES[i] for i in chosen).split()
    return ' '.join(trade[word][int(draw * len(trade[word]))] if word in trade else word
                    for word, draw in zip(words, rng.uniform(size=len(words))))
