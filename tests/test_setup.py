"""setup.py, the pinned versions, and the wheel."""
import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import d2lmx
from d2lmx.pages.sections import sections

ROOT = Path(__file__).parent.parent
PYTHONS = ('3.9', '3.10', '3.11', '3.12')
LINES = [line.partition(' #')[0]
         for line in (ROOT / 'scripts' / 'constraints.txt').read_text().splitlines()
         if not line.startswith('#')]


def canonical(name):
    """A package's name as pip compares it; headless OpenCV stands for OpenCV."""
    name = re.sub(r'[-_.]+', '-', name).lower()
    return {'opencv-python-headless': 'opencv-python'}.get(name, name)


def pins(python):
    """{name: version} of the pinned packages on that Python."""
    found = {}
    for requirement in map(Requirement, LINES):
        marker = requirement.marker
        if marker is None or marker.evaluate({'python_version': python}):
            specifier, = requirement.specifier
            assert specifier.operator == '==', requirement
            assert canonical(requirement.name) not in found, requirement
            found[canonical(requirement.name)] = specifier.version
    return found


def setup_argument(name):
    """A literal argument of the call of setup() in setup.py."""
    tree = ast.parse((ROOT / 'setup.py').read_text())
    calls = [node for node in ast.walk(tree)
             if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'setup']
    return next(ast.literal_eval(keyword.value) for keyword in calls[0].keywords
                if keyword.arg == name)


# ---- versions


@pytest.mark.parametrize('python', PYTHONS)
def test_pinned_versions_satisfy_setup_py(python):
    pinned = pins(python)
    extras = setup_argument('extras_require')
    for line in setup_argument('install_requires') + [
            line for name in ('test', 'torch', 'gluoncv') for line in extras[name]]:
        requirement = Requirement(line)
        assert pinned[canonical(requirement.name)] in requirement.specifier


def test_numpy_is_the_measured_one_of_each_python():
    assert [pins(python)['numpy'] for python in PYTHONS] == ['1.23.5'] * 3 + ['1.26.4']


def test_what_a_pinned_package_asks_for_is_pinned_too():
    # nothing else is installed; packages of other versions here tell nothing
    pinned = pins('.'.join(map(str, sys.version_info[:2])))
    seen = 0
    for package in importlib.metadata.distributions():
        if pinned.get(canonical(package.metadata['Name'])) == package.version:
            seen += 1
            needs = [requirement
                     for requirement in map(Requirement, package.requires or [])
                     if requirement.marker is None
                     or requirement.marker.evaluate({'extra': ''})]
            assert {canonical(requirement.name) for requirement in needs} <= set(pinned)
    assert seen > 10


# ---- the wheel


@pytest.fixture(scope='session')
def wheel(tmp_path_factory):
    """A wheel of this checkout, built from a copy."""
    folder = tmp_path_factory.mktemp('wheel')
    for name in ('d2lmx', 'chapters'):
        shutil.copytree(ROOT / name, folder / name,
                        ignore=shutil.ignore_patterns('__pycache__'))
    shutil.copy(ROOT / 'setup.py', folder)
    done = subprocess.run(
        [sys.executable, '-m', 'pip', 'wheel', '--use-pep517', '--no-deps',
         '--wheel-dir', folder, folder], capture_output=True, text=True)
    if 'No matching distribution found for setuptools' in done.stderr:
        pytest.skip('needs setuptools, which pip could not fetch to build the wheel')
    assert done.returncode == 0, done.stderr
    return next(folder.glob('*.whl'))


def test_the_wheel_holds_library_chapters_and_start_up_line(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    source = wheel.parent
    modules = {str(path.relative_to(source)) for path in source.glob('d2lmx/**/*.py')}
    sections = {f'd2lmx/{path.relative_to(source)}'
                for path in source.glob('chapters/*/*.py')}
    assert sections and modules | sections <= names
    assert wheel.name.startswith(f'd2lmx-{d2lmx.__version__}-')
    assert 'd2lmx-mxnet.pth' in names  # at the top, where Python looks for it


def test_installing_brings_book_and_start_up_line_and_uninstalling_leaves_nothing(
        wheel, tmp_path):
    venv = tmp_path / 'venv'
    subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
    python = venv / 'bin' / 'python'
    show = ('import sys; print([type(finder).__name__ for finder in sys.meta_path]'
            ".count('_PrepareFirst'))")

    def output(*words):
        return subprocess.run([python, *words], check=True, capture_output=True,
                              text=True)

    output('-m', 'pip', 'install', '--no-deps', '--no-index', wheel)
    # without MXNet, which takes long to install, the book can be listed
    listed = subprocess.run([venv / 'bin' / 'd2lmx', 'list', '--json'], cwd=tmp_path,
                            check=True, capture_output=True, text=True, env={})
    assert [row['number'] for row in json.loads(listed.stdout)] == [
        section.number for section in sections()]
    assert output('-c', show).stdout == '1\n'
    output('-m', 'pip', 'uninstall', '--yes', 'd2lmx')
    done = output('-c', show)
    assert (done.stdout, done.stderr) == ('0\n', '')
    assert not list(venv.glob('lib/*/site-packages/d2lmx*'))
