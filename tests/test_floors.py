"""Imports go down the floors, guests stay in their rooms, files and lines are short."""
import ast
from functools import lru_cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / 'd2lmx'
CHAPTERS = PACKAGE.parent / 'chapters'
# every room, a package or a module of d2lmx/, in the order of its floors: a file
# imports from rooms that stand before its own, and from no other
ROOMS = ('errors', 'version', 'compat', 'processor', 'hooks', 'context', 'files',
         'runtime', 'metrics', 'optim', 'data', 'layers', 'vision', 'viz', 'models',
         'train', 'book', 'export', 'testing', 'parity', 'companions', 'edition1',
         'diagnosis', 'pages', 'report', 'bench', 'distributed', 'commands', 'names')
# the same within data/: no kind of data knows another
KINDS = {'arrays': (), 'toys': (), **dict.fromkeys(('images', 'tables', 'text'),
                                                    ('arrays', 'toys'))}
# the rooms of guests that a plain installation may lack
GUESTS = {'torch': ('parity/', 'bench/'), 'safetensors': ('parity/',),
          'gluoncv': ('vision/gluoncv.py',),
          'onnx': ('export/onnx/',), 'onnxruntime': ('export/onnx/',),
          'IPython': ('viz/notebook.py',),
          'matplotlib_inline': ('viz/notebook.py', 'compat.py'),
          'jieba': ('data/text/vocab.py',), 'sacrebleu': ('metrics.py',),
          'nbformat': ('pages/notebooks.py',), 'optuna': ('pages/tuning.py',),
          'horovod': ('distributed/horovod.py',), 'psutil': ('distributed/horovod.py',)}
# who prints: a command, the books where they do, what shows a reader that it lives
PRINTS = ('commands/', 'book/', 'edition1/', 'runtime/timing.py', 'viz/animator.py')
MODULES = sorted(p for p in PACKAGE.rglob('*.py') if p.name != '__main__.py'
                 and p != PACKAGE / '__init__.py')
COMMANDS = sorted((PACKAGE / 'commands').glob('[a-z]*.py'))
SECTIONS = sorted(CHAPTERS.glob('ch*/s*.py'))
LONGEST_LINE, LONGEST_FUNCTION, LONGEST_MODULE = 88, 40, 300


def name_of(path):
    """Of a file of the library: 'data/text/vocab.py'."""
    return path.relative_to(PACKAGE).as_posix()


@lru_cache(maxsize=None)
def nodes_of(path):
    """All nodes of a file's code."""
    return list(ast.walk(ast.parse(path.read_text(encoding='utf-8'))))


@pytest.fixture(scope='module', autouse=True)
def forget():
    yield  # half a million nodes, which every full garbage collection would look at
    nodes_of.cache_clear()


@lru_cache(maxsize=None)
def imports(path):
    """(module as written, level, names) of every import statement in a file."""
    found = []
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found += [(alias.name, 0, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or '', node.level,
                          [alias.name for alias in node.names]))
    return found


def neighbours(path, folder):
    """What a file imports of a folder that it lies in, or below: files, or folders."""
    depth = len(path.relative_to(folder).parts)
    for module, level, names in imports(path):
        if level == depth:
            yield from [module.split('.')[0]] if module else names


def place_of(path, folder):
    """The file or folder, directly in a folder, that a file is or lies in."""
    return path.relative_to(folder).parts[0].removesuffix('.py')


def floor_of(room):
    assert room in ROOMS, (
        f'd2lmx/{room} has no floor: enter it in ROOMS of tests/test_floors.py, behind '
        'all that it imports and before all that import it')
    return ROOMS.index(room)


# ---- the order of rooms


def test_every_room_has_a_floor_of_its_own():
    rooms = {place_of(path, PACKAGE) for path in MODULES}
    for room in rooms:
        floor_of(room)
    assert len(ROOMS) == len(rooms)  # none is named twice, or gone


def test_a_room_without_a_floor_is_told_where_to_get_one():
    with pytest.raises(AssertionError, match='d2lmx/attic has no floor: enter it in '
                                             'ROOMS of tests/test_floors.py'):
        floor_of('attic')


def test_imports_go_down():
    up = [(name_of(path), there) for path in MODULES
          for here in [place_of(path, PACKAGE)] for there in neighbours(path, PACKAGE)
          if there != here and floor_of(there) >= floor_of(here)]
    assert up == []


def test_no_kind_of_data_imports_another():
    folder = PACKAGE / 'data'
    kinds = [path for path in folder.rglob('*.py') if path != folder / '__init__.py']
    assert len(kinds) > 40
    assert [(name_of(path), there) for path in kinds
            for here in [place_of(path, folder)] for there in neighbours(path, folder)
            if there not in (here, *KINDS[here])] == []


