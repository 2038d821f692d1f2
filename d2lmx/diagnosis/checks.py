"""What is right or wrong on this machine, in plain words.

Only the standard library is imported here: whatever may be broken is tried in a process
of its own, so that a missing package, an error or a crash ends in a line of the report.
"""
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional
from urllib.parse import urlsplit

from .. import hooks, processor
from ..version import VERSION
from . import gpus
from .gpus import nvidia_cards
from .probes import answers, installed, installed_gpu_wheels, probe

PIP = f'{sys.executable} -m pip install'
INSTALL = f'{PIP} --no-deps mxnet==1.9.1'  # with its dependencies it forbids NumPy 2
REINSTALL = f'{PIP} --force-reinstall --no-deps mxnet==1.9.1'
PYTHONS = ((3, 9), (3, 15))           # from, below
HEADLESS = f"{PIP} --force-reinstall --no-deps 'opencv-python-headless<4.11'"
GLUONCV = f'{PIP} --no-deps gluoncv==0.10.5.post0 portalocker'
GUESTS = {'torch': 'torch', 'onnx': 'onnx onnxruntime'}  # what pip is asked for
SYSTEM_LIBRARIES = {'libgomp.so': 'libgomp1', 'libquadmath.so': 'libquadmath0',
                    'libstdc++.so': 'libstdc++6'}

MXNET = f'''
import runpy
runpy.run_path({hooks.__file__!r})['watch_imports']()
import mxnet as mx
from mxnet import autograd, np, npx
npx.set_np()
w, X = np.array([2.0]), np.ones((1, 1, 4, 4))
w.attach_grad()
with autograd.record():
    Y = npx.convolution(X * w, np.ones((1, 1, 3, 3)), no_bias=True, kernel=(3, 3),
                        num_filter=1)
    l = ((Y - 17) ** 2).sum()
l.backward()
w -= 0.125 / 9 * w.grad
told = dict(version=mx.__version__, step=float(w[0]), gpus=mx.context.num_gpus(),
            features=[f.name for f in mx.runtime.feature_list() if f.enabled])
'''
DATA = '''
from d2lmx.files import hub
if hub.policy() == 'toy':
    import d2lmx.data
found = {name: hub.locate(name) for name in hub.DATA_HUB}
told = {'roots': [str(root) for root in hub.roots()], 'policy': hub.policy(),
        'files': {name: pair and pair[1] for name, pair in found.items()},
        'url': hub.DATA_URL}
'''


@dataclass(frozen=True)
class Check:
    """One finding: `ok` is False where what is needed is broken, None for a remark."""

    name: str
    ok: Optional[bool]
    message: str
    mend: str = ''


def checks() -> list:
    """Every check of this machine, in the order in which one would mend it."""
    mxnet, error = probe(MXNET)
    python = check_python()
    if not python.ok:  # whatever else is wrong, another Python comes first
        return [python]
    found = [python, check_platform(), check_numpy(),
             *check_mxnet(mxnet, error), check_threads(), *check_gpu(mxnet),
             check_opencv(), check_d2l(), check_d2lzh(), check_gluoncv(),
             *map(check_optional, ('torch', 'onnx')), check_backend(), check_dot()]
    # toy files are found by way of the loaders, which import MXNet
    return found + (check_data() if mxnet else [])


def check_python() -> Check:
    low, high = PYTHONS
    version = platform.python_version()
    if low <= sys.version_info[:2] < high:
        return Check('Python', True, f'{version} in {sys.executable}')
    return Check('Python', False, f'{version} is not supported: 3.9 to 3.14 are',
                 'install Python 3.12 and make a new environment with it')


def check_platform() -> Check:
    bits = 64 if sys.maxsize > 2 ** 32 else 32
    what = f'{platform.system()} {platform.machine()}, {bits} bit'
    if what == 'Linux x86_64, 64 bit':
        return Check('platform', True, what)
    return Check('platform', None, f'{what}: MXNet 1.9.1 is tested here only on 64-bit '
                                   'Linux on x86_64')


def check_numpy() -> Check:
    mend = f"{PIP} 'numpy>=1.21'"
    version = installed('numpy')
    if version is None:
        return Check('NumPy', False, 'not installed', mend)
    if tuple(map(int, version.split('.')[:2])) < (1, 21):
        return Check('NumPy', False, f'{version}, but MXNet needs 1.21 or newer', mend)
    return Check('NumPy', True, version)


def check_mxnet(told, error) -> list:
    if told is None:
        if installed('mxnet') is None and not installed_gpu_wheels():
            return [Check('MXNet', False, 'not installed', INSTALL)]
        mend = system_package(error) or REINSTALL
        if 'libcu' in error or 'libnccl' in error:
            mend = f'install CUDA with its libraries, or the CPU build: {mend}'
        return [Check('MXNet', False, f'cannot be imported or used: {error}', mend)]
    found = [Check('MXNet', True, told['version'])]
    # Y = 18 in 4 places, l = 4 (9 w - 17)^2, slope 72 (9 w - 17) = 72: w = 2 - 1 = 1
    right = abs(told['step'] - 1) < 1e-5
    found.append(Check('training step', right, 'gives the right number' if right else
                       f'gives {told["step"]} where 1 is right: the library is damaged',
                       '' if right else REINSTALL))
    fast = 'MKLDNN' in told['features']
    found.append(Check('oneDNN', fast or None, 'in use' if fast else
                       'not in this build of MXNet: convolutions are slow'))
    return found


