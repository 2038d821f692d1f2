"""Serving an exported network on a machine without MXNet."""
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as onp
import pytest
from mxnet import init, np

from d2lmx import commands
from d2lmx.pages.networks import find_network

pytest.importorskip('onnx', reason='needs onnx')
pytest.importorskip('onnxruntime', reason='needs onnxruntime')
ROOT = Path(__file__).parents[3]
SERVE = '''
import sys
sys.path.append('packages')
for name in ('mxnet', 'd2lmx'):
    try:
        __import__(name)
    except ModuleNotFoundError:
        continue
    raise SystemExit(f'{name} is here')
exec(open('page.py', encoding='utf-8').read())
np.savez('served.npz', X=X, Y=Y)
'''


def with_requirements(name, found=None):
    """{name: distribution} of an installed distribution and all that it requires."""
    found = {} if found is None else found
    if name not in found:
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # an optional one
            return found
        for requirement in found[name].requires or []:
            if 'extra ==' not in requirement:
                with_requirements(re.match(r'[\w.-]+', requirement)[0], found)
    return found


def link_packages(folder, name):
    """A folder with a distribution and its requirements, and with nothing else."""
    folder.mkdir()
    for distribution in with_requirements(name).values():
        for top in {file.parts[0] for file in distribution.files}:
            if top not in ('..', '__pycache__') and not (folder / top).exists():
                (folder / top).symlink_to(Path(distribution.locate_file(top)).resolve())


@pytest.mark.parametrize('page', ['export.md', 'first-steps.zh.md'])
def test_lines_of_the_documents_serve_the_network(page, tmp_path):
    net = find_network('lenet').build_net()
    net.initialize(init.Xavier())
    net(np.zeros((1, 1, 28, 28)))
    net.save_parameters(str(tmp_path / 'lenet.params'))
    assert commands.call('export', [
        'lenet', '--to', 'onnx', '--out', str(tmp_path / 'results'),
        '--params', str(tmp_path / 'lenet.params')]) == 0
    text = (ROOT / 'docs' / page).read_text(encoding='utf-8')
    code, = (block for block in re.findall(r'```python\n(.*?)```', text, re.DOTALL)
             if 'onnxruntime' in block)
    assert len([line for line in code.splitlines() if line]) == 5
    (tmp_path / 'page.py').write_text(code, encoding='utf-8')
    link_packages(tmp_path / 'packages', 'onnxruntime')
    # -I, -S: neither the folder, the environment nor site-packages is searched
    subprocess.run([sys.executable, '-I', '-S', '-c', SERVE], cwd=tmp_path, check=True)
    served = onp.load(tmp_path / 'served.npz')
    assert served['Y'].shape == (7, 10)
    onp.testing.assert_allclose(served['Y'], net(np.array(served['X'])).asnumpy(),
                                rtol=1e-5, atol=1e-6)  # float32 sums in another order
