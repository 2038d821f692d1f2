"""Packaging of d2lmx: its pins, the chapters as `d2lmx.chapters`, the start-up line."""
import runpy
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
CHAPTERS = sorted(path.name for path in ROOT.glob('chapters/ch*') if path.is_dir())
COMPAT = runpy.run_path(str(ROOT / 'd2lmx/compat.py'))
VERSION = runpy.run_path(str(ROOT / 'd2lmx/version.py'))['VERSION']


class BuildWithStartUpLine(build_py):
    """Put `d2lmx-mxnet.pth` beside the package: it makes a lone `import mxnet` work."""

    def run(self):
        super().run()
        line = COMPAT['start_up_line']("sitedir + '/d2lmx/compat.py'")
        self.start_up_file.write_text(line, encoding='ascii')

    def get_outputs(self, include_bytecode=1):
        # what an older pip, which installs without a wheel, has to remove again
        return [*super().get_outputs(include_bytecode), str(self.start_up_file)]

    @property
    def start_up_file(self):
        return Path(self.build_lib, 'd2lmx-mxnet.pth')


setup(
    name='d2lmx',
    version=VERSION,
    description='Dive into Deep Learning on MXNet 1.9.1 and Gluon, as it runs today',
    python_requires='>=3.9,<3.13',
    packages=[*find_packages(include=['d2lmx', 'd2lmx.*']), 'd2lmx.chapters',
              *(f'd2lmx.chapters.{name}' for name in CHAPTERS)],
    package_dir={'d2lmx.chapters': 'chapters'},
    cmdclass={'build_py': BuildWithStartUpLine},
    entry_points={'console_scripts': ['d2lmx = d2lmx.commands:main']},
    install_requires=[
        'mxnet==1.9.1',
        'numpy>=1.21,<2',  # makes pip choose a fitting opencv and pandas, too
        'opencv-python',
        'matplotlib>=3.5',
        'pandas>=1.3',
        'pooch>=1.6',
        'requests>=2.26',
        'tqdm>=4.60',
    ],
    extras_require={
        'torch': ['torch>=2'],
        'onnx': ['onnx>=1.13', 'onnxruntime>=1.14'],
        'chinese': ['jieba>=0.42'],
        'bleu': ['sacrebleu>=2.3'],
        'horovod': ['horovod==0.28.1'],
        'gluoncv': ['gluoncv==0.10.5.post0'],
        'test': ['pytest>=7', 'pytest-xdist>=3'],
    },
)
