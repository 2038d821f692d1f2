"""Imports go down the floors, heavy guests stay in their rooms, lines are short."""
import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / 'd2lmx'
CHAPTERS = PACKAGE.parent / 'chapters'
FLOORS = {
    'compat': 0, 'runtime': 0,
    'data': 1, 'layers': 1, 'vision': 1, 'viz': 1, 'optim': 1, 'metrics': 1,
    'train': 2, 'models': 2,
    'book': 3, 'export': 3, 'testing': 3, 'parity': 3,
    'sections': 4, 'options': 4, 'results': 4, 'runner': 4, 'doctor': 4, 'datatool': 4,
    'bench': 4, 'bench_epochs': 4, 'bench_sequences': 4, 'comparing': 4,
    'networks': 4, 'artefacts': 4, 'cli': 4, 'quantizing': 4, 'translating': 4,
    'distributed': 4, 'gpus': 4,
}
SAME_FLOOR = {('testing', 'export'), ('parity', 'export')}
# the rooms of guests that a plain installation may lack
GUESTS = {'torch': ('parity',), 'gluoncv': ('parity',), 'IPython': ('viz/notebook.py',),
          'matplotlib_inline': ('viz/notebook.py',), 'safetensors': ('parity',),
          'onnx': ('export/',), 'onnxruntime': ('export/',),
          'jieba': ('data/vocab.py',), 'sacrebleu': ('metrics.py',),
          'horovod': ('distributed/horovod.py',)}
MODULES = sorted(p for p in PACKAGE.rglob('*.py') if p.name != '__main__.py'
                 and p != PACKAGE / '__init__.py')
SECTIONS = sorted(CHAPTERS.glob('ch*/s*.py'))
LONGEST_LINE = 88


def room(path):
    """The package, or the module, at the top of d2lmx/ that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix('.py')


def imports(path):
    """(module as written, level, names) of every import statement in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or '', node.level, [alias.name for alias in node.names]


def rooms_imported(path):
    """The rooms of d2lmx/ that a file imports, by its relative imports."""
    depth = len(path.relative_to(PACKAGE).parts)
    for module, level, names in imports(path):
        if level and level == depth:
            yield from [module.split('.')[0]] if module else names


@pytest.mark.parametrize('path', MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    here = room(path)
    for there in rooms_imported(path):
        if there in (here, '__version__'):
            continue
        below = FLOORS[there] < FLOORS[here]
        same_floor_allowed = (here, there) in SAME_FLOOR or FLOORS[here] in (0, 4)
        assert below or (FLOORS[there] == FLOORS[here] and same_floor_allowed), (
            f'{here} (floor {FLOORS[here]}) imports {there} (floor {FLOORS[there]})')


# run as a file: importing the package in a server's role would serve at once
FILES = {PACKAGE / 'distributed/server.py'}


@pytest.mark.parametrize('path', sorted(set(MODULES) - FILES),
                         ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_import_the_library_relatively(path):
    assert not [m for m, level, _ in imports(path)
                if level == 0 and m.split('.')[0] == 'd2lmx']


@pytest.mark.parametrize('path', MODULES + SECTIONS, ids=lambda p: p.stem)
def test_optional_packages_stay_in_their_rooms(path):
    place = path.relative_to(PACKAGE.parent).as_posix()
    for module, level, _ in imports(path):
        allowed = GUESTS.get(module.split('.')[0]) if level == 0 else None
        assert allowed is None or place.startswith(
            tuple(f'd2lmx/{room}' for room in allowed)), f'{place} imports {module}'


@pytest.mark.parametrize('path', SECTIONS, ids=lambda p: p.stem)
def test_no_section_imports_another_or_the_insides_of_the_library(path):
    for module, level, _ in imports(path):
        assert level == 0 and module.split('.')[0] != 'chapters'
        assert module == 'd2lmx' or not module.startswith('d2lmx.')


def test_star_imports_stand_in_package_fronts_only():
    stars = [p for p in MODULES if any(names == ['*'] for _, _, names in imports(p))]
    assert all(p.name == '__init__.py' for p in stars)


def test_no_line_of_a_python_file_is_too_long():
    root = PACKAGE.parent
    files = [root / 'setup.py'] + [
        path for folder in ('chapters', 'd2lmx', 'scripts', 'tests')
        for path in sorted((root / folder).rglob('*.py'))]
    lines = [(f'{path.relative_to(root)}:{number}', len(line)) for path in files
             for number, line in enumerate(
                 path.read_text(encoding='utf-8').splitlines(), start=1)]
    assert len(lines) > 10000
    assert [place for place, length in lines if length > LONGEST_LINE] == []
