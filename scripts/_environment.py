"""Make this checkout's virtual environment, or see that it is whole: VENV [--torch].

Run by scripts/_environment. A file in the environment tells what it was made from; it
is written last, so that an interrupted set-up is never taken for a whole environment.
"""
import argparse
import ctypes
import fcntl
import hashlib
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / 'scripts' / 'constraints.txt'
STAMP = 'd2lmx-environment'
LIBRARIES = {'libgomp.so.1': 'libgomp1', 'libquadmath.so.0': 'libquadmath0',
             'libstdc++.so.6': 'libstdc++6'}  # which MXNet loads, and Debian's names


class SetUpError(Exception):
    """What kept the environment from being made, and what to do."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('venv', type=Path)
    parser.add_argument('--torch', action='store_true')
    parser.add_argument('--check', action='store_true', help='look, and make nothing')
    args = parser.parse_args()
    venv = args.venv.absolute()
    if is_whole(venv, args.torch):
        return
    if args.check:
        sys.exit(1)
    try:
        set_up(venv, args.torch)
    except SetUpError as error:
        sys.exit(f'd2lmx: {error}')
    except OSError as error:
        sys.exit(f'd2lmx: {venv} cannot be made: {error}; D2LMX_VENV may name a folder '
                 'that you can write to and that has 2 GB of room')
    except KeyboardInterrupt:
        sys.exit('d2lmx: interrupted; the next call starts the set-up again')


def set_up(venv, torch):
    """Make what is missing, while no other set-up is at work on the same folder."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    with open(f'{venv}.lock', 'w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f'waiting for another set-up of {venv}')
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_whole(venv):
            make(venv)
        if torch and not is_whole(venv, torch):
            say('installing PyTorch, for the tests that compare with it')
            pip(venv, '-c', CONSTRAINTS, *pinned('torch'))
            write_stamp(venv, torch)
            check_import(venv, 'torch')


def make(venv):
    """A new environment with the pinned packages and this checkout on its path."""
    check_libraries()
    if venv.exists() and any(venv.iterdir()):
        if not (venv / STAMP).exists():
            raise SetUpError(f'{venv} was not made by these scripts, so it stays as it '
                             'is; remove it, or set D2LMX_VENV to another folder')
        say(f'{venv} is not whole or not up to date: making it anew')
        shutil.rmtree(venv)
    venv.mkdir(exist_ok=True)
    (venv / STAMP).write_text('incomplete\n')
    say(f'making {venv} with Python {sys.version.split()[0]} (once)')
    run('the virtual environment could not be made', sys.executable, '-m', 'venv', venv)
    lines = pinned()
    say(f'installing {len(lines)} packages, about 340 MB to fetch (once)')
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, 'packages.txt')
        wanted.write_text('\n'.join(lines) + '\n')
        pip(venv, '--no-deps', '-r', wanted)
    add_checkout(venv)
    write_stamp(venv)
    check_import(venv, 'mxnet')
    say('the environment is ready')


def check_libraries():
    """Refuse, before anything is fetched, where MXNet's library could not be loaded."""
    lacking = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            lacking.append(package)
    if lacking:
        raise SetUpError('MXNet needs libraries that this system lacks; on Debian and '
                         f'Ubuntu: apt-get install {" ".join(lacking)}')


def add_checkout(venv):
    """Let the environment import d2lmx from this checkout, and MXNet before it."""
    hooks = ROOT / 'd2lmx' / 'hooks.py'
    line = runpy.run_path(str(hooks))['start_up_line'](ascii(str(hooks)))
    folder = next(venv.glob('lib/python*/site-packages'))
    path = f'import sys; sys.path.append({str(ROOT)!a})\n'  # ASCII under every locale
    (folder / 'd2lmx-checkout.pth').write_text(path + line, encoding='ascii')


def is_whole(venv, torch=False):
    """Whether `venv` was finished from these versions, by this kind of Python."""
    try:
        words = (venv / STAMP).read_text().split()
        runs = os.access(venv / 'bin' / 'python', os.X_OK)
    except OSError:
        return False
    return runs and words[:1] == [fingerprint()] and (not torch or 'torch' in words)


def write_stamp(venv, torch=False):
    temporary = venv / (STAMP + '.new')
    temporary.write_text(fingerprint() + (' torch' if torch else '') + '\n')
    temporary.replace(venv / STAMP)


def fingerprint():
    """One word for the versions, the place of the checkout and the Python."""
    what = CONSTRAINTS.read_bytes() + f'{ROOT} {sys.version_info[:2]}'.encode()
    return hashlib.sha256(what).hexdigest()


def pinned(name=''):
    """Lines of the constraints file: those for everybody, or the one of `name`."""
    lines = [line for line in CONSTRAINTS.read_text().splitlines()
             if line and not line.startswith('#')]
    if name:
        return [line.split()[0] for line in lines if line.startswith(f'{name}==')]
    return [line for line in lines if not line.endswith('# torch')]


def pip(venv, *words):
    quiet = [] if sys.stderr.isatty() else ['--quiet']
    run('the packages could not be installed (pip says above why; most often there is '
        'no network); call again, it starts anew',
        venv / 'bin' / 'python', '-I', '-m', 'pip', 'install',
        '--disable-pip-version-check', *quiet, *words)


def check_import(venv, module):
    run(f'{module} is installed but cannot be imported; see what is wrong with: '
        f'{venv}/bin/python -m d2lmx doctor', venv / 'bin' / 'python', '-c',
        f'import {module}')


def run(failure, *command):
    if subprocess.run([str(word) for word in command]).returncode:
        raise SetUpError(failure)


def say(text):
    print(f'd2lmx: {text}', file=sys.stderr, flush=True)


if __name__ == '__main__':
    main()