def test_no_command_imports_another():
    others = {path.stem for path in COMMANDS}
    found = {path.stem: others & set(neighbours(path, PACKAGE / 'commands'))
             for path in COMMANDS}
    # a worker is a run, by a process that trains together with others
    assert {name: there for name, there in found.items() if there} == {
        'worker': {'run'}}


# run as a file: importing the package in a server's role would serve at once
FILES = {PACKAGE / 'distributed/server.py'}


def test_modules_import_the_library_relatively():
    assert [name_of(path) for path in set(MODULES) - FILES
            if any(level == 0 and module.split('.')[0] == 'd2lmx'
                   for module, level, _ in imports(path))] == []


def test_optional_packages_stay_in_their_rooms():
    places = [(path.relative_to(PACKAGE.parent).as_posix(), module)
              for path in MODULES + SECTIONS for module, level, _ in imports(path)
              if level == 0 and module.split('.')[0] in GUESTS]
    assert {module.split('.')[0] for _, module in places} == set(GUESTS)
    assert [(place, module) for place, module in places if not place.startswith(tuple(
        f'd2lmx/{room}' for room in GUESTS[module.split('.')[0]]))] == []


def test_no_section_imports_another_or_the_insides_of_the_library():
    assert len(SECTIONS) > 100
    assert [(path.name, module) for path in SECTIONS
            for module, level, _ in imports(path)
            if level or module.split('.')[0] == 'chapters'
            or module.startswith('d2lmx.')] == []


def test_star_imports_stand_in_fronts_only():
    stars = [p for p in MODULES if any(names == ['*'] for _, _, names in imports(p))]
    assert all(p.name in ('__init__.py', 'names.py') for p in stars)


# ---- who prints, who sets a status


def places_of(found):
    """Names of the library's files with a node for which ``found(node)`` holds."""
    return {name_of(path) for path in MODULES if any(map(found, nodes_of(path)))}


def words(node):
    """All names in a piece of code, with or without a dot before them."""
    return {getattr(part, 'id', getattr(part, 'attr', None)) for part in ast.walk(node)}


def test_only_commands_and_the_books_print():
    printing = places_of(lambda node: isinstance(node, ast.Call)
                         and getattr(node.func, 'id', '') == 'print')
    assert printing and [place for place in printing
                         if not place.startswith(PRINTS)] == []


def catching(name):
    return places_of(lambda node: isinstance(node, ast.ExceptHandler) and node.type
                     and name in words(node.type))


def test_one_place_makes_a_status_of_what_a_reader_can_mend():
    # others say more of where it comes from, and raise it again
    assert catching('InputError') == {
        'commands/__init__.py', 'export/encoder_decoder.py', 'export/parameters.py',
        'pages/values.py', 'train/checkpoint.py'}
    # a table of many networks, or sections, goes on with the next
    assert catching('Unavailable') == {
        'bench/survey.py', 'commands/__init__.py', 'commands/compare.py',
        'pages/batch.py', 'pages/checks.py', 'pages/tuning.py'}


def test_only_commands_end_the_process_with_a_status():
    ending = places_of(lambda node: isinstance(node, ast.Call)
                       and words(node.func) & {'exit', '_exit', 'SystemExit'})
    # a parser of options ends it as argparse does
    assert ending == {'commands/__init__.py', 'commands/run.py', 'commands/worker.py',
                      'pages/options.py'}


# ---- lengths


def test_no_line_of_a_python_file_is_too_long():
    root = PACKAGE.parent
    files = [root / 'setup.py'] + [
        path for folder in ('chapters', 'd2lmx', 'scripts', 'tests')
        for path in sorted((root / folder).rglob('*.py'))]
    lines = [(path, number, len(line)) for path in files for number, line in enumerate(
        path.read_text(encoding='utf-8').splitlines(), start=1)]
    assert len(lines) > 10000
    assert [f'{path.relative_to(root)}:{number}' for path, number, length in lines
            if length > LONGEST_LINE] == []


def test_no_module_is_too_long():
    lengths = {name_of(path): len(path.read_text(encoding='utf-8').splitlines())
               for path in MODULES}
    assert {name: length for name, length in lengths.items()
            if length > LONGEST_MODULE} == {}


def length_of(function):
    """Lines of a function, without its docstring."""
    first = function.body[0]
    doc = (first.end_lineno - first.lineno + 1
           if ast.get_docstring(function) is not None else 0)
    return function.end_lineno - function.lineno + 1 - doc


def test_no_function_is_too_long():
    functions = [(f'{name_of(path)}: {node.name}', length_of(node))
                 for path in MODULES for node in nodes_of(path)
                 if isinstance(node, ast.FunctionDef)]
    assert len(functions) > 500
    assert [name for name, length in functions if length > LONGEST_FUNCTION] == []
