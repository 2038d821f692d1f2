"""Packaging of d2lmx: the chapters as `d2lmx.chapters`, the start-up line.

All else stands in pyproject.toml.
"""
import sys

if not (3, 9) <= sys.version_info[:2] < (3, 15):  # before anything is fetched for it
    sys.exit('d2lmx needs Python 3.9 to 3.14, this is {}.{}: make an environment with '
             'one of those and install d2lmx there'.format(*sys.version_info))

import runpy
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
CHAPTERS = sorted(path.name for path in ROOT.glob('chapters/ch*') if path.is_dir())
HOOKS = ROOT / 'd2lmx' / 'hooks.py'
PLACE = "sitedir + '/d2lmx/hooks.py'"  # in a wheel


class BuildWithStartUpLine(build_py):
    """Put `d2lmx-mxnet.pth` beside the package: it makes a lone `import mxnet` work."""

    def run(self):
        super().run()
        place = ascii(str(HOOKS)) if self.editable_mode else PLACE
        line = runpy.run_path(str(HOOKS))['start_up_line'](place)
        self.start_up_file.write_text(line, encoding='ascii')

    def get_outputs(self, include_bytecode=1):
        return [*super().get_outputs(include_bytecode), str(self.start_up_file)]

    @property
    def start_up_file(self):
        # an editable wheel takes nothing from the folder of what was built
        install = self.get_finalized_command('install')
        return Path(install.install_lib if self.editable_mode else self.build_lib,
                    'd2lmx-mxnet.pth')


setup(
    packages=[*find_packages(include=['d2lmx', 'd2lmx.*']), 'd2lmx.chapters',
              *(f'd2lmx.chapters.{name}' for name in CHAPTERS)],
    package_dir={'d2lmx.chapters': 'chapters'},
    cmdclass={'build_py': BuildWithStartUpLine},
)
