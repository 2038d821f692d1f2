"""pyproject.toml, the pinned versions, the wheel and the sdist."""
import importlib.metadata
import json
import os
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
PYTHONS = ('3.9', '3.10', '3.11', '3.12', '3.13', '3.14')
LINES = [line.partition(' #')[0]
         for line in (ROOT / 'scripts' / 'constraints.txt').read_text().splitlines()
         if not line.startswith('#')]

DONE_WITHOUT = {'autocfg', 'pyyaml', 'yacs'}  # though gluoncv asks for them
OPTUNAS_DATABASES = {'alembic', 'sqlalchemy'}  # a search is kept in a file
PACKAGING = ('setup.py', 'pyproject.toml', 'MANIFEST.in', 'LICENSE', 'README.md')


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


def project():
    """The table of pyproject.toml, by pip's own reader where Python has none."""
    tomllib = pytest.importorskip('tomllib' if sys.version_info >= (3, 11) else
                                  'pip._vendor.tomli')
    return tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))


# ---- versions


@pytest.mark.parametrize('python', PYTHONS)
def test_pinned_versions_satisfy_the_project(python):
    pinned = pins(python)
    table = project()['project']
    extras = table['optional-dependencies']
    seen = 0
    for requirement in map(Requirement, table['dependencies'] + extras['test']
                           + extras['torch'] + extras['onnx'] + extras['notebook']):
        marker = requirement.marker
        if requirement.name in DONE_WITHOUT:
            assert requirement.name not in pinned
        elif marker is None or marker.evaluate({'python_version': python}):
            assert pinned[canonical(requirement.name)] in requirement.specifier
            seen += 1
    assert seen > 10


def test_numpy_is_the_measured_one_of_each_python():
    assert [pins(python)['numpy'] for python in PYTHONS] == [
        '1.23.5'] * 3 + ['1.26.4'] + ['2.3.5'] * 2


def test_uv_takes_the_numpy_that_the_project_asks_for():
    table = project()
    asked = [line for line in table['project']['dependencies']
             if line.startswith('numpy')]
    overrides = table['tool']['uv']['override-dependencies']
    assert [line for line in overrides if line.startswith('numpy')] == asked
    # MXNet's own metadata forbids NumPy 2: pip takes MXNet where the two agree
    mxnet, = [Requirement(line) for line in table['project']['dependencies']
              if line.startswith('mxnet')]
    assert [mxnet.marker.evaluate({'python_version': python})
            for python in PYTHONS] == [True] * 4 + [False] * 2


def test_uv_leaves_out_what_gluoncv_does_without():
    overrides = map(Requirement, project()['tool']['uv']['override-dependencies'])
    left_out = {requirement.name for requirement in overrides if not any(
        requirement.marker.evaluate({'python_version': python}) for python in PYTHONS)}
    # one module cv2 is enough, the one that needs no graphics libraries
    assert left_out == DONE_WITHOUT | {'opencv-python'}


@pytest.mark.parametrize('version', [(3, 8), (3, 15)])
def test_an_unsupported_python_is_refused_at_once(version):
    done = subprocess.run(
        [sys.executable, '-c', 'import sys\nsys.path[:0] = [""]\n'
         f'sys.version_info = {(*version, 0)}\nsys.modules["setuptools"] = None\n'
         'exec(open("setup.py").read())'], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count('\n') == 1
    assert f'needs Python 3.9 to 3.14, this is {version[0]}.{version[1]}' in done.stderr


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
            assert {canonical(requirement.name) for requirement in needs} <= {
                *pinned, *DONE_WITHOUT, *OPTUNAS_DATABASES}
    assert seen > 10


# ---- the wheel


@pytest.fixture(scope='session')
def wheel(tmp_path_factory):
    """A wheel of this checkout, built from a copy."""
    folder = tmp_path_factory.mktemp('wheel')
    for name in ('d2lmx', 'chapters'):
        shutil.copytree(ROOT / name, folder / name,
                        ignore=shutil.ignore_patterns('__pycache__'))
    for name in PACKAGING:
        shutil.copy(ROOT / name, folder)
    done = subprocess.run(
        [sys.executable, '-m', 'pip', 'wheel', '--use-pep517', '--no-deps',
         '--wheel-dir', folder, folder], capture_output=True, text=True)
    if 'No matching distribution found for setuptools' in done.stderr:
        pytest.skip('needs setuptools, which pip could not fetch to build the wheel')
    assert done.returncode == 0, done.stderr
    return next(folder.glob('*.whl'))


@pytest.mark.slow
def test_the_wheel_says_whose_it_is_and_under_which_licence(wheel):
    files = zipfile.ZipFile(wheel)
    folder = f'd2lmx-{d2lmx.__version__}.dist-info'
    told = files.read(f'{folder}/METADATA').decode()
    assert 'License-Expression: Apache-2.0' in told and '# d2lmx' in told
    assert 'Apache License' in files.read(f'{folder}/licenses/LICENSE').decode()


@pytest.mark.slow
def test_the_wheel_holds_library_chapters_and_start_up_line(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    source = wheel.parent
    modules = {str(path.relative_to(source)) for path in source.glob('d2lmx/**/*.py')}
    sections = {f'd2lmx/{path.relative_to(source)}'
                for path in source.glob('chapters/*/*.py')}
    assert sections and modules | sections <= names
    pages = {str(path.relative_to(source)) for folder in ('templates', 'static')
             for path in source.glob(f'd2lmx/report/{folder}/*')}
    assert len(pages) >= 7 and pages <= names
    assert wheel.name.startswith(f'd2lmx-{d2lmx.__version__}-')
    assert 'd2lmx-mxnet.pth' in names  # at the top, where Python looks for it


@pytest.mark.slow
def test_installing_brings_book_and_start_up_line_and_uninstalling_leaves_nothing(
        wheel, tmp_path):
    venv = tmp_path / 'venv'
    subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
    python = venv / 'bin' / 'python'
    show = ('import sys; print([type(finder).__name__ for finder in sys.meta_path]'
            ".count('_PrepareFirst'))")

    def output(*words):
        # elsewhere: to pip, what `pip install .` left in a checkout is d2lmx, installed
        return subprocess.run([python, *words], check=True, capture_output=True,
                              text=True, cwd=tmp_path,
                              env={**os.environ, 'PYTHONPATH': ''})

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
