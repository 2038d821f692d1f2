"""doctor: each broken thing, faked, is named with its mending command."""
import io
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from d2lmx import doctor

TOLD = {'version': '1.9.1', 'step': 1.0, 'gpus': 0, 'features': ['MKLDNN']}
VersionInfo = namedtuple('VersionInfo', 'major minor micro')


@pytest.fixture
def packages(monkeypatch):
    """Exactly these packages are installed."""
    def put(**versions):
        monkeypatch.setattr(doctor, 'installed', versions.get)
        monkeypatch.setattr(doctor, 'installed_gpu_wheels',
                            lambda: [n for n in versions if n.startswith('mxnet_cu')])
    return put


@pytest.fixture
def cards(monkeypatch):
    """The driver shows these GPUs."""
    def put(*pairs):
        monkeypatch.setattr(doctor, 'nvidia_cards', lambda: list(pairs))
    return put


def probe_fails(monkeypatch, error):
    monkeypatch.setattr(doctor, 'probe', lambda code: (None, error))


# ---- the report


def test_this_machine_passes_and_the_report_names_every_part():
    text = io.StringIO()
    assert doctor.report(text) == 0, text.getvalue()
    for name in ('Python', 'NumPy', 'MXNet', 'training step', 'oneDNN', 'threads',
                 'GPU', 'OpenCV', 'gluoncv', 'torch', 'onnx', 'matplotlib', 'data root',
                 'network'):
        assert f' {name}: ' in text.getvalue()


def test_only_a_broken_check_makes_the_exit_status_1(monkeypatch):
    fine, remark = doctor.Check('a', True, 'good'), doctor.Check('b', None, 'so so')
    broken = doctor.Check('c', False, 'bad', 'do this')
    text = io.StringIO()
    monkeypatch.setattr(doctor, 'checks', lambda: [fine, remark])
    assert doctor.report(text) == 0
    monkeypatch.setattr(doctor, 'checks', lambda: [fine, remark, broken])
    assert doctor.report(text) == 1
    assert 'BROKEN c: bad\n       mend: do this\n' in text.getvalue()


def test_the_report_goes_on_where_mxnet_is_missing(monkeypatch, packages):
    packages(numpy='1.26.4')
    probe_fails(monkeypatch, "ModuleNotFoundError: No module named 'mxnet'")
    text = io.StringIO()
    assert doctor.report(text) == 1
    assert 'BROKEN MXNet: not installed' in text.getvalue()
    assert 'pip install mxnet==1.9.1' in text.getvalue()
    assert ' matplotlib: ' in text.getvalue()


def test_the_command_runs_where_mxnet_cannot_be_imported(tmp_path):
    (tmp_path / 'numpy.py').write_text("__version__ = '2.1.0'\n")
    path = os.pathsep.join([str(tmp_path), str(Path(doctor.__file__).parent.parent)])
    done = subprocess.run([sys.executable, '-m', 'd2lmx', 'doctor'], text=True,
                          capture_output=True, env={**os.environ, 'PYTHONPATH': path})
    assert done.returncode == 1, done.stderr
    assert 'BROKEN MXNet' in done.stdout and 'found 2.1.0' in done.stdout
    assert "mend: " + sys.executable + " -m pip install 'numpy>=1.21,<2'" in done.stdout


# ---- Python, platform, NumPy


@pytest.mark.parametrize('version, ok', [((3, 8), False), ((3, 9), True),
                                         ((3, 12), True), ((3, 13), False)])
def test_pythons_3_9_to_3_12_are_supported(monkeypatch, version, ok):
    monkeypatch.setattr(sys, 'version_info', VersionInfo(*version, 0))
    check = doctor.check_python()
    assert check.ok is ok and bool(check.mend) is not ok


@pytest.mark.parametrize('system, machine', [('Darwin', 'arm64'), ('Linux', 'aarch64')])
def test_an_untested_platform_is_a_remark(monkeypatch, system, machine):
    monkeypatch.setattr('platform.system', lambda: system)
    monkeypatch.setattr('platform.machine', lambda: machine)
    check = doctor.check_platform()
    assert check.ok is None and machine in check.message


@pytest.mark.parametrize('version, ok', [
    ('1.20.3', False), ('1.21.6', True), ('1.26.4', True), ('2.0.2', False),
    (None, False)])
def test_numpy_is_needed_from_1_21_to_below_2(packages, version, ok):
    packages(numpy=version)
    check = doctor.check_numpy()
    assert check.ok is ok
    assert ok or check.mend.endswith("-m pip install 'numpy>=1.21,<2'")


# ---- MXNet


def test_a_missing_system_library_is_named_with_its_package(packages):
    packages(mxnet='1.9.1')
    check, = doctor.check_mxnet(None, 'OSError: libgomp.so.1: cannot open shared '
                                      'object file: No such file or directory')
    assert check.ok is False and check.mend == 'apt-get install libgomp1'


def test_missing_cuda_libraries_offer_the_cpu_build(packages):
    packages(mxnet_cu112='1.9.1')
    check, = doctor.check_mxnet(None, 'OSError: libcudart.so.11.0: cannot open shared '
                                      'object file')
    assert check.ok is False
    assert 'CUDA' in check.mend and 'mxnet==1.9.1' in check.mend


def test_a_wrong_training_step_is_broken():
    step = {c.name: c for c in doctor.check_mxnet({**TOLD, 'step': 2.0}, None)}
    assert step['MXNet'].ok and step['training step'].ok is False
    assert '2.0 where 1 is right' in step['training step'].message


