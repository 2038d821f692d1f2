"""Toy articles in the form of WikiText-2: a title, and paragraphs of plain sentences.

An article has a subject, such as ships, from which all its sentences are made: so a
sentence tells whether another can follow it. In a sentence a verb belongs to its noun
and an adjective to its object, so that a word can be told from its neighbours.
"""
import zipfile

__all__ = []

NUM_ARTICLES, NUM_PARAGRAPHS = 100, 5  # paragraphs of each article
# nouns, each with its verb; adjectives, each with its object; places
SUBJECTS = {
    'Ships': ('captain commanded | destroyer attacked | fleet escorted '
              '| navy launched | sailor repaired',
              'armored cruiser | wooden frigate | sunken submarine | heavy convoy',
              'harbour coast strait'),
    'Songs': ('singer recorded | band performed | producer mixed | critic praised '
              '| label released', 'acoustic album | catchy chorus | live concert '
              '| electronic single', 'studio stage festival'),
    'Storms': ('hurricane flooded | cyclone damaged | wind destroyed | meteorologist '
               'tracked | rain soaked',
               'tropical island | coastal village | empty highway | fragile roof',
               'ocean bay peninsula'),
    'Birds': ('hawk hunted | owl watched | biologist studied | chick ate '
              '| swan guarded',
              'tiny insect | feathered nest | spotted egg | young mouse',
              'forest lake meadow'),
    'Games': ('player controlled | designer programmed | enemy chased | reviewer '
              'criticized | hero rescued', 'hidden level | magic sword | playable '
              'character | final boss', 'castle dungeon arcade'),
    'Kings': ('king ruled | bishop crowned | army besieged | duke inherited | queen '
              'founded', 'royal kingdom | rebel province | ancient abbey | loyal city',
              'palace border cathedral'),
    'Matches': ('striker scored | goalkeeper saved | coach planned | team won '
                '| referee stopped', 'late goal | decisive penalty | championship '
                'match | national cup', 'stadium league tournament'),
    'Stars': ('astronomer discovered | telescope observed | planet orbited | comet '
              'passed | satellite mapped', 'bright star | distant galaxy | rocky moon '
              '| dusty ring', 'sky observatory constellation'),
}
PATTERNS = (  # capitals stand for words of the subject, NUMBER for one of any article
    'The NOUN VERB the ADJECTIVE OBJECT near the PLACE',
    'In NUMBER the NOUN VERB the ADJECTIVE OBJECT',
    'At the PLACE , the NOUN VERB a <unk> OBJECT',
    'The ADJECTIVE OBJECT was well @-@ known in the PLACE',
)


def write_toy(path, rng) -> None:
    """Write a wikitext-2-v1.zip of NUM_ARTICLES articles to train on, and a few more.
    """
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for part, count in [('train', NUM_ARTICLES), ('valid', 8), ('test', 8)]:
            text = ''.join(article(rng) for _ in range(count))
            entry = zipfile.ZipInfo(f'wikitext-2/wiki.{part}.tokens')  # of a fixed date
            archive.writestr(entry, text.encode('utf-8'))


def article(rng) -> str:
    """Lines that begin and end with a space, as those of the real files do."""
    def pick(choices):
        return choices[rng.randint(len(choices))]

    title = pick(sorted(SUBJECTS))
    doers, objects, places = SUBJECTS[title]
    doers, objects = ([pair.split() for pair in words.split('|')]
                       for words in (doers, objects))

    def sentence():
        noun, verb = pick(doers)
        adjective, thing = pick(objects)
        words = {'NOUN': noun, 'VERB': verb, 'ADJECTIVE': adjective, 'OBJECT': thing,
                 'PLACE': pick(places.split()), 'NUMBER': str(1990 + rng.randint(10))}
        return ' '.join(words.get(word, word) for word in pick(PATTERNS).split())

    lines = ['', f' = {title} = ', '']
    for _ in range(NUM_PARAGRAPHS):
        sentences = [sentence() for _ in range(rng.randint(4, 9))]
        lines += [f' {" . ".join(sentences)} . ', '']
    return ''.join(f'{line or " "}\n' for line in lines)
