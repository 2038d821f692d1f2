"""What the book's side has for a page: its titles, printed numbers and network."""
import re
from dataclasses import dataclass
from itertools import groupby

from ..pages import sections
from ..pages.networks import section_network
from ..pages.options import flag, hyperparameters
from ..pages.printed import beside_the_book
from ..pages.printed import pages as printed_pages
from ..pages.results import number_text
from ..viz.summaries import in_words, summary

TITLES = {
    2: ('Preliminaries', '预备知识'),
    3: ('Linear neural networks', '线性神经网络'),
    4: ('Multilayer perceptrons', '多层感知机'),
    5: ('Deep learning computation', '深度学习计算'),
    6: ('Convolutional neural networks', '卷积神经网络'),
    7: ('Modern convolutional neural networks', '现代卷积神经网络'),
    8: ('Recurrent neural networks', '循环神经网络'),
    9: ('Modern recurrent neural networks', '现代循环神经网络'),
    10: ('Attention mechanisms', '注意力机制'),
    11: ('Optimization algorithms', '优化算法'),
    12: ('Computational performance', '计算性能'),
    13: ('Computer vision', '计算机视觉'),
    14: ('Natural language processing: pretraining', '自然语言处理：预训练'),
    15: ('Natural language processing: applications', '自然语言处理：应用'),
    16: ('Recommender systems', '推荐系统'),
    17: ('Generative adversarial networks', '生成对抗网络'),
    18: ('Appendix: mathematics for deep learning', '附录：深度学习中的数学'),
    20: ('Companions', '书外的补充'),
    21: ('A course in pictures', '一门课程的二十二张图'),
    22: ('Techniques beside the book', '书外的技术'),
    23: ('The algorithms of Deep Learning', '《深度学习》中的算法'),
}


@dataclass(frozen=True)
class BookSide:
    """Of a section: what its page prints, its options' defaults, its network."""

    printed: tuple = ()   # (options in words, [(name, printed, lowest, highest)])
    defaults: tuple = ()  # (option, default)
    network: str = ''     # its title; '' where there is none
    layers: tuple = ()    # (layer, output shape, parameters), the last row the total
    trouble: str = ''     # why there is nothing


def by_chapter(entries) -> list:
    """(number, English title, Chinese title, entries) of each chapter, in order."""
    grouped = groupby(entries, lambda entry: entry.number.partition('.')[0])
    chapters = [(number, list(part)) for number, part in grouped]
    return [(number, *titles_of(number, of_chapter), of_chapter)
            for number, of_chapter in chapters]


def titles_of(number: str, entries) -> tuple:
    """A chapter's, in English and Chinese; a new one's from its folder's name."""
    if not number:
        return 'Beside the book', '书外'
    words = re.sub(r'ch\d+_', '', entries[0].section.path.parent.name)
    return TITLES.get(int(number), (words.replace('_', ' ').capitalize(), ''))


def book_side(section) -> BookSide:
    """What a section's file says, which is imported; a broken one hides no other."""
    try:
        module, network = sections.load(section), section_network(section)
        rows = (summary(network.build_net(), *network.example_inputs(1)) if network
                else ())
        return BookSide(
            tuple((in_words_of(changed), [(name, *bounds) for name, bounds
                                          in numbers.items()])
                  for changed, numbers in getattr(module, 'PRINTED', ())),
            tuple((name, default) for name, (_, default)
                  in hyperparameters(module.run).items()),
            network.title if network else '',
            tuple((name, in_words(shape), f'{count:,}') for name, shape, count in rows))
    except Exception as error:  # the file is a reader's to edit
        return BookSide(trouble=f'{type(error).__name__}: {error}'.partition('\n')[0])


def judged(section, book: BookSide, run: dict) -> dict:
    """A run's record with the book's numbers beside it by the ranges of today.

    A run of other options than the section has today, by names, is of another version:
    it keeps what it said itself.
    """
    if book.trouble or set(run['options']) != set(dict(book.defaults)):
        return run
    return {**run, 'book': beside_the_book(sections.load(section), run['options'],
                                           run['data'], run['result'])}


def other_runs(section, book: BookSide, run, others) -> list:
    """(what was run, {'numbers': rows}) of runs with other options or seeds.

    run, others: records as of `judged`, the first or None. Only what is compared with
    the book is told; of a lottery, whose seeds are all there, what is so over them.
    """
    found = [(named(book, record), record['book']) for record in others
             if 'numbers' in (record['book'] or {})]
    for page in [] if book.trouble else printed_pages(sections.load(section)):
        results = {record['seed']: record['result'] for record in [run, *others]
                   if record and record['options'] == page.options
                   and 'numbers' in (record['book'] or {})}
        seeds = range(page.num_seeds)
        if page.over_seeds and set(seeds) <= set(results):
            rows = page.compare_over_seeds([results[seed] for seed in seeds])
            of = ' of '.join(filter(None, ['all seeds', in_words_of(page.changed)]))
            found.append((of, {'numbers': rows}))
    return found


def named(book: BookSide, run) -> str:
    """A run's options that are not the section's defaults, and its seed."""
    usual = dict(book.defaults)
    changed = {name: value for name, value in run['options'].items()
               if usual.get(name, value) != value}
    return in_words_of({**changed, **({'seed': run['seed']} if run['seed'] else {})})


def in_words_of(changed: dict) -> str:
    """Options that differ from the defaults, as one writes them; '' for none."""
    return ' '.join(f'{flag(name)} {number_text(value)}'
                    for name, value in changed.items())
