"""Each broken thing, faked, is found and named with its mending command."""
import sys
from collections import namedtuple

import pytest

from d2lmx.diagnosis import checks

TOLD = {'version': '1.9.1', 'step': 1.0, 'gpus': 0, 'features': ['MKLDNN']}
VersionInfo = namedtuple('VersionInfo', 'major minor micro')


@pytest.fixture
def packages(monkeypatch):
    """Exactly these packages are installed."""
    def put(**versions):
        monkeypatch.setattr(checks, 'installed', versions.get)
        monkeypatch.setattr(checks, 'installed_gpu_wheels',
                            lambda: [n for n in versions if n.startswith('mxnet_cu')])
    return put


@pytest.fixture
def cards(monkeypatch):
    """The driver shows these GPUs."""
    def put(*pairs):
        monkeypatch.setattr(checks, 'nvidia_cards', lambda: list(pairs))
    return put


def probe_fails(monkeypatch, error):
    monkeypatch.setattr(checks, 'probe', lambda code: (None, error))


# ---- all checks


@pytest.mark.slow
def test_this_machine_passes_and_every_part_is_named():
    found = {check.name: check for check in checks.checks()}
    assert [check for check in found.values() if check.ok is False] == []
    for name in ('Python', 'NumPy', 'MXNet', 'training step', 'oneDNN', 'threads',
                 'GPU', 'OpenCV', 'd2l', 'd2lzh', 'gluoncv', 'torch', 'onnx',
                 'matplotlib', 'Graphviz', 'data root', 'network'):
        assert name in found


def test_the_checks_go_on_where_mxnet_is_missing(monkeypatch, packages):
    packages(numpy='1.26.4')
    probe_fails(monkeypatch, "ModuleNotFoundError: No module named 'mxnet'")
    found = {check.name: check for check in checks.checks()}
    assert found['MXNet'].ok is False and found['MXNet'].message == 'not installed'
    assert 'pip install --no-deps mxnet==1.9.1' in found['MXNet'].mend
    assert 'matplotlib' in found


# ---- Python, platform, NumPy


@pytest.mark.parametrize('version, ok', [((3, 8), False), ((3, 9), True),
                                         ((3, 14), True), ((3, 15), False)])
def test_pythons_3_9_to_3_14_are_supported(monkeypatch, version, ok):
    monkeypatch.setattr(sys, 'version_info', VersionInfo(*version, 0))
    check = checks.check_python()
    assert check.ok is ok and bool(check.mend) is not ok


def test_where_python_is_wrong_nothing_else_is_to_mend(monkeypatch):
    monkeypatch.setattr(sys, 'version_info', VersionInfo(3, 8, 0))
    assert [check.name for check in checks.checks()] == ['Python']


@pytest.mark.parametrize('system, machine', [('Darwin', 'arm64'), ('Linux', 'aarch64')])
def test_an_untested_platform_is_a_remark(monkeypatch, system, machine):
    monkeypatch.setattr('platform.system', lambda: system)
    monkeypatch.setattr('platform.machine', lambda: machine)
    check = checks.check_platform()
    assert check.ok is None and machine in check.message


@pytest.mark.parametrize('version, ok', [
    ('1.20.3', False), ('1.21.6', True), ('1.26.4', True), ('2.5.5', True),
    (None, False)])
def test_numpy_is_needed_from_1_21_on(packages, version, ok):
    packages(numpy=version)
    check = checks.check_numpy()
    assert check.ok is ok
    assert ok or check.mend.endswith("-m pip install 'numpy>=1.21'")


# ---- MXNet


def test_a_missing_system_library_is_named_with_its_package(packages):
    packages(mxnet='1.9.1')
    check, = checks.check_mxnet(None, 'OSError: libgomp.so.1: cannot open shared '
                                      'object file: No such file or directory')
    assert check.ok is False and check.mend == 'apt-get install libgomp1'


def test_missing_cuda_libraries_offer_the_cpu_build(packages):
    packages(mxnet_cu112='1.9.1')
    check, = checks.check_mxnet(None, 'OSError: libcudart.so.11.0: cannot open shared '
                                      'object file')
    assert check.ok is False
    assert 'CUDA' in check.mend and 'mxnet==1.9.1' in check.mend


def test_a_wrong_training_step_is_broken():
    step = {c.name: c for c in checks.check_mxnet({**TOLD, 'step': 2.0}, None)}
    assert step['MXNet'].ok and step['training step'].ok is False
    assert '2.0 where 1 is right' in step['training step'].message


def test_a_build_without_onednn_is_a_remark():
    last = checks.check_mxnet({**TOLD, 'features': ['OPENMP']}, None)[-1]
    assert (last.name, last.ok) == ('oneDNN', None)


def test_a_crash_in_a_probe_is_a_finding():
    crash = 'import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)'
    assert checks.probe(crash) == (None, 'the process crashed (signal 11)')


def test_a_probe_gives_the_last_line_of_an_error_and_ignores_other_output():
    assert checks.probe('raise OSError("two\\nlines")') == (None, 'lines')
    assert checks.probe('print("noise")\ntold = {"a": [1]}') == ({'a': [1]}, None)


# ---- threads and GPU


@pytest.mark.parametrize('count, ok', [(4, True), (1, None), (8, None)])
def test_a_thread_count_unlike_the_cores_is_a_remark(monkeypatch, count, ok):
    monkeypatch.setattr(checks.processor, 'threads', lambda: (count, 'set by a test'))
    monkeypatch.setattr(checks.processor, 'usable_cores', lambda: 4)
    check = checks.check_threads()
    assert check.ok is ok and f'{count} (set by a test), 4 usable' in check.message
    assert (check.mend == '') is (ok is True)


