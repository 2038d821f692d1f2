"""The anatomy of a section: a check a rule, whose message says what to write."""
import ast
import inspect

import pytest

from d2lmx import DATA_HUB
from d2lmx.errors import InputError
from d2lmx.pages import options, sections

LAST_LINES = "if __name__ == '__main__':\n    d2l.main(run)"


def tree_of(section):
    return ast.parse(section.path.read_text(encoding='utf-8'))


def check_title(section):
    """The docstring's first line is the title, with the Chinese one in brackets:
    Dropout, inverted (反向随机失活)"""
    return bool(section.title and section.title_zh)


def check_source(section):
    """A line of the docstring names the page or course: `Source: chapter_FOLDER/PAGE`
    for a page of the book, any other words for what the book does not have"""
    lines = (ast.get_docstring(tree_of(section)) or '').splitlines()
    sources = [line[8:].strip() for line in lines if line.startswith('Source: ')]
    of_the_book = int(section.number.partition('.')[0]) < 20
    return len(sources) == 1 and (sources[0].startswith('chapter_') or not of_the_book)


def check_data(section):
    """DATA names files of the catalogue, as `d2lmx data list` shows them"""
    return set(section.data) <= set(DATA_HUB)


def check_last_lines(section):
    """The last two lines are: if __name__ == '__main__': d2l.main(run)"""
    return ast.unparse(tree_of(section).body[-1]) == LAST_LINES


def check_run(section):
    """run has keyword-only arguments, each with a type and the page's value:
    def run(*, num_epochs: int = 10) -> dict"""
    run = getattr(sections.load(section), 'run', None)
    if run is None:
        return False
    options.hyperparameters(run)  # an InputError says which argument lacks what
    return all(parameter.kind is parameter.KEYWORD_ONLY
               for parameter in inspect.signature(run).parameters.values())


def check_smoke(section):
    """SMOKE is a dict of run's arguments that make a run of seconds:
    SMOKE = dict(num_epochs=1)"""
    module = sections.load(section)
    smoke = options.smoke_options(module)
    return isinstance(smoke, dict) and (
        set(smoke) <= set(options.hyperparameters(module.run)))


def check_network(section):
    """A section with build_net(...) has example_inputs(batch_size=2) beside it, and
    the other way round"""
    module = sections.load(section)
    return hasattr(module, 'build_net') == hasattr(module, 'example_inputs')


def check_compiling(section):
    """No argument hybridize, and no call of it on a network that is trained: the step
    compiles, and --no-hybridize is the runner's"""
    if section.number == '12.1':  # which is about it
        return True
    calls = [ast.unparse(node.func.value) for node in ast.walk(tree_of(section))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
             and node.func.attr == 'hybridize']
    run = sections.load(section).run
    return 'hybridize' not in inspect.signature(run).parameters and (
        not any('net' in name for name in calls))


CHECKS = [value for name, value in list(globals().items()) if name.startswith('check_')]


def broken(check, section) -> str:
    """'' where a section keeps a rule, else the rule and what is wrong."""
    try:
        kept, why = check(section), ''
    except (InputError, AttributeError) as error:
        kept, why = False, f' ({error})'
    rule = ' '.join(check.__doc__.split())
    return '' if kept else f'{section.path.name} breaks a rule: {rule}{why}'


@pytest.mark.parametrize('check', CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize('section', sections.sections(), ids=lambda s: s.slug)
def test_section_keeps(section, check):
    assert not (message := broken(check, section)), message


def test_a_number_belongs_to_one_section():
    numbers = [section.number for section in sections.sections()]
    assert [n for n in numbers if numbers.count(n) > 1] == [], (
        'two files have one number: the path gives it, ch20_.../s03_NAME.py is 20.3')


GOOD = '''"""Mine (我的)

Source: a course, week 1
"""
import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict(num_epochs=1)


def build_net():
    pass


def example_inputs(batch_size=2):
    pass


def run(*, num_epochs: int = 10) -> dict:
    return {}


if __name__ == '__main__':
    d2l.main(run)
'''


def own_section(tmp_path, text):
    folder = tmp_path / 'ch20_companions'
    folder.mkdir()
    (folder / 's03_mine.py').write_text(text, encoding='utf-8')
    return sections.read_section(folder / 's03_mine.py')


@pytest.mark.parametrize('check', CHECKS, ids=lambda c: c.__name__)
def test_a_section_as_the_documents_say_keeps_every_rule(tmp_path, check):
    assert broken(check, own_section(tmp_path, GOOD)) == ''


@pytest.mark.parametrize('check,old,new,told', [
    (check_title, ' (我的)', '', 'the Chinese one in brackets'),
    (check_source, 'Source: ', 'From ', 'names the page or course'),
    (check_data, 'time_machine', 'time_machin', 'd2lmx data list'),
    (check_last_lines, "    d2l.main(run)\n", "    run()\n", 'd2l.main(run)'),
    (check_run, '*, num_epochs', 'num_epochs', 'keyword-only'),
    (check_run, ': int = 10', ' = 10',
     "run's argument 'num_epochs' becomes the option --num-epochs: write its type"),
    (check_run, ': int = 10', ': int', 'its type and its default'),
    (check_run, 'def run(', 'def walk(', 'def run(*, num_epochs: int = 10)'),
    (check_smoke, 'SMOKE = dict(num_epochs=1)\n', '', 'SMOKE = dict(num_epochs=1)'),
    (check_smoke, 'dict(num_epochs=1)', 'dict(epochs=1)', "a dict of run's arguments"),
    (check_network, 'def example_inputs', 'def inputs', 'example_inputs(batch_size=2)'),
    (check_compiling, '10)', '10, hybridize: bool = True)', '--no-hybridize'),
    (check_compiling, 'return {}', 'build_net().hybridize()', '--no-hybridize')],
    ids=lambda value: value.__name__ if callable(value) else '')
def test_a_broken_rule_is_one_line_that_says_what_to_write(tmp_path, check, old, new,
                                                           told):
    assert old in GOOD
    message = broken(check, own_section(tmp_path, GOOD.replace(old, new)))
    assert message.startswith('s03_mine.py breaks a rule: ') and told in message
    assert '\n' not in message
