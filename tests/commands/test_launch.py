"""``d2lmx launch``: what keeps it from starting, each in a line."""
import socket
import sys

import pytest


def test_a_host_that_does_not_exist_is_named(tmp_path, complaint):
    hosts = tmp_path / 'hosts'
    hosts.write_text('nowhere.invalid\n')
    assert complaint(1, 'launch', '--hosts', hosts, '--', 'run', '3.3').startswith(
        'd2lmx: the host nowhere.invalid is not known (')


def test_a_port_in_use_is_named(complaint):
    with socket.create_server(('127.0.0.1', 0)) as other:
        port = other.getsockname()[1]
        line = complaint(1, 'launch', '--port', port, '--', 'run', '3.3')
    assert line == (f'd2lmx: port {port} cannot be used (Address already in '
                    'use): choose another with --port, or leave it out\n')


@pytest.mark.parametrize('option,value', [
    ('--timeout', '0'), ('--timeout', '-1'), ('--port', '0'), ('--port', '99999'),
    ('-n', '0'), ('--address', ''), ('--hosts', '')])
def test_a_number_or_a_name_that_cannot_be_is_wrong_usage(complaint, option, value):
    line = complaint(2, 'launch', option, value, '--', 'run', '3.3')
    assert option in line and f"got '{value}'" in line


@pytest.mark.parametrize('words', [(), ('--',), ('--', 'run'), ('--', 'list', '3.3')])
def test_a_command_without_a_section_is_wrong_usage(complaint, words):
    assert complaint(2, 'launch', '-n', '2', *words) == (
        'd2lmx: after the options of launch, give -- run SECTION [options]\n')


@pytest.mark.parametrize('options', [('-s', 1), ('--mode', 'dist_async')])
def test_horovod_with_servers_or_without_step_is_wrong_usage(complaint, options):
    words = ('launch', '--engine', 'horovod', *options, '--', 'run', '3.3')
    assert complaint(2, *words) == (
        'd2lmx: Horovod has no servers, and its workers keep step: leave --servers and '
        '--mode dist_async out\n')


def test_horovod_that_is_not_installed_is_named(complaint, monkeypatch):
    monkeypatch.setitem(sys.modules, 'horovod', None)
    line = complaint(1, 'launch', '--engine', 'horovod', '--', 'run', '3.3')
    assert line.startswith('d2lmx: Horovod cannot be used here (')
    assert 'pip install --no-build-isolation' in line
