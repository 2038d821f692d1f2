"""Chinese to English, by what `d2lmx run translator` trained."""
import sys
from pathlib import Path

from ..errors import InputError
from ..pages.options import number
from . import complain


def options(parser):
    parser.add_argument('sentences', nargs='*', metavar='SENTENCE',
                        help='none: the lines of standard input')
    parser.add_argument('--model', type=Path, metavar='DIR',
                        default=Path('results/20.01_translator/model'),
                        help='the folder `model` of a run (default: %(default)s)')
    parser.add_argument('--beam-size', type=number('beam_size', int, 4), default=4,
                        help='1: greedy search (default: 4)')
    parser.add_argument('--length-penalty', default=0.75,
                        type=number('length_penalty', float, 0.75),
                        help='more prefers longer sentences (default: 0.75)')


def obey(args):
    """A line of English for each sentence; remarks go to standard error."""
    from ..companions.translator import load_translator
    sentences = args.sentences or [line.rstrip('\n') for line in sys.stdin]
    translator = load_translator(args.model)
    if not sentences:
        raise InputError('there is nothing to translate: give sentences as arguments, '
                         'or as lines of standard input')
    for sentence in sentences:
        for remark in translator.remarks(sentence):
            complain(_shown(remark))
    for english in translator.translate(sentences, args.beam_size, args.length_penalty):
        print(_shown(english))


def _shown(text):
    """Text without what would steer a terminal: a model may come from a friend."""
    return ''.join(c if c.isprintable() else '\N{REPLACEMENT CHARACTER}' for c in text)
