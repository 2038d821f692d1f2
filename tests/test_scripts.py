"""The scripts: which Python they take, and the environment that they make."""
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent


# ---- finding a Python


@pytest.fixture
def scripts(tmp_path):
    """A checkout's scripts, in a path with a space; their Python part does nothing."""
    folder = tmp_path / 'a checkout' / 'scripts'
    shutil.copytree(ROOT / 'scripts', folder)
    (folder / '_environment.py').write_text('')
    return folder


def fake(folder, name, body):
    """An executable shell script."""
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\n{body}\n')
    path.chmod(0o755)
    return path


def find(scripts, **pythons):
    """Run _environment where only these commands exist, given as shell text."""
    commands = scripts.parent / 'bin'
    for name in ('dirname', 'sh'):
        fake(commands, name, f'exec {shutil.which(name)} "$@"')
    for name, body in pythons.items():
        fake(commands, name.replace('_', '.'), body)
    environment = {'PATH': str(commands), 'HOME': str(scripts)}
    return subprocess.run(['/bin/sh', scripts / '_environment'], capture_output=True,
                          text=True, env=environment)


TELL = 'case "$1" in -c) exit 0;; esac; echo "{} $*" >&2'


def test_the_newest_python_that_runs_is_taken(scripts):
    done = find(scripts, python3_12='exit 127', python3_11=TELL.format('eleven'),
                python3=TELL.format('default'))
    venv = scripts.parent / '.venv'
    assert done.stderr == f'eleven {scripts}/_environment.py {venv}\n'
    assert (done.returncode, done.stdout) == (0, f'{venv}/bin/python\n')


def test_a_relative_environment_folder_is_taken_from_where_the_caller_is(
        scripts, tmp_path):
    python = fake(scripts.parent / 'bin', 'python3', TELL.format('ran'))
    done = subprocess.run(
        [scripts / '_environment'], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, 'D2LMX_PYTHON': str(python), 'D2LMX_VENV': 'here'})
    assert done.stdout == f'{tmp_path}/here/bin/python\n'


def test_an_unsupported_python_is_passed_over(scripts):
    done = find(scripts, python3='exit 3', python=TELL.format('last'))
    assert done.stderr.startswith('last ')


def test_without_a_python_the_message_says_which_serve(scripts):
    done = find(scripts, python3='exit 3')
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr.count('\n') == 1 and '3.9 to 3.14' in done.stderr


def test_a_python_without_venv_is_told_from_none(scripts):
    done = find(scripts, python3_11='exit 4')
    assert done.returncode == 1
    assert 'python3.11' in done.stderr and 'apt-get install python3-venv' in done.stderr


def test_uv_serves_where_no_python_does(scripts):
    python = fake(scripts.parent / 'uv pythons', 'python3.11', TELL.format('from uv'))
    done = find(scripts, uv=f'case "$*" in *3.11) echo "{python}";; *) exit 2;; esac')
    assert done.returncode == 0 and done.stderr.startswith('from uv ')


def test_a_failing_set_up_ends_the_scripts_with_status_1(scripts):
    body = 'case "$1" in -c) exit 0;; esac; exit 1'
    done = find(scripts, python3=body)
    assert (done.returncode, done.stdout) == (1, '')


def test_the_python_that_the_user_names_must_serve(scripts):
    done = subprocess.run([scripts / 'run', 'lenet'], capture_output=True, text=True,
                          env={**os.environ, 'D2LMX_PYTHON': '/no/python'})
    assert done.returncode == 1
    assert 'D2LMX_PYTHON=/no/python does not serve' in done.stderr


def test_run_without_a_section_is_wrong_usage():
    done = subprocess.run([ROOT / 'scripts' / 'run'], capture_output=True, text=True)
    assert done.returncode == 2 and 'usage: scripts/run SECTION' in done.stderr


@pytest.mark.parametrize('given,passed', [
    ('', '-n auto'), ('--torch -x tests', '-n auto -x tests'),
    ('-n 0', '-n auto -n 0'),  # of two the last counts
    ('-p no:xdist tests', '-p no:xdist tests')])
def test_tests_run_side_by_side_unless_the_user_says_otherwise(scripts, given, passed):
    fake(scripts.parent / 'venv' / 'bin', 'python',
         'case "$*" in *_environment.py*) ;; *) echo "$*" ;; esac')
    done = subprocess.run([scripts / 'test', *given.split()], capture_output=True,
                          text=True, env={**os.environ, 'D2LMX_PYTHON': '',
                                          'D2LMX_VENV': str(scripts.parent / 'venv')})
    assert done.stdout == f'-m pytest {passed}\n', done.stderr


