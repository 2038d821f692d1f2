"""Documentation (查阅文档)

Source: chapter_preliminaries/lookup-api
"""
import pydoc

from mxnet import np

import d2lmx as d2l

SMOKE = dict()


def public_names(module):
    """The names of a module that are meant for its users."""
    return [name for name in dir(module) if not name.startswith('_')]


def help_text(thing, num_lines):
    """The first lines of what ``help(thing)`` prints."""
    text = pydoc.render_doc(thing, title='Help on %s', renderer=pydoc.plaintext)
    return '\n'.join(text.splitlines()[:num_lines])


def run(*, num_lines: int = 20) -> dict:
    return {'dir(np.random)': public_names(np.random),
            'help(np.ones)': help_text(np.ones, num_lines),
            'np.ones(4)': np.ones(4).tolist()}


if __name__ == '__main__':
    d2l.main(run)