def test_a_build_without_onednn_is_a_remark():
    last = doctor.check_mxnet({**TOLD, 'features': ['OPENMP']}, None)[-1]
    assert (last.name, last.ok) == ('oneDNN', None)


def test_a_crash_in_a_probe_is_a_finding():
    crash = 'import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)'
    assert doctor.probe(crash) == (None, 'the process crashed (signal 11)')


def test_a_probe_gives_the_last_line_of_an_error_and_ignores_other_output():
    assert doctor.probe('raise OSError("two\\nlines")') == (None, 'lines')
    assert doctor.probe('print("noise")\ntold = {"a": [1]}') == ({'a': [1]}, None)


# ---- threads and GPU


@pytest.mark.parametrize('count, ok', [(4, True), (1, None), (8, None)])
def test_a_thread_count_unlike_the_cores_is_a_remark(monkeypatch, count, ok):
    monkeypatch.setattr(doctor.compat, 'threads', lambda: (count, 'set by a test'))
    monkeypatch.setattr(doctor.compat, 'usable_cores', lambda: 4)
    check = doctor.check_threads()
    assert check.ok is ok and f'{count} (set by a test), 4 usable' in check.message
    assert (check.mend == '') is (ok is True)


def test_no_gpu_and_the_cpu_build_is_right(packages, cards):
    packages(mxnet='1.9.1')
    cards()
    check, = doctor.check_gpu(TOLD)
    assert check.ok is True


def test_a_gpu_beside_the_cpu_build_is_a_remark_with_the_package(packages, cards):
    packages(mxnet='1.9.1')
    cards(('Tesla T4', 7.5))
    check, = doctor.check_gpu(TOLD)
    assert check.ok is None and 'Tesla T4' in check.message
    assert 'mxnet-cu112' in check.message


def test_a_gpu_newer_than_the_kernels_is_told_from_one_that_works(packages, cards):
    packages(mxnet_cu112='1.9.1')
    cards(('RTX 3090', 8.6), ('RTX 4090', 8.9), ('H100', 9.0))
    works, unsure, too_new = doctor.check_gpu({**TOLD, 'gpus': 3})
    assert works.ok is True and 'RTX 3090' in works.message
    assert unsure.ok is None and 'should run' in unsure.message
    assert too_new.ok is None and '9.0: newer than' in too_new.message
    assert 'onnxruntime-gpu' in too_new.message and 'smolix' in too_new.message


def test_nobody_is_sent_to_a_gpu_build_without_kernels_for_the_card(packages, cards):
    packages(mxnet='1.9.1')
    cards(('B200', 10.0))
    check, = doctor.check_gpu(TOLD)
    assert check.ok is None and 'mxnet-cu' not in check.message
    assert 'onnxruntime-gpu' in check.message


def test_a_gpu_build_without_a_gpu_is_a_remark(packages, cards):
    packages(mxnet_cu112='1.9.1')
    cards()
    check, = doctor.check_gpu(TOLD)
    assert check.ok is None and 'mxnet_cu112' in check.message


def test_the_drivers_answer_is_read_and_a_failing_driver_means_no_gpu(
        tmp_path, monkeypatch):
    command = tmp_path / 'nvidia-smi'
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    command.write_text('#!/bin/sh\necho "NVIDIA A10, 24GB, 8.6"\n'
                       'echo "Tesla V100, 7.0"\n')
    command.chmod(0o755)
    assert doctor.nvidia_cards() == [('NVIDIA A10, 24GB', 8.6), ('Tesla V100', 7.0)]
    command.write_text('#!/bin/sh\necho "no driver" >&2\nexit 9\n')
    assert doctor.nvidia_cards() == []


# ---- other packages, data


def test_an_opencv_without_its_system_libraries_is_broken(monkeypatch):
    probe_fails(monkeypatch, 'ImportError: libGL.so.1: cannot open shared object file')
    check = doctor.check_opencv()
    assert check.ok is False and 'opencv-python-headless' in check.mend


def test_gluoncv_is_optional_and_torch_beside_it_is_mentioned(packages):
    packages(gluoncv='0.10.5.post0')
    assert 'torch' not in doctor.check_gluoncv().message
    packages(gluoncv='0.10.5.post0', torch='2.13.0')
    assert doctor.check_gluoncv().ok and 'torch' in doctor.check_gluoncv().message
    packages()
    assert doctor.check_gluoncv().ok is None


def test_a_missing_optional_package_is_a_remark(packages):
    packages()
    assert doctor.check_optional('onnx').ok is None
    assert "'d2lmx[onnx]'" in doctor.check_optional('onnx').message


def test_a_matplotlib_that_cannot_draw_is_broken(monkeypatch):
    probe_fails(monkeypatch, "ImportError: Cannot load backend 'TkAgg'")
    assert doctor.check_backend().ok is False


def test_a_data_folder_that_does_not_exist_is_broken_and_named(monkeypatch, tmp_path):
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path / 'gone'))
    check, = doctor.check_data()
    assert check.ok is False and str(tmp_path / 'gone') in check.message
    assert check.mend == 'unset D2LMX_DATA'


def test_data_files_of_a_folder_are_found(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, 'answers', lambda url: False)
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    (tmp_path / 'kaggle_house_pred_test.csv').write_text('Id\n1\n')
    found = {check.name: check for check in doctor.check_data()}
    assert 'kaggle_house_test (local)' in found['data files'].message
    assert found['network'].ok is None


def test_an_address_that_cannot_be_reached_does_not_answer():
    assert doctor.answers('http://127.0.0.1:9/') is False  # the discard port: refused