# ---- the environment


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """The module _environment.py, whose commands are recorded, not run."""
    module = runpy.run_path(str(ROOT / 'scripts' / '_environment.py'))
    commands = []

    def run(command):
        words = list(map(str, command))
        commands.append(words)
        if words[1:3] == ['-m', 'venv']:
            (Path(words[3]) / 'bin').mkdir()
            (Path(words[3]) / 'bin' / 'python').symlink_to(sys.executable)
            (Path(words[3]) / 'lib' / 'python3' / 'site-packages').mkdir(parents=True)
        failing = 'pip' in words and module['set_up'].__globals__.get('pip_fails')
        return SimpleNamespace(returncode=int(bool(failing)))

    variables = module['set_up'].__globals__
    variables['subprocess'] = SimpleNamespace(run=run)
    return SimpleNamespace(
        commands=commands, variables=variables, venv=tmp_path / 'venv',
        set_up=variables['set_up'], is_whole=variables['is_whole'])


def test_an_environment_is_made_once(environment):
    environment.set_up(environment.venv, False)
    count = len(environment.commands)
    assert count and environment.is_whole(environment.venv)
    environment.set_up(environment.venv, False)
    assert len(environment.commands) == count


def test_an_interrupted_set_up_is_not_taken_for_a_whole_one(environment):
    environment.variables['pip_fails'] = True
    with pytest.raises(environment.variables['SetUpError'], match='no network'):
        environment.set_up(environment.venv, False)
    assert not environment.is_whole(environment.venv)
    environment.variables['pip_fails'] = False
    (environment.venv / 'half').write_text('')
    environment.set_up(environment.venv, False)
    assert environment.is_whole(environment.venv)
    assert not (environment.venv / 'half').exists()


def test_a_lacking_system_library_is_named_before_anything_is_fetched(environment):
    environment.variables['LIBRARIES'] = {'libnone.so.9': 'libnone9', 'libc.so.6': 'c'}
    with pytest.raises(environment.variables['SetUpError'],
                       match='apt-get install libnone9$'):
        environment.set_up(environment.venv, False)
    assert environment.commands == [] and not environment.venv.exists()


def test_other_versions_or_a_lost_python_make_it_anew(environment, tmp_path):
    environment.set_up(environment.venv, False)
    (environment.venv / 'bin' / 'python').unlink()
    assert not environment.is_whole(environment.venv)
    environment.set_up(environment.venv, False)
    assert environment.is_whole(environment.venv)
    other = tmp_path / 'constraints.txt'
    other.write_text('numpy==1.26.4\n')
    environment.variables['CONSTRAINTS'] = other
    assert not environment.is_whole(environment.venv)


def test_torch_is_added_to_a_whole_environment(environment):
    environment.set_up(environment.venv, False)
    assert not environment.is_whole(environment.venv, True)
    environment.set_up(environment.venv, True)
    assert environment.is_whole(environment.venv, True)
    installs = [words for words in environment.commands if 'install' in words]
    assert len(installs) == 2 and installs[1][-1] == 'torch==2.13.0'


def test_a_folder_of_someone_else_is_left_alone(environment):
    environment.venv.mkdir()
    kept = environment.venv / 'precious'
    kept.write_text('')
    with pytest.raises(environment.variables['SetUpError'], match='D2LMX_VENV'):
        environment.set_up(environment.venv, False)
    assert kept.exists()


def test_the_environment_imports_d2lmx_from_a_path_that_is_not_ascii(
        environment, tmp_path):
    root = tmp_path / '动手 学'
    (root / 'd2lmx').mkdir(parents=True)
    shutil.copy(ROOT / 'd2lmx' / 'hooks.py', root / 'd2lmx')
    environment.variables['ROOT'] = root
    environment.set_up(environment.venv, False)
    file = next(environment.venv.rglob('d2lmx-checkout.pth'))
    done = subprocess.run([sys.executable, '-c', f'''
import sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != '_PrepareFirst']
for line in open({str(file)!r}, encoding='ascii'):
    exec(line)
print(ascii(sys.path[-1]), type(sys.meta_path[0]).__name__)'''],
                          capture_output=True, text=True)
    assert done.stdout == f'{ascii(str(root))} _PrepareFirst\n', done.stderr
