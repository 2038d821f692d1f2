"""Files of hosts, this machine's own address, and what each host is asked to do."""
import os
import shlex
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from d2lmx import processor
from d2lmx.distributed import launcher, nodes
from d2lmx.distributed.hosts import Host, LaunchError, own_address, read_hosts
from d2lmx.distributed.nodes import Node


def test_a_file_of_hosts_may_hold_addresses_and_remarks(tmp_path):
    path = tmp_path / 'hosts'
    path.write_text('localhost\n# the lab\nnode-a 192.0.2.17  # by the door\n\n')
    here, there = read_hosts(path)
    assert here == Host('localhost', '127.0.0.1') and here.is_here
    assert there == Host('node-a', '192.0.2.17') and not there.is_here
    assert own_address([here]) == '127.0.0.1'
    assert own_address([there], given='127.0.0.2') == '127.0.0.2'


@pytest.mark.parametrize('line', ['-oProxyCommand=x 127.0.0.1', '-F 127.0.0.1',
                                  'a;b 127.0.0.1', '$(x) 127.0.0.1'])
def test_what_is_no_name_of_a_host_never_reaches_ssh(tmp_path, line):
    (tmp_path / 'hosts').write_text(f'localhost\n{line}\n')
    with pytest.raises(LaunchError, match='in the place of a host'):
        read_hosts(tmp_path / 'hosts')


@pytest.mark.parametrize('name', ['node-1.lab', 'me@node_1', '192.0.2.17', '[::1]',
                                  'fe80::1%eth0'])
def test_names_and_addresses_of_hosts_are_taken(tmp_path, name):
    (tmp_path / 'hosts').write_text(f'{name} 192.0.2.17\n')
    assert read_hosts(tmp_path / 'hosts') == [Host(name, '192.0.2.17')]


def test_a_host_stands_behind_the_end_of_ssh_options(monkeypatch):
    started = []
    monkeypatch.setattr(nodes.subprocess, 'Popen',
                        lambda command, **options: started.append(command))
    Node('server 0', Host('-oProxyCommand=x', '192.0.2.17'), {}).start()
    before = started[0].index('--')
    assert started[0][0] == 'ssh' and started[0][before + 1] == '-oProxyCommand=x'
    assert not [word for word in started[0][:before] if 'Proxy' in word]


def planned(tmp_path, hosts, **options):
    """The processes of a training on 8 cores each, not yet started."""
    (tmp_path / 'hosts').write_text('\n'.join(hosts))
    args = SimpleNamespace(**{**dict(
        hosts=tmp_path / 'hosts' if hosts else None, address='127.0.0.1', port=None,
        workers=4, servers=2, engine='kvstore', mode='dist_sync', timeout=60,
        threads=None), **options})
    with ExitStack() as opened:
        return launcher.plan(args, ['run', '3.3'], opened)


HOSTS = ['localhost', 'far-1 192.0.2.17', 'far-2 192.0.2.18']


@pytest.mark.parametrize('hosts, workers, threads, expected', [
    ([], 1, None, [8]), ([], 3, None, [2] * 3), ([], 9, None, [1] * 9),
    (HOSTS[:2], 2, None, [8, 8]), (HOSTS, 4, None, [4, 8, 8, 4]),
    (HOSTS, 2, 3, [3, 3])])
def test_workers_share_the_cores_of_their_own_host(tmp_path, monkeypatch, hosts,
                                                   workers, threads, expected):
    monkeypatch.setattr(processor, 'usable_cores', lambda: 8)
    found = planned(tmp_path, hosts, workers=workers, threads=threads)[-workers:]
    assert [int(node.variables[processor.THREADS]) for node in found] == expected
    assert [node.rank for node in found] == list(range(workers))


def test_every_variable_of_a_training_reaches_the_processes_on_other_hosts(
        tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(nodes.subprocess, 'Popen',
                        lambda command, **options: started.append((command, options)))
    for node in planned(tmp_path, HOSTS, threads=3):
        node.start()
        command, options = started[-1]
        if command[0] == 'ssh':
            words = shlex.split(command[-1].partition(' && ')[2])
            there = dict(word.split('=', 1) for word in words[1:] if '=' in word)
        else:
            there = options['env']
        ours = {name: value for name, value in node.variables.items()
                if os.environ.get(name) != value}
        assert {'DMLC_ROLE', 'DMLC_PS_ROOT_URI'} <= set(ours)
        assert {name: there.get(name) for name in ours} == ours
    assert [command[0] == 'ssh' for command, _ in started] == [
        False, False, True, False, True, True, False]  # scheduler, servers, workers


def test_a_file_that_is_no_text_and_a_name_that_is_too_long_are_one_error(tmp_path):
    (tmp_path / 'hosts').write_bytes(b'\xff\xfe')
    with pytest.raises(LaunchError, match='no text in UTF-8'):
        read_hosts(tmp_path / 'hosts')
    with pytest.raises(LaunchError, match='is not known'):
        own_address([], given='x' * 300)


@pytest.mark.parametrize('text,reason', [('# none\n', 'names no host'),
                                         (None, 'cannot read the hosts')])
def test_no_host_is_an_error(tmp_path, text, reason):
    if text is not None:
        (tmp_path / 'hosts').write_text(text)
    with pytest.raises(LaunchError, match=reason):
        read_hosts(tmp_path / 'hosts')