def check_threads() -> Check:
    count, why = processor.threads()
    cores = processor.usable_cores()
    text = f'{count} ({why}), {cores} usable cores'
    if count == cores:
        return Check('threads', True, text)
    return Check('threads', None, f'{text}: one thread a core is usually fastest',
                 f'unset {processor.THREADS} {processor.MXNET_THREADS}')


def check_gpu(told) -> list:
    wheels = installed_gpu_wheels()
    cards = nvidia_cards()
    if not wheels:
        text = 'none, MXNet computes on the CPU'
        if cards:
            name, capability = cards[0]
            text = (f'{name} is here, but this MXNet is the CPU build; '
                    + gpus.advice(capability))
        return [Check('GPU', None if cards else True, text)]
    if told is None:
        return []  # the broken MXNet is reported, with the missing library
    if not cards or not told['gpus']:
        return [Check('GPU', None, f'{wheels[0]} is installed, but no NVIDIA GPU or '
                                   'driver was found: MXNet computes on the CPU')]
    return [Check('GPU', gpus.has_kernels(capability) or None,
                  f'{name}, compute capability {capability}: '
                  + gpus.prospect(capability)) for name, capability in cards]


def check_opencv() -> Check:
    told, error = probe("import cv2\ntold = {'version': cv2.__version__}")
    if told:
        return Check('OpenCV', True, told['version'])
    return Check('OpenCV', False, f'cannot be imported: {error}', HEADLESS)


def check_gluoncv() -> Check:
    version = installed('gluoncv')
    if version is None:
        return Check('gluoncv', False, 'not installed; chapter 13 measures by it',
                     GLUONCV)
    torch = int((installed('torch') or '0').partition('.')[0])
    beside = '; beside torch 2 only d2lmx can import it' if torch >= 2 else ''
    return Check('gluoncv', True, version + beside)


def check_optional(name) -> Check:
    version = installed(name)
    return Check(name, True, version) if version else missing(name, 'optional')


def missing(name, why) -> Check:
    """A remark on a package that may be missing, with what installs it."""
    return Check(name, None, f'not installed ({why}: {PIP} {GUESTS[name]})')


def check_dot() -> Check:
    path = shutil.which('dot')
    if path:
        return Check('Graphviz', True, path)
    return Check('Graphviz', None, 'no command dot (optional, `d2lmx show --out FILE` '
                                   'draws with it: apt-get install graphviz)')


def check_d2l() -> Check:
    """Who answers the book's own first line."""
    return check_line('d2l', 'from d2l import mxnet as d2l',
                      'write `import d2lmx as d2l`')


def check_d2lzh() -> Check:
    """Who answers the first edition's."""
    return check_line('d2lzh', 'import d2lzh as d2l')


def check_line(package, line, instead='') -> Check:
    """Who answers a line that imports that package, and what helps instead."""
    told, _ = probe('from importlib.util import find_spec\n'
                    f'spec = find_spec({package!r})\n'
                    'told = dict(origin=spec and (spec.origin or str(list('
                    'spec.submodule_search_locations))))')
    origin = told and told['origin']
    if origin and Path(origin).name == 'hooks.py':
        return Check(package, True, f'`{line}` gives d2lmx {VERSION}')
    if origin:
        return Check(package, None, f'`{line}` takes {origin}, not d2lmx: uninstall '
                                    f'that {package}' + (instead and f', or {instead}'))
    return Check(package, None, f'`{line}` finds nothing, as d2lmx is not installed'
                                + (instead and f': {instead}'))


def check_backend() -> Check:
    told, error = probe('import matplotlib\nfrom matplotlib import pyplot as plt\n'
                        'plt.figure()\ntold = dict(version=matplotlib.__version__, '
                        'backend=matplotlib.get_backend())')
    if told is None:
        return Check('matplotlib', False, f'cannot draw: {error}',
                     f'{PIP} --force-reinstall matplotlib')
    return Check('matplotlib', True, f'{told["version"]}, backend {told["backend"]}')


def check_data() -> list:
    told, error = probe(DATA)
    if told is None:
        return [Check('data', False, error,
                      'unset D2LMX_DATA' if 'D2LMX_DATA' in error else '')]
    here = [f'{name} ({kind})' for name, kind in told['files'].items() if kind]
    found = [check_root(Path(root)) for root in told['roots']]
    found.append(Check('data files', bool(here) or None, f'policy {told["policy"]}; '
                       f'here: {", ".join(here) or "none yet"}'))
    host = urlsplit(told['url']).hostname
    found.append(Check('network', True, f'{host} answers') if answers(told['url']) else
                 Check('network', None, f'{host} does not answer within 3 seconds: '
                       'data that is not here falls back to toy data'))
    return found


def check_root(root) -> Check:
    if not root.exists():
        return Check('data root', None, f'{root} does not exist (yet)')
    can = 'can be written' if os.access(root, os.W_OK) else 'read only'
    free = shutil.disk_usage(root).free / 2 ** 30
    return Check('data root', True if free >= 1 else None,
                 f'{root} ({can}, {free:.1f} GiB free)')


def system_package(error):
    """The apt-get command for the system library that an import error names, or ''."""
    for library, package in SYSTEM_LIBRARIES.items():
        if library in error:
            return f'apt-get install {package}'
    return ''