def test_no_gpu_and_the_cpu_build_is_right(packages, cards):
    packages(mxnet='1.9.1')
    cards()
    check, = checks.check_gpu(TOLD)
    assert check.ok is True


def test_a_gpu_beside_the_cpu_build_is_a_remark_with_the_package(packages, cards):
    packages(mxnet='1.9.1')
    cards(('Tesla T4', 7.5))
    check, = checks.check_gpu(TOLD)
    assert check.ok is None and 'Tesla T4' in check.message
    assert 'mxnet-cu112' in check.message


def test_a_gpu_newer_than_the_kernels_is_told_from_one_that_works(packages, cards):
    packages(mxnet_cu112='1.9.1')
    cards(('RTX 3090', 8.6), ('RTX 4090', 8.9), ('H100', 9.0))
    works, unsure, too_new = checks.check_gpu({**TOLD, 'gpus': 3})
    assert works.ok is True and 'RTX 3090' in works.message
    assert unsure.ok is None and 'should run' in unsure.message
    assert too_new.ok is None and '9.0: newer than' in too_new.message
    assert 'onnxruntime-gpu' in too_new.message and 'smolix' in too_new.message


def test_nobody_is_sent_to_a_gpu_build_without_kernels_for_the_card(packages, cards):
    packages(mxnet='1.9.1')
    cards(('B200', 10.0))
    check, = checks.check_gpu(TOLD)
    assert check.ok is None and 'mxnet-cu' not in check.message
    assert 'onnxruntime-gpu' in check.message


def test_a_gpu_build_without_a_gpu_is_a_remark(packages, cards):
    packages(mxnet_cu112='1.9.1')
    cards()
    check, = checks.check_gpu(TOLD)
    assert check.ok is None and 'mxnet_cu112' in check.message


# ---- other packages, data


def test_an_opencv_without_its_system_libraries_is_broken(monkeypatch):
    probe_fails(monkeypatch, 'ImportError: libGL.so.1: cannot open shared object file')
    check = checks.check_opencv()
    assert check.ok is False and 'opencv-python-headless' in check.mend


def test_gluoncv_is_needed_and_torch_beside_it_is_mentioned(packages):
    packages(gluoncv='0.10.5.post0')
    assert 'torch' not in checks.check_gluoncv().message
    packages(gluoncv='0.10.5.post0', torch='2.13.0')
    assert checks.check_gluoncv().ok and 'torch 2' in checks.check_gluoncv().message
    packages(gluoncv='0.10.5.post0', torch='1.13.1')  # it takes 1.4 up to below 2
    assert 'torch' not in checks.check_gluoncv().message
    packages()
    missing = checks.check_gluoncv()
    assert missing.ok is False
    assert missing.mend.endswith('install --no-deps gluoncv==0.10.5.post0 portalocker')


def test_a_missing_optional_package_is_a_remark(packages):
    packages()
    assert checks.check_optional('onnx').ok is None
    assert 'pip install onnx onnxruntime' in checks.check_optional('onnx').message


@pytest.mark.parametrize('check, line', [
    (checks.check_d2l, 'from d2l import mxnet as d2l'),
    (checks.check_d2lzh, 'import d2lzh as d2l')])
@pytest.mark.parametrize('origin, ok, told', [
    ('/a/d2lmx/hooks.py', True, 'gives d2lmx'),
    ('/a/d2l/__init__.py', None, 'takes /a/d2l/__init__.py, not d2lmx: uninstall that'),
    (None, None, 'finds nothing')])
def test_who_answers_a_books_first_line_is_said(monkeypatch, check, line, origin, ok,
                                                told):
    monkeypatch.setattr(checks, 'probe', lambda code: ({'origin': origin}, None))
    found = check()
    assert found.ok is ok and found.message.startswith(f'`{line}` {told}')


def test_the_package_indexs_own_d2lzh_is_found_first(monkeypatch, tmp_path):
    (tmp_path / 'd2lzh').mkdir()
    (tmp_path / 'd2lzh' / '__init__.py').write_text('')
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    found = checks.check_d2lzh()
    assert found.ok is None and f'takes {tmp_path}/d2lzh/__init__.py' in found.message


def test_a_missing_dot_is_a_remark_with_its_package(monkeypatch, tmp_path):
    monkeypatch.setenv('PATH', str(tmp_path))
    assert checks.check_dot().ok is None
    assert 'apt-get install graphviz' in checks.check_dot().message


def test_a_matplotlib_that_cannot_draw_is_broken(monkeypatch):
    probe_fails(monkeypatch, "ImportError: Cannot load backend 'TkAgg'")
    assert checks.check_backend().ok is False


def test_a_data_folder_that_does_not_exist_is_broken_and_named(monkeypatch, tmp_path):
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path / 'gone'))
    check, = checks.check_data()
    assert check.ok is False and str(tmp_path / 'gone') in check.message
    assert check.mend == 'unset D2LMX_DATA'


def test_data_files_of_a_folder_are_found(monkeypatch, tmp_path):
    monkeypatch.setattr(checks, 'answers', lambda url: False)
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    (tmp_path / 'kaggle_house_pred_test.csv').write_text('Id\n1\n')
    found = {check.name: check for check in checks.check_data()}
    assert 'kaggle_house_test (local)' in found['data files'].message
    assert found['network'].ok is None


def test_an_address_that_cannot_be_reached_does_not_answer():
    assert checks.answers('http://127.0.0.1:9/') is False  # the discard port: refused
